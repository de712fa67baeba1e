package ebb.app.secrets;

import ebb.app.files.DurableFile;
import ebb.app.files.Room;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// Secrets by name, each in a file of the home that only the server's user can read.
///
/// A job names one as the whole value of an environment variable, `secret://NAME`; only the jobs of
/// the workspaces that it is for may.
public final class Secrets {
  private static final JsonMapper JSON = JsonMapper.builder().build();
  private static final String REFERENCE = "secret://";

  /// Shorter ones stand in logs by chance, and are guessed.
  private static final int BYTES_MIN = 8;

  /// As Azure's key vaults have it.
  private static final int BYTES_MAX = 25 * 1024;

  private final Path folder;
  private final Map<String, Secret> byName = new ConcurrentSkipListMap<>();

  /// What is known of a secret. Not a record: its value must not get into a text by accident.
  private static final class Secret {
    final String name;
    final List<String> workspaces;
    final String value;

    Secret(String name, List<String> workspaces, String value) {
      this.name = name;
      this.workspaces = List.copyOf(workspaces);
      this.value = value;
    }
  }

  private Secrets(Path folder) {
    this.folder = folder;
  }

  /// Opens the secrets of a folder, made if absent.
  public static Secrets open(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, Room.PRIVATE_FOLDER);
    }
    Secrets secrets = new Secrets(folder);
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, "*.json")) {
      for (Path file : files) {
        secrets.keep(read(file));
      }
    }
    return secrets;
  }

  private static Secret read(Path file) throws IOException {
    try {
      JsonNode node = JSON.readTree(Files.readAllBytes(file));
      List<String> workspaces = new ArrayList<>();
      node.path("workspaces").forEach(path -> workspaces.add(path.asString()));
      return new Secret(node.path("name").asString(), workspaces, node.path("value").asString());
    } catch (JacksonException damaged) {
      // Without the cause: it quotes what it could not read.
      throw new IOException(file + " is damaged: remove it and put the secret again");
    }
  }

  private void keep(Secret secret) {
    byName.put(key(secret.name), secret);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// Whether a value may be kept under a name.
  public static void judge(String name, String value) throws SecretRefused {
    if (!name.matches("[A-Za-z0-9-]{1,127}")) {
      throw new SecretRefused(
          "'" + name + "' is no name of a secret: letters, digits and dashes are allowed.");
    }
    int bytes = value.getBytes(StandardCharsets.UTF_8).length;
    if (bytes < BYTES_MIN || bytes > BYTES_MAX || value.indexOf('\0') >= 0) {
      throw new SecretRefused(
          "A secret has %d to %d bytes and no NUL: a shorter one could not be hidden in logs."
              .formatted(BYTES_MIN, BYTES_MAX));
    }
  }

  /// Keeps a value under a name, in the place of the one that was there; durable when this returns.
  /// True if the name is new.
  public synchronized boolean put(String name, String value, List<String> workspaces)
      throws IOException, SecretRefused {
    judge(name, value);
    Secret secret = new Secret(name, workspaces, value);
    write(secret);
    boolean isNew = !byName.containsKey(key(name));
    keep(secret);
    return isNew;
  }

  private void write(Secret secret) throws IOException {
    ObjectNode node = JSON.createObjectNode();
    node.put("name", secret.name);
    node.put("value", secret.value);
    ArrayNode workspaces = node.putArray("workspaces");
    secret.workspaces.forEach(workspaces::add);
    DurableFile.replace(file(secret.name), JSON.writeValueAsBytes(node));
  }

  private Path file(String name) {
    return folder.resolve(key(name) + ".json");
  }

  /// Forgets a secret; false if there is none of the name.
  public synchronized boolean remove(String name) throws IOException {
    Secret secret = byName.get(key(name));
    if (secret == null) {
      return false;
    }
    Files.deleteIfExists(file(secret.name));
    DurableFile.syncFolder(file(secret.name));
    byName.remove(key(name));
    return true;
  }

  /// The names, with the paths of the workspaces that each is for.
  public SortedMap<String, List<String>> names() {
    SortedMap<String, List<String>> names = new TreeMap<>();
    byName.values().forEach(secret -> names.put(secret.name, secret.workspaces));
    return names;
  }

  /// The variables with the values of the secrets that they name.
  ///
  /// @throws SecretRefused if a job of the workspace cannot have one of them
  public SortedMap<String, String> resolve(Map<String, String> variables, Scope workspace)
      throws SecretRefused {
    SortedMap<String, String> resolved = new TreeMap<>(variables);
    for (Map.Entry<String, String> variable : resolved.entrySet()) {
      if (variable.getValue().startsWith(REFERENCE)) {
        String name = variable.getValue().substring(REFERENCE.length());
        Secret secret = byName.get(key(name));
        if (secret == null
            || secret.workspaces.stream()
                .noneMatch(path -> path.equalsIgnoreCase(workspace.path()))) {
          throw new SecretRefused(
              "The variable %s names a secret '%s' that there is not for this workspace: an owner puts it with 'ebb secret set --name %s --for %s', and a --for for each other workspace that is to have it."
                  .formatted(variable.getKey(), name, name, workspace.typed()));
        }
        variable.setValue(secret.value);
      }
    }
    return resolved;
  }

  /// Hides the secrets that these variables name, as far as they are kept still.
  public Mask mask(Map<String, String> variables) {
    List<String> values = new ArrayList<>();
    for (String value : variables.values()) {
      Secret secret =
          value.startsWith(REFERENCE) ? byName.get(key(value.substring(REFERENCE.length()))) : null;
      if (secret != null) {
        values.add(secret.value);
      }
    }
    return new Mask(values);
  }
}
