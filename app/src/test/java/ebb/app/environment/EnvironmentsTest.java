package ebb.app.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.app.asset.AssetRefused;
import ebb.app.asset.VersionedAssets;
import ebb.app.specification.Specification;
import ebb.app.specification.Specification.HostEnvironment;
import ebb.app.specification.Specification.Image;
import ebb.app.specification.Specification.ImageOr;
import ebb.app.specification.Specification.ImageWith;
import ebb.app.specification.Specification.Packages;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.dataformat.yaml.YAMLMapper;

class EnvironmentsTest {
  private static final Scope LAB = Scope.workspace("sub", "team", "lab");

  @TempDir Path home;
  private @Nullable VersionedAssets kept;

  private Environments environments() throws Exception {
    return Environments.open(home, _ -> WorkspaceId.NONE);
  }

  private Specification.Environment resolve(String reference) throws Exception {
    return environments().resolve(LAB, reference);
  }

  private void put(String name, String version, String content) throws Exception {
    if (kept == null) {
      kept = environments().versions();
    }
    kept.put(LAB, new VersionedAssets.Version(name, version, 0, content, "", content, false));
  }

  @Test
  void namesThatAzuresExamplesUseAreKnown() throws Exception {
    for (String reference :
        List.of(
            "azureml://registries/azureml/environments/sklearn-1.5/labels/latest",
            "azureml:AzureML-sklearn-1.5@latest",
            "azureml://registries/azureml/environments/acpt-pytorch-2.8-cuda12.6/versions/3")) {
      assertThat(resolve(reference)).as(reference).isInstanceOf(Packages.class);
    }
    assertThat(resolve("ebb-host")).isEqualTo(new HostEnvironment());
  }

  @Test
  void unknownNameIsRefusedWithTheLineToAdd() throws Exception {
    assertThatThrownBy(
            () -> resolve("azureml://registries/azureml/environments/nobodys/labels/latest"))
        .isInstanceOf(EnvironmentRefused.class)
        .hasMessageContaining(home.resolve("environments.yaml").toString())
        .hasMessageContaining("azureml/nobodys: {pip: [numpy]}");
    Files.writeString(home.resolve("environments.yaml"), "azureml/nobodys: {pip: [numpy]}\n");
    assertThat(resolve("azureml://registries/azureml/environments/nobodys/labels/latest"))
        .isEqualTo(new Packages("", List.of("numpy")));
  }

  @Test
  void versionNeverChangesAndTheNewestIsMeantIfNoneIsNamed() throws Exception {
    put("mine", "1", "{\"image\":\"library/python:3.11\"}");
    put("mine", "1", "{\"image\":\"library/python:3.11\"}");
    assertThatThrownBy(() -> put("mine", "1", "{\"image\":\"other\"}"))
        .hasMessageContaining("versions do not change");
    put("mine", "2", "{\"image\":\"example.org/made/by:us\"}");
    assertThat(resolve("azureml:mine:1"))
        .isEqualTo(new ImageOr(new Image("library/python:3.11"), new Packages("", List.of())));
    assertThat(resolve("azureml:mine@latest")).isEqualTo(new Image("example.org/made/by:us"));
    assertThat(
            resolve(
                "/subscriptions/sub/resourceGroups/team/providers/Microsoft.MachineLearningServices/workspaces/lab/environments/MINE/versions/2"))
        .isEqualTo(new Image("example.org/made/by:us"));
    assertThatThrownBy(() -> put("../up", "1", "{}")).isInstanceOf(AssetRefused.class);
  }

  @Test
  void newestVersionIsTheOneThatWasSentLastAndNotTheOneWithTheLargestName() throws Exception {
    put("grown", "9", "{\"image\":\"example.org/nine\"}");
    put("grown", "10", "{\"image\":\"example.org/ten\"}");
    assertThat(resolve("azureml:grown@latest")).isEqualTo(new Image("example.org/ten"));
    assertThat(environments().versions().latest(LAB, "grown"))
        .map(VersionedAssets.Version::version)
        .contains("10");
    assertThat(environments().versions().latest(LAB, "nobodys")).isEmpty();
  }

  @Test
  void condaFileBecomesPackagesForPip() throws Exception {
    put(
        "conda",
        "1",
        "{\"condaFile\":\"channels: [conda-forge]\\ndependencies:\\n- python=3.10.4\\n- pip=22\\n- numpy=1.21\\n- conda-forge::scipy>=1.5\\n- pandas\\n- pip:\\n  - torch==2.1\\n  - mlflow\\n\"}");
    assertThat(resolve("conda"))
        .isEqualTo(
            new Packages(
                "3.10",
                List.of(
                    "numpy==1.21.*",
                    "scipy>=1.5",
                    "pandas",
                    "torch==2.1",
                    "mlflow",
                    "# taken from PyPI, and not from the conda file's channels: numpy==1.21.*, scipy>=1.5, pandas")));
    put("long", "1", "{\"condaFile\":\"dependencies: ['" + "a".repeat(257) + "']\"}");
    assertThatThrownBy(() -> resolve("long")).hasMessageContaining("257 characters: 256 at most");
    put("broken", "1", "{\"condaFile\":\"dependencies: 3\"}");
    assertThatThrownBy(() -> resolve("broken")).hasMessageContaining("no list 'dependencies'");
  }

