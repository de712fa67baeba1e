package ebb.app.api;

import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.protocol.JobId;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// What a job writes, as it comes: as events, each of which has a piece of text and, as its id, the
/// attempt and the offset at which the next piece begins, or as it is.
///
/// @param attempts how many the job has had when it was asked for
/// @param isOfOneAttempt whether it ends with the attempt, and not with the job
/// @param logs what was written in the attempt of a number
record LogEvents(
    View view, JobId job, int attempts, boolean isOfOneAttempt, IntFunction<TaskLog> logs) {
  private static final int PIECE_BYTES = 64 << 10;

  /// Between two looks at a file that has nothing new, the longer the longer it has had nothing.
  /// Nothing but a reader's screen waits for it; that the job has changed is noticed at once.
  private static final long LOOK_MILLIS = 100;

  private static final long LOOK_MILLIS_MOST = 800;

  /// The longest character of UTF-8.
  private static final int CHARACTER_BYTES = 4;

  /// @param offset in bytes, where the text begins
  record Piece(int attempt, long offset, String text) {}

  /// Where the next piece begins.
  record Place(int attempt, long offset) {
    /// The place of an event's id; `absent` if it is none.
    static Place of(String id, Place absent) {
      if (!id.matches("[0-9]{1,9}:[0-9]{1,15}")) {
        return absent;
      }
      int colon = id.indexOf(':');
      return new Place(
          Integer.parseInt(id.substring(0, colon)), Long.parseLong(id.substring(colon + 1)));
    }

    @Override
    public String toString() {
      return attempt + ":" + offset;
    }
  }

  /// Who takes what comes.
  private interface Reader {
    /// How many of the bytes it takes; the rest come again with what follows them.
    ///
    /// @param over whether nothing follows them
    int take(Place place, byte[] bytes, boolean over) throws IOException;

    /// Nothing has come for a while.
    void idle() throws IOException;

    void end() throws IOException;
  }

  void follow(Place from, EventStreams.Stream stream) throws IOException {
    follow(
        from,
        new Reader() {
          @Override
          public int take(Place place, byte[] bytes, boolean over) throws IOException {
            int characters = whole(bytes);
            // The rest of a character that does not come is taken as it is.
            int length = characters == 0 && over ? bytes.length : characters;
            if (length > 0) {
              String text = new String(bytes, 0, length, StandardCharsets.UTF_8);
              Place next = new Place(place.attempt(), place.offset() + length);
              stream.send("log", next.toString(), new Piece(place.attempt(), place.offset(), text));
            }
            return length;
          }

          @Override
          public void idle() throws IOException {
            stream.idle();
          }

          @Override
          public void end() throws IOException {
            stream.end();
          }
        });
  }

  void follow(Place from, OutputStream out) throws IOException {
    follow(
        from,
        new Reader() {
          @Override
          public int take(Place place, byte[] bytes, boolean over) throws IOException {
            out.write(bytes);
            return bytes.length;
          }

          @Override
          public void idle() throws IOException {
            out.flush();
          }

          @Override
          public void end() {}
        });
  }

  private void follow(Place from, Reader reader) throws IOException {
    Place place = from;
    long wait = LOOK_MILLIS;
    try (View.JobWatch watch = view.watch(job)) {
      while (true) {
        JobSeen seen = view.job(job);
        boolean isEnded = seen == null || seen.job().isEnded();
        TaskLog log = logs.apply(place.attempt());
        boolean over = log.isOver();
        Place next = send(log, place, over, reader);
        if (over && (isOfOneAttempt || (isEnded && place.attempt() >= had(seen)))) {
          reader.end();
          return;
        }
        if (over && place.attempt() < had(seen)) {
          next = new Place(place.attempt() + 1, 0);
        }
        wait = next.equals(place) ? Math.min(wait * 2, LOOK_MILLIS_MOST) : LOOK_MILLIS;
        place = next;
        reader.idle();
        watch.await(wait);
      }
    } catch (InterruptedException stopping) {
      Thread.currentThread().interrupt();
    }
  }

  private int had(@Nullable JobSeen seen) {
    return seen == null ? attempts : Math.max(attempts, seen.job().attempts());
  }

  /// Sends what is there and says where the rest will begin.
  private static Place send(TaskLog log, Place from, boolean over, Reader reader)
      throws IOException {
    Place place = from;
    while (true) {
      byte[] bytes = log.read(place.offset(), PIECE_BYTES, !over);
      int taken = bytes.length == 0 ? 0 : reader.take(place, bytes, over);
      if (taken == 0) {
        return place;
      }
      place = new Place(place.attempt(), place.offset() + taken);
    }
  }

  /// Up to where there are whole characters.
  private static int whole(byte[] bytes) {
    for (int back = 1; back < CHARACTER_BYTES && back <= bytes.length; back++) {
      int lead = bytes[bytes.length - back] & 0xff;
      boolean goesOn = (lead & 0xc0) == 0x80;
      if (!goesOn) {
        int needed = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
        return needed > back ? bytes.length - back : bytes.length;
      }
    }
    return bytes.length;
  }
}
