package ebb.app.http;

import io.helidon.common.socket.SocketOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Sockets whose reads have a time limit, which the library sets only for those that are no
/// channels: what it accepts are.
record TimedSockets(SocketOptions options) implements SocketOptions {
  TimedSockets(Duration silence) {
    this(SocketOptions.builder().tcpNoDelay(true).readTimeout(silence).build());
  }

  @Override
  public void configureSocket(SocketChannel accepted) {
    options.configureSocket(accepted);
    try {
      accepted.socket().setSoTimeout(Math.toIntExact(readTimeout().toMillis()));
    } catch (IOException closed) {
      throw new UncheckedIOException(closed);
    }
  }

  @Override
  public Map<SocketOption<?>, Object> socketOptions() {
    return options.socketOptions();
  }

  @Override
  public Duration connectTimeout() {
    return options.connectTimeout();
  }

  @Override
  public Duration readTimeout() {
    return options.readTimeout();
  }

  @Override
  public Optional<Integer> socketReceiveBufferSize() {
    return options.socketReceiveBufferSize();
  }

  @Override
  public Optional<Integer> socketSendBufferSize() {
    return options.socketSendBufferSize();
  }

  @Override
  public boolean socketReuseAddress() {
    return options.socketReuseAddress();
  }

  @Override
  public boolean socketKeepAlive() {
    return options.socketKeepAlive();
  }

  @Override
  public boolean tcpNoDelay() {
    return options.tcpNoDelay();
  }
}
