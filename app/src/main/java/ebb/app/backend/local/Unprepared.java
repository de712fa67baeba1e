package ebb.app.backend.local;

import ebb.agent.protocol.Cause;
import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Fact;
import ebb.kernel.protocol.TaskEnd;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Why a task's command never ran: what had to be made ready in the task itself, its image or its
/// environment, was not. Such a task ends with 125, and the last that it wrote to its standard
/// error says so ([Images], `Prelude`). A task that only pretends deceives no one but its own
/// submitter.
///
/// @param end whose fault it is: REFUSED is the job's, LOST that of what nobody reached, which is
///   worth another try
record Unprepared(TaskEnd end, String why) {
  private static final ExitStatus NOT_PREPARED = new ExitStatus.Code(125);
  private static final String IMAGE = "ebb: image: ";
  private static final String ENVIRONMENT = "ebb: environment: ";

  /// Said once it is there: what comes after is the command's.
  private static final List<String> DONE = List.of(IMAGE + "pulled ", ENVIRONMENT + "built");

  /// More than what a program that installs packages says of its last tries.
  private static final int TAIL_BYTES = 16_384;

  /// As podman and pip say it of a registry that is there, or should be, and does not serve. A name
  /// that nobody has is not among them: it is a mistake, as with an input.
  private static final List<String> NOT_SERVED =
      List.of(
          "connection refused",
          "connection reset",
          "i/o timeout",
          "timed out",
          "tls handshake timeout",
          "toomanyrequests",
          "internal server error",
          "bad gateway",
          "service unavailable",
          "gateway timeout");

  /// Empty if the command ran, as far as can be told.
  static Optional<Unprepared> of(Fact.Exited exited, Path stderr) {
    if (exited.cause() != Cause.EXITED || !exited.status().equals(NOT_PREPARED)) {
      return Optional.empty();
    }
    String tail = tail(stderr).strip();
    String last = tail.substring(tail.lastIndexOf('\n') + 1);
    boolean isImage = last.startsWith(IMAGE);
    if (!(isImage || last.startsWith(ENVIRONMENT)) || DONE.stream().anyMatch(last::startsWith)) {
      return Optional.empty();
    }
    String what =
        isImage ? "its image could not be made ready" : "its environment could not be built";
    String lower = tail.toLowerCase(Locale.ROOT);
    boolean isServed = NOT_SERVED.stream().noneMatch(lower::contains);
    return Optional.of(
        new Unprepared(
            isServed ? TaskEnd.REFUSED : TaskEnd.LOST,
            what + ", and its command did not run; what it wrote to its standard error says why"));
  }

  private static String tail(Path file) {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "r")) {
      long from = Math.max(0, open.length() - TAIL_BYTES);
      byte[] bytes = new byte[(int) (open.length() - from)];
      open.seek(from);
      open.readFully(bytes);
      return new String(bytes, StandardCharsets.UTF_8);
    } catch (IOException gone) {
      return "";
    }
  }
}
