package ebb.app.backend.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The small things that must be right after a crash.
class BookkeepingTest {
  private static final Duration LONGER_THAN_A_WEEK = Duration.ofDays(8);

  @TempDir Path folder;

  @Test
  void numbersGrowOverLivesAndNoneIsGivenTwice() throws Exception {
    Path file = folder.resolve("numbers");
    long last = 0;
    for (int life = 0; life < 3; life++) {
      Acknowledgements numbers = Acknowledgements.open(file);
      assertThat(numbers.current()).isGreaterThanOrEqualTo(last);
      for (int i = 0; i < 5; i++) {
        long next = numbers.next();
        assertThat(next).isGreaterThan(last);
        last = next;
      }
      assertThat(numbers.current()).isEqualTo(last);
    }
  }

  @Test
  void damagedNumbersAreNotGuessed() throws Exception {
    Path file = Files.writeString(folder.resolve("numbers"), "12x");
    assertThatThrownBy(() -> Acknowledgements.open(file)).hasMessageContaining("restore it");
  }

  @Test
  void claimThatWasCutShortWasNeverConfirmed() throws Exception {
    NodeClaims nodes = nodes(0);
    long ack = nodes.claim(ServerStandIn.node(1), 1_000).orElseThrow().ack();
    nodes.claim(ServerStandIn.node(2), 1_000);
    Files.writeString(folder.resolve("nodes/1.2"), "ack=17 cla");
    NodeClaims next = nodes(0);
    assertThat(next.all()).containsExactly(ServerStandIn.node(1));
    assertThat(next.claim(ServerStandIn.node(1), 9_000).orElseThrow().ack()).isEqualTo(ack);
    assertThat(next.claim(ServerStandIn.node(2), 9_000).orElseThrow().ack()).isGreaterThan(ack);
  }

  @Test
  void tombstonesGoAfterAWeek() throws Exception {
    nodes(0).end(ServerStandIn.node(1), 0);
    assertThat(nodes(0).claim(ServerStandIn.node(1), 0)).isEmpty();
    Files.setLastModifiedTime(folder.resolve("nodes/1.1.gone"), FileTime.fromMillis(0));
    assertThat(nodes(LONGER_THAN_A_WEEK.toMillis()).claim(ServerStandIn.node(1), 0)).isPresent();
  }

  @Test
  void tombstonesOfAServerThatLivesOnGoAWeekAfterTheEnd() throws Exception {
    long week = LONGER_THAN_A_WEEK.toMillis();
    NodeClaims nodes = nodes(0);
    for (int i = 1; i <= 3; i++) {
      nodes.claim(ServerStandIn.node(i), 0);
    }
    nodes.end(ServerStandIn.node(1), 1);
    nodes.end(ServerStandIn.node(2), week);
    nodes.end(ServerStandIn.node(3), 2 * week);
    nodes.end(ServerStandIn.node(4), 2 * week);
    assertThat(folder.resolve("nodes").toFile().list())
        .containsExactlyInAnyOrder("1.3.gone", "1.4.gone");
    assertThat(nodes.claim(ServerStandIn.node(1), 2 * week)).isPresent();
    assertThat(nodes.claim(ServerStandIn.node(3), 2 * week)).isEmpty();
  }

  @Test
  void tombstoneIsAsOldAsTheEndNotAsTheClaimAlsoForTheNextServer() throws Exception {
    long week = LONGER_THAN_A_WEEK.toMillis();
    NodeClaims nodes = nodes(0);
    nodes.claim(ServerStandIn.node(1), 0);
    Files.setLastModifiedTime(folder.resolve("nodes/1.1"), FileTime.fromMillis(0));
    nodes.end(ServerStandIn.node(1), week);
    assertThat(nodes(week + 1).claim(ServerStandIn.node(1), week + 1)).isEmpty();
  }

  private NodeClaims nodes(long wallMillis) throws Exception {
    Acknowledgements numbers = Acknowledgements.open(folder.resolve("numbers"));
    return NodeClaims.open(folder.resolve("nodes"), numbers, wallMillis);
  }

