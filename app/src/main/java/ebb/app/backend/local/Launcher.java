package ebb.app.backend.local;

import java.util.ArrayList;
import java.util.List;

/// Starts a command several times on a node, each with a RANK and LOCAL_RANK of its own. When one
/// fails, the others are told to end, and its exit code is the task's.
final class Launcher {
  /// `sh -c SCRIPT ebb-launcher PROCESSES COMMAND...`; needs a POSIX shell and `kill`. The last
  /// lines wait for every process, also when the signal of a failed one comes in between; those
  /// that were told to end (143) do not hide the code of the one that failed.
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
          [ $code -eq 0 ] || kill -USR1 $$
          exit $code
        ) &
        all="$all $!"; i=$((i + 1))
      done
      code=0
      trap 'trap "" TERM; kill -TERM 0' USR1
      [ -z "$failed" ] || kill -USR1 $$
      for process in $all; do
        wait $process; one=$?
        while kill -0 $process 2>/dev/null; do wait $process; one=$?; done
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
