package ebb.kernel.protocol;

/// What a decision needs to know of a job. The command, its environment and its inputs are stored
/// by `specHash` outside the kernel.
///
/// @param account whom the job is charged to
/// @param priority higher goes first
/// @param limitMillis how long an attempt may run; 0 asks for as long as is allowed
/// @param retries how often the job may go back to the queue; [#DEFAULT_RETRIES] asks for the
///   settings' numbers
public record JobSpec(
    String cluster,
    String account,
    int priority,
    int nodes,
    long limitMillis,
    Retries retries,
    String specHash) {
  /// In place of a cluster: the machine of whoever submits the job. No cluster can have this name.
  public static final String LOCAL = "local";

  public static final Retries DEFAULT_RETRIES = new Retries(-1, -1, -1);

  public boolean isLocal() {
    return cluster.equalsIgnoreCase(LOCAL);
  }

  public JobSpec withHash(String hash) {
    return new JobSpec(cluster, account, priority, nodes, limitMillis, retries, hash);
  }
}
