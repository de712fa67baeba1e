package ebb.app.cli;

import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `ebb secret`: values that jobs are given and nobody else sees. One is typed unseen or comes by
/// standard input: what stands in a line, others on the machine can read.
@Command(
    name = "secret",
    mixinStandardHelpOptions = true,
    description = "Secrets that jobs may name (secret://NAME as a variable's value).")
@CommandTree.Below({
  SecretCommand.Put.class,
  SecretCommand.ListAll.class,
  SecretCommand.Delete.class
})
final class SecretCommand {
  private static final String PATH = "/ebb/v1/secrets";

  private SecretCommand() {}

  /// One that is named.
  static final class Named {
    @Option(
        names = {"-n", "--name"},
        required = true,
        paramLabel = "NAME",
        description = "The secret.")
    private String name = "";

    private String path() {
      return PATH + "/" + Connection.encoded(name);
    }
  }

  @Command(
      name = "set",
      mixinStandardHelpOptions = true,
      description = {
        "Keeps a secret, or another value of it for those who have it.",
        "The value is typed on the terminal, where it is not shown, or read from standard input",
        "without the line's end: ebb secret set --name api-key < FILE"
      })
  static final class Put implements Runnable {
    /// More than the server takes: the rest is not read, and it says so.
    private static final int BYTES_MAX = 1 << 20;

    @Mixin private Place place = new Place();
    @Mixin private Named named = new Named();
    @Mixin private GivenTo given = new GivenTo();

    @Override
    public void run() {
      if (!Terminal.isThere() && Terminal.isTypedAt()) {
        throw Failed.unreadable(
            "the value would be seen while it is typed: leave the output on the terminal, or send the value with < FILE.");
      }
      String value = Terminal.isThere() ? typed(named.name) : read();
      Connection connection = Connection.to(place);
      ObjectNode body = JsonNodeFactory.instance.objectNode().put("value", value);
      JsonNode before = GivenTo.row(connection, PATH, named.name);
      JsonNode kept = given.put(connection, named.path(), body, before);
      System.err.println(
          "ebb: keeps the secret %s for %s".formatted(named.name, GivenTo.shown(kept)));
    }

    @SuppressWarnings("SystemConsoleNull") // without a terminal JDK 25 answers null again
    private static String typed(String name) {
      Console console = System.console();
      char[] typed = console == null ? null : console.readPassword("value of %s: ", name);
      if (typed == null) {
        throw Failed.unreadable("no value was typed.");
      }
      return new String(typed);
    }

    private static String read() {
      try {
        byte[] bytes = System.in.readNBytes(BYTES_MAX);
        int end = bytes.length;
        end -= end > 0 && bytes[end - 1] == '\n' ? 1 : 0;
        end -= end > 0 && end < bytes.length && bytes[end - 1] == '\r' ? 1 : 0;
        return StandardCharsets.UTF_8
            .newDecoder()
            .decode(ByteBuffer.wrap(Arrays.copyOf(bytes, end)))
            .toString();
      } catch (CharacterCodingException binary) {
        throw Failed.unreadable("the value is no text in UTF-8: encode it, as with base64.");
      } catch (IOException unreadable) {
        throw Failed.unreadable("standard input cannot be read: " + unreadable.getMessage() + ".");
      }
    }
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists the secrets' names, of all workspaces or, with -w, of one.")
  static final class ListAll implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Output output = new Output(Output.Format.table);

    @Override
    public void run() {
      output.showAll(
          GivenTo.listed(Connection.to(place), PATH),
          List.of(
              Output.Column.of("Name", "/name"), new Output.Column("Workspaces", GivenTo::shown)));
    }
  }

  @Command(name = "delete", mixinStandardHelpOptions = true, description = "Forgets a secret.")
  static final class Delete implements Runnable {
    @Mixin private Place place = new Place();
    @Mixin private Named named = new Named();

    @Override
    public void run() {
      place.refuseAll("a secret's name belongs to the server");
      Connection.to(place).toServer("DELETE", named.path(), null);
    }
  }
}
