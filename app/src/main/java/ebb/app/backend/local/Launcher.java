package ebb.app.backend.local;

import java.util.ArrayList;
import java.util.List;

/// Starts a command several times on a node, each with a RANK and LOCAL_RANK of its own. When one
/// fails, the others are told to end, and its exit code is the task's.
final class Launcher {
  /// `sh -c SCRIPT ebb-launcher PROCESSES COMMAND...`; needs a POSIX shell and `kill`. The last
  /// lines wait for every process, and again for the one whose wait the signal of a failed one
  /// broke off (127: it was not broken off). Those that were told to end (143) do not hide the code
  /// of the one that failed, which is itself deaf to that.
  private static final String SCRIPT =
      """
      n=$1; shift; i=0; all=; failed=; first=$RANK
      trap 'failed=1' USR1
      while [ $i -lt $n ]; do
        (
          trap - USR1
          export RANK=$((first + i)) LOCAL_RANK=$i
          if [ -n "$OMPI_COMM_WORLD_SIZE" ]; then
            export OMPI_COMM_WORLD_RANK=$RANK OMPI_COMM_WORLD_LOCAL_RANK=$i
          fi
          "$@"; code=$?
          [ $code -eq 0 ] || { trap '' TERM; kill -USR1 $$; }
          exit $code
        ) &
        all="$all $!"; i=$((i + 1))
      done
      code=0; told=
      trap 'trap "" TERM USR1; told=1; kill -TERM 0' USR1
      [ -z "$failed" ] || kill -USR1 $$
      for process in $all; do
        wait $process; one=$?
        if [ -n "$told" ]; then
          told=; wait $process 2>/dev/null; again=$?
          [ $again -eq 127 ] || one=$again
        fi
        if [ $code -eq 0 ] || [ $code -eq 143 ]; then [ $one -eq 0 ] || code=$one; fi
      done
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
