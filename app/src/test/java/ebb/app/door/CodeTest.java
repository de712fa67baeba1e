package ebb.app.door;

import static ebb.app.door.ServedHome.WORKSPACE;
import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.code.Bounds;
import ebb.app.code.Snapshot;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The files of jobs as they are sent to a server.
class CodeTest {
  @TempDir static Path folder;
  @AutoClose private static ServedHome server;

  @BeforeAll
  static void start() throws Exception {
    server = new ServedHome(folder);
    server.cluster(2);
  }

  private static String path(String hash) {
    return WORKSPACE + "/code/" + hash;
  }

  private static byte[] stream(Snapshot snapshot) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    snapshot.writeTo(out);
    return out.toByteArray();
  }

  private static Snapshot snapshot(String name, String content) throws Exception {
    Path source = Files.createDirectories(folder.resolve(name));
    Files.writeString(source.resolve("train.py"), content);
    return Snapshot.of(source, Bounds.DEFAULT);
  }

  @Test
  void isThereAfterItWasSentAndAfterAKill() throws Exception {
    byte[] large = new byte[5 << 20];
    new SplittableRandom(1).nextBytes(large);
    Path source = Files.createDirectories(folder.resolve("large"));
    Files.write(source.resolve("model.bin"), large);
    Snapshot snapshot = Snapshot.of(source, Bounds.DEFAULT);
    String path = path(snapshot.hash());
    assertThat(server.send("HEAD", path, "").status()).isEqualTo(404);
    assertThat(server.put(path, stream(snapshot)).status()).isEqualTo(201);
    assertThat(server.put(path, stream(snapshot)).status()).as("again").isEqualTo(200);
    server.kill();
    server.start();
    assertThat(server.send("HEAD", path, "").status()).isEqualTo(200);
  }

  @Test
  void thatWasOnItsWayWhenTheServerWasKilledIsNotThereAndIsSentAgain() throws Exception {
    Snapshot snapshot = snapshot("killed", "print(3)");
    byte[] whole = stream(snapshot);
    String path = path(snapshot.hash());
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      String head =
          "PUT %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\nContent-Length: %d\r\n\r\n"
              .formatted(path, server.port(), server.token(), whole.length);
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      socket.getOutputStream().write(whole, 0, whole.length / 2);
      socket.getOutputStream().flush();
      Path incoming = server.home().resolve("code/incoming");
      ServedHome.until("it is being read", () -> incoming.toFile().list().length > 0);
      server.kill();
    }
    server.start();
    assertThat(server.send("HEAD", path, "").status()).isEqualTo(404);
    assertThat(server.put(path, whole).status()).isEqualTo(201);
    assertThat(server.send("HEAD", path, "").status()).isEqualTo(200);
  }

  @Test
  void thatIsCutOrIsOtherThanItsHashIsNotThere() throws Exception {
    Snapshot snapshot = snapshot("cut", "print(1)");
    byte[] whole = stream(snapshot);
    assertThat(server.put(path(snapshot.hash()), Arrays.copyOf(whole, 700)).status())
        .isGreaterThanOrEqualTo(400);
    String other = path("0".repeat(64));
    assertThat(server.put(other, whole).body()).contains("CodeHashMismatch", snapshot.hash());
    assertThat(server.send("HEAD", path(snapshot.hash()), "").status()).isEqualTo(404);
    assertThat(server.send("HEAD", other, "").status()).isEqualTo(404);
  }

  @Test
  void withoutAHashOrAWorkspaceIsRefused() throws Exception {
    byte[] whole = stream(snapshot("unfit", "print(2)"));
    assertThat(server.put(path("..%2F..%2Fetc"), whole).status()).isEqualTo(400);
    String elsewhere = WORKSPACE.replace("/lab", "/nobodys") + "/code/" + "0".repeat(64);
    assertThat(server.put(elsewhere, whole).status()).isEqualTo(404);
  }
}
