package ebb.app.door;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Jobs on the machine of whoever submits them, as a person types them.
class LocalJobTest {
  private static final long PATIENCE_MILLIS = 60_000;
  private static final String JOBS = "/ebb/v1/workspaces/ebb/ebb/main/jobs/";
  private static final String DETAIL = "/properties/ebb.end.detail";

  @TempDir static Path folder;
  @AutoClose private static ServedHome server;
  private static Typed typed;

  @BeforeAll
  static void start() throws Exception {
    server =
        new ServedHome(
            folder, "--set", "tasks.output-mebibytes=1", "--set", "tasks.disk-mebibytes=2");
    typed = new Typed(folder, server.home());
    Files.createDirectories(folder.resolve("src"));
    Files.writeString(
        folder.resolve("src/train.sh"),
        "echo \"trains with $RATE on $(cat \"$1\")\"; echo oops >&2; echo 42 > outputs/answer\n");
    Files.writeString(folder.resolve("table.csv"), "a,b\n");
    Files.writeString(
        folder.resolve("job.yml"),
        """
        $schema: https://azuremlschemas.azureedge.net/latest/commandJob.schema.json
        command: sh train.sh ${{inputs.table}} && echo ${{inputs.word}} > ${{outputs.result}}/word && echo $AZUREML_DATAREFERENCE_word > outputs/azure
        code: src
        compute: local
        environment_variables: {RATE: 0.5}
        inputs:
          word: hello
          table: {type: uri_file, path: table.csv}
        outputs:
          result:
        """);
  }

  private static String phase(String job) throws Exception {
    return typed.ebb("ml job show -n " + job + " --query status -o tsv").out().strip();
  }

  private static void awaitPhase(String job, String phase) throws Exception {
    long until = System.currentTimeMillis() + PATIENCE_MILLIS;
    String now = phase(job);
    while (!now.equals(phase) && System.currentTimeMillis() < until) {
      Thread.sleep(100);
      now = phase(job);
    }
    assertThat(now).as(job).isEqualTo(phase);
  }

  /// A loop of shell, as [Typed] takes it.
  private static String untilThereIs(String file) {
    return "until|[|-e|%s/%s|];|do|sleep|0.05;|done".formatted(folder, file);
  }

  private static Path work(String job) throws Exception {
    try (Stream<Path> jobs = Files.list(folder.resolve("state/ebb/jobs"))) {
      return jobs.filter(each -> each.getFileName().toString().startsWith(job + "-"))
          .findFirst()
          .orElseThrow()
          .resolve("work");
    }
  }

  @Test
  void jobOfFileRunsHereAndTheServerKnowsItsOutputItsEndAndThatItCostsNothing() throws Exception {
    Typed.Said ran = typed.ebb("ml job create -f job.yml --name first --stream");
    assertThat(ran.code()).as(ran.err()).isZero();
    assertThat(ran.out()).isEqualTo("trains with 0.5 on a,b\n");
    assertThat(ran.err()).contains("runs on this machine", "not metered", "oops\n");
    assertThat(work("first").resolve("outputs/answer")).hasContent("42");
    assertThat(work("first").resolve("outputs/result/word")).hasContent("hello");
    assertThat(work("first").resolve("outputs/azure")).hasContent("hello");

    assertThat(typed.ebb("logs first").out()).isEqualTo("trains with 0.5 on a,b\n");
    assertThat(typed.ebb("logs --stderr first").out()).isEqualTo("oops\n");
    assertThat(typed.ebb("ps").out()).containsPattern("first +Completed +local");
    assertThat(typed.ebb("why first").out()).contains("succeeded");
    JsonNode shown = typed.ebb("ml job show -n first").json();
    assertThat(shown.at("/compute").asString()).isEqualTo("local");
    assertThat(shown.at("/properties/ebb.metered").asString()).isEqualTo("false");
    assertThat(shown.at("/properties/ebb.end.code").asString()).isEqualTo("0");
    assertThat(typed.ebb("cost").out())
        .contains("local jobs are not metered")
        .containsPattern("total +0");
    assertThat(typed.ebb("nodes").out()).doesNotContain("local");
  }

