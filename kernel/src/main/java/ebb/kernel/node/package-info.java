/// Nodes: machines of a cluster while they exist.
///
/// Read [Node] first.
package ebb.kernel.node;
