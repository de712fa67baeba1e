package ebb.app.backend.local;

import ebb.app.code.CodeStore;
import ebb.app.data.DataAddress;
import ebb.app.data.DataRefused;
import ebb.app.data.Datastore;
import ebb.app.data.Datastores;
import ebb.app.data.Downloads;
import ebb.app.files.PathRefused;
import ebb.app.files.Room;
import ebb.app.files.Tree;
import ebb.app.specification.Specification;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// Code, inputs and outputs as a task finds them.
///
/// What was sent or is on the web is put into the task's own folder, and so is what is to be
/// downloaded from a datastore; other paths of a datastore are used where they are. An output
/// without an address is a folder of `outputs`.
public final class TaskFiles {
  /// In a task's folder; hidden, so that programs which look through their folder do not find it.
  private static final String INPUTS = ".inputs";

  private static final String OUTPUTS = "outputs";

  /// Where data comes from.
  ///
  /// @param keepFreeBytes how much of the disk is left alone
  public record Sources(
      CodeStore code, Datastores datastores, Downloads downloads, LongSupplier keepFreeBytes) {}

  private final Sources sources;

  TaskFiles(Sources sources) {
    this.sources = sources;
  }

  /// What stands for each input: a value, or the path of its files.
  SortedMap<String, String> inputs(Specification specification, Scope workspace, Path folder)
      throws DataRefused {
    SortedMap<String, String> values = new TreeMap<>();
    for (Map.Entry<String, Specification.Input> input : specification.inputs().entrySet()) {
      values.put(
          input.getKey(),
          switch (input.getValue()) {
            case Specification.Literal(String value) -> value;
            case Specification.InputFiles files ->
                files.mode().equals("direct")
                    ? files.uri()
                    : input(files, workspace, folder.resolve(INPUTS).resolve(input.getKey()))
                        .toString();
          });
    }
    return values;
  }

  private Path input(Specification.InputFiles files, Scope workspace, Path own) throws DataRefused {
    return switch (DataAddress.parse(files.uri(), workspace)) {
      case DataAddress.Sent(String _, String path) -> path.isEmpty() ? own : own.resolve(path);
      case DataAddress.OnWeb web -> own.resolve(web.fileName());
      case DataAddress.InDatastore in -> {
        Path root = sources.datastores().use(in, workspace, false).root();
        yield files.mode().equals("download") ? own.resolve(last(in)) : root.resolve(in.path());
      }
    };
  }

  private static String last(DataAddress.InDatastore in) {
    return in.path().isEmpty()
        ? in.datastore()
        : in.path().substring(in.path().lastIndexOf('/') + 1);
  }

  /// The path of each output.
  SortedMap<String, String> outputs(Specification specification, Scope workspace, Path folder)
      throws DataRefused {
    SortedMap<String, String> paths = new TreeMap<>();
    for (Map.Entry<String, Specification.Output> output : specification.outputs().entrySet()) {
      Path path =
          output.getValue().uri().isEmpty()
              ? folder.resolve(OUTPUTS).resolve(output.getKey())
              : root(output.getValue(), workspace).resolve(address(output.getValue(), workspace));
      paths.put(output.getKey(), path.toString());
    }
    return paths;
  }

  private Path root(Specification.Output output, Scope workspace) throws DataRefused {
    return use(output, workspace).root();
  }

  private Datastore use(Specification.Output output, Scope workspace) throws DataRefused {
    if (DataAddress.parse(output.uri(), workspace) instanceof DataAddress.InDatastore in) {
      return sources.datastores().use(in, workspace, true);
    }
    throw new DataRefused(
        "An output goes to a datastore, and not to '" + DataAddress.told(output.uri()) + "'.");
  }

  private static String address(Specification.Output output, Scope workspace) throws DataRefused {
    return DataAddress.parse(output.uri(), workspace) instanceof DataAddress.InDatastore in
        ? in.path()
        : "";
  }

  /// The folders of the datastores that a task uses where they are: whole ones, for what an owner
  /// registered has no link in its path, and what is in it may have.
  List<Sandbox.Mount> mounts(Specification specification, Scope workspace) throws DataRefused {
    SortedMap<Path, Boolean> writable = new TreeMap<>();
    for (Specification.Input input : specification.inputs().values()) {
      if (input instanceof Specification.InputFiles files
          && List.of("ro_mount", "rw_mount").contains(files.mode())
          && DataAddress.parse(files.uri(), workspace) instanceof DataAddress.InDatastore in) {
        writable.put(sources.datastores().use(in, workspace, false).root(), false);
      }
    }
    for (Specification.Output output : specification.outputs().values()) {
      if (!output.uri().isEmpty()) {
        writable.put(root(output, workspace), true);
      }
    }
    return writable.entrySet().stream()
        .map(each -> new Sandbox.Mount(each.getKey(), each.getValue()))
        .toList();
  }

