package ebb.app.backend.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;

/// A machine on which link-local addresses answer, as a cloud's do where it hands out credentials:
/// else a connection that is refused says nothing about who refused it. Needs root and `ip`.
public final class LinkLocal implements AutoCloseable {
  /// Of this process, for others may run the same tests.
  private static final String SUFFIX =
      (1 + ProcessHandle.current().pid() % 250)
          + "."
          + (1 + ProcessHandle.current().pid() / 250 % 250);

  private static final String V4 = "169.254." + SUFFIX;
  private static final String V6 =
      "fe80::ebb:" + Long.toHexString(ProcessHandle.current().pid() & 0xFFFF);

  private final ServerSocket listening;

  public LinkLocal() throws IOException {
    change("add");
    listening = new ServerSocket(0);
    Thread _ = Thread.ofVirtual().start(() -> answer(listening));
  }

  /// Lets everybody in and out again, until it is closed.
  static void answer(ServerSocket socket) {
    try {
      while (true) {
        socket.accept().close();
      }
    } catch (IOException closed) {
      // that was all
    }
  }

  /// Of all addresses of this machine.
  public int port() {
    return listening.getLocalPort();
  }

  public List<String> addresses() {
    return List.of(V4, V6 + "%lo");
  }

  /// Whether it does for whoever is no task.
  public boolean answers(String address) throws IOException {
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(InetAddress.getByName(address), port()), 2_000);
      return client.isConnected();
    }
  }

  private static void change(String how) throws IOException {
    for (String address : List.of(V4 + "/32", V6 + "/128")) {
      Programs.Ended ended = Programs.run(List.of("ip", "address", how, address, "dev", "lo"), "");
      if (!ended.isFine()) {
        throw new IOException("ip address " + how + " " + address + ": " + ended.words());
      }
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    change("del");
  }
}
