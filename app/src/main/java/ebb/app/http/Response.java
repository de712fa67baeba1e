package ebb.app.http;

import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/// What is answered: bytes that are all there, or a stream that is written while it comes to be.
///
/// @param code the error code of a refusal, for whoever counts them; empty otherwise
public record Response(int status, List<Header> headers, Body body, String code) {
  public Response {
    headers = List.copyOf(headers);
  }

  public Response(int status, List<Header> headers, Body body) {
    this(status, headers, body, "");
  }

  public record Header(String name, String value) {}

  public sealed interface Body {}

  /// All of it.
  public static final class Whole implements Body {
    private final String contentType;
    private final byte[] bytes;

    Whole(String contentType, byte[] bytes) {
      this.contentType = contentType;
      this.bytes = bytes;
    }

    String contentType() {
      return contentType;
    }

    byte[] bytes() {
      return bytes;
    }
  }

  /// Written piece by piece; each flush reaches the reader.
  public record Streamed(String contentType, Writing writing) implements Body {}

  /// Writes a body. Ends with an exception of the stream when the reader has gone.
  public interface Writing {
    void to(OutputStream out) throws IOException;
  }

  public static Response of(int status, String contentType, byte[] bytes) {
    return new Response(status, List.of(), new Whole(contentType, bytes));
  }

  public static Response streamed(String contentType, Writing writing) {
    return new Response(200, List.of(), new Streamed(contentType, writing));
  }

  public static Response empty(int status) {
    return of(status, "", new byte[0]);
  }

  public Response with(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new Response(status, more, body, code);
  }

  /// As a refusal with this error code.
  public Response refusing(String refusalCode) {
    return new Response(status, headers, body, refusalCode);
  }
}
