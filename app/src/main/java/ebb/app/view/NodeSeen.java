package ebb.app.view;

import ebb.kernel.money.Stretch;
import ebb.kernel.node.Node;
import ebb.kernel.protocol.Scope;
import org.jspecify.annotations.Nullable;

/// A node with the cluster that it is of.
///
/// @param open what its meter counts now; null while nothing is charged
public record NodeSeen(Scope workspace, String cluster, Node node, @Nullable Stretch open) {}
