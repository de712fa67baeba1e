package ebb.app.backend.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A machine on which link-local addresses answer, as a cloud's do where it hands out credentials:
/// else a connection that is refused says nothing about who refused it. Needs root and `ip`; those
/// of version 6 are left out where the machine has none.
public final class LinkLocal implements AutoCloseable {
  /// Of this process, for others may run the same tests.
  private static final String SUFFIX =
      (1 + ProcessHandle.current().pid() % 250)
          + "."
          + (1 + ProcessHandle.current().pid() / 250 % 250);

  private static final String V4 = "169.254." + SUFFIX;
  private static final String V6 =
      "fe80::ebb:" + Long.toHexString(ProcessHandle.current().pid() & 0xFFFF);

  private static final Path NO_V6 = Path.of("/proc/sys/net/ipv6/conf/lo/disable_ipv6");

  private final ServerSocket listening;

  /// With their lengths, as `ip` wants them.
  private final List<String> added = new ArrayList<>();

  /// What this machine lacks for it; empty if nothing.
  public static String missing() {
    return Programs.find("ip").isEmpty() ? "needs ip of the package iproute2" : "";
  }

  public LinkLocal() throws IOException {
    listening = new ServerSocket(0);
    try {
      add(V4 + "/32");
      if (Files.exists(NO_V6) && Files.readString(NO_V6).strip().equals("0")) {
        add(V6 + "/128");
      }
    } catch (IOException failure) {
      close();
      throw failure;
    }
    Thread _ = Thread.ofVirtual().start(() -> answer(listening));
  }

  private void add(String address) throws IOException {
    change("add", address);
    added.add(address);
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
    return added.size() == 1 ? List.of(V4) : List.of(V4, V6 + "%lo");
  }

  /// Whether it does for whoever is no task.
  public boolean answers(String address) throws IOException {
    try (Socket client = new Socket()) {
      client.connect(new InetSocketAddress(InetAddress.getByName(address), port()), 2_000);
      return client.isConnected();
    }
  }

  private static void change(String how, String address) throws IOException {
    Programs.Ended ended = Programs.run(List.of("ip", "address", how, address, "dev", "lo"), "");
    if (!ended.isFine()) {
      throw new IOException("ip address " + how + " " + address + ": " + ended.words());
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    for (String address : added) {
      change("del", address);
    }
  }
}