  @Test
  void whatALocalJobLeavesIsOnTheServerWhenItHasEndedHoweverItEnded() throws Exception {
    Typed.Said ran =
        typed.ebb(
            "run --local --no-code --name left-files -- mkdir|-p|outputs/a/b|&&|head|-c|1500000|/dev/zero|>|outputs/a/b/model|&&|touch|outputs/none|&&|echo|hm|>|logs/own&&|ln|-s|/etc/passwd|outputs/link|&&|echo|between|>|other|&&|exit|3");
    assertThat(ran.code()).as(ran.err()).isEqualTo(3);

    assertThat(typed.ebb("ml job download -n left-files -p taken").code()).isZero();

    Path taken = folder.resolve("taken/artifacts");
    assertThat(Files.size(taken.resolve("outputs/a/b/model"))).isEqualTo(1_500_000);
    assertThat(taken.resolve("outputs/none")).isEmptyFile();
    assertThat(taken.resolve("logs/own")).hasContent("hm");
    assertThat(taken.resolve("outputs/link")).doesNotExist();
    assertThat(taken.resolve("other")).doesNotExist();
  }

  @Test
  void filesOfAStoppedJobAndOfOneWhoseKeeperWasKilledWhileTheServerWasAwayAreSentToo()
      throws Exception {
    typed.ebb(
        "run --local -d --no-code --name far -- echo|kept|>|outputs/answer;|%s;|echo|>|%s/far-end"
            .formatted(untilThereIs("far-go"), folder));
    awaitPhase("far", "Running");
    server.kill();
    Files.createFile(folder.resolve("far-go"));
    ServedHome.until("it has ended", () -> Files.exists(folder.resolve("far-end")));
    kill("far", "local-keeper");
    server.start();
    awaitPhase("far", "Completed");
    assertThat(file("far", "outputs/answer").body()).isEqualTo("kept\n");

    typed.ebb("run --local -d --no-code --name halted -- echo|so|far|>|outputs/answer;|sleep|600");
    awaitPhase("halted", "Running");
    ServedHome.until("it has written", () -> Files.exists(inWork("halted", "outputs/answer")));
    typed.ebb("stop halted");
    awaitPhase("halted", "Canceled");
    assertThat(file("halted", "outputs/answer").body()).isEqualTo("so far\n");
  }

  private static ServedHome.Answer file(String job, String path) throws Exception {
    return server.get(JOBS + job + "/files/" + path);
  }

  @Test
  void moreThanOtherJobsMayLeaveIsNotTakenAndTheEndSaysWhereItIs() throws Exception {
    typed.ebb("run --local --no-code --name greedy -- head|-c|3000000|/dev/zero|>|outputs/large");

    assertThat(phase("greedy")).isEqualTo("Completed");
    assertThat(detail("greedy"))
        .contains("not all of its outputs", work("greedy").toString(), "OutputsTooLarge", "2 MiB");
    assertThat(file("greedy", "outputs/large").body().length()).isLessThanOrEqualTo(2 << 20);
  }

  @Test
  void fileThatCannotBeSentKeepsNoOtherAndTheEndNamesIt() throws Exception {
    // A name that is no text: it is seen, and cannot be asked for.
    typed.ebb(
        "run --local --no-code --name odd -- cd|outputs;|touch|b$(printf|'\\377');|for|f|in|a|c|d|e|f|g;|do|echo|$f|>|$f;|done");

    for (String each : List.of("a", "c", "d", "e", "f", "g")) {
      assertThat(file("odd", "outputs/" + each).body()).isEqualTo(each + "\n");
    }
    assertThat(detail("odd")).contains("not all of its outputs", "outputs/b");
  }

  @Test
  void machineSendsFilesInOrderAndOnlyWhereTheyBelong() throws Exception {
    typed.ebb("run --local -d --no-code --name pieces -- %s".formatted(untilThereIs("pieces-go")));
    awaitPhase("pieces", "Running");
    String files = JOBS + "pieces/local/files/";

    assertThat(server.put(files + "outputs/a?offset=0", "abc").status()).isEqualTo(200);
    assertThat(server.put(files + "outputs/a?offset=0", "abc").status()).isEqualTo(200);
    assertThat(server.put(files + "outputs/a?offset=2", "cd").status()).isEqualTo(200);
    assertThat(file("pieces", "outputs/a").body()).isEqualTo("abcd");
    ServedHome.Answer gap = server.put(files + "outputs/a?offset=9", "x");
    assertThat(gap.status()).isEqualTo(409);
    assertThat(gap.body()).contains("FileGap", "4 bytes");
    for (String unfit :
        List.of(
            "other?offset=0",
            "outputs/..%2F..%2Fx?offset=0",
            "outputs/a/b?offset=0",
            "outputs/" + "d/".repeat(64) + "file?offset=0",
            "outputs/" + "n".repeat(256) + "?offset=0",
            "outputs/c?offset=-1")) {
      assertThat(server.put(files + unfit, "x").status()).as(unfit).isEqualTo(400);
    }
    String deep = "outputs/" + "d/".repeat(63) + "file";
    assertThat(server.put(files + deep + "?offset=0", "x").status()).isEqualTo(200);
    assertThat(server.get(JOBS + "pieces/files").body()).contains(deep);
    Files.createFile(folder.resolve("pieces-go"));
    awaitPhase("pieces", "Completed");
    assertThat(server.put(files + "outputs/a?offset=4", "e").status()).isEqualTo(409);
    assertThat(file("pieces", "outputs/a").body()).isEqualTo("abcd");
  }

