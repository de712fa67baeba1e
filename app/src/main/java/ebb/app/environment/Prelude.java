package ebb.app.environment;

import ebb.app.specification.Specification;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/// How a task gets packages that are not there yet: it makes them itself before its command, as its
/// own user and within its own walls, limits and log. So a build can do nothing that the job could
/// not, is cancelled with it, and goes on when the server is started again.
///
/// Environments are kept by the hash of what is in them. Tasks that want the same one at the same
/// time wait for the first: it is built once. What a job installs itself goes to its own folder.
public final class Prelude {
  /// A requirement that begins so installs nothing: the rest of it is said in the build's log.
  static final String NOTE = "# ";

  /// `sh -c SCRIPT ebb-environment FOLDER PYTHON REQUIREMENTS NOTES COMMAND...`. `flock` is
  /// util-linux's.
  private static final String SCRIPT =
      """
      dir=$1 python=$2 requirements=$3 notes=$4; shift 4
      say() { echo "ebb: environment: $*" >&2; }
      whole() { [ -f "$dir/whole" ] && "$dir/bin/python" -c '' 2>/dev/null; }
      if ! whole; then
        exec 9>"$dir.lock" && flock 9 || { say "cannot lock $dir.lock"; exit 125; }
        if ! whole; then
          command -v "$python" >/dev/null || { say "there is no $python on this machine: install it, or ask for another"; exit 125; }
          say "building $(basename "$dir") with $("$python" --version 2>&1)"
          [ -z "$notes" ] || printf '%s\\n' "$notes" | while IFS= read -r note; do say "$note"; done
          rm -rf "$dir"
          "$python" -m venv "$dir" >&2 || { say "$python cannot make one: install python3-venv"; rm -rf "$dir"; exit 125; }
          if [ -n "$requirements" ]; then
            printf '%s\\n' "$requirements" >"$dir/requirements.txt"
            "$dir/bin/python" -m pip --disable-pip-version-check --no-input install -r "$dir/requirements.txt" >&2 ||
              { say "could not be built: the lines above say why"; rm -rf "$dir"; exit 125; }
          fi
          : >"$dir/whole"
          say "built"
        fi
        exec 9>&-
      fi
      touch -c "$dir/whole"
      own=$HOME/.packages
      export VIRTUAL_ENV="$dir" PATH="$own/bin:$dir/bin:$PATH" PIP_TARGET="$own" PIP_DISABLE_PIP_VERSION_CHECK=1
      export PYTHONPATH="$own${PYTHONPATH:+:$PYTHONPATH}"
      exec "$@"
      """;

  private Prelude() {}

  /// The command with what must come before it.
  ///
  /// @param image whose Python the packages are for; empty for the machine's
  /// @param environments the folder that the task's user keeps environments in
  public static List<String> before(
      Specification.Packages packages, String image, Path environments, List<String> command) {
    String python = "python" + (packages.python().isEmpty() ? "3" : packages.python());
    List<String> installed = new ArrayList<>(packages.requirements());
    installed.removeIf(line -> line.startsWith(NOTE));
    String requirements = String.join("\n", installed);
    String hash =
        Specification.hashOf(
            (image + (image.isEmpty() ? "" : "\n") + python + "\n" + requirements)
                .getBytes(StandardCharsets.UTF_8));
    List<String> whole = new ArrayList<>();
    whole.addAll(List.of("/bin/sh", "-c", SCRIPT, "ebb-environment"));
    whole.addAll(List.of(environments.resolve(hash.substring(0, 16)).toString(), python));
    whole.add(requirements);
    whole.add(notes(packages));
    whole.addAll(command);
    return whole;
  }

  private static String notes(Specification.Packages packages) {
    return packages.requirements().stream()
        .filter(line -> line.startsWith(NOTE))
        .map(line -> line.substring(NOTE.length()))
        .collect(Collectors.joining("\n"));
  }
}
