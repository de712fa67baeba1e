package ebb.kernel.protocol;

/// Who asks: the principal, the one on whose behalf it acts (empty: itself), and where it came
/// from.
public record Actor(String principal, String behalfOf, String from) {
  /// The kernel's own policy, for events that [ebb.kernel.Kernel#next] decided.
  public static final Actor KERNEL = new Actor("ebb:kernel", "", "");

  /// The shell that drives the kernel: starts, clocks, backends, disks.
  public static final Actor SHELL = new Actor("ebb:shell", "", "");

  /// For whom it is done.
  public String person() {
    return behalfOf.isEmpty() ? principal : behalfOf;
  }
}
