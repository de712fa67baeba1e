package ebb.app.bench;

import ebb.app.journal.Store;
import ebb.kernel.Kernel;
import ebb.kernel.Snapshots;
import ebb.kernel.State;
import ebb.kernel.codec.BatchCodec;
import ebb.kernel.protocol.AttemptId;
import ebb.kernel.protocol.Envelope;
import ebb.kernel.protocol.Event;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.NodeId;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.InflaterInputStream;

/// Reads the journal of a home whose server has stopped, row by row and without the server's own
/// reading code, and checks that it is whole: the chain of hashes, the numbers, and that replaying
/// all of it gives the state that the server would start with.
final class JournalCheck {
  /// What the journal says became of a job.
  static final class Story {
    String name = "";
    final List<Event.JobEnded> ends = new ArrayList<>();
    final List<AttemptId> attempts = new ArrayList<>();
  }

  /// What the journal says of a node's life.
  static final class Life {
    long accepted = -1;
    long gone = -1;
    final List<Event.SegmentClosed> segments = new ArrayList<>();
  }

  private final State state = new State();
  private final Map<JobId, Story> stories = new TreeMap<>();
  private final Map<NodeId, Life> lives = new TreeMap<>();
  private final List<String> faults = new ArrayList<>();
  private byte[] hash = BatchCodec.noHash();
  private long next = 1;
  private int batches;

  private JournalCheck() {}

  static JournalCheck of(Path home) throws Exception {
    JournalCheck check = new JournalCheck();
    check.readRows(home.resolve("journal.db"));
    check.compareWithStart(home);
    return check;
  }

  private void readRows(Path file) throws Exception {
    try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        Statement statement = connection.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT first_sequence, count, epoch, packed, bytes, hash FROM batch ORDER BY first_sequence")) {
      while (rows.next() && faults.isEmpty()) {
        long first = rows.getLong(1);
        if (first != next) {
          faults.add("the row at event " + first + " does not follow event " + (next - 1));
        }
        if (rows.getInt(4) == 0) {
          batch(rows.getLong(3), rows.getInt(2), rows.getBytes(5));
        } else {
          packed(rows.getInt(4), rows.getBytes(5));
        }
        if (next != first + rows.getInt(2) || !Arrays.equals(hash, rows.getBytes(6))) {
          faults.add("the chain is broken in the row at event " + first);
        }
      }
    }
  }

  /// Deflated: the hash before, and of each batch its epoch, time, count, length and bytes.
  private void packed(int number, byte[] deflated) throws Exception {
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(deflated)))) {
      if (!Arrays.equals(hash, in.readNBytes(hash.length))) {
        faults.add("what is packed at event " + next + " does not follow what was before it");
      }
      for (int i = 0; i < number; i++) {
        long epoch = in.readLong();
        in.readLong(); // when it was appended
        int count = in.readInt();
        batch(epoch, count, in.readNBytes(in.readInt()));
      }
      if (in.read() >= 0) {
        faults.add("more is packed than " + number + " batches before event " + next);
      }
    }
  }

  private void batch(long epoch, int count, byte[] bytes) {
    hash = BatchCodec.chain(hash, epoch, next, count, bytes);
    BatchCodec.decode(bytes).forEach(this::take);
    next += count;
    batches++;
  }

  private void take(Envelope envelope) {
    Kernel.apply(state, envelope);
    state.forgetChanges();
    envelope.events().forEach(this::take);
  }

  private void take(Event event) {
    switch (event) {
      case Event.JobQueued queued -> story(queued.job()).name = queued.name();
      case Event.JobEnded ended -> story(ended.job()).ends.add(ended);
      case Event.AttemptOrdered ordered -> story(ordered.job()).attempts.add(ordered.attempt());
      case Event.NodeAccepted accepted -> life(accepted.node()).accepted = accepted.from();
      case Event.NodeGone gone -> life(gone.node()).gone = gone.at();
      case Event.SegmentClosed closed -> life(closed.node()).segments.add(closed);
      default -> {} // the other events are not what is asked here
    }
  }

  private Story story(JobId job) {
    return stories.computeIfAbsent(job, _ -> new Story());
  }

  private Life life(NodeId node) {
    return lives.computeIfAbsent(node, _ -> new Life());
  }

  /// The server starts from its last snapshot; all of the journal must come to the same.
  private void compareWithStart(Path home) throws Exception {
    Store store = Store.open(home);
    try {
      if (!Arrays.equals(Snapshots.digest(store.state()), Snapshots.digest(state))) {
        faults.add("the whole journal replays to another state than the server starts with");
      }
    } finally {
      store.abandon();
    }
  }

  /// Segments of a node tile its life: whole, without gap or overlap.
  List<String> nodeFaults() {
    List<String> found = new ArrayList<>();
    lives.forEach((node, life) -> {
      long at = life.accepted;
      for (Event.SegmentClosed segment : life.segments) {
        if (segment.from() != at || segment.to() < segment.from()) {
          found.add("node " + node + ": a segment begins at " + segment.from() + ", not at " + at);
        }
        at = segment.to();
      }
      if (life.gone < 0 || life.accepted >= 0 && life.gone != at) {
        found.add("node " + node + ": gone at " + life.gone + ", charged until " + at);
      }
    });
    return found;
  }

  List<String> faults() {
    return faults;
  }

  Iterable<Story> stories() {
    return stories.values();
  }

  int segments() {
    return lives.values().stream().mapToInt(life -> life.segments.size()).sum();
  }

  String summary() {
    return "%d events in %d batches, %d nodes".formatted(state.sequence(), batches, lives.size());
  }
}
