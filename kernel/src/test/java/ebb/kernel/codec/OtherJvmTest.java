package ebb.kernel.codec;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/// The same content is the same bytes in every JVM, whatever it does with hash codes.
class OtherJvmTest {
  @Test
  void anotherJvmWritesTheSameBytes() throws IOException, InterruptedException {
    String here = digest();
    for (String hashCodes : List.of("-XX:hashCode=0", "-XX:hashCode=2")) {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-XX:+UnlockExperimentalVMOptions",
                  hashCodes,
                  "-Xmx256m",
                  "-Dfile.encoding=ISO-8859-1",
                  "-Duser.language=tr",
                  "-cp",
                  System.getProperty("java.class.path"),
                  OtherJvm.class.getName())
              .redirectErrorStream(true)
              .start();
      String there = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      process.waitFor();
      assertThat(there.strip()).isEqualTo(here);
    }
  }

  static String digest() {
    RandomSource random = new RandomSource(1);
    byte[] batch = BatchCodec.encode(RoundTripTest.batch(random, 300));
    byte[] hash = BatchCodec.chain(BatchCodec.noHash(), 1, 1, 300, batch);
    SnapshotWriter snapshot = new SnapshotWriter(300, hash);
    StateDigest digest = new StateDigest(FormatVersion.CURRENT);
    for (int i = 0; i < 300; i++) {
      Record entity = (Record) Values.of(StateFormats.TABLE.records(), random);
      snapshot.add(entity);
      digest.add(entity);
    }
    byte[] last = BatchCodec.chain(hash, 1, 301, 1, snapshot.finish());
    return HexFormat.of().formatHex(BatchCodec.chain(last, 1, 302, 1, digest.finish()));
  }

  /// The other side.
  public static final class OtherJvm {
    private OtherJvm() {}

    public static void main(String[] args) {
      System.out.println(digest());
    }
  }
}
