package ebb.app.api;

import static ebb.app.api.Reason.held;
import static ebb.app.api.Reason.lower;

import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.VmSize;

/// What the machine has no room for, or cannot give, in words.
final class HostReasons {
  private HostReasons() {}

  static Reason of(Rejection rejection) {
    return switch (rejection) {
      case Rejection.HostFull full ->
          Reason.of(
                  409,
                  "HostFull",
                  full.needed().name(),
                  "%d more %s of %s %s not fit on this machine now: %s needed, %s free%s. Wait, let nodes go, choose a smaller size, or start the server with --virtual-nodes."
                      .formatted(
                          full.nodes(),
                          full.nodes() == 1 ? "node" : "nodes",
                          full.needed().name(),
                          full.nodes() == 1 ? "does" : "do",
                          machine(full.needed(), full.nodes()),
                          machine(full.cores(), full.memoryMebibytes(), full.gpus()),
                          held(full.holders(), "node")))
              .number("needed", full.needed())
              .number("nodes", full.nodes())
              .number("freeCores", full.cores())
              .number("freeMemoryMebibytes", full.memoryMebibytes())
              .number("freeGpus", full.gpus())
              .number("holders", full.holders());
      case Rejection.HostTooSmall small ->
          Reason.of(
                  400,
                  "HostTooSmall",
                  small.needed().name(),
                  "%d %s of %s can never start on this machine: %s needed, and it has %s in all. Ask for fewer nodes or a smaller size, or start the server with --virtual-nodes."
                      .formatted(
                          small.nodes(),
                          small.nodes() == 1 ? "node" : "nodes",
                          small.needed().name(),
                          machine(small.needed(), small.nodes()),
                          machine(small.cores(), small.memoryMebibytes(), small.gpus())))
              .number("needed", small.needed())
              .number("nodes", small.nodes())
              .number("cores", small.cores())
              .number("memoryMebibytes", small.memoryMebibytes())
              .number("gpus", small.gpus());
      case Rejection.IsolationUnavailable lacks ->
          Reason.of(
                  409,
                  "IsolationUnavailable",
                  lower(lacks.asked()),
                  "This machine cannot give the isolation '%s': %s. Or ask for another isolation."
                      .formatted(lower(lacks.asked()), lacks.missing()))
              .number("missing", lacks.missing());
      case Rejection.NetworkStaysOpen open ->
          Reason.of(
                  409,
                  "NetworkStaysOpen",
                  lower(open.asked()),
                  "The network can be closed in a sandbox or a container only: %s."
                      .formatted(
                          open.missing().isEmpty()
                              ? "ask for one of them, or leave the network on"
                              : open.missing()))
              .number("missing", open.missing());
      default -> throw new IllegalArgumentException("no room: " + rejection); // split by Reason
    };
  }

  /// What so many nodes of the size need.
  private static String machine(VmSize size, long nodes) {
    return machine(nodes * size.vcpus(), nodes * size.memoryMebibytes(), nodes * size.gpus());
  }

  private static String machine(long cores, long memoryMebibytes, long gpus) {
    return "%d cores, %d MiB and %d GPUs".formatted(cores, memoryMebibytes, gpus);
  }
}
