package ebb.app.data;

import ebb.app.files.DurableFile;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// The folders that owners have registered, kept in one small file of the home.
public final class Datastores {
  /// What jobs have left, by Azure's name for the store of that.
  public static final String ARTIFACTS = "workspaceartifactstore";

  /// The default store of a workspace, by Azure's name.
  public static final String FILES = "workspaceblobstore";

  private static final JsonMapper JSON = JsonMapper.builder().build();

  private final Path file;
  private final Path home;
  private final Map<String, Datastore> byName = new ConcurrentSkipListMap<>();

  private Datastores(Path home) {
    this.file = home.resolve("datastores.json");
    this.home = home;
  }

  /// Opens what a home has registered.
  public static Datastores open(Path home) throws IOException {
    Datastores datastores = new Datastores(home);
    Path file = datastores.file;
    if (Files.exists(file)) {
      try {
        for (JsonNode one : JSON.readTree(Files.readAllBytes(file))) {
          List<String> workspaces = new ArrayList<>();
          one.path("workspaces").forEach(path -> workspaces.add(path.asString()));
          datastores.keep(
              new Datastore(
                  one.path("name").asString(),
                  Path.of(one.path("root").asString()),
                  one.path("writable").asBoolean(),
                  workspaces));
        }
      } catch (JacksonException damaged) {
        throw new IOException(
            file + " is damaged: put back a backup, or remove it and register again", damaged);
      }
    }
    return datastores;
  }

  private void keep(Datastore datastore) {
    byName.put(key(datastore.name()), datastore);
  }

  private static String key(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  /// Whether each workspace has a store of this name.
  public static boolean isOwn(String name) {
    return List.of(ARTIFACTS, FILES).contains(key(name));
  }

  /// The folder itself, if it may be registered under a name.
  ///
  /// @throws DataRefused if it cannot be given to jobs
  public Path judge(String name, Path folder) throws IOException, DataRefused {
    if (!name.matches("[A-Za-z0-9_]{1,255}")) {
      throw new DataRefused(
          "'" + name + "' is no name of a datastore: letters, digits and underscores are allowed.");
    }
    if (isOwn(name)) {
      throw new DataRefused(
          "'%s' is the name of a store that each workspace has: register the folder under another one."
              .formatted(name));
    }
    if (!folder.isAbsolute() || !Files.isDirectory(folder)) {
      throw new DataRefused(
          "There is no folder '" + folder + "' on the server's machine: name an absolute path.");
    }
    Path root = folder.toRealPath();
    Path own = home.toRealPath();
    if (own.startsWith(root) || root.startsWith(own)) {
      throw new DataRefused(
          "'" + root + "' holds the server's home or lies in it: jobs may not be given that.");
    }
    return root;
  }

  /// Registers a folder, or registers it anew; durable when this returns.
  ///
  /// @throws DataRefused if the folder cannot be given to jobs
  public synchronized Datastore put(
      String name, Path folder, boolean isWritable, List<String> workspaces)
      throws IOException, DataRefused {
    Datastore datastore = new Datastore(name, judge(name, folder), isWritable, workspaces);
    write(datastore, "");
    keep(datastore);
    return datastore;
  }

  /// Takes a name away; what is in the folder stays. False if there is none of the name.
  public synchronized boolean remove(String name) throws IOException {
    if (!byName.containsKey(key(name))) {
      return false;
    }
    write(null, key(name));
    byName.remove(key(name));
    return true;
  }

  private void write(@org.jspecify.annotations.Nullable Datastore added, String removed)
      throws IOException {
    Map<String, Datastore> next = new ConcurrentSkipListMap<>(byName);
    next.remove(removed);
    if (added != null) {
      next.put(key(added.name()), added);
    }
    ArrayNode all = JSON.createArrayNode();
    for (Datastore one : next.values()) {
      ObjectNode node = all.addObject();
      node.put("name", one.name());
      node.put("root", one.root().toString());
      node.put("writable", one.isWritable());
      ArrayNode workspaces = node.putArray("workspaces");
      one.workspaces().forEach(workspaces::add);
    }
    DurableFile.replace(file, JSON.writeValueAsBytes(all));
  }

  public Optional<Datastore> find(String name) {
    return Optional.ofNullable(byName.get(key(name)));
  }

  /// By name.
  public Collection<Datastore> all() {
    return List.copyOf(byName.values());
  }

  /// The datastore of an address, if a job of the workspace may use it so.
  public Datastore use(DataAddress.InDatastore address, Scope workspace, boolean toWrite)
      throws DataRefused {
    if (isOwn(address.datastore())) {
      throw new DataRefused(
          toWrite
              ? "An output cannot be put at a path of '%s': leave the path out, and it is kept with the job, or name a datastore that an owner registers with mode rw."
                  .formatted(address.datastore())
              : "There is nothing at '%s' in '%s': an input of the workspace's own store is what a client has uploaded, below LocalUpload. Name a local file or folder, which is uploaded, or a datastore of another name that an owner registers."
                  .formatted(address.path(), address.datastore()));
    }
    Datastore datastore = byName.get(key(address.datastore()));
    if (datastore == null || !datastore.isFor(workspace)) {
      throw new DataRefused(
          "There is no datastore '%s' for this workspace: an owner makes one with 'ebb ml datastore create --name %s --path FOLDER --for %s', and a --for for each other workspace that is to have it."
              .formatted(address.datastore(), address.datastore(), workspace.typed()));
    }
    if (toWrite && !datastore.isWritable()) {
      throw new DataRefused(
          "The datastore '%s' is registered as read-only: outputs need one with mode rw."
              .formatted(datastore.name()));
    }
    return datastore;
  }
}
