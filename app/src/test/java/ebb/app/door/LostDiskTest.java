package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.door.ServedHome.Answer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server whose disk fails under it while requests are in flight. The home is a disk of its own,
/// which only root can mount.
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class LostDiskTest {
  private static final int CONNECTIONS = 8;
  private static final int MEMORY_LOST = 74;

  /// What submits take, so that only the journal needs room for them.
  private static final String LINE = "sleep 600";

  @TempDir Path folder;

  private final Map<String, Integer> answered = new ConcurrentHashMap<>();
  private final AtomicInteger unknown = new AtomicInteger();
  private final AtomicInteger number = new AtomicInteger();
  private volatile boolean enough;

  private Path home() {
    return folder.resolve("home");
  }

  private ServedHome serve() throws Exception {
    ServedHome.configure(folder, "journal.reserve-mebibytes = 1");
    ServedHome server = new ServedHome(folder);
    server.cluster(1);
    assertThat(server.submit("first", LINE).status()).isEqualTo(201);
    server.awaitJob("first", "running");
    return server;
  }

  /// Submits without end, a job under each name once, and notes what was answered.
  private ExecutorService crowd(ServedHome server) {
    enough = false;
    ExecutorService crowd = Executors.newFixedThreadPool(CONNECTIONS);
    for (int i = 0; i < CONNECTIONS; i++) {
      crowd.execute(() -> {
        while (!enough) {
          String name = "job-" + number.incrementAndGet();
          try {
            Answer answer = server.submit(name, LINE);
            answered.put(name, answer.status());
            if (answer.text("code").equals("OutcomeUnknown")) {
              assertThat(answer.status()).isEqualTo(503);
              unknown.incrementAndGet();
            }
          } catch (Exception gone) {
            return; // the server has ended
          }
        }
      });
    }
    long before = count(201);
    ServedHome.until("many jobs are submitted", () -> count(201) > before + 200);
    return crowd;
  }

  private long count(int status) {
    return answered.values().stream().filter(each -> each == status).count();
  }

  private void end(ExecutorService crowd) throws InterruptedException {
    enough = true;
    crowd.shutdown();
    assertThat(crowd.awaitTermination(60, TimeUnit.SECONDS)).isTrue();
  }

  private void everyAnsweredJobIsThere(ServedHome server) throws Exception {
    List<String> lost = new ArrayList<>();
    for (Map.Entry<String, Integer> each : answered.entrySet()) {
      if (each.getValue() == 201 && server.get(ServedHome.job(each.getKey())).status() != 200) {
        lost.add(each.getKey());
      }
    }
    assertThat(lost).isEmpty();
  }

  private static boolean takes(ServedHome server) {
    try {
      return server.submit("after", LINE).status() / 100 == 2;
    } catch (Exception failure) {
      throw new IllegalStateException(read(server), failure);
    }
  }

  private static String read(ServedHome server) {
    try {
      return server.log();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void breakUntilTheServerEndsAndMend(SmallDisk disk, ServedHome server) throws Exception {
    ExecutorService crowd = crowd(server);
    disk.makeHoles();
    disk.fillUntil("a request's outcome is unknown", () -> unknown.get() > 0);
    assertThat(server.ended()).isEqualTo(MEMORY_LOST);
    end(crowd);
    server.killAgent();
    disk.empty();
  }

  /// Asked again under its name it is there once, whatever was.
  private void whatWasUnknownCanBeAskedAgain(ServedHome server) throws Exception {
    for (Map.Entry<String, Integer> each : answered.entrySet()) {
      if (each.getValue() == 503) {
        assertThat(server.submit(each.getKey(), LINE).status()).isIn(200, 201);
      }
    }
  }

  @Test
  void onADiskThatFillsUpTheOutcomeIsUnknownAndWithRoomTheSameServerGoesOn() throws Exception {
    try (SmallDisk disk = SmallDisk.inMemory(home(), 24);
        ServedHome server = serve()) {
      ExecutorService crowd = crowd(server);
      disk.fillUntil("a request's outcome is unknown", () -> unknown.get() > 0);
      disk.empty();
      end(crowd);
      ServedHome.until("jobs are taken again", () -> takes(server));
      assertThat(server.process().isAlive()).isTrue();
      assertThat(server.log()).contains("the journal failed", "the state is read again");
      everyAnsweredJobIsThere(server);
      whatWasUnknownCanBeAskedAgain(server);
      server.send("POST", ServedHome.job("first") + "/cancel", "");
      assertThat(server.awaitJob("first", "ended").text("cause")).isEqualTo("canceled");
    }
  }

  /// What is not asked here is whether all that was answered is there: of a disk that is made
  /// read-only in this way the kernel of Linux (6.18) now and then says that it was written to when
  /// it was not. The tests below make the blocks fail instead.
  @Test
  @Tag("long")
  void onADiskThatBecomesReadOnlyReadsGoOnUntilTheServerEndsAndSaysWhatToDo() throws Exception {
    try (SmallDisk disk = SmallDisk.ofBlocks(home());
        ServedHome server = serve()) {
      ExecutorService crowd = crowd(server);
      disk.becomeReadOnly();
      ServedHome.until("a request's outcome is unknown", () -> unknown.get() > 0);
      assertThat(server.get(ServedHome.CLUSTER).status()).isEqualTo(200);
      assertThat(server.ended()).isEqualTo(MEMORY_LOST);
      end(crowd);
      assertThat(server.log()).contains("mounted read-only", "see to the disk that holds the home");
    }
  }

  @Test
  @Tag("long")
  void onADiskThatStaysBrokenTheServerEndsAndWhatWasAnsweredIsThereWhenItIsMended()
      throws Exception {
    try (SmallDisk disk = SmallDisk.ofBlocks(home());
        ServedHome server = serve()) {
      breakUntilTheServerEndsAndMend(disk, server);
      disk.losePower();
      server.start();
      everyAnsweredJobIsThere(server);
    }
  }

  /// After a write that failed the system shows what is in memory alone, and never writes it again.
  @Test
  @Tag("long")
  void whatAServerOnAMendedDiskShowsSurvivesALossOfPower() throws Exception {
    try (SmallDisk disk = SmallDisk.ofBlocks(home());
        ServedHome server = serve()) {
      breakUntilTheServerEndsAndMend(disk, server);
      server.start();
      for (String name : answered.keySet()) {
        boolean isShown = server.get(ServedHome.job(name)).status() == 200;
        answered.put(name, isShown ? 201 : 404);
      }
      assertThat(server.submit("on-the-mended-disk", LINE).status()).isEqualTo(201);
      answered.put("on-the-mended-disk", 201);
      server.kill();
      server.killAgent();
      disk.losePower();
      server.start();
      everyAnsweredJobIsThere(server);
    }
  }

  @Test
  @Tag("long")
  void whatWasAnsweredBeforeALossOfPowerIsThereAfterIt() throws Exception {
    try (SmallDisk disk = SmallDisk.ofBlocks(home());
        ServedHome server = serve()) {
      String token = server.token();
      String installation = Files.readString(home().resolve("installation"));
      for (int loss = 0; loss < 3; loss++) {
        ExecutorService crowd = crowd(server);
        server.kill();
        end(crowd);
        server.killAgent();
        disk.losePower();
        server.start();
        assertThat(server.token()).isEqualTo(token);
        assertThat(Files.readString(home().resolve("installation"))).isEqualTo(installation);
        everyAnsweredJobIsThere(server);
      }
    }
  }
}