  @Test
  void namesOfTasksAreReadBack() {
    AgentTask whole = new AgentTask(ServerStandIn.task(7), ServerStandIn.node(3));
    AgentTask bare = new AgentTask(ServerStandIn.task(7), ebb.kernel.protocol.NodeId.NONE);
    assertThat(whole.text()).isEqualTo("1.7.0@1.3");
    assertThat(AgentTask.parse(whole.text())).contains(whole);
    assertThat(AgentTask.parse(bare.text())).contains(bare);
    for (String other : new String[] {"", "x", "1.7", "1.7.0@", "1.7.x@1.3", ".0@1.3", "a.b.0"}) {
      assertThat(AgentTask.parse(other)).as(other).isEmpty();
    }
  }

  @Test
  void positionIsSafeOnlyWhenEverythingBeforeIs() {
    SentPositions sent = new SentPositions(5);
    SentPositions.Mark first = sent.sending(10);
    SentPositions.Mark second = sent.sending(20);
    sent.nothingUpTo(25);
    sent.confirmed(second);
    assertThat(sent.durable()).isEqualTo(5);
    sent.confirmed(first);
    assertThat(sent.durable()).isEqualTo(25);
    sent.nothingUpTo(30);
    assertThat(sent.durable()).isEqualTo(30);
  }

  @Test
  void damagedMemoryOfAPositionIsNone() throws Exception {
    Path file = folder.resolve("position");
    assertThat(RememberedPosition.read(file)).isEqualTo(RememberedPosition.NONE);
    new RememberedPosition("agent-1", 77).write(file);
    assertThat(RememberedPosition.read(file)).isEqualTo(new RememberedPosition("agent-1", 77));
    Files.writeString(file, "agent-1 7");
    assertThat(RememberedPosition.read(file)).isEqualTo(RememberedPosition.NONE);
  }

  @Test
  void machinesCapacityIsFoundAndTheOperatorsWordCounts() throws Exception {
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(
        folder.resolve("proc/meminfo"), "MemTotal:       16384000 kB\nMemFree: 1 kB\n");
    Files.createDirectories(folder.resolve("dev"));
    for (String device : new String[] {"nvidia0", "nvidia1", "nvidiactl", "nvidia-uvm", "sda"}) {
      Files.createFile(folder.resolve("dev").resolve(device));
    }
    assertThat(HostCapacity.find(folder, 8, HostCapacity.Wanted.AS_FOUND, true, HostIsolation.ALL))
        .extracting(Host::cores, Host::memoryMebibytes, Host::gpus, Host::virtualNodes)
        .containsExactly(8, 16_000, 2, true);
    assertThat(
            HostCapacity.find(
                folder, 8, new HostCapacity.Wanted(3, 512, 0), false, HostIsolation.ALL))
        .extracting(Host::cores, Host::memoryMebibytes, Host::gpus, Host::virtualNodes)
        .containsExactly(3, 512, 0, false);
  }

  @Test
  void limitOfAContainerCounts() throws Exception {
    Files.createDirectories(folder.resolve("proc"));
    Files.writeString(folder.resolve("proc/meminfo"), "MemTotal:       16384000 kB\n");
    Files.createDirectories(folder.resolve("sys/fs/cgroup"));
    Path limit = folder.resolve("sys/fs/cgroup/memory.max");
    Files.writeString(limit, "max\n");
    assertThat(
            HostCapacity.find(folder, 8, HostCapacity.Wanted.AS_FOUND, true, HostIsolation.ALL)
                .memoryMebibytes())
        .isEqualTo(16_000);
    Files.writeString(limit, "1073741824\n");
    assertThat(
            HostCapacity.find(folder, 8, HostCapacity.Wanted.AS_FOUND, true, HostIsolation.ALL)
                .memoryMebibytes())
        .isEqualTo(1_024);
  }

  @Test
  void realMachineHasSomething() throws Exception {
    Host host = HostCapacity.find(HostCapacity.Wanted.AS_FOUND, true, HostIsolation.ALL);
    assertThat(host.cores()).isPositive();
    assertThat(host.memoryMebibytes()).isPositive();
  }
}
