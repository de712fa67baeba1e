package ebb.app.backend.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Who listens on a port that the server cannot have. A task may have taken it while no server was
/// there: [NetworkFilter] lets it answer nobody, and it stands in the way all the same.
public final class PortHolder {
  private static final Path PROC = Path.of("/proc");

  /// As the kernel writes the loopback address and all addresses, for both versions of IP.
  private static final Set<String> IN_THE_WAY =
      Set.of("0100007F", "0".repeat(8), "0".repeat(32), "0".repeat(16) + "FFFF00000100007F");

  /// What the names of jobs, workspaces, groups and subscriptions consist of: nothing that a shell
  /// or a terminal would take for something else, but parentheses.
  private static final String NAME = "([A-Za-z0-9_().-]+)";

  private static final String LISTENING = "0A";

  private PortHolder() {}

  /// Who it is and how the port is had again; empty if nobody can be found.
  public static String words(int port, String installation) {
    for (String inode : sockets(port)) {
      Optional<Path> process = process("socket:[" + inode + "]");
      if (process.isPresent()) {
        return words(process.get(), installation);
      }
    }
    return "";
  }

  private static String words(Path process, String installation) {
    String who = "Process " + process.getFileName() + " (" + program(process) + ")";
    if (!isOfTask(process, installation)) {
      return who + " has it.";
    }
    String variables = variables(process, installation);
    String job = value(variables, "EBB_JOB_NAME");
    return who
        + " of "
        + (job.isEmpty() ? "a job" : "the job '" + job + "'")
        + " has it: start the server with --port 0, end the job with 'ebb stop "
        + (job.isEmpty() ? "JOB" : job)
        + option(" -w ", value(variables, "AZUREML_ARM_WORKSPACE_NAME"))
        + option(" -g ", value(variables, "AZUREML_ARM_RESOURCEGROUP"))
        + option(" --subscription ", value(variables, "AZUREML_ARM_SUBSCRIPTION"))
        + "', and start the server as before.";
  }

  /// Jobs of one name may be in several workspaces, and another person's be the one in the default.
  private static String option(String name, String value) {
    if (value.isEmpty()) {
      return "";
    }
    return name + (value.contains("(") || value.contains(")") ? '"' + value + '"' : value);
  }

  /// As it calls itself, which goes to a terminal and a log: nothing of it may steer them.
  private static String program(Path process) {
    String told = read(process.resolve("comm"));
    String name = told.endsWith("\n") ? told.substring(0, told.length() - 1) : told;
    return name.replaceAll("[^\\x20-\\x7E]", "?");
  }

  private static boolean isOfTask(Path process, String installation) {
    return read(process.resolve("cgroup")).contains("/" + ControlGroups.prefix(installation));
  }

  /// Of the first process of the task that has them: it is out of the others' reach, and what they
  /// say may be another's name. Empty if none has.
  private static String variables(Path process, String installation) {
    String variables = "";
    Optional<ProcessHandle> next =
        ProcessHandle.of(Long.parseLong(process.getFileName().toString()));
    while (next.isPresent()) {
      Path each = PROC.resolve(String.valueOf(next.get().pid()));
      if (!isOfTask(each, installation)) {
        break;
      }
      String known = read(each.resolve("environ"));
      variables = value(known, "EBB_JOB_NAME").isEmpty() ? variables : known;
      next = next.get().parent();
    }
    return variables;
  }

  private static String value(String variables, String name) {
    Matcher found =
        Pattern.compile("(?:^|\\x00)" + name + "=" + NAME + "(?:\\x00|$)").matcher(variables);
    return found.find() ? found.group(1) : "";
  }

  /// The inodes of the sockets that listen there.
  private static List<String> sockets(int port) {
    List<String> inodes = new ArrayList<>();
    for (String file : List.of("net/tcp", "net/tcp6")) {
      for (String line : read(PROC.resolve(file)).split("\n", -1)) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length > 9 && fields[3].equals(LISTENING) && isInTheWay(fields[1], port)) {
          inodes.add(fields[9]);
        }
      }
    }
    return inodes;
  }

  private static boolean isInTheWay(String local, int port) {
    int colon = local.indexOf(':');
    return colon > 0
        && IN_THE_WAY.contains(local.substring(0, colon))
        && Integer.parseInt(local, colon + 1, local.length(), 16) == port;
  }

  private static Optional<Path> process(String socket) {
    try (Stream<Path> processes = Files.list(PROC)) {
      return processes
          .filter(each -> each.getFileName().toString().matches("[0-9]+") && has(each, socket))
          .findFirst();
    } catch (IOException | UncheckedIOException unreadable) {
      return Optional.empty();
    }
  }

  private static boolean has(Path process, String socket) {
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      return open.anyMatch(each -> leadsTo(each, socket));
    } catch (IOException | UncheckedIOException othersOrGone) {
      return false;
    }
  }

  private static boolean leadsTo(Path descriptor, String socket) {
    try {
      return Files.readSymbolicLink(descriptor).toString().equals(socket);
    } catch (IOException closed) {
      return false;
    }
  }

  /// Whatever bytes are in it: some are a job's own.
  private static String read(Path file) {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (IOException gone) {
      return "";
    }
  }
}
