package ebb.app.cli;

import ebb.app.code.Bounds;
import ebb.app.code.CodeRefused;
import ebb.app.code.Snapshot;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What a job needs of this machine, sent to the server unless it has it.
final class Uploads {
  /// Above this a person is asked: it is rarely meant.
  private static final long ASK_BYTES = 100L << 20;

  private final Connection connection;
  private final boolean isAgreed;

  /// @param isAgreed whether size need not be asked about
  Uploads(Connection connection, boolean isAgreed) {
    this.connection = connection;
    this.isAgreed = isAgreed;
  }

  /// Sends a folder as a job's code, and answers what the job names it by.
  String code(Path folder) {
    return send("code", folder);
  }

  /// Sends a file or a folder as an input, and answers its address.
  String input(Path fileOrFolder) {
    String address = "ebb://code/" + send("input", fileOrFolder);
    return Files.isDirectory(fileOrFolder) ? address : address + "/" + fileOrFolder.getFileName();
  }

  private String send(String what, Path from) {
    try {
      Snapshot snapshot = read(from);
      String path = "/code/" + snapshot.hash();
      boolean isThere = connection.has(path);
      System.err.println(
          "ebb: %s %s: %s, %s%s"
              .formatted(
                  what,
                  from.toString().isEmpty() ? "." : from,
                  Plan.bytes(snapshot.bytes()),
                  Plan.count(snapshot.size(), "file"),
                  isThere ? ", already there" : ""));
      if (!isThere) {
        ask(from, snapshot.bytes());
        try (Moving sending = new Moving("sending " + what, snapshot.bytes())) {
          connection.send(path, out -> snapshot.writeTo(out, sending::counted));
        }
      }
      return snapshot.hash();
    } catch (CodeRefused refused) {
      throw Failed.unreadable(String.valueOf(refused.getMessage()));
    } catch (IOException unreadable) {
      throw Failed.unreadable("'" + from + "' cannot be read: " + unreadable.getMessage() + ".");
    }
  }

  private static Snapshot read(Path from) throws IOException, CodeRefused {
    try (Moving reading = new Moving("reading " + from, 0)) {
      return Files.isDirectory(from)
          ? Snapshot.of(from, Bounds.DEFAULT, reading::counted)
          : Snapshot.ofFile(from, Bounds.DEFAULT, reading::counted);
    }
  }

  private void ask(Path from, long bytes) {
    if (bytes <= ASK_BYTES || isAgreed) {
      return;
    }
    String large = "'" + from.toAbsolutePath().normalize() + "' has " + Plan.bytes(bytes);
    if (!Terminal.isThere() || !Terminal.agrees(large + ". Send it?")) {
      throw Failed.unreadable(
          large + ": leave out what is not needed with .amlignore, or say --yes.");
    }
  }

  /// Keeps an environment that has no name of its own, and answers what a job names it by.
  String environment(ObjectNode properties) {
    ObjectNode body = JsonNodeFactory.instance.objectNode();
    body.set("properties", properties.put("isAnonymous", true));
    String version = hash(properties.toString());
    return connection
        .arm("PUT", "/environments/CliV2AnonymousEnvironment/versions/" + version, body)
        .path("id")
        .asString();
  }

  private static String hash(String text) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 16);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
