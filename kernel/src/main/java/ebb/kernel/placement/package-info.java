/// Who runs where, when nodes come and go: the queue's order, EASY backfill, growth.
///
/// [ClusterLoad] is what is known of one cluster, kept by changes of nodes, jobs and attempts;
/// [Placement] looks at it and says what to do next, one thing at a time; [Shadow] says until when
/// the head of the queue has to wait.
package ebb.kernel.placement;
