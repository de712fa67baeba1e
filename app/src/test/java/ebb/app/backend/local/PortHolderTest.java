package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PortHolderTest {
  /// Of this process: it may call itself what it likes, as a job may.
  private static final Path NAME = Path.of("/proc/self/comm");

  @Test
  void nameThatAProcessHasGivenItselfSteersNoTerminalAndNoLog() throws Exception {
    byte[] before = Files.readAllBytes(NAME);
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      Files.write(NAME, "a\033[2J\nb\377 c".getBytes(StandardCharsets.ISO_8859_1));

      assertThat(PortHolder.words(socket.getLocalPort(), "none"))
          .isEqualTo("Process " + ProcessHandle.current().pid() + " (a?[2J?b? c) has it.");
    } finally {
      Files.write(
          NAME,
          new String(before, StandardCharsets.ISO_8859_1)
              .strip()
              .getBytes(StandardCharsets.ISO_8859_1));
    }
  }
}
