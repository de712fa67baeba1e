package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What shells offer of a line that is half typed; each shell itself is asked.
class CompletionTest {
  /// Asks the function that bash would call for the line's last word.
  private static final String IN_BASH =
      """
      source ./ebb.completion
      read -ra COMP_WORDS <<< "$1"
      [[ $1 == *' ' ]] && COMP_WORDS+=('')
      COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
      _complete_ebb 2> /dev/null # compopt speaks to a line that is typed
      printf '%s\\n' "${COMPREPLY[@]}"
      """;

  /// Types the line and two tabs on a terminal of zsh's own, and waits for a word on it. What is
  /// read of a shell that has ended is no failure of reading: that the word is there is asked.
  private static final String IN_ZSH =
      """
      zmodload zsh/zpty
      zpty terminal zsh -f -i
      zpty -w terminal 'PS1=; autoload -Uz compinit; compinit -u -D; source ./ebb.completion; print R""EADY'
      zpty -r terminal shown '*READY*'
      [[ $shown == *READY* ]] || exit 1
      zpty -w -n terminal "$1"$'\\t\\t'
      zpty -r terminal shown "*$2*"
      [[ $shown == *"$2"* ]] || exit 1
      print -r -- "$shown"
      """;

  private static final String IN_FISH =
      """
      source ebb.completion
      complete -C "$argv[1]"
      """;

  @TempDir Path folder;

  private void install(String shell, String options) throws Exception {
    assumeTrue(
        new ProcessBuilder("sh", "-c", "command -v " + shell).start().waitFor() == 0,
        shell + " is not installed");
    Typed.Said said =
        new Typed(folder, folder.resolve("home")).ebb("generate-completion" + options);
    assertThat(said.code()).as(said.err()).isZero();
    Files.writeString(folder.resolve("ebb.completion"), said.out());
  }

  /// What a shell's script writes when it is given these words.
  private String asked(String shell, String script, String... words) throws Exception {
    Path out = folder.resolve("out");
    Path file = Files.writeString(folder.resolve("script"), script);
    List<String> command = new ArrayList<>(List.of(shell, file.toString()));
    command.addAll(List.of(words));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectOutput(out.toFile());
    builder.environment().put("HOME", folder.toString());
    Process process = builder.start();
    if (!process.waitFor(1, TimeUnit.MINUTES)) {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
    assertThat(process.waitFor()).as(List.of(words) + ": " + Files.readString(out)).isZero();
    return Files.readString(out);
  }

  @Test
  void bashOffersCommandsAndTheirOptions() throws Exception {
    install("bash", "");
    assertThat(asked("bash", IN_BASH, "ebb ").lines()).contains("run", "ml", "top");
    assertThat(asked("bash", IN_BASH, "ebb ml computet").lines()).containsExactly("computetarget");
    assertThat(asked("bash", IN_BASH, "ebb ml compute l").lines())
        .containsExactlyInAnyOrder("list", "list-nodes", "list-sizes", "list-usage");
    assertThat(asked("bash", IN_BASH, "ebb run --clu").lines()).containsExactly("--cluster");
    assertThat(asked("bash", IN_BASH, "ebb ml job list -o js").lines())
        .containsExactlyInAnyOrder("json", "jsonc");
  }

  @Test
  void zshOffersCommandsAndTheirOptions() throws Exception {
    install("zsh", "");
    assertThat(asked("zsh", IN_ZSH, "ebb ml computet", "computetarget")).contains("computetarget");
    assertThat(asked("zsh", IN_ZSH, "ebb run --clu", "--cluster")).contains("--cluster");
    assertThat(asked("zsh", IN_ZSH, "ebb ml compute l", "list-usage"))
        .contains("list-nodes", "list-sizes", "list-usage")
        .doesNotContain("update");
  }

  @Test
  void fishOffersCommandsAndTheirOptions() throws Exception {
    install("fish", " --fish");
    assertThat(asked("fish", IN_FISH, "ebb "))
        .contains("run\t", "ml\t", "top\t")
        .doesNotContain("ebb.completion");
    assertThat(asked("fish", IN_FISH, "ebb ml computet")).startsWith("computetarget");
    assertThat(asked("fish", IN_FISH, "ebb -w lab ml compute l"))
        .contains("list-nodes")
        .doesNotContain("run\t");
    assertThat(asked("fish", IN_FISH, "ebb run --clu")).startsWith("--cluster\t");
    assertThat(asked("fish", IN_FISH, "ebb top --on")).startsWith("--once\tShows them once");
    assertThat(asked("fish", IN_FISH, "ebb ml job list -o js")).contains("json", "jsonc");
    assertThat(asked("fish", IN_FISH, "ebb ml job create -f eb")).startsWith("ebb.completion");
  }
}
