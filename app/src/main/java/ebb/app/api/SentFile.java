package ebb.app.api;

import ebb.app.code.CodeRefused;
import ebb.app.code.PendingCode;
import ebb.app.http.Request;
import ebb.app.http.Response;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What a client of a store of blobs sends of one file: all of it at once, or in blocks, and then
/// which of them are the file. Azure's clients do the latter above 64 MiB.
record SentFile(PendingCode pending, String upload, String path, long keepFreeBytes) {
  /// 64 bytes, in base 64.
  private static final Pattern BLOCK = Pattern.compile("[A-Za-z0-9+/=]{1,88}");

  private static final Pattern LISTED =
      Pattern.compile("<(Latest|Uncommitted|Committed)>([^<]*)</\\1>");

  /// Room for 50,000 blocks, as many as a file may have in Azure.
  private static final int LIST_BYTES_MAX = 8 << 20;

  /// Takes what a request sends of it; false if there is no such upload.
  ///
  /// @param content the body, which is read only once
  boolean takes(Request request, InputStream content) throws IOException, CodeRefused {
    Instant now = Instant.now();
    String component = Bodies.or(request.query("comp"), "");
    return switch (component) {
      case "" -> pending.put(upload, path, content, keepFreeBytes, now);
      case "block" -> pending.putBlock(upload, block(request), content, keepFreeBytes, now);
      case "blocklist" -> pending.join(upload, path, blocks(content), keepFreeBytes, now);
      default ->
          throw CodeRefused.unfit(
              "Of a file there are 'block', 'blocklist' and 'metadata', and no '%s'."
                  .formatted(component));
    };
  }

  /// What is answered when it was taken.
  static Response answer() {
    return Blobs.described(Response.empty(201), new Blobs.Blob(0, System.currentTimeMillis()))
        .with("x-ms-request-server-encrypted", "false");
  }

  private PendingCode.BlockName block(Request request) throws CodeRefused {
    return new PendingCode.BlockName(path, fit(Bodies.or(request.query("blockid"), "")));
  }

  private static String fit(String block) throws CodeRefused {
    if (!BLOCK.matcher(block).matches()) {
      throw CodeRefused.unfit("A block is named by 64 bytes at most, in base 64.");
    }
    return block;
  }

  private static List<String> blocks(InputStream body) throws IOException, CodeRefused {
    byte[] list = body.readNBytes(LIST_BYTES_MAX + 1);
    if (list.length > LIST_BYTES_MAX) {
      throw CodeRefused.unfit("A list of blocks has %d bytes at most.".formatted(LIST_BYTES_MAX));
    }
    List<String> blocks = new ArrayList<>();
    Matcher listed = LISTED.matcher(new String(list, StandardCharsets.UTF_8));
    while (listed.find()) {
      if (listed.group(1).equals("Committed")) {
        throw CodeRefused.unfit(
            "The blocks that a file was made of are not kept: send all blocks again.");
      }
      blocks.add(fit(listed.group(2).strip()));
    }
    return blocks;
  }
}
