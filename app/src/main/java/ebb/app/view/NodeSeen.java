package ebb.app.view;

import ebb.kernel.node.Node;
import ebb.kernel.protocol.Scope;

/// A node with the cluster that it is of.
public record NodeSeen(Scope workspace, String cluster, Node node) {}
