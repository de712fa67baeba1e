package ebb.agent.serve;

import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.Optional;

/// Lets in whoever owns the home, and root.
///
/// The home (0700) and the socket (0600) already say so; this is the second lock. The option that
/// tells the peer's user belongs to the module `jdk.net`, which the agent does not require, so it
/// is asked for by name, and the check is left out where a runtime lacks it.
public final class PeerCheck {
  private static final String ROOT = "root";

  private final UserPrincipal owner;

  public PeerCheck(Path home) throws IOException {
    this.owner = Files.getOwner(home);
  }

  boolean mayTalk(SocketChannel channel) throws IOException {
    Optional<SocketOption<?>> option =
        channel.supportedOptions().stream().filter(o -> o.name().equals("SO_PEERCRED")).findFirst();
    if (option.isEmpty()) {
      return true;
    }
    Object credentials = channel.getOption(option.get());
    try {
      Object user = credentials.getClass().getMethod("user").invoke(credentials);
      return owner.equals(user)
          || (user instanceof UserPrincipal someone && someone.getName().equals(ROOT));
    } catch (ReflectiveOperationException e) {
      return true;
    }
  }
}
