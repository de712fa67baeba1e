package ebb.kernel.codec;

import ebb.kernel.job.Job;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.ClusterId;
import ebb.kernel.protocol.Description;
import ebb.kernel.protocol.EndCause;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.Id;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.NodeId;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Retries;
import ebb.kernel.protocol.SegmentKind;
import ebb.kernel.protocol.TaskEnd;
import ebb.kernel.protocol.TaskId;
import ebb.kernel.protocol.TaskReport;
import ebb.kernel.protocol.WorkspaceId;
import java.util.ArrayList;
import java.util.List;

/// How fast events become bytes and come back, on one core:
///
/// ```
/// java -XX:+UseSerialGC -cp kernel/target/classes:kernel/target/test-classes \
///   ebb.kernel.codec.CodecSpeed
/// ```
public final class CodecSpeed {
  private static final int JOBS = 200;
  private static final int EVENTS_OF_A_JOB = 7;
  private static final long MEASURED_NANOS = 2_000_000_000L;
  private static final long NOW = 1_790_000_000_000L;

  private CodecSpeed() {}

  public static void main(String[] args) {
    List<Envelope> batch = batch();
    byte[] bytes = BatchCodec.encode(batch);
    int events = JOBS * EVENTS_OF_A_JOB;
    System.out.println(
        events + " events of " + JOBS + " jobs: " + (double) bytes.length / events + " bytes each");
    for (int round = 0; round < 3; round++) {
      measure("encode", events, () -> BatchCodec.encode(batch).length);
      measure("decode", events, () -> BatchCodec.decode(bytes).size());
      measure(
          "hash", events, () -> BatchCodec.chain(BatchCodec.noHash(), 1, 1, events, bytes).length);
      List<Record> jobs = jobs();
      byte[] snapshot = snapshot(jobs);
      measure("write jobs of a snapshot", jobs.size(), () -> snapshot(jobs).length);
      measure("read jobs of a snapshot", jobs.size(), () -> read(snapshot));
    }
  }

  private interface Work {
    int once();
  }

  private static void measure(String what, int things, Work work) {
    long start = System.nanoTime();
    long times = 0;
    long proof = 0;
    while (System.nanoTime() - start < MEASURED_NANOS) {
      proof += work.once();
      times++;
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    System.out.println(
        what
            + ": "
            + Math.round(times * things / seconds / 1000) / 1000.0
            + " million/s"
            + (proof == 0 ? "?" : ""));
  }

  private static List<Envelope> batch() {
    List<Envelope> batch = new ArrayList<>();
    for (int i = 0; i < JOBS; i++) {
      for (Event event : life(i)) {
        Actor actor = event instanceof Event.JobQueued ? new Actor("ada", "", "::1") : Actor.KERNEL;
        batch.add(new Envelope(NOW + i, 0, actor, "", "Policy", List.of(event)));
      }
    }
    return batch;
  }

  private static JobSpec spec(int i) {
    return new JobSpec(
        "cpu-cluster", "research", 0, 1, 3_600_000, Retries.NONE, "0123456789abcdef0123456789" + i);
  }

  private static List<Event> life(int i) {
    JobId job = new JobId(Id.of(3, 1000 + i));
    AttemptId attempt = new AttemptId(Id.of(3, 5000 + i));
    NodeId node = new NodeId(Id.of(3, 17));
    ClusterId cluster = new ClusterId(Id.of(1, 5));
    TaskId task = new TaskId(attempt, 0);
    TaskReport report = new TaskReport(TaskEnd.EXITED, 0, 5400, 81_000, "");
    Rates rates = new Rates(192_000, Rates.UNPRICED, Rates.UNPRICED);
    return List.of(
        new Event.JobQueued(
            job,
            new WorkspaceId(Id.of(1, 2)),
            cluster,
            "train-" + i,
            "alice",
            spec(i),
            new Retries(1000, 3, 0),
            3_600_000,
            NOW + 100),
        new Event.AttemptOrdered(attempt, job, 1, List.of(node), NOW + 200),
        new Event.TaskStarted(task, 1234, NOW, NOW + 3, NOW + 5, NOW + 3_600_000),
        new Event.TaskEnded(task, report, NOW + 6000),
        new Event.SegmentClosed(node, cluster, job, SegmentKind.RUN, NOW, NOW + 6000, rates, false),
        new Event.AttemptEnded(attempt, EndCause.SUCCEEDED, 0, ""),
        new Event.JobEnded(job, EndCause.SUCCEEDED, 0, ""));
  }

  private static List<Record> jobs() {
    List<Record> jobs = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      jobs.add(
          new Job(
              new JobId(Id.of(3, i)),
              new WorkspaceId(Id.of(1, 2)),
              new ClusterId(Id.of(1, 5)),
              "train-" + i,
              "alice",
              spec(i),
              12345 + i,
              NOW,
              Retries.NONE,
              Retries.NONE,
              3_600_000,
              0,
              0,
              false,
              new Job.Queued(NOW, NOW + 100),
              Description.AS_SUBMITTED));
    }
    return jobs;
  }

  private static byte[] snapshot(List<Record> records) {
    SnapshotWriter writer = new SnapshotWriter(1, BatchCodec.noHash());
    records.forEach(writer::add);
    return writer.finish();
  }

  private static int read(byte[] snapshot) {
    SnapshotReader reader = new SnapshotReader(snapshot);
    int count = 0;
    while (reader.next() != null) {
      count++;
    }
    return count;
  }
}
