package ebb.app.files;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// A folder and what is below it. Each name is opened in the folder that was opened before it, so
/// that replacing one by a link in between leads nowhere.
public final class Tree {
  /// Deeper folders are not looked into: each level keeps a file open.
  private static final int DEPTH_MAX = 64;

  /// Half of what Linux takes (PATH_MAX): a name more fits, and so does the home.
  private static final int PATH_CHARACTERS_MAX = 2_000;

  private static final Set<PosixFilePermission> OWNER_ALL =
      PosixFilePermissions.fromString("rwx------");

  /// As Linux has it (NAME_MAX).
  private static final int NAME_BYTES_MAX = 255;

  private final Path root;

  public Tree(Path root) {
    this.root = root;
  }

  /// A plain file below the folder.
  public record Found(String path, long bytes, long modifiedMillis) {}

  /// The user and group that something is given to.
  public record Owner(int uid, int gid) {}

  /// Takes what is found; false ends the search.
  public interface Visitor {
    boolean take(Found found);
  }

  /// Opens a plain file for reading.
  ///
  /// @param path from the folder, with slashes
  /// @throws PathRefused if the path leads out, through a link, or to something else than a file
  /// @throws NoSuchFileException if nothing is there
  public SeekableByteChannel open(String path) throws IOException {
    return openSeen(path).channel();
  }

  /// A plain file that is open, and what was seen of it; whoever has it closes the channel.
  public record Opened(SeekableByteChannel channel, long bytes, long modifiedMillis) {}

