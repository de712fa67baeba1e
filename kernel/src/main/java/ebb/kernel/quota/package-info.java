/// Limits on vCPUs and on the host machine, and what is used of them.
///
/// Usage is derived: kept by changes of nodes alone, and equal to a recount at every moment. Read
/// [Quotas] first.
package ebb.kernel.quota;
