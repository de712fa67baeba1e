package ebb.app.http;

import io.helidon.common.buffers.DataReader;
import io.helidon.http.RequestException;
import io.helidon.webserver.CloseConnectionException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/// A body as it comes. Whatever keeps the library from reading it came from its sender.
final class BodyStream extends InputStream {
  private final InputStream in;

  private interface Reading {
    int next() throws IOException;
  }

  BodyStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    return read(in::read);
  }

  @Override
  public int read(byte[] bytes, int from, int most) throws IOException {
    return read(() -> in.read(bytes, from, most));
  }

  private static int read(Reading reading) throws IOException {
    try {
      return reading.next();
    } catch (DataReader.InsufficientDataAvailableException
        | CloseConnectionException
        | UncheckedIOException over) {
      throw new Unread("its body ended before it was whole", true, over);
    } catch (RequestException malformed) {
      throw new Unread("its body: " + malformed.getMessage(), false, malformed);
    } catch (NumberFormatException malformed) {
      throw new Unread(
          "the length of a chunk of its body is no hexadecimal number", false, malformed);
    }
  }
}