  @Test
  void failureHasItsCodeAndATimeLimitIsTheAgents() throws Exception {
    assertThat(typed.ebb("run --local --name broken -- exit|7").code()).isEqualTo(7);
    assertThat(phase("broken")).isEqualTo("Failed");

    Typed.Said late = typed.ebb("run --local --name late --max 1s -- sleep|60");
    assertThat(late.code()).isEqualTo(1);
    assertThat(late.err()).contains("time limit");
    assertThat(phase("late")).isEqualTo("Canceled");
  }

  @Test
  void longOutputIsKeptAsFarAsThatOfOtherJobs() throws Exception {
    assertThat(typed.ebb("run --local --name loud -- head|-c|3000000|/dev/zero").code()).isZero();

    String kept = typed.ebb("logs loud").out();
    assertThat(kept.length()).isBetween(1 << 20, (1 << 20) + 4_096);
    assertThat(kept).endsWith("is longer than 1048576 bytes; the rest was discarded]\n");
  }

  /// A while passes before the agent cuts off what is too much, and until then it is there to send.
  @Test
  void outputThatGrowsLongSlowlyIsNotSentBeforeItIsCut() throws Exception {
    String zeros = "head|-c|%d|/dev/zero;|sleep|1";
    String command = zeros.formatted((1 << 20) - 500) + ";|" + zeros.formatted(5_000);
    assertThat(typed.ebb("run --local --name slow -- " + command).code()).isZero();

    assertThat(typed.ebb("logs slow").out().strip())
        .endsWith("is longer than 1048576 bytes; the rest was discarded]");
  }

  @Test
  void clientMayGoAndAStopReachesTheMachine() throws Exception {
    Typed.Said detached =
        typed.ebb("run --local -d --name long -- echo|$$|>pid;|echo|up;|sleep|600");
    assertThat(detached.out()).isEqualTo("long\n");
    awaitPhase("long", "Running");
    assertThat(typed.ebb("why long").out()).contains("local, running");
    long pid = Long.parseLong(Files.readString(work("long").resolve("pid")).strip());

    assertThat(typed.ebb("stop long").code()).isZero();
    awaitPhase("long", "Canceled");

    assertThat(ProcessHandle.of(pid)).isEmpty();
    assertThat(typed.ebb("logs long").out()).isEqualTo("up\n");
  }

  @Test
  void interruptedClientLeavesTheJobRunning() throws Exception {
    Path out = folder.resolve("out");
    Process client =
        typed.begin(
            "run --local --name left -- echo|up;|%s;|echo|done".formatted(untilThereIs("left-go")),
            out,
            folder.resolve("err"));
    awaitPhase("left", "Running");
    client.destroy(); // SIGTERM, which a JVM takes as it takes Ctrl-C
    assertThat(client.waitFor()).isNotZero();
    Files.createFile(folder.resolve("left-go"));

    awaitPhase("left", "Completed");
    assertThat(typed.ebb("logs left").out()).isEqualTo("up\ndone\n");
  }

  @Test
  void nameThatTwoClientsSendAtOnceRunsOnce() throws Exception {
    String line = "run --local --name twice -- echo|ran|>>|" + folder + "/ran";
    try (ExecutorService clients = Executors.newFixedThreadPool(2)) {
      List<Future<Typed.Said>> said =
          clients.invokeAll(List.of(() -> typed.ebb(line), () -> typed.ebb(line)));
      List<Integer> codes = List.of(said.get(0).get().code(), said.get(1).get().code());
      assertThat(codes).containsOnlyOnce(0);
      Typed.Said refused = codes.get(0) == 0 ? said.get(1).get() : said.get(0).get();
      assertThat(refused.err()).contains("JobExists");
    }
    assertThat(Files.readString(folder.resolve("ran"))).isEqualTo("ran\n");
  }

