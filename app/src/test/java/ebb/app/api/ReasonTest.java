package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.kernel.Kernel;
import ebb.kernel.protocol.Rejection;
import ebb.kernel.protocol.VmSize;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReasonTest {
  private static final Reason FULL = Reason.of(409, "ClusterFull", "", "It is full.");

  @Test
  void placeThatWasCountedIsToldAndOneFartherBackIsNoNumber() {
    Reason last = FULL.placed(Kernel.PLACES_COUNTED);
    assertThat(last.message()).isEqualTo("It is full. The job is number 10000 in the queue.");
    assertThat(last.numbers()).containsEntry("place", 10_000);

    Reason behind = FULL.placed(Kernel.PLACES_COUNTED + 1);
    assertThat(behind.message())
        .isEqualTo("It is full. At least 10000 jobs are before it in the queue.");
    assertThat(behind.numbers()).isEmpty();
    assertThat(FULL.placed(0)).isEqualTo(FULL);
  }

  @Test
  void nodesThatAreOutOfSightAreToldOfInAFullCluster() {
    Reason one = Reason.of(new Rejection.ClusterFull(1, 0, 1, 1, "", 0, List.of()));
    assertThat(one.message())
        .isEqualTo(
            "The job needs a node; the cluster may have 1 and 0 are busy, claimed or leaving, 1 is out of sight until the backend answers for it or it is let go. Wait, or raise the cluster's maximum.");
    assertThat(one.numbers()).containsEntry("used", 1).containsEntry("outOfSight", 1);

    assertThat(Reason.of(new Rejection.ClusterFull(2, 1, 0, 2, "", 0, List.of())).message())
        .doesNotContain("sight");
  }

  @Test
  void limitThatStaysReachedAsksNobodyToComeAgainAsOneOfWhatPassesDoes() {
    Reason stays = Reason.of(new Rejection.LimitReached("clusters in the workspace", 500));
    assertThat(stays.status()).isEqualTo(409);
    assertThat(stays.message())
        .isEqualTo(
            "There may be no more than 500 clusters in the workspace: delete one that is not"
                + " needed, and ask again.");
    assertThat(stays.numbers()).containsEntry("limit", 500);
    assertThat(stays.retryAfterSeconds()).isZero();

    Reason passes = Reason.of(new Rejection.TooMany("jobs that wait", 500));
    assertThat(passes.status()).isEqualTo(429);
    assertThat(passes.retryAfterSeconds()).isPositive();
  }

  @Test
  void machineWithoutRoomSaysWhatAllNodesNeedAndWhetherWaitingCanHelp() {
    VmSize size = new VmSize("Standard_D2s_v3", "standardDSv3Family", 2, 8_192, 0);
    Rejection.Holder lab = new Rejection.Holder("lab/cpu", 1);
    assertThat(Reason.of(new Rejection.HostFull(size, 2, 3, 24_105, 0, List.of(lab))).message())
        .isEqualTo(
            "2 more nodes of Standard_D2s_v3 do not fit on this machine now: 4 cores, 16384 MiB and"
                + " 0 GPUs needed, 3 cores, 24105 MiB and 0 GPUs free (lab/cpu 1 node). Wait, let"
                + " nodes go, choose a smaller size, or start the server with --virtual-nodes.");
    assertThat(Reason.of(new Rejection.HostTooSmall(size, 2, 2, 24_105, 0)).message())
        .isEqualTo(
            "2 nodes of Standard_D2s_v3 can never start on this machine: 4 cores, 16384 MiB and 0"
                + " GPUs needed, and it has 2 cores, 24105 MiB and 0 GPUs in all. Ask for fewer"
                + " nodes or a smaller size, or start the server with --virtual-nodes.");
  }
}