  /// Puts everything into a folder that is not yet the task's, and makes the folders of outputs,
  /// which are the owner's. False if there is nothing of these.
  boolean fill(Specification specification, Scope workspace, @Nullable TaskUser owner, Path folder)
      throws IOException, CannotPrepare {
    if (specification.code().isEmpty()
        && specification.inputs().isEmpty()
        && specification.outputs().isEmpty()) {
      return false;
    }
    Room room = new Room(folder, sources.keepFreeBytes().getAsLong());
    try {
      if (specification.code().isPresent()) {
        unpack(specification.code().get(), folder, room);
      }
      for (Map.Entry<String, Specification.Input> input : specification.inputs().entrySet()) {
        if (input.getValue() instanceof Specification.InputFiles files
            && !files.mode().equals("direct")) {
          Path own = folder.resolve(INPUTS).resolve(input.getKey());
          bring(input.getKey(), files, workspace, own, room);
        }
      }
      for (Map.Entry<String, Specification.Output> output : specification.outputs().entrySet()) {
        makeRoomFor(output, workspace, owner, folder);
      }
      return true;
    } catch (DataRefused refused) {
      throw new CannotPrepare(refused.why());
    } catch (PathRefused refused) {
      throw new CannotPrepare(refused.getMessage() + ": links are not followed.");
    }
  }

  private void unpack(String hash, Path into, Room room) throws IOException, CannotPrepare {
    try {
      sources.code().unpack(hash, into, room);
    } catch (NoSuchFileException absent) {
      throw new CannotPrepare("The code " + hash + " is not here any more: submit it again.");
    }
  }

  private void bring(
      String name, Specification.InputFiles files, Scope workspace, Path own, Room room)
      throws IOException, DataRefused, CannotPrepare {
    switch (DataAddress.parse(files.uri(), workspace)) {
      case DataAddress.Sent(String hash, String path) -> {
        Files.createDirectories(own);
        unpack(hash, own, room);
        requireKind(name, files, own, path);
      }
      case DataAddress.OnWeb web -> {
        Files.createDirectories(own);
        sources.downloads().fetch(web.uri(), own.resolve(web.fileName()), room);
      }
      case DataAddress.InDatastore in -> {
        Path root = sources.datastores().use(in, workspace, false).root();
        requireKind(name, files, root, in.path());
        if (files.mode().equals("download")) {
          Files.createDirectories(own);
          new Tree(root).copy(in.path(), own.resolve(last(in)), room);
        }
      }
    }
  }

  private static void requireKind(
      String name, Specification.InputFiles files, Path root, String path)
      throws IOException, DataRefused {
    boolean isFile;
    try {
      isFile = new Tree(root).isFile(path);
    } catch (NoSuchFileException absent) {
      throw new DataRefused("The input '" + name + "' is not there: " + files.uri() + ".");
    }
    if (!files.mayBe(isFile)) {
      throw new DataRefused(
          "The input '%s' is a %s, and not the %s that its type %s says: %s."
              .formatted(
                  name,
                  isFile ? "file" : "folder",
                  isFile ? "folder" : "file",
                  files.type(),
                  files.uri()));
    }
  }

  /// The folder of an output, or the one that its file will be in.
  private void makeRoomFor(
      Map.Entry<String, Specification.Output> named,
      Scope workspace,
      @Nullable TaskUser owner,
      Path folder)
      throws IOException, DataRefused {
    Specification.Output output = named.getValue();
    boolean isFile = output.type().equals("uri_file");
    if (output.uri().isEmpty()) {
      Path path = folder.resolve(OUTPUTS);
      Files.createDirectories(isFile ? path : path.resolve(named.getKey()));
      return;
    }
    Path root = root(output, workspace);
    String path = address(output, workspace);
    String made = isFile ? path.substring(0, Math.max(0, path.lastIndexOf('/'))) : path;
    new Tree(root).make(made, owner == null ? null : new Tree.Owner(owner.uid(), owner.gid()));
  }
}
