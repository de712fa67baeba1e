package ebb.app.api;

import ebb.app.http.Response;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Answers as a store of blobs gives them: files by their whole names, listed by how these begin.
final class Blobs {
  static final String NOT_FOUND = "BlobNotFound";

  /// As many as Azure lists at once, also where more are asked for.
  static final int PAGE = 5_000;

  private static final DateTimeFormatter HTTP_TIME =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private Blobs() {}

  /// What is known of a blob before it is read.
  record Blob(long bytes, long modifiedMillis) {
    String tag() {
      return "\"0x%X%016X\"".formatted(modifiedMillis, bytes);
    }

    String modified() {
      return HTTP_TIME.format(Instant.ofEpochMilli(modifiedMillis));
    }
  }

  /// Writes a part of a blob.
  interface Copying {
    void copy(long from, long bytes, OutputStream out) throws IOException;
  }

  /// A blob that can be read; closed by whoever gets it.
  record Content(Blob blob, Copying copying, AutoCloseable resource) {
    void close() throws IOException {
      try {
        resource.close();
      } catch (IOException failure) {
        throw failure;
      } catch (Exception impossible) {
        throw new IllegalStateException(impossible);
      }
    }
  }

  static Response absent(String code) {
    return Response.empty(404).with("x-ms-error-code", code).refusing(code);
  }

  static Response refused(int status, String code, String message) {
    return Json.refusal(status, code, message).with("x-ms-error-code", code);
  }

  /// That it is there, without its content.
  static Response there(Blob blob) {
    return described(Response.empty(200), blob)
        .with("Content-Length", String.valueOf(blob.bytes()))
        .with("x-ms-server-encrypted", "false");
  }

  static Response described(Response response, Blob blob) {
    return response
        .with("ETag", blob.tag())
        .with("Last-Modified", blob.modified())
        .with("x-ms-blob-type", "BlockBlob");
  }

  /// The content, or the part of it that is asked for.
  ///
  /// @param range one of bytes, as RFC 9110 has it
  /// @param match the tag that it must still have; null for any
  static Response content(Content content, @Nullable String range, @Nullable String match)
      throws IOException {
    Blob blob = content.blob();
    if (match != null && !match.equals("*") && !match.equals(blob.tag())) {
      content.close();
      return refused(412, "ConditionNotMet", "The file has changed meanwhile: read it again.");
    }
    FileEndpoints.Part part = FileEndpoints.part(range, blob.bytes());
    if (part == null) {
      content.close();
      return refused(416, "InvalidRange", "The file has " + blob.bytes() + " bytes.")
          .with("Content-Range", "bytes */" + blob.bytes());
    }
    Response.Streamed body =
        new Response.Streamed(
            "application/octet-stream",
            out -> {
              try {
                content.copying().copy(part.from(), part.bytes(), out);
              } finally {
                content.close();
              }
            });
    Response answer =
        described(new Response(range == null ? 200 : 206, List.of(), body), blob)
            .with("Content-Length", String.valueOf(part.bytes()))
            .with("Accept-Ranges", "bytes");
    return range == null
        ? answer
        : answer.with(
            "Content-Range",
            "bytes %d-%d/%d".formatted(part.from(), part.from() + part.bytes() - 1, blob.bytes()));
  }

  // Lists.

  /// What a list is asked for.
  ///
  /// @param delimiter what ends a part of a name: names that go on behind it are listed as one;
  ///   empty for none
  /// @param marker after which name it begins
  /// @param most how many rows at once
  record Asked(String prefix, String delimiter, String marker, long most) {}

  static Response list(NavigableMap<String, Blob> all, Asked asked) {
    TreeMap<String, @Nullable Blob> rows = new TreeMap<>();
    for (Map.Entry<String, Blob> each : all.tailMap(asked.prefix(), true).entrySet()) {
      String name = each.getKey();
      if (!name.startsWith(asked.prefix())) {
        break;
      }
      int end =
          asked.delimiter().isEmpty()
              ? -1
              : name.indexOf(asked.delimiter(), asked.prefix().length());
      rows.put(
          end < 0 ? name : name.substring(0, end + asked.delimiter().length()),
          end < 0 ? each.getValue() : null);
    }
    StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"utf-8\"?>");
    xml.append("<EnumerationResults><Blobs>");
    int listed = 0;
    String next = "";
    String last = "";
    for (Map.Entry<String, @Nullable Blob> row :
        rows.tailMap(asked.marker(), asked.marker().isEmpty()).entrySet()) {
      if (listed++ == asked.most()) {
        next = last;
        break;
      }
      last = row.getKey();
      append(xml, last, row.getValue());
    }
    xml.append("</Blobs><NextMarker>").append(escaped(next)).append("</NextMarker>");
    xml.append("</EnumerationResults>");
    return Response.of(200, "application/xml", xml.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static void append(StringBuilder xml, String name, @Nullable Blob blob) {
    String kind = blob == null ? "BlobPrefix" : "Blob";
    xml.append('<').append(kind).append('>');
    if (name.chars().allMatch(Blobs::isXml)) {
      xml.append("<Name>").append(escaped(name)).append("</Name>");
    } else {
      String encoded = URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
      xml.append("<Name Encoded=\"true\">").append(encoded).append("</Name>");
    }
    if (blob != null) {
      xml.append("<Properties><Last-Modified>").append(blob.modified()).append("</Last-Modified>");
      xml.append("<Etag>").append(escaped(blob.tag())).append("</Etag>");
      xml.append("<Content-Length>").append(blob.bytes()).append("</Content-Length>");
      xml.append("<BlobType>BlockBlob</BlobType></Properties>");
    }
    xml.append("</").append(kind).append('>');
  }

  /// Of what XML can have in it.
  private static boolean isXml(int c) {
    return c >= ' ' && c != 0xFFFE && c != 0xFFFF && !Character.isSurrogate((char) c);
  }

  private static String escaped(String text) {
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("\"", "&quot;");
  }
}