  private static String conda(String dependency) {
    return "{\"condaFile\":\"dependencies: [" + dependency + "]\"}";
  }

  @Test
  void versionsOfACondaFileBecomeWhatPipReadsTheSameWay() throws Exception {
    String[][] versions = {
      {"scipy>=1.5,<=1.8", "scipy>=1.5,<=1.8"},
      {"numpy!=1.19.4,>=1.17", "numpy!=1.19.4,>=1.17"},
      {"numpy >=1.17, <2", "numpy>=1.17,<2"},
      {"numpy=1.21,!=1.21.3", "numpy==1.21.*,!=1.21.3"},
      {"numpy=1.21.2=py39_0", "numpy==1.21.2.*"},
      {"numpy==1.21.2=py39_0", "numpy==1.21.2"},
      {"numpy 1.21", "numpy==1.21.*"},
      {"numpy=1.21.*", "numpy==1.21.*"},
      {"numpy=1.21*", "numpy==1.21.*"},
      {"numpy=*", "numpy"},
      {"numpy~=1.21", "numpy~=1.21"},
      {"conda-forge/linux-64::numpy<2", "numpy<2"}
    };
    for (String[] each : versions) {
      String name = "versions-" + each[0].hashCode();
      put(name, "1", conda("'" + each[0] + "'"));
      assertThat(((Packages) resolve(name)).requirements().getFirst())
          .as(each[0])
          .isEqualTo(each[1]);
    }
    for (String wrong : List.of("numpy>=1.2|<1", "numpy>=", "numpy=>1", "numpy>=1.5=py_0")) {
      String name = "wrong-" + wrong.hashCode();
      put(name, "1", conda("'" + wrong + "'"));
      assertThatThrownBy(() -> resolve(name))
          .as(wrong)
          .isInstanceOf(EnvironmentRefused.class)
          .hasMessageContaining("'" + wrong + "'");
    }
    for (String wrong : List.of("{pip: [{a: b}]}", "{pip: [[a]]}", "{pip: [null]}", "[a]")) {
      String name = "shape-" + wrong.hashCode();
      put(name, "1", conda(wrong));
      assertThatThrownBy(() -> resolve(name)).as(wrong).isInstanceOf(EnvironmentRefused.class);
    }
  }

  @Test
  void pythonIsTheOneThatACondaFileNamesAndNeverOneThatItExcludes() throws Exception {
    String[][] named = {
      {"python=3.10.4", "3.10"},
      {"python==3.10", "3.10"},
      {"python>=3.10,<3.13", "3.10"},
      {"python<3.13,>=3.10", "3.10"},
      {"python=3.10=h12debd9_1", "3.10"},
      {"python~=3.10", "3.10"},
      {"python 3.10", "3.10"},
      {"python=3", ""},
      {"python", ""}
    };
    for (String[] each : named) {
      String name = "python-" + each[0].hashCode();
      put(name, "1", conda("'" + each[0] + "'"));
      assertThat(resolve(name)).as(each[0]).isEqualTo(new Packages(each[1], List.of()));
    }
    for (String wrong : List.of("<3.12", "!=3.9", ">3.9", ">=3.9,!=3.9.*", "=3.9,=3.10")) {
      String name = "no-python-" + wrong.hashCode();
      put(name, "1", conda("'python" + wrong + "'"));
      assertThatThrownBy(() -> resolve(name))
          .as(wrong)
          .isInstanceOf(EnvironmentRefused.class)
          .hasMessageContaining("does not say which Python: name one");
    }
  }

  @Test
  void environmentOfAnotherWorkspaceIsNotTakenForOneOfThisThatIsCalledTheSame() throws Exception {
    put("mine", "1", "{\"image\":\"example.org/made\"}");
    String mine = LAB.path() + "/environments/mine/versions/1";
    for (String before : List.of("", "azureml:", "azureml:/", "AZUREML://")) {
      String same = before + mine.substring(before.endsWith("/") ? 1 : 0);
      for (String spelled :
          List.of(
              same,
              same.replace("resourceGroups", "resourcegroups"),
              same.replace("/providers/Microsoft.MachineLearningServices", ""))) {
        assertThat(resolve(spelled)).as(spelled).isEqualTo(new Image("example.org/made"));
      }
      for (String other : List.of("/workspaces/labs/", "/workspaces/other/")) {
        String elsewhere = same.replace("/workspaces/lab/", other);
        assertThatThrownBy(() -> resolve(elsewhere))
            .as(elsewhere)
            .isInstanceOf(EnvironmentRefused.class)
            .hasMessageContaining("is in another workspace");
      }
    }
    assertThatThrownBy(() ->
            resolve("https://example.org" + mine.replace("/workspaces/lab/", "/workspaces/x/")))
        .hasMessageContaining("is in another workspace");
  }

