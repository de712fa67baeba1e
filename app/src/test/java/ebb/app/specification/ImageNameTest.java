package ebb.app.specification;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImageNameTest {
  private static final String DIGEST = "@sha256:" + "ab".repeat(32);

  @ParameterizedTest
  @ValueSource(
      strings = {
        "docker-archive:/var/x.tar",
        "oci-archive:/var/x.tar",
        "oci-archive:/var/x.tar:name",
        "oci:/var/folder",
        "oci:folder/inner",
        "dir:/var/folder",
        "sif:/var/x.sif",
        "tarball:/var/x.tar",
        "containers-storage:[overlay@/var/lib]busybox",
        "containers-storage:docker.io/library/busybox",
        "docker-daemon:library/busybox:1",
        "ostree:busybox@/var/repository",
        "docker://docker.io/library/busybox",
        "host:port/busybox",
        "host:123456/busybox",
        "--privileged",
        "/var/folder",
        "../folder",
        "user:password@host/busybox",
        "busybox\nbusybox",
        "busybox-",
        "team/a..b",
        ""
      })
  void nameIsARegistrysAndNoPathOfTheMachine(String name) {
    assertThat(ImageName.fault(name).orElseThrow())
        .contains("is no name of an image", "REGISTRY")
        .doesNotContain("password");
  }

  @Test
  void pathIsInLowerCaseAndRegistryAndTagAreAsTheyAre() {
    for (String name : List.of("BusyBox", "Team/busybox", "example.org/team/BusyBox:1")) {
      assertThat(ImageName.fault(name).orElseThrow())
          .contains("'" + name + "'", "lower case", "busybox' and not");
    }
    assertThat(ImageName.fault("Example.org/team/busy_box--small:V1.0")).isEmpty();
    assertThat(ImageName.fault("busybox:" + "a".repeat(129))).isPresent();
  }

  @Test
  void nameIsWrittenInFullSoThatAllItsSpellingsAreOne() {
    assertThat(List.of("busybox", "library/busybox", "docker.io/busybox", "busybox:latest"))
        .extracting(ImageName::reference)
        .containsOnly("docker.io/library/busybox:latest");
    assertThat(ImageName.reference("team/small:1")).isEqualTo("docker.io/team/small:1");
    assertThat(ImageName.reference("localhost/small")).isEqualTo("localhost/small:latest");
    assertThat(ImageName.reference("here:5000/a/small:1")).isEqualTo("here:5000/a/small:1");
    assertThat(ImageName.reference("example.org/small:1" + DIGEST))
        .isEqualTo("example.org/small" + DIGEST);
  }
}
