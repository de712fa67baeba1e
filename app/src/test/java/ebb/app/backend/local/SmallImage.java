package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;

/// An image of nothing but busybox, imported into podman.
final class SmallImage {
  private SmallImage() {}

  static void make(Path folder, String name) throws Exception {
    assumeTrue(Files.isExecutable(Path.of("/bin/busybox")), "needs the package busybox-static");
    Path root = Files.createDirectories(folder.resolve("image/bin"));
    Files.createDirectories(folder.resolve("image/tmp"));
    Files.copy(Path.of("/bin/busybox"), root.resolve("busybox"));
    Files.setPosixFilePermissions(
        root.resolve("busybox"), PosixFilePermissions.fromString("rwxr-xr-x"));
    Files.createSymbolicLink(root.resolve("sh"), Path.of("busybox"));
    String tar = folder.resolve("image.tar").toString();
    assertThat(
            Programs.run(
                    List.of("/bin/tar", "-C", folder.resolve("image").toString(), "-cf", tar, "."),
                    "")
                .isFine())
        .isTrue();
    podman("import", tar, name);
  }

  static void podman(String... words) throws Exception {
    Programs.Ended ended = run("", words);
    assertThat(ended.isFine()).as(ended.output()).isTrue();
  }

  static Programs.Ended run(String input, String... words) throws Exception {
    List<String> command = new ArrayList<>(List.of("/usr/bin/podman", "--cgroup-manager=cgroupfs"));
    command.addAll(List.of(words));
    return Programs.run(command, input);
  }
}