  @Test
  void serverThatIsKilledMissesNothingOfALocalJob() throws Exception {
    typed.ebb(
        "run --local -d --name missed -- echo|up;|%s;|echo|done;|echo|>|%s/missed-end;|exit|5"
            .formatted(untilThereIs("missed-go"), folder));
    awaitPhase("missed", "Running");
    server.kill();
    Files.createFile(folder.resolve("missed-go"));
    ServedHome.until("it has ended", () -> Files.exists(folder.resolve("missed-end")));
    ServedHome.until(
        "the keeper has seen that, and has nobody to tell",
        () -> of("missed", "AgentMain").isEmpty());
    server.start();

    awaitPhase("missed", "Failed");
    assertThat(typed.ebb("logs missed").out()).isEqualTo("up\ndone\n");
    assertThat(typed.ebb("why missed").out()).contains("failed");
  }

  /// Kills a process of a local job as the machine's want of memory would, and waits for its end.
  private static void kill(String job, String what) throws Exception {
    ProcessHandle process = of(job, what).orElseThrow();
    process.destroyForcibly();
    process.onExit().get();
  }

  private static Optional<ProcessHandle> of(String job, String what) {
    String its = folder + "/state/ebb/jobs/" + job + "-";
    return ProcessHandle.allProcesses()
        .filter(each -> typedLine(each.pid()).contains(what) && typedLine(each.pid()).contains(its))
        .findFirst();
  }

