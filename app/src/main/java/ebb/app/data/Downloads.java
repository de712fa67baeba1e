package ebb.app.data;

import ebb.app.files.Room;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Stream;

/// Files from the web. One that comes with an entity tag is kept and fetched again only when the
/// tag has changed; several jobs that ask for one at once wait for one download. What was not used
/// for longest makes way when all together take more than the bound.
///
/// `HOME/downloads/KEY` holds a file's bytes and `KEY.tag` its tag, KEY being its address's
/// SHA-256.
public final class Downloads {
  private static final Duration CONNECT = Duration.ofSeconds(20);

  /// Until the answer begins. The body may take as long as the job may take to start.
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private static final int REDIRECTS_MAX = 5;
  private static final String TAG = ".tag";

  private final Path folder;
  private final Bounds bounds;
  private final HttpClient client =
      HttpClient.newBuilder()
          .connectTimeout(CONNECT)
          .followRedirects(HttpClient.Redirect.NEVER)
          .build();

  /// By key, those of the files that are asked for now; guarded by itself.
  private final Map<String, Turn> turns = new HashMap<>();

  /// Whoever asks for a file waits for those who did so before: there is one download of it.
  private static final class Turn {
    final ReentrantLock lock = new ReentrantLock();
    int users;
  }

  /// What is fetched and kept.
  ///
  /// @param fileBytes the most that one file may have
  /// @param cacheBytes the most that all kept files may have together
  /// @param mayLoopback whether plain http to this machine itself is allowed
  public record Bounds(long fileBytes, long cacheBytes, boolean mayLoopback) {}

  private Downloads(Path folder, Bounds bounds) {
    this.folder = folder;
    this.bounds = bounds;
  }

