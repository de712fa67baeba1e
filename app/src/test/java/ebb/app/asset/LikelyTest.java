package ebb.app.asset;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is said to whoever names something that is not there.
class LikelyTest {
  @TempDir Path folder;

  private static List<String> names(int many) {
    return IntStream.range(0, many).mapToObj("n%04d"::formatted).toList();
  }

  @Test
  void namesMostLikeTheOneThatWasAskedForComeFirstAndOthersAreCounted() {
    assertThat(Likely.among(List.of(), "roses")).isEqualTo("there are none");
    assertThat(Likely.among(List.of("tulips", "rose", "asters"), "roses"))
        .isEqualTo("there are rose, asters, tulips");
    assertThat(Likely.among(names(Likely.LOOKED_AT), "n0007"))
        .isEqualTo("there are n0007, n0000, n0001, n0002, n0003 and 995 more");
  }

  @Test
  void nobodyClaimsToHaveCountedMoreThanWereLookedAt() {
    assertThat(Likely.among(names(Likely.LOOKED_AT + 1), "n0007"))
        .isEqualTo("some are n0007, n0000, n0001, n0002, n0003");
  }

  @Test
  void noMoreNamesAndVersionsAreFoundThanAreLookedAt() throws Exception {
    for (String name : names(4)) {
      Files.createDirectories(folder.resolve("lab/" + name));
    }
    for (String version : List.of("1", "2", "3")) {
      // A folder: whoever opened it to read it would fail.
      Files.createDirectory(folder.resolve("lab/n0000/" + version + ".json"));
    }
    VersionFiles files = new VersionFiles(folder);
    assertThat(files.someNames("lab", 3)).hasSize(3).isSubsetOf(names(4));
    assertThat(files.someNames("lab", 5)).isEqualTo(names(4));
    assertThat(files.someVersions("lab", "n0000", 2)).hasSize(2).isSubsetOf("1", "2", "3");
    assertThat(files.someVersions("lab", "n0000", 4)).containsExactly("1", "2", "3");
  }
}
