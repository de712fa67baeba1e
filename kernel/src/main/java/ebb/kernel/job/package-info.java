/// Jobs and their attempts: what they are, and what the end of an attempt means for its job.
///
/// Read [Job] and [Attempt] first.
package ebb.kernel.job;
