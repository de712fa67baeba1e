package ebb.agent;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/// The folder that one agent serves, and what lies where in it.
///
/// | file | holds |
/// | --- | --- |
/// | agent.lock | the lock, and the pid of the agent that has it |
/// | agent.sock | the socket |
/// | agent.record | the record |
/// | agent.log | what the agent has to say to an operator |
public record AgentHome(Path root) {
  /// `sockaddr_un.sun_path` has 108 bytes with the closing NUL.
  private static final int SOCKET_PATH_BYTES_MAX = 107;

  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");

  public AgentHome {
    root = root.toAbsolutePath().normalize();
  }

  Path lock() {
    return root.resolve("agent.lock");
  }

  Path socket() {
    return root.resolve("agent.sock");
  }

  Path record() {
    return root.resolve("agent.record");
  }

  Path log() {
    return root.resolve("agent.log");
  }

  /// Makes the folder if it is absent, and makes sure that nobody else can enter it. What it is in
  /// is not made: where that was moved away, an agent would begin anew beside the one there is.
  void prepare() throws IOException {
    if (!Files.isDirectory(root)) {
      Files.createDirectory(root, PosixFilePermissions.asFileAttribute(PRIVATE));
    }
    Set<PosixFilePermission> others = EnumSet.copyOf(Files.getPosixFilePermissions(root));
    others.removeAll(PRIVATE);
    if (!others.isEmpty()) {
      Files.setPosixFilePermissions(root, PRIVATE);
    }
  }

  /// Something that is done with the address of a socket.
  interface SocketUse<R> {
    R with(UnixDomainSocketAddress address) throws IOException;
  }

  /// Binds or connects by the socket's path, or, if that is too long for the kernel, by a short
  /// link in a fresh private folder that lives only as long as the call: both resolve to the same
  /// file.
  <R> R atSocket(SocketUse<R> use) throws IOException {
    if (socket().toString().getBytes(StandardCharsets.UTF_8).length <= SOCKET_PATH_BYTES_MAX) {
      return use.with(UnixDomainSocketAddress.of(socket()));
    }
    Path folder = Files.createTempDirectory("ebb");
    Path link = folder.resolve("home");
    try {
      Files.createSymbolicLink(link, root);
      return use.with(UnixDomainSocketAddress.of(link.resolve("agent.sock")));
    } finally {
      Files.deleteIfExists(link);
      Files.deleteIfExists(folder);
    }
  }

  /// Whether there is a socket, be it dead or alive.
  boolean hasSocket() {
    return Files.exists(socket(), LinkOption.NOFOLLOW_LINKS);
  }
}