  private static String typedLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException gone) {
      return "";
    }
  }

  @Test
  void keeperThatIsKilledIsFollowedByAnotherAtTheNextCommandAndNothingRunsTwice() throws Exception {
    typed.ebb(
        "run --local -d --no-code --name kept -- echo|ran|>>|%1$s/kept-ran;|echo|up;|%2$s;|echo|done;|echo|>|%1$s/kept-end;|exit|4"
            .formatted(folder, untilThereIs("kept-go")));
    awaitPhase("kept", "Running");
    kill("kept", "local-keeper");
    Files.createFile(folder.resolve("kept-go"));
    ServedHome.until("it has ended", () -> Files.exists(folder.resolve("kept-end")));

    awaitPhase("kept", "Failed");
    assertThat(detail("kept")).isEqualTo("exit code 4");
    assertThat(logs("kept")).isEqualTo("up\ndone\n");
    assertThat(folder.resolve("kept-ran")).hasContent("ran");
    ServedHome.until("nothing is left to keep", () -> isNotKept("kept"));
  }

  private static boolean isNotKept(String job) {
    try (Stream<Path> kept = Files.list(folder.resolve("state/ebb/kept"))) {
      return kept.noneMatch(each -> each.getFileName().toString().startsWith(job + "-"));
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void keeperThatTheServerDoesNotLetInLeavesTheJobRunningAndAsksAgain() throws Exception {
    long pid = beginWaiting("shut-out", "shut-out-go", 6);
    Path token = server.home().resolve("token");
    String fit = Files.readString(token);
    Path said = work("shut-out").resolveSibling("keeper");
    try {
      Files.writeString(token, "another\n");
      ServedHome.until("its keeper was refused", () -> has(said, "AuthenticationFailed"));
      kill("shut-out", "local-keeper");
      Files.writeString(said, "");
      typed.ebb("ps"); // starts the next
      ServedHome.until("the next was refused", () -> has(said, "AuthenticationFailed"));
      assertThat(ProcessHandle.of(pid)).isPresent();
    } finally {
      Files.writeString(token, fit);
    }
    Files.createFile(folder.resolve("shut-out-go"));

    awaitPhase("shut-out", "Failed");
    assertThat(detail("shut-out")).isEqualTo("exit code 6");
  }

  private static boolean has(Path file, String text) {
    try {
      return Files.exists(file) && Files.readString(file).contains(text);
    } catch (IOException failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  @Tag("long")
  void agentThatAnswersLateIsAskedAgainAndItsTaskRunsOn() throws Exception {
    long pid = beginWaiting("patient", "patient-go", 8);
    kill("patient", "local-keeper");
    Path socket = work("patient").resolveSibling("agent/agent.sock");
    Path away = socket.resolveSibling("away");
    Files.move(socket, away);
    typed.ebb("ps"); // starts the next keeper, which hears nothing of the agent
    ServedHome.until("it asks", () -> has(inWork("patient", "../keeper"), "asked again"));
    Files.move(away, socket);
    assertThat(ProcessHandle.of(pid)).isPresent();
    Files.createFile(folder.resolve("patient-go"));

    awaitPhase("patient", "Failed");
    assertThat(detail("patient")).isEqualTo("exit code 8");
  }

  @Test
  void stopReachesAJobWhoseKeeperWasKilled() throws Exception {
    long pid = beginWaiting("unkept", "never", 0);
    kill("unkept", "local-keeper");
    assertThat(ProcessHandle.of(pid)).isPresent();

    assertThat(typed.ebb("stop unkept").code()).isZero();

    awaitPhase("unkept", "Canceled");
    assertThat(ProcessHandle.of(pid)).isEmpty();
  }

  @Test
  void jobThatTheServerDoesNotWantAnyMoreIsEndedByTheNextKeeper() throws Exception {
    typed.ebb("run --local -d --name orphan -w gone -- echo|$$|>pid;|sleep|600");
    ServedHome.until("it runs", () -> Files.exists(inWork("orphan", "pid")));
    kill("orphan", "local-keeper");
    long pid = Long.parseLong(Files.readString(inWork("orphan", "pid")).strip());
    assertThat(server.send("DELETE", "/ebb/v1/workspaces/ebb/ebb/gone", "").status())
        .isEqualTo(202);
    assertThat(ProcessHandle.of(pid)).isPresent();

    typed.ebb("ps");

    ServedHome.until("it is ended", () -> ProcessHandle.of(pid).isEmpty());
    ServedHome.until("nothing is left to keep", () -> isNotKept("orphan"));
  }

  private static Path inWork(String job, String path) {
    try {
      return work(job).resolve(path);
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  /// Begins a job that waits for a file and exits with the code; answers its process.
  private static long beginWaiting(String job, String file, int code) throws Exception {
    typed.ebb(
        "run --local -d --no-code --name %s -- echo|$$|>pid;|%s;|exit|%d"
            .formatted(job, untilThereIs(file), code));
    awaitPhase(job, "Running");
    return Long.parseLong(Files.readString(inWork(job, "pid")).strip());
  }

  private static String detail(String job) throws Exception {
    return typed.ebb("ml job show -n " + job).json().at(DETAIL).asString();
  }

  @Test
  void agentThatIsKilledLeavesNothingRunningAndTheServerIsTold() throws Exception {
    long pid = beginWaiting("agentless", "never", 0);

    kill("agentless", "ebb.agent.AgentMain");

    awaitPhase("agentless", "Failed");
    assertThat(detail("agentless")).startsWith("lost");
    // Killed it is by then; whoever is its parent now may still have to be told.
    ServedHome.until("it is gone", () -> ProcessHandle.of(pid).isEmpty());
  }

  @Test
  void logThatTheServerHasLostIsSentAgain() throws Exception {
    String line = "echo|up;|%s;|echo|done".formatted(untilThereIs("lost-go"));
    typed.ebb("run --local -d --name lost -- " + line);
    awaitPhase("lost", "Running");
    ServedHome.until("it has come", () -> logs("lost").equals("up\n"));
    try (Stream<Path> files = Files.walk(server.home().resolve("jobs").toRealPath())) {
      for (Path file : files.filter(each -> each.toString().endsWith(".stdout")).toList()) {
        if (Files.readString(file).equals("up\n")) {
          Files.delete(file);
        }
      }
    }
    assertThat(logs("lost")).isEmpty();
    Files.createFile(folder.resolve("lost-go"));

    awaitPhase("lost", "Completed");
    assertThat(logs("lost")).isEqualTo("up\ndone\n");
  }

  private static String logs(String name) {
    try {
      return typed.ebb("logs " + name).out();
    } catch (Exception failure) {
      throw new IllegalStateException(failure);
    }
  }

  @Test
  void whatALocalJobCannotBeGivenIsRefusedByItsNameAndLeavesNothing() throws Exception {
    for (List<String> unfit :
        List.of(
            List.of("inputs.table.path=https://example.org/a.csv", "the input 'table'"),
            List.of("environment_variables.RATE=secret://rate", "the variable 'RATE'"),
            List.of("resources.instance_count=2", "a local job has one machine"),
            List.of("distribution.type=pytorch", "'distribution'"))) {
      Typed.Said said =
          typed.ebb("ml job create -f job.yml --name unfit --set " + unfit.getFirst());
      assertThat(said.code()).as(said.err()).isNotZero();
      assertThat(said.err()).contains(unfit.getLast());
    }
    try (Stream<Path> jobs =
        Files.list(Files.createDirectories(folder.resolve("state/ebb/jobs")))) {
      assertThat(jobs.map(each -> each.getFileName().toString()))
          .noneMatch(name -> name.startsWith("unfit"));
    }
  }
}
