package ebb.app.backend.local;

import java.util.ArrayList;
import java.util.List;

/// Starts a command several times on a node, each with a RANK and LOCAL_RANK of its own. When one
/// fails, the others are told to end, and its exit code is the task's.
final class Launcher {
  /// `sh -c SCRIPT ebb-launcher PROCESSES COMMAND...`; needs a POSIX shell, `kill` and `cat`. Codes
  /// come through a pipe and not by `wait`: what a shell's wait says when a signal breaks it off
  /// differs, and bash may lose a child's status then. The first code is the task's: the others are
  /// told to end, and so are their shells, before they can say another or start anything.
  private static final String SCRIPT =
      """
      n=$1; shift; first=$RANK
      exec 4>&1
      stopped=0
      trap 'stopped=143' TERM
      {
        trap - TERM
        i=0
        while [ $i -lt $n ]; do
          (
            export RANK=$((first + i)) LOCAL_RANK=$i
            if [ -n "$OMPI_COMM_WORLD_SIZE" ]; then
              export OMPI_COMM_WORLD_RANK=$RANK OMPI_COMM_WORLD_LOCAL_RANK=$i
            fi
            "$@" 3>&- 4>&-; code=$?
            [ $code -eq 0 ] || echo $code >&3
          ) &
          i=$((i + 1))
        done
      } 3>&1 >&4 | {
        trap '' TERM
        code=0
        if read failed; then
          code=$failed
          kill -TERM 0
          cat >/dev/null
        fi
        exit $code
      }
      code=$?
      [ $code -ne 0 ] || code=$stopped
      exit $code
      """;

  private Launcher() {}

  static List<String> of(int processes, List<String> command) {
    List<String> launched = new ArrayList<>();
    launched.addAll(List.of("/bin/sh", "-c", SCRIPT, "ebb-launcher", String.valueOf(processes)));
    launched.addAll(command);
    return launched;
  }
}