  /// The same as [#open], with the file's size and time.
  public Opened openSeen(String path) throws IOException {
    List<String> names = names(path);
    try (SecureDirectoryStream<Path> folder = openFolder(names.subList(0, names.size() - 1))) {
      BasicFileAttributes seen = requireKind(folder, names.getLast(), false);
      SeekableByteChannel channel =
          folder.newByteChannel(
              Path.of(names.getLast()), Set.of(StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      try {
        return new Opened(channel, channel.size(), seen.lastModifiedTime().toMillis());
      } catch (IOException failure) {
        channel.close();
        throw failure;
      }
    }
  }

  /// Opens a plain file for writing, which only its owner can read, with the folders that it is in;
  /// what is there of it stays. What [#visit] would not see is not written: nobody would count it.
  ///
  /// @throws PathRefused if the path leads out, through a link, to something else than a file, or
  ///   too deep
  public SeekableByteChannel openToWrite(String path) throws IOException {
    List<String> names = names(path);
    if (names.size() - 1 > DEPTH_MAX) {
      throw new PathRefused("'%s' is more than %d folders deep".formatted(path, DEPTH_MAX));
    }
    String last = names.getLast();
    List<String> above = names.subList(0, names.size() - 1);
    make(String.join("/", above), null);
    try (SecureDirectoryStream<Path> folder = openFolder(above)) {
      if (!isAbsent(folder, last)) {
        requireKind(folder, last, false);
      }
      return folder.newByteChannel(
          Path.of(last),
          Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
          Room.PRIVATE_FILE);
    }
  }

  /// Opens a folder below, one name after the other.
  private SecureDirectoryStream<Path> openFolder(List<String> names) throws IOException {
    SecureDirectoryStream<Path> folder = openRoot();
    for (String name : names) {
      try (SecureDirectoryStream<Path> above = folder) {
        requireKind(above, name, true);
        folder = above.newDirectoryStream(Path.of(name), LinkOption.NOFOLLOW_LINKS);
      }
    }
    return folder;
  }

  /// The names of a path, none of which leads up or nowhere, or can be no name.
  static List<String> names(String path) throws PathRefused {
    List<String> names = List.of(path.split("/", -1));
    for (String name : names) {
      if (name.isEmpty() || name.equals(".") || name.equals("..") || !isName(name)) {
        throw new PathRefused("'" + path + "' is no path below its folder");
      }
      if (name.getBytes(StandardCharsets.UTF_8).length > NAME_BYTES_MAX) {
        throw new PathRefused(
            "a name in '%s' has more than %d bytes".formatted(path, NAME_BYTES_MAX));
      }
    }
    return names;
  }

  private static boolean isName(String name) {
    try {
      return Path.of(name).getNameCount() == 1;
    } catch (InvalidPathException unreadable) {
      return false;
    }
  }

  /// Before it is opened: opening a pipe would wait for whoever writes into it.
  private static BasicFileAttributes requireKind(
      SecureDirectoryStream<Path> folder, String name, boolean isFolder) throws IOException {
    BasicFileAttributes attributes = attributes(folder, Path.of(name));
    if (isFolder ? !attributes.isDirectory() : !attributes.isRegularFile()) {
      throw new PathRefused("'%s' is no %s".formatted(name, isFolder ? "folder" : "plain file"));
    }
    return attributes;
  }

  /// Whether a path leads to a plain file; false for a folder. The empty path is the folder itself.
  ///
  /// @throws PathRefused if it is neither, or the path leads out or through a link
  /// @throws NoSuchFileException if nothing is there
  public boolean isFile(String path) throws IOException {
    if (path.isEmpty()) {
      return false;
    }
    List<String> names = names(path);
    String last = names.getLast();
    try (SecureDirectoryStream<Path> folder = openFolder(names.subList(0, names.size() - 1))) {
      BasicFileAttributes attributes = attributes(folder, Path.of(last));
      if (!attributes.isRegularFile() && !attributes.isDirectory()) {
        throw new PathRefused("'" + path + "' is a link, or neither a file nor a folder");
      }
      return attributes.isRegularFile();
    }
  }

  /// Copies a file, or a folder with the plain files in it, to a place that is not there yet.
  public void copy(String path, Path into, Room room) throws IOException {
    if (isFile(path)) {
      copyFile(path, into, room);
      return;
    }
    Files.createDirectories(into);
    List<String> found = new ArrayList<>();
    visitBeginning(path.isEmpty() ? "" : path + "/", true, file -> found.add(file.path()));
    for (String file : found) {
      Path place = into.resolve(path.isEmpty() ? file : file.substring(path.length() + 1));
      Path parent = place.getParent();
      if (parent != null) {
        Files.createDirectories(parent);
      }
      copyFile(file, place, room);
    }
  }

  private void copyFile(String path, Path into, Room room) throws IOException {
    try (InputStream in = Channels.newInputStream(open(path));
        OutputStream out = room.guard(Files.newOutputStream(into, StandardOpenOption.CREATE_NEW))) {
      in.transferTo(out);
    }
  }

  /// Makes the folders of a path that are not there. Each is made beside the folder's own entries
  /// and moved into the one that was opened before it, so that no link can lead it elsewhere.
  ///
  /// @param owner whose they become; null: as whoever runs this
  public void make(String path, @Nullable Owner owner) throws IOException {
    List<String> names = path.isEmpty() ? List.of() : names(path);
    for (int depth = 0; depth < names.size(); depth++) {
      String name = names.get(depth);
      try (SecureDirectoryStream<Path> folder = openFolder(names.subList(0, depth))) {
        if (isAbsent(folder, name)) {
          make(folder, name, owner);
        }
      }
    }
    openFolder(names).close();
  }

  private void make(SecureDirectoryStream<Path> folder, String name, @Nullable Owner owner)
      throws IOException {
    Path draft = Files.createTempDirectory(root, ".ebb-").getFileName();
    try (SecureDirectoryStream<Path> top = openRoot()) {
      if (owner != null) {
        give(top, draft, owner);
      }
      top.move(draft, folder, Path.of(name));
    } catch (FileAlreadyExistsException | DirectoryNotEmptyException another) {
      Files.delete(root.resolve(draft)); // somebody else was faster, and that is as good
    }
  }

  private static void give(SecureDirectoryStream<Path> folder, Path name, Owner owner)
      throws IOException {
    UserPrincipalLookupService users = FileSystems.getDefault().getUserPrincipalLookupService();
    PosixFileAttributeView view =
        folder.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    view.setGroup(users.lookupPrincipalByGroupName(String.valueOf(owner.gid())));
    view.setOwner(users.lookupPrincipalByName(String.valueOf(owner.uid())));
  }

  private static boolean isAbsent(SecureDirectoryStream<Path> folder, String name)
      throws IOException {
    try {
      attributes(folder, Path.of(name));
      return false;
    } catch (NoSuchFileException absent) {
      return true;
    }
  }

  @SuppressWarnings("StreamResourceLeak") // it is handed to the caller, who closes it
  private SecureDirectoryStream<Path> openRoot() throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(root);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("files of " + root + " cannot be opened safely on this system");
  }

  /// Visits the plain files below one of its folders, or all for the empty path, in no order. What
  /// is gone meanwhile is left out; so is what is more than 64 folders deep, or in a folder that
  /// its owner has closed.
  public void visit(String below, Visitor visitor) throws IOException {
    visitBeginning(below.isEmpty() ? "" : below + "/", visitor);
  }

  /// Visits the plain files whose paths begin so, as [#visit] does. Folders whose paths do not are
  /// not opened.
  public void visitBeginning(String prefix, Visitor visitor) throws IOException {
    visitBeginning(prefix, false, visitor);
  }

  private void visitBeginning(String prefix, boolean isWhole, Visitor visitor) throws IOException {
    int cut = prefix.lastIndexOf('/') + 1;
    String first = prefix.substring(cut);
    List<String> above = cut == 0 ? List.of() : names(prefix.substring(0, cut - 1));
    try (SecureDirectoryStream<Path> folder = openFolder(above)) {
      List<Path> entries = names(folder);
      entries.removeIf(entry -> !entry.toString().startsWith(first));
      visit(new Level(folder, prefix.substring(0, cut), 0, isWhole), entries, visitor);
    } catch (NoSuchFileException absent) {
      return; // nothing is below it
    } catch (AccessDeniedException closed) {
      if (isWhole) {
        throw closed;
      }
    }
  }

  /// A folder that is visited.
  ///
  /// @param prefix how the paths of its entries begin
  /// @param isWhole whether what cannot be looked at ends the visit, and is not passed over
  private record Level(
      SecureDirectoryStream<Path> folder, String prefix, int depth, boolean isWhole) {}

  /// Takes the entries of one of its folders, files and folders, `most` of them at most, in no
  /// order. Nothing is there to take if the folder is not.
  public void list(String folder, int most, Visitor visitor) throws IOException {
    try (SecureDirectoryStream<Path> opened = openFolder(names(folder))) {
      int left = most;
      for (Iterator<Path> entries = opened.iterator(); left > 0 && entries.hasNext(); left--) {
        take(opened, folder, entries.next().getFileName(), visitor);
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    } catch (NoSuchFileException | PathRefused absent) {
      return; // what is no folder has no entries
    }
  }

  private static void take(
      SecureDirectoryStream<Path> opened, String folder, Path name, Visitor visitor)
      throws IOException {
    try {
      BasicFileAttributes attributes = attributes(opened, name);
      if (attributes.isRegularFile() || attributes.isDirectory()) {
        long modified = attributes.lastModifiedTime().toMillis();
        visitor.take(new Found(folder + "/" + name, attributes.size(), modified));
      }
    } catch (NoSuchFileException gone) {
      // whoever owns it removed it
    }
  }

  /// How many bytes the files that [#visit] sees have.
  public long bytes(String below) throws IOException {
    long[] bytes = {0};
    visit(
        below,
        file -> {
          bytes[0] += file.bytes();
          return true;
        });
    return bytes[0];
  }

  private static boolean visit(Level level, List<Path> entries, Visitor visitor)
      throws IOException {
    for (Path name : entries) {
      try {
        BasicFileAttributes attributes = attributes(level.folder(), name);
        String path = level.prefix() + name;
        if (attributes.isRegularFile()) {
          long modified = attributes.lastModifiedTime().toMillis();
          if (!visitor.take(new Found(path, attributes.size(), modified))) {
            return false;
          }
        } else if (attributes.isDirectory() && level.depth() < DEPTH_MAX) {
          try (SecureDirectoryStream<Path> below =
              level.folder().newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
            Level next = new Level(below, path + "/", level.depth() + 1, level.isWhole());
            if (!visit(next, names(below), visitor)) {
              return false;
            }
          }
        }
      } catch (NoSuchFileException gone) {
        // whoever owns it removed it
      } catch (AccessDeniedException closed) {
        if (level.isWhole()) {
          throw closed;
        }
      }
    }
    return true;
  }

  /// Removes the folder and all that is in it, however deep; nothing if it is not there.
  public void delete() throws IOException {
    if (Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)) {
      deleteAllBut(Set.of());
      Files.delete(root);
    }
  }

  /// Removes what is in the folder but for the entries of these names.
  public void deleteAllBut(Set<String> kept) throws IOException {
    deleteIf(name -> !kept.contains(name));
  }

  /// Removes the entries of the folder that have these names.
  public void deleteOnly(Set<String> removed) throws IOException {
    deleteIf(removed::contains);
  }

  private void deleteIf(Predicate<String> isRemoved) throws IOException {
    open(Files.getFileAttributeView(root, PosixFileAttributeView.class), root);
    try (SecureDirectoryStream<Path> folder = openRoot()) {
      List<Path> names = names(folder);
      names.removeIf(name -> !isRemoved.test(name.toString()));
      int moved = 0;
      while (!names.isEmpty()) {
        List<Path> deep = new ArrayList<>();
        for (Path name : names) {
          moved = delete(folder, root, name, 0, new Deep(folder, deep, moved));
        }
        names = deep;
      }
    }
  }

  /// Where folders go that are too deep to be removed where they are.
  private record Deep(SecureDirectoryStream<Path> top, List<Path> names, int moved) {
    Deep with(int newMoved) {
      return new Deep(top, names, newMoved);
    }

    /// Nobody has one of its name there. Returns how many names were tried so far.
    int take(SecureDirectoryStream<Path> folder, Path name) throws IOException {
      int number = moved;
      while (!isAbsent(top, ".deep-" + number)) {
        number++;
      }
      Path next = Path.of(".deep-" + number);
      folder.move(name, top, next);
      names.add(next);
      return number + 1;
    }
  }

  /// Returns how many were moved so far.
  private static int delete(
      SecureDirectoryStream<Path> folder, Path above, Path name, int depth, Deep deep)
      throws IOException {
    if (!attributes(folder, name).isDirectory()) {
      folder.deleteFile(name);
      return deep.moved();
    }
    Path path = above.resolve(name);
    open(
        folder.getFileAttributeView(name, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS),
        path);
    boolean isLong = path.toString().length() > PATH_CHARACTERS_MAX;
    if (depth == DEPTH_MAX || (depth > 0 && isLong)) {
      return deep.take(folder, name);
    }
    int moved = deep.moved();
    try (SecureDirectoryStream<Path> below =
        folder.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      for (Path inside : names(below)) {
        moved = delete(below, path, inside, depth + 1, deep.with(moved));
      }
    }
    folder.deleteDirectory(name);
    return moved;
  }

  /// A job may have closed its folder to its owner, who must get in to remove what is there, and to
  /// nobody else. What cannot be opened is left as it is: the next step says what is wrong.
  ///
  /// Root gets in anywhere and opens nothing: a folder that may not be read can only be opened by
  /// its path, and whoever put a link there would have root open what it leads to. Anybody else
  /// changes no more by it than what is theirs.
  private static void open(PosixFileAttributeView view, Path path) throws IOException {
    if (view.readAttributes().permissions().containsAll(OWNER_ALL) || ProcessUser.isRoot()) {
      return;
    }
    try {
      try {
        view.setPermissions(OWNER_ALL);
      } catch (AccessDeniedException unreadable) {
        Files.setPosixFilePermissions(path, OWNER_ALL);
      }
    } catch (FileSystemException left) {
      return; // somebody else's
    }
  }

  private static List<Path> names(SecureDirectoryStream<Path> folder) throws IOException {
    List<Path> names = new ArrayList<>();
    try {
      for (Path file : folder) {
        names.add(file.getFileName());
      }
    } catch (DirectoryIteratorException failure) {
      throw failure.getCause();
    }
    return names;
  }

  private static BasicFileAttributes attributes(SecureDirectoryStream<Path> folder, Path name)
      throws IOException {
    return folder
        .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .readAttributes();
  }
}