  @Test
  void packageThatOnlyCondaHasIsRefusedByItsNameWithWhatToDo() throws Exception {
    String[][] wrong = {
      {"cudatoolkit=11.3", "'cudatoolkit'", "leave it out"},
      {"nvidia::cudnn", "'cudnn'", "CUDA"},
      {"pytorch::pytorch>=1.8", "'pytorch'", "torch: name that"},
      {"_libgcc_mutex=0.1", "'_libgcc_mutex'", "no library of Python"},
      {"OpenJDK", "'openjdk'", "on the machine or in the image"}
    };
    for (String[] each : wrong) {
      String name = "only-" + each[0].hashCode();
      put(name, "1", "{\"condaFile\":\"dependencies: [numpy, '" + each[0] + "']\"}");
      assertThatThrownBy(() -> resolve(name))
          .as(each[0])
          .isInstanceOf(EnvironmentRefused.class)
          .hasMessageContainingAll(each[1], each[2], "which is not on PyPI as conda has it");
    }
    put("below", "1", "{\"condaFile\":\"dependencies: [{pip: [cudnn]}]\"}");
    assertThat(resolve("below")).isEqualTo(new Packages("", List.of("cudnn")));
  }

  @Test
  void nameWithAVersionIsPinnedOrItsLogSaysWhatStandsIn() throws Exception {
    KnownNames known = KnownNames.open(home.resolve("absent"));
    Pattern versioned = Pattern.compile("[a-z]-(\\d+\\.\\d+)(-.*)?$");
    int checked = 0;
    for (String name : shipped()) {
      Matcher version = versioned.matcher(name);
      if (version.find()) {
        Packages packages = (Packages) known.find(name).orElseThrow();
        assertThat(packages.requirements())
            .as(name)
            .anyMatch(
                line -> line.contains("==" + version.group(1) + ".*") || line.startsWith("# "));
        assertThat(packages.requirements().getFirst()).as(name).doesNotStartWith("#");
        checked++;
      }
    }
    assertThat(checked).as("names with a version").isGreaterThan(10);
  }

  private static List<String> shipped() throws Exception {
    try (InputStream file = Environments.class.getResourceAsStream("environments.yaml")) {
      return List.copyOf(YAMLMapper.shared().readTree(file.readAllBytes()).propertyNames());
    }
  }

  @Test
  void mlflowIsOneThatNeedsNoDatabaseWhereNoTrackingIsServed() throws Exception {
    try (InputStream file = KnownNames.class.getResourceAsStream("environments.yaml")) {
      int named = 0;
      for (var entry : YAMLMapper.shared().readTree(file).properties()) {
        for (var requirement : entry.getValue().path("pip")) {
          if (requirement.asString().startsWith("mlflow")) {
            named++;
            assertThat(requirement.asString()).as(entry.getKey()).isEqualTo("mlflow-skinny==2.*");
          }
        }
      }
      assertThat(named).isGreaterThan(10);
    }
  }

  @Test
  void condaFileBesideAnImageIsOnItInContainersAndOnWhatStandsForItElsewhere() throws Exception {
    String conda = "\"condaFile\":\"dependencies: [python=3.10, numpy]\"}";
    String note = "# taken from PyPI, and not from the conda file's channels: numpy";
    Packages numpy = new Packages("3.10", List.of("numpy", note));
    put("unknown", "1", "{\"image\":\"example.org/base:1\"," + conda);
    assertThat(resolve("unknown"))
        .isEqualTo(new ImageWith(new Image("example.org/base:1"), numpy, Optional.empty()));
    put("known", "1", "{\"image\":\"pytorch/pytorch:2.1\"," + conda);
    assertThat(resolve("known"))
        .isEqualTo(
            new ImageWith(
                new Image("pytorch/pytorch:2.1"),
                numpy,
                Optional.of(new Packages("3.10", List.of("torch", "torchvision", "numpy", note)))));
  }

  @Test
  void damagedFileOfNamesStopsTheStart() throws Exception {
    Files.writeString(home.resolve("environments.yaml"), "a: {docker: x}\n");
    assertThatThrownBy(() -> environments()).hasMessageContaining("environments.yaml");
  }
}
