/// The kernel: `decide(state, command)` reads and changes nothing, `apply(state, event)` changes
/// and decides nothing, `next(state)` makes one decision of policy.
///
/// [Kernel] leads to everything: two switches and a list. [State] is what is known. The decisions
/// are grouped by subject: [Scopes], [Clusters], [Jobs], [Nodes], [Tasks], [System], and [Policy]
/// for what nobody asked for.
package ebb.kernel;
