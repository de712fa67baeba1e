/// Workspaces and clusters: what they are and what may be asked of them.
///
/// Read [Cluster] first.
package ebb.kernel.cluster;
