package ebb.app.backend.local;

import ebb.app.specification.Specification;
import ebb.kernel.engine.Backend.Confinement;
import ebb.kernel.protocol.Isolation;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What runs around a task's program: into its control groups as the server's user, then as the
/// task's own user, then in its sandbox.
final class Wrapping {
  /// Enough for the threads of any training; a fork without end stops here.
  private static final int PROCESSES_MAX = 4_096;

  private static final long MEBIBYTE = 1024 * 1024;

  /// Names by which a library or a shell would be led to files of the task's choice. Programs of
  /// the wrapping run with other rights than the task: they are not given them, the task is. The
  /// list is the one that glibc itself does not trust in such programs, and what shells read.
  private static final Set<String> UNTRUSTED =
      Set.of(
          "GCONV_PATH",
          "GETCONF_DIR",
          "LOCPATH",
          "NLSPATH",
          "NIS_PATH",
          "HOSTALIASES",
          "LOCALDOMAIN",
          "RES_OPTIONS",
          "RESOLV_HOST_CONF",
          "TMPDIR",
          "TZDIR",
          "BASHOPTS",
          "SHELLOPTS",
          "ENV",
          "IFS",
          "PS4");

  /// Of these families each version may know more: what begins so is not trusted either.
  private static final List<String> UNTRUSTED_FAMILIES =
      List.of("LD_", "GLIBC_", "MALLOC_", "BASH_");

  /// Before the name of a variable on its way through the wrapping.
  private static final String CARRIED = "EBB_CARRIED_";

  private final UserChange change;
  private final ControlGroups groups;
  private final @Nullable Sandbox sandbox;
  private final @Nullable Containers containers;

  Wrapping(
      UserChange change,
      ControlGroups groups,
      @Nullable Sandbox sandbox,
      @Nullable Containers containers) {
    this.change = change;
    this.groups = groups;
    this.sandbox = sandbox;
    this.containers = containers;
  }

  /// A program as the task's specification has it, and whose it is.
  record Bare(
      String task,
      @Nullable TaskUser user,
      List<String> arguments,
      Map<String, String> variables) {}

  /// What the agent is told to start.
  ///
  /// @param groups the control groups that it is born in
  /// @param isAround whether the first process stays around the task's own
  record Wrapped(
      List<String> arguments, Map<String, String> variables, List<Path> groups, boolean isAround) {}

  Wrapped wrap(
      Confinement confinement, Sandbox.Own own, Specification.Environment environment, Bare bare)
      throws IOException, CannotPrepare {
    if (confinement.isolation() == Isolation.CONTAINER) {
      return contain(confinement, own, environment, bare);
    }
    // Asked again: the cluster may have been made anew since the job was taken.
    Optional<String> fault = environment.faultOutsideContainers();
    if (fault.isPresent()) {
      throw new CannotPrepare(fault.get());
    }
    Map<String, String> variables = new TreeMap<>(bare.variables());
    List<String> inner = trusted(bare.arguments(), variables);
    boolean isAround = confinement.isolation() == Isolation.SANDBOX;
    if (isAround) {
      if (sandbox == null) {
        throw new CannotPrepare("the machine has no sandbox any more: install bubblewrap");
      }
      inner = sandbox.run(own, inner);
    }
    inner = change.run(bare.user(), inner);
    return in(groups.join(bare.task(), limits(confinement), inner), variables, isAround);
  }

  private Wrapped contain(
      Confinement confinement, Sandbox.Own own, Specification.Environment environment, Bare bare)
      throws IOException, CannotPrepare {
    if (containers == null) {
      throw new CannotPrepare("the machine has no containers any more: install podman");
    }
    List<String> inner = containers.run(own, environment, groups.path(bare.task()), bare);
    Map<String, String> variables = Map.of("PATH", Programs.PATH, "HOME", "/root");
    return in(groups.join(bare.task(), limits(confinement), inner), variables, true);
  }

  private static Wrapped in(
      ControlGroups.Joined joined, Map<String, String> variables, boolean isAround) {
    return new Wrapped(joined.arguments(), variables, joined.groups(), isAround);
  }

  private static ControlGroups.Limits limits(Confinement confinement) {
    return new ControlGroups.Limits(
        confinement.memoryMebibytes() * MEBIBYTE, confinement.cores(), PROCESSES_MAX);
  }

  /// Lets what is not trusted go by another name, until a shell inside gives it back its own. Its
  /// value may be a secret, and every user of the machine reads the arguments of a process.
  /// `command` lets bash go on where it keeps a name to itself, which it says (SHELLOPTS).
  private static List<String> trusted(List<String> program, Map<String, String> variables) {
    List<String> names = variables.keySet().stream().filter(Wrapping::isUntrusted).toList();
    if (names.isEmpty()) {
      return program;
    }
    StringBuilder script = new StringBuilder();
    for (String name : names) {
      String carried = CARRIED + name;
      variables.put(carried, variables.remove(name));
      script.append("command export %s=\"$%s\"; unset %s\n".formatted(name, carried, carried));
    }
    List<String> inner = new ArrayList<>();
    inner.addAll(List.of("/bin/sh", "-c", script + "exec \"$@\"", "ebb-variables"));
    inner.addAll(program);
    return inner;
  }

  private static boolean isUntrusted(String name) {
    return UNTRUSTED.contains(name) || UNTRUSTED_FAMILIES.stream().anyMatch(name::startsWith);
  }
}
