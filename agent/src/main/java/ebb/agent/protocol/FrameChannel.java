package ebb.agent.protocol;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/// A connection that carries frames: `length u32 · kind u8 · body`, the length without itself.
///
/// One thread reads and one writes at a time; callers see to it. Nothing here waits for a bounded
/// time: whoever needs a deadline closes the channel from outside, which ends the wait.
public final class FrameChannel implements Closeable {
  /// A start of 4,000 tasks with 4 KB each fits; a lie about a length cannot take the heap.
  public static final int FRAME_BYTES_MAX = 16 * 1024 * 1024;

  private static final int READ_BYTES = 64 * 1024;
  private static final int HEAD_BYTES = 5;

  private final SocketChannel channel;
  private final ByteBuffer head = ByteBuffer.allocate(HEAD_BYTES);
  private ByteBuffer input = ByteBuffer.allocate(READ_BYTES).flip();

  public FrameChannel(SocketChannel channel) {
    this.channel = channel;
  }

  /// Writes the whole frame in one gathering write, if the socket takes it.
  public void send(Frame frame) throws IOException {
    ByteBuffer body = frame.body().duplicate();
    if (body.remaining() + 1 > FRAME_BYTES_MAX) {
      throw new MalformedFrame("a message of " + body.remaining() + " bytes: ask in smaller parts");
    }
    head.clear().putInt(body.remaining() + 1).put((byte) frame.kind().number()).flip();
    ByteBuffer[] parts = {head, body};
    while (head.hasRemaining() || body.hasRemaining()) {
      channel.write(parts);
    }
  }

  /// Waits for the next frame. Its body is valid until the next call.
  public Frame receive() throws IOException {
    fill(HEAD_BYTES);
    int length = input.getInt();
    if (length < 1 || length > FRAME_BYTES_MAX) {
      throw new MalformedFrame("a frame of " + length + " bytes");
    }
    FrameKind kind = FrameKind.of(Byte.toUnsignedInt(input.get()));
    fill(length - 1);
    ByteBuffer body = input.slice(input.position(), length - 1);
    input.position(input.position() + length - 1);
    return new Frame(kind, body);
  }

  private void fill(int wanted) throws IOException {
    if (input.remaining() >= wanted) {
      return;
    }
    if (wanted > input.capacity()) {
      input = ByteBuffer.allocate(Math.max(wanted, READ_BYTES)).put(input).flip();
    } else if (input.capacity() > READ_BYTES
        && wanted <= READ_BYTES
        && input.remaining() < READ_BYTES) {
      input = ByteBuffer.allocate(READ_BYTES).put(input).flip();
    }
    input.compact();
    while (input.position() < wanted) {
      if (channel.read(input) < 0) {
        throw new EOFException("the other side closed the connection");
      }
    }
    input.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
