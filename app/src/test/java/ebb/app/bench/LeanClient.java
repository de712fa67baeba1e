package ebb.app.bench;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/// One kept-alive HTTP/1.1 connection that does as little as possible, because the load generator
/// shares the machine with what it measures.
final class LeanClient implements AutoCloseable {
  /// A server closes a connection on which nothing comes for half a minute.
  private static final long SILENT_NANOS = 15_000_000_000L;

  private final int port;
  private final String fixedHeaders;
  private Socket socket;
  private OutputStream out;
  private InputStream in;
  private long usedAt = System.nanoTime();
  private byte[] body = new byte[0];

  LeanClient(int port, String token) throws IOException {
    this.port = port;
    this.fixedHeaders =
        " HTTP/1.1\r\nHost: 127.0.0.1:" + port + "\r\nAuthorization: Bearer " + token + "\r\n";
    connect();
  }

  private void connect() throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(60_000);
    out = socket.getOutputStream();
    in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
  }

  /// Sends a request and returns the status; [#body] is the answer's.
  int request(String method, String path, byte[] content) throws IOException {
    if (System.nanoTime() - usedAt > SILENT_NANOS) {
      socket.close();
      connect();
    }
    usedAt = System.nanoTime();
    String head =
        method
            + " "
            + path
            + fixedHeaders
            + (content.length > 0 ? "Content-Type: application/json\r\n" : "")
            + "Content-Length: "
            + content.length
            + "\r\n\r\n";
    byte[] headBytes = head.getBytes(StandardCharsets.ISO_8859_1);
    byte[] message = new byte[headBytes.length + content.length];
    System.arraycopy(headBytes, 0, message, 0, headBytes.length);
    System.arraycopy(content, 0, message, headBytes.length, content.length);
    out.write(message);
    return readAnswer();
  }

  String body() {
    return new String(body, StandardCharsets.UTF_8);
  }

  private int readAnswer() throws IOException {
    String status = line();
    int length = 0;
    boolean chunked = false;
    for (String header = line(); !header.isEmpty(); header = line()) {
      if (header.regionMatches(true, 0, "content-length:", 0, 15)) {
        length = Integer.parseInt(header.substring(15).trim());
      } else if (header.regionMatches(true, 0, "transfer-encoding: chunked", 0, 26)) {
        chunked = true;
      }
    }
    body = chunked ? readChunks() : in.readNBytes(length);
    return Integer.parseInt(status.substring(9, 12));
  }

  private byte[] readChunks() throws IOException {
    java.io.ByteArrayOutputStream all = new java.io.ByteArrayOutputStream();
    for (int size = Integer.parseInt(line(), 16); size > 0; size = Integer.parseInt(line(), 16)) {
      all.write(in.readNBytes(size));
      line();
    }
    line();
    return all.toByteArray();
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder(64);
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the server closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