  /// Opens the folder, made if absent. What had not arrived whole is removed.
  public static Downloads open(Path folder, Bounds bounds) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectory(folder, Room.PRIVATE_FOLDER);
    }
    try (Stream<Path> files = Files.list(folder)) {
      for (Path half : files.filter(file -> file.toString().endsWith(".new")).toList()) {
        Files.delete(half);
      }
    }
    return new Downloads(folder, bounds);
  }

  /// Puts the file of an address into a new file.
  ///
  /// @throws DataRefused if it cannot be had, today or ever
  /// @throws IOException if trying again can help
  public void fetch(URI uri, Path into, Room room) throws IOException, DataRefused {
    requireAllowed(uri);
    String key = key(uri);
    try (InputStream content = fresh(uri, key, room);
        OutputStream out = room.guard(Files.newOutputStream(into, StandardOpenOption.CREATE_NEW))) {
      content.transferTo(out);
    }
    makeRoom(key);
  }

  private InputStream fresh(URI uri, String key, Room room) throws IOException, DataRefused {
    Turn turn;
    synchronized (turns) {
      turn = turns.computeIfAbsent(key, _ -> new Turn());
      turn.users++;
    }
    try {
      turn.lock.lockInterruptibly();
      try {
        refresh(uri, folder.resolve(key), room);
        return Files.newInputStream(folder.resolve(key));
      } finally {
        turn.lock.unlock();
      }
    } catch (InterruptedException cancelled) {
      Thread.currentThread().interrupt();
      throw new IOException("the download was cancelled", cancelled);
    } finally {
      synchronized (turns) {
        turn.users--;
        if (turn.users == 0) {
          turns.remove(key);
        }
      }
    }
  }

  /// Anything else could read what only this machine can reach. The client looks the name up again
  /// as it connects, and gets the same addresses as long as the JVM remembers them (30 s, its
  /// `networkaddress.cache.ttl`): one that changes as they are forgotten is not caught.
  private void requireAllowed(URI uri) throws IOException, DataRefused {
    boolean isLoopback = true;
    for (InetAddress address : addresses(uri.getHost())) {
      if (address.isLinkLocalAddress()
          || address.isAnyLocalAddress()
          || address.isMulticastAddress()
          || (address.isLoopbackAddress() && !bounds.mayLoopback())) {
        throw new DataRefused(
            "%s is at %s, an address of this machine or its network alone: only what others can reach too is fetched."
                .formatted(uri.getHost(), address.getHostAddress()));
      }
      isLoopback &= address.isLoopbackAddress();
    }
    if (!"https".equalsIgnoreCase(uri.getScheme()) && !isLoopback) {
      throw new DataRefused(
          told(uri) + " is not fetched: only https is, so that nobody can change it.");
    }
  }

  /// A name that nobody has is the job's mistake; a resolver that does not answer may answer later.
  /// So does the JVM, which says no more than the name for some seconds after either.
  private static InetAddress[] addresses(String host) throws IOException, DataRefused {
    try {
      return InetAddress.getAllByName(host);
    } catch (UnknownHostException unknown) {
      if (!String.valueOf(unknown.getMessage()).contains("not known")) {
        throw new IOException("the name of the host " + host + " cannot be looked up now", unknown);
      }
      throw new DataRefused(
          "There is no host '%s': look at the address of the input.".formatted(host));
    }
  }

  private void refresh(URI uri, Path file, Room room)
      throws IOException, DataRefused, InterruptedException {
    Path tag = file.resolveSibling(file.getFileName() + TAG);
    String known = Files.exists(file) && Files.exists(tag) ? Files.readString(tag) : "";
    HttpResponse<InputStream> answer = ask(uri, known);
    try (InputStream body = answer.body()) {
      if (answer.statusCode() == 304 && !known.isEmpty()) {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
        return;
      }
      requireGood(uri, answer.statusCode());
      Files.deleteIfExists(tag);
      Path half = file.resolveSibling(file.getFileName() + ".new");
      store(uri, body, half, room);
      Files.move(half, file, StandardCopyOption.ATOMIC_MOVE);
      String newTag = answer.headers().firstValue("ETag").orElse("");
      if (!newTag.isEmpty()) {
        Files.writeString(tag, newTag);
      }
    }
  }

  private HttpResponse<InputStream> ask(URI uri, String known)
      throws IOException, DataRefused, InterruptedException {
    URI at = uri;
    for (int hop = 0; hop <= REDIRECTS_MAX; hop++) {
      requireAllowed(at);
      HttpRequest.Builder request = HttpRequest.newBuilder(at).timeout(ANSWER);
      if (!known.isEmpty()) {
        request.header("If-None-Match", known);
      }
      HttpResponse<InputStream> answer =
          client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
      String location = answer.headers().firstValue("Location").orElse("");
      if (answer.statusCode() / 100 != 3 || answer.statusCode() == 304 || location.isEmpty()) {
        return answer;
      }
      answer.body().close();
      at = next(at, location);
    }
    throw new DataRefused(told(uri) + " leads on more than " + REDIRECTS_MAX + " times.");
  }

  private static URI next(URI at, String location) throws DataRefused {
    try {
      URI next = at.resolve(location);
      if (next.getHost() != null) {
        return next;
      }
    } catch (IllegalArgumentException malformed) {
      throw new DataRefused(told(at) + " leads on to something that is no address.");
    }
    throw new DataRefused(told(at) + " leads on to something that is no address.");
  }

  private static void requireGood(URI uri, int status) throws IOException, DataRefused {
    if (status == 200) {
      return;
    }
    if (status >= 500 || status == 429) {
      throw new IOException(told(uri) + " answers " + status);
    }
    throw new DataRefused(
        "%s answers %d: name a file that can be had without a sign-in."
            .formatted(told(uri), status));
  }

  private void store(URI uri, InputStream body, Path half, Room room)
      throws IOException, DataRefused {
    Files.deleteIfExists(half);
    try (FileChannel channel = FileChannel.open(half, Room.NEW_FILE, Room.PRIVATE_FILE);
        OutputStream out = room.guard(java.nio.channels.Channels.newOutputStream(channel))) {
      byte[] piece = new byte[64 << 10];
      long bytes = 0;
      for (int read = body.read(piece); read >= 0; read = body.read(piece)) {
        bytes += read;
        if (bytes > bounds.fileBytes()) {
          throw new DataRefused(
              "%s has more than %d MiB: put it into a datastore, or raise inputs.download-mebibytes."
                  .formatted(told(uri), bounds.fileBytes() >> 20));
        }
        out.write(piece, 0, read);
      }
      out.flush();
      channel.force(true);
    } catch (IOException | DataRefused failure) {
      Files.deleteIfExists(half);
      throw failure;
    }
  }

  /// What is open stays readable for whoever reads it. One at a time: what is listed is there when
  /// it is looked at, for nobody else removes any.
  private synchronized void makeRoom(String keep) throws IOException {
    record Kept(Path file, long bytes, FileTime used) {}
    List<Kept> kept = new ArrayList<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.filter(path -> isContent(path)).toList()) {
        kept.add(new Kept(file, Files.size(file), Files.getLastModifiedTime(file)));
      }
    }
    kept.sort(Comparator.comparing(Kept::used));
    long sum = kept.stream().mapToLong(Kept::bytes).sum();
    for (Kept one : kept) {
      String key = one.file().getFileName().toString();
      if (sum > bounds.cacheBytes() && !key.equals(keep) && isRemoved(key)) {
        sum -= one.bytes();
      }
    }
  }

  /// Not while somebody asks for it, who may have been told that it is as it was.
  private boolean isRemoved(String key) throws IOException {
    synchronized (turns) {
      if (turns.containsKey(key)) {
        return false;
      }
      Files.deleteIfExists(folder.resolve(key + TAG));
      Files.deleteIfExists(folder.resolve(key));
      return true;
    }
  }

  private static boolean isContent(Path file) {
    return file.getFileName().toString().matches("[0-9a-f]{64}");
  }

  private static String told(URI uri) {
    return DataAddress.told(uri.toString());
  }

  private static String key(URI uri) {
    try {
      byte[] bytes = uri.toString().getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
