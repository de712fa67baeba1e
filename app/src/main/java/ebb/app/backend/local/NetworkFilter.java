package ebb.app.backend.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Keeps tasks that have the network from link-local addresses, where clouds hand out credentials,
/// and from the server's own port: rules of the machine's packet filter for the numbers that tasks
/// run as. Nor may they send anything from that port: a task that took it while the server is away
/// would else be told the token by the next client that asks.
///
/// One table for each range of numbers; servers that share a range add their ports to it. It stays
/// when a server ends, for tasks outlive it. A later start takes out what nobody listens on any
/// more, unless another server that is away may come back to it. It needs root, and tasks that run
/// as other users than the server.
final class NetworkFilter {
  /// A port of a listed set, and the installation that it was closed for.
  private static final Pattern ELEMENT = Pattern.compile("\\b([0-9]{1,5}) comment \"([^\"]+)\"");

  private NetworkFilter() {}

  /// Puts the rules into force; returns what is missing for it, empty if nothing.
  static String close(TaskUsers.@Nullable Range users, int port, String installation)
      throws IOException {
    if (users == null) {
      return "keeping jobs from link-local addresses and from the server's port needs a server that"
          + " runs as root; a cluster with its network closed needs no filter";
    }
    Optional<String> nft = Programs.find("nft");
    if (nft.isEmpty()) {
      return "install the package nftables, which keeps jobs from link-local addresses and from the"
          + " server's port";
    }
    String table = "inet ebb_" + users.first() + "_" + users.last();
    Programs.Ended ended =
        Programs.run(List.of(nft.get(), "-f", "-"), rules(table, users, port, installation));
    if (!ended.isFine()) {
      return "nft of the package nftables cannot keep jobs from link-local addresses here: "
          + ended.words();
    }
    Programs.Ended listed =
        Programs.run(List.of(nft.get(), "-f", "-"), "list set " + table + " ports\n");
    for (int old : deserted(listed.output(), port, installation)) {
      Programs.run(
          List.of(nft.get(), "-f", "-"), "delete element " + table + " ports { " + old + " }\n");
    }
    return "";
  }

  /// One transaction: at no time is there less than before. `reject` and not `drop`, so that a task
  /// is told at once. The element is added anew, for whose it is may have changed.
  private static String rules(String table, TaskUsers.Range users, int port, String installation) {
    return """
    add table %1$s
    add set %1$s ports { type inet_service ; }
    add chain %1$s output { type filter hook output priority 0 ; policy accept ; }
    flush chain %1$s output
    add rule %1$s output meta skuid %2$d-%3$d ip daddr 169.254.0.0/16 reject
    add rule %1$s output meta skuid %2$d-%3$d ip6 daddr fe80::/10 reject
    add rule %1$s output meta skuid %2$d-%3$d ip daddr 127.0.0.0/8 tcp dport @ports reject
    add rule %1$s output meta skuid %2$d-%3$d ip6 daddr ::1 tcp dport @ports reject
    add rule %1$s output meta skuid %2$d-%3$d tcp sport @ports reject
    add element %1$s ports { %4$d }
    delete element %1$s ports { %4$d }
    add element %1$s ports { %4$d comment "%5$s" }
    """
        .formatted(table, users.first(), users.last(), port, installation);
  }

  /// The ports of a listed set that nobody listens on, nor any other server that has tasks will.
  private static List<Integer> deserted(String listed, int own, String installation) {
    List<Integer> deserted = new ArrayList<>();
    Matcher element = ELEMENT.matcher(listed);
    while (element.find()) {
      int port = Integer.parseInt(element.group(1));
      boolean mayReturn =
          !element.group(2).equals(installation)
              && Files.exists(Neighbours.FOLDER.resolve(element.group(2)));
      if (port != own && !mayReturn && isFree(port)) {
        deserted.add(port);
      }
    }
    return deserted;
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.setReuseAddress(true);
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
