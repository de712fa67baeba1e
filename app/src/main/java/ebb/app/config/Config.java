package ebb.app.config;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// How a server is set up. Read once, at its start.
public record Config(
    Http http,
    Engine engine,
    Host host,
    Tasks tasks,
    Images images,
    Inputs inputs,
    Folders folders,
    Journal journal,
    String owner) {
  /// In the home; lines of `key = value`, `#` for remarks.
  public static final String FILE = "ebb.conf";

  public static final Key HTTP_PORT =
      new Key(
          "http.port",
          "7070",
          "The port of the loopback address to listen on; 0 takes any free one.");
  public static final Key HTTP_CONNECTIONS =
      new Key(
          "http.connections",
          "4096",
          "How many connections are served at once; more wait to be accepted. One that is silent for 30 s where a request, or more of one, should come is closed.");
  public static final Key HTTP_TLS_CERTIFICATE =
      new Key(
          "http.tls-certificate",
          "none",
          "What is shown for TLS: a file with a certificate in PEM and those that vouch for it; self-signed is one of the"
              + " home's own, made when there is none and again before it ends; none is plain HTTP.");
  public static final Key HTTP_TLS_KEY =
      new Key(
          "http.tls-key", "none", "The file with the certificate's key, in PEM (PKCS #8, open).");
  public static final Key ENGINE_QUEUE =
      new Key(
          "engine.queue",
          "4096",
          "How many requests may wait for the engine; beyond it they are answered with 429.");
  public static final Key ENGINE_BATCH =
      new Key("engine.batch", "1024", "How many requests one step takes.");
  public static final Key ENGINE_ANSWER_WITHIN =
      new Key(
          "engine.answer-within",
          "PT30S",
          "After so long without an answer a request is told that its outcome is unknown.");
  public static final Key HOST_CORES =
      new Key("host.cores", "0", "Cores that nodes may have; 0: as found.");
  public static final Key HOST_MEMORY =
      new Key("host.memory-mebibytes", "0", "Memory that nodes may have; 0: as found.");
  public static final Key HOST_GPUS =
      new Key("host.gpus", "-1", "GPUs that nodes may have; -1: as found.");
  public static final Key HOST_PERSONAL =
      new Key(
          "host.personal",
          "auto",
          "Whether the server is one person's own, started by their own command: there jobs run without a sandbox, or"
              + " without the filter of its network, where the machine has none, and say so; elsewhere they are refused."
              + " true, false, or auto, which is true for a server that was started from a terminal.");
  public static final Key HOST_VIRTUAL_NODES =
      new Key(
          "host.virtual-nodes",
          "auto",
          "Whether nodes may share the machine when they do not fit beside each other, or lack the GPU that their size"
              + " names: true, false, or auto, which is what host.personal is. Where they may not, a job whose nodes would not fit if the"
              + " machine had no other is refused.");
  public static final Key TASKS_USER =
      new Key(
          "tasks.user",
          "auto",
          "Whom tasks run as: a name or uid:gid for all of them; auto is a user of its own for each submitter if the server"
              + " runs as root, else the server's own user.");
  public static final Key TASKS_UIDS =
      new Key(
          "tasks.uids",
          "1900000000-1900065535",
          "The numbers of users and groups that are given to submitters. Nobody else on the machine may have them; of"
              + " servers that share it none gives a number that another has given.");
  public static final Key TASKS_PROGRAMS =
      new Key(
          "tasks.programs",
          "none",
          "Folders, with ':' between them, that jobs in a sandbox see read-only beside the system's own, such as one with"
              + " conda environments.");
  public static final Key TASKS_OUTPUT =
      new Key(
          "tasks.output-mebibytes",
          "64",
          "How much of each task's standard output, and of its standard error, is kept.");
  public static final Key TASKS_DISK =
      new Key(
          "tasks.disk-mebibytes",
          "102400",
          "How much the files of a run may take, its /tmp included: one that has more is stopped, and says so. It is looked"
              + " at every few seconds; 0: as much as there is.");
  public static final Key IMAGES_REGISTRIES =
      new Key(
          "images.registries",
          "auto",
          "The registries, with commas between them, that images are pulled from when a job names one that is not on the"
              + " machine, by the server's user and with its credentials: any, none, or auto, which is any on a person's"
              + " own server (host.personal) and none elsewhere.");
  public static final Key IMAGES_PULL_WITHIN =
      new Key("images.pull-within", "PT30M", "How long the pull of an image may take.");
  public static final Key INPUTS_DOWNLOAD =
      new Key(
          "inputs.download-mebibytes", "10240", "The most that one input from the web may have.");
  public static final Key INPUTS_CACHE =
      new Key(
          "inputs.cache-mebibytes",
          "20480",
          "The most that inputs from the web may take that are kept for the next job.");
  public static final Key INPUTS_LOOPBACK =
      new Key(
          "inputs.loopback",
          "false",
          "Whether jobs may have the server fetch inputs from the machine's own loopback address, plain http included:"
              + " true lets them read what listens there.");
  public static final Key FILES_KEEP =
      new Key(
          "files.keep",
          "P7D",
          "How long a job's folder is kept whole after its end. Then all but its outputs and logs is removed, and code"
              + " and pulled images that nobody has used for as long.");
  public static final Key JOURNAL_MARK =
      new Key(
          "journal.mark-mebibytes",
          "0",
          "With less free space than this nothing new is started; 0: 1 GiB or a twentieth of the disk, whichever is"
              + " less.");
  public static final Key JOURNAL_RESERVE =
      new Key(
          "journal.reserve-mebibytes",
          "64",
          "Set aside for what must be remembered when the disk is full.");
  public static final Key JOURNAL_SNAPSHOT =
      new Key("journal.snapshot-events", "200000", "A snapshot is taken after so many events.");
  public static final Key OWNER =
      new Key(
          "owner",
          "auto",
          "The principal that the access token stands for, and that owns everything from the first start on; auto is"
              + " the name of the user who starts the server.");

  public static final List<Key> KEYS =
      List.of(
          HTTP_PORT,
          HTTP_CONNECTIONS,
          HTTP_TLS_CERTIFICATE,
          HTTP_TLS_KEY,
          ENGINE_QUEUE,
          ENGINE_BATCH,
          ENGINE_ANSWER_WITHIN,
          HOST_CORES,
          HOST_MEMORY,
          HOST_GPUS,
          HOST_PERSONAL,
          HOST_VIRTUAL_NODES,
          TASKS_USER,
          TASKS_UIDS,
          TASKS_PROGRAMS,
          TASKS_OUTPUT,
          TASKS_DISK,
          IMAGES_REGISTRIES,
          IMAGES_PULL_WITHIN,
          INPUTS_DOWNLOAD,
          INPUTS_CACHE,
          INPUTS_LOOPBACK,
          FILES_KEEP,
          JOURNAL_MARK,
          JOURNAL_RESERVE,
          JOURNAL_SNAPSHOT,
          OWNER);

  /// The word that leaves a choice to the server.
  public static final String AUTO = "auto";

  /// The word for what is not wanted.
  private static final String NONE = "none";

  public record Http(int port, int connections, Tls tls) {}

  /// What is shown for TLS.
  ///
  /// @param certificate a file, or one of the words that its key explains
  public record Tls(String certificate, String key) {
    private static final String SELF_SIGNED = "self-signed";

    public boolean isOn() {
      return !certificate.equals(NONE);
    }

    public boolean isSelfSigned() {
      return certificate.equals(SELF_SIGNED);
    }
  }

  public record Engine(int queue, int batch, Duration answerWithin) {}

  public record Host(
      int cores, int memoryMebibytes, int gpus, String personal, String virtualNodes) {}

  public record Tasks(
      String user, String uids, String programs, int outputMebibytes, int diskMebibytes) {
    /// The most that is kept of each stream of a task.
    public long outputBytes() {
      return (long) outputMebibytes << 20;
    }
  }

  public record Images(String registries, Duration pullWithin) {}

  public record Inputs(int downloadMebibytes, int cacheMebibytes, boolean loopback) {}

  public record Folders(Duration keep) {}

  public record Journal(int markMebibytes, int reserveMebibytes, int snapshotEvents) {}

  /// The values of a file, over which those of the command line go.
  public static Config read(Path file, Map<String, String> commandLine) throws ConfigRefused {
    TreeMap<String, String> values = new TreeMap<>();
    if (Files.exists(file)) {
      values.putAll(parse(file));
    }
    values.putAll(commandLine);
    return of(values);
  }

  private static Map<String, String> parse(Path file) throws ConfigRefused {
    List<String> lines;
    try {
      lines = Files.readAllLines(file);
    } catch (IOException failure) {
      throw new ConfigRefused(file + " cannot be read: " + failure);
    }
    TreeMap<String, String> values = new TreeMap<>();
    int number = 0;
    for (String line : lines) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      int equals = text.indexOf('=');
      if (equals < 1) {
        throw new ConfigRefused("%s, line %d: expected is 'key = value'.".formatted(file, number));
      }
      String key = text.substring(0, equals).strip();
      if (values.put(key, text.substring(equals + 1).strip()) != null) {
        throw new ConfigRefused(
            "%s, line %d: the key '%s' is there twice.".formatted(file, number, key));
      }
    }
    return values;
  }

  /// Each key once; one that is absent has its default.
  public static Config of(Map<String, String> values) throws ConfigRefused {
    for (String name : values.keySet()) {
      if (KEYS.stream().noneMatch(key -> key.name().equals(name))) {
        throw new ConfigRefused(
            "There is no key '%s': docs/config.md lists those there are.".formatted(name));
      }
    }
    Reading reading = new Reading(values);
    return new Config(
        new Http(
            reading.number(HTTP_PORT, 0, 65_535),
            reading.number(HTTP_CONNECTIONS, 1, 100_000),
            reading.tls()),
        new Engine(
            reading.number(ENGINE_QUEUE, 1, 1_000_000),
            reading.number(ENGINE_BATCH, 1, 100_000),
            reading.duration(ENGINE_ANSWER_WITHIN)),
        new Host(
            reading.number(HOST_CORES, 0, 1_000_000),
            reading.number(HOST_MEMORY, 0, Integer.MAX_VALUE),
            reading.number(HOST_GPUS, -1, 100_000),
            reading.oneOf(HOST_PERSONAL, List.of("true", "false", AUTO)),
            reading.oneOf(HOST_VIRTUAL_NODES, List.of("true", "false", AUTO))),
        new Tasks(
            reading.text(TASKS_USER),
            reading.text(TASKS_UIDS),
            reading.text(TASKS_PROGRAMS),
            reading.number(TASKS_OUTPUT, 1, 1_000_000),
            reading.number(TASKS_DISK, 0, Integer.MAX_VALUE)),
        new Images(reading.text(IMAGES_REGISTRIES), reading.duration(IMAGES_PULL_WITHIN)),
        new Inputs(
            reading.number(INPUTS_DOWNLOAD, 1, Integer.MAX_VALUE),
            reading.number(INPUTS_CACHE, 0, Integer.MAX_VALUE),
            reading.oneOf(INPUTS_LOOPBACK, List.of("true", "false")).equals("true")),
        new Folders(reading.duration(FILES_KEEP)),
        new Journal(
            reading.number(JOURNAL_MARK, 0, Integer.MAX_VALUE),
            reading.number(JOURNAL_RESERVE, 0, 1_000_000),
            reading.number(JOURNAL_SNAPSHOT, 1, Integer.MAX_VALUE)),
        reading.text(OWNER));
  }

  private record Reading(Map<String, String> values) {
    String text(Key key) throws ConfigRefused {
      String text = values.getOrDefault(key.name(), key.defaultText());
      if (text.isBlank()) {
        throw new ConfigRefused("%s is empty.".formatted(key.name()));
      }
      return text;
    }

    int number(Key key, int least, int most) throws ConfigRefused {
      String text = text(key);
      if (text.matches("-?[0-9]{1,10}")) {
        long number = Long.parseLong(text);
        if (number >= least && number <= most) {
          return (int) number;
        }
      }
      throw new ConfigRefused(
          "%s is '%s': it must be a number from %d to %d."
              .formatted(key.name(), text, least, most));
    }

    Duration duration(Key key) throws ConfigRefused {
      String text = text(key);
      try {
        Duration duration = Duration.parse(text);
        if (duration.isPositive()) {
          return duration;
        }
      } catch (DateTimeParseException unreadable) {
        throw unfitDuration(key, text);
      }
      throw unfitDuration(key, text);
    }

    private static ConfigRefused unfitDuration(Key key, String text) {
      return new ConfigRefused(
          "%s is '%s': it must be an ISO 8601 duration above 0, such as PT30S."
              .formatted(key.name(), text));
    }

    /// A certificate of an operator's has a key, and nothing else has.
    Tls tls() throws ConfigRefused {
      Tls tls = new Tls(text(HTTP_TLS_CERTIFICATE), text(HTTP_TLS_KEY));
      boolean isFile = tls.isOn() && !tls.isSelfSigned();
      if (isFile == tls.key().equals(NONE)) {
        throw new ConfigRefused(
            "%s is '%s' and %s is '%s': a certificate in a file needs the file of its key, and nothing else has one."
                .formatted(
                    HTTP_TLS_CERTIFICATE.name(),
                    tls.certificate(),
                    HTTP_TLS_KEY.name(),
                    tls.key()));
      }
      return tls;
    }

    String oneOf(Key key, List<String> allowed) throws ConfigRefused {
      String text = text(key);
      if (!allowed.contains(text)) {
        throw new ConfigRefused(
            "%s is '%s': it must be one of %s.".formatted(key.name(), text, allowed));
      }
      return text;
    }
  }

  /// The table of keys as `docs/config.md` has it.
  public static String document() {
    StringBuilder text = new StringBuilder();
    text.append("# Configuration\n\n");
    text.append(
        "A server reads `ebb.conf` in its home once, when it starts: lines of `key = value`, `#` for remarks. Options"
            + " of `ebb serve`\ngo over the file. An unknown key stops the start. What decisions read is not"
            + " configuration. Quotas, prices, locks and a\ncluster's bounds and idle time are state, changed over HTTP and"
            + " journaled; a job's own body says its retries, deadline and priority. What\nholds where a body says"
            + " nothing, and how many may wait, is fixed in the program and the same on every server.\n\n");
    text.append("| key | default | meaning |\n| --- | --- | --- |\n");
    for (Key key : KEYS) {
      text.append("| `")
          .append(key.name())
          .append("` | `")
          .append(key.defaultText())
          .append("` | ")
          .append(key.meaning())
          .append(" |\n");
    }
    return text.toString();
  }
}
