package ebb.app.cli;

import ebb.app.config.Config;
import ebb.app.config.ConfigRefused;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `ebb serve`: starts a server and stays until it is stopped.
@Command(
    name = "serve",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description =
        "Starts the server on this machine. Ctrl-C stops it; jobs go on and are found again.")
public final class Serve implements Callable<Integer> {
  /// The server's exit code when its home or configuration cannot be used: nothing was started.
  public static final int UNUSABLE = 2;

  /// What is started, with what was typed.
  public interface Server {
    int serve(Config config, Options options);
  }

  /// What is no configuration: it belongs to one start.
  ///
  /// @param adoptHome the home was moved and is the same installation
  /// @param newInstallation the home is a copy and becomes an installation of its own
  /// @param acceptLoss what is missing from the home's journal is lost
  public record Options(
      Path home, boolean adoptHome, boolean newInstallation, boolean acceptLoss) {}

  private final Server server;

  Serve(Server server) {
    this.server = server;
  }

  @Option(
      names = "--home",
      paramLabel = "DIR",
      description = "Where everything is kept (default: ~/.ebb, or EBB_HOME).")
  private @Nullable Path home;

  @Option(
      names = "--port",
      paramLabel = "N",
      description = "Port (default: 7070; 0: any free one).")
  private @Nullable String port;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description =
          "Serves https with this certificate and those that vouch for it, in PEM; 'self-signed': with one of the home's own.")
  private @Nullable String tlsCertificate;

  @Option(names = "--tls-key", paramLabel = "FILE", description = "The certificate's key, in PEM.")
  private @Nullable String tlsKey;

  @Option(names = "--cores", paramLabel = "N", description = "Cores for nodes (default: as found).")
  private @Nullable String cores;

  @Option(
      names = "--memory",
      paramLabel = "MIB",
      description = "Memory for nodes in MiB (default: as found).")
  private @Nullable String memory;

  @Option(names = "--gpus", paramLabel = "N", description = "GPUs for nodes (default: as found).")
  private @Nullable String gpus;

  @Option(
      names = "--virtual-nodes",
      negatable = true,
      description =
          "Nodes may share the machine when they do not fit beside each other (default: on a person's own server yes, else no).")
  private @Nullable Boolean virtualNodes;

  @Option(
      names = "--owner",
      paramLabel = "NAME",
      description = "Whom the access token stands for (default: your user name).")
  private @Nullable String owner;

  @Option(names = "--stop", description = "Stops the server that runs on the home instead.")
  private boolean stop;

  @Option(names = "--set", paramLabel = "KEY=VALUE", description = "Any key of docs/config.md.")
  private Map<String, String> others = new TreeMap<>();

  @Option(
      names = "--accept-loss",
      description =
          "What the home's journal has lost is lost for good: the server goes on with what is there.")
  private boolean loss;

  @ArgGroup private @Nullable Said said;

  private static final class Said {
    @Option(
        names = "--adopt-home",
        description = "The home was moved or put back: it is the same one, and there is no other.")
    private boolean adopt;

    @Option(
        names = "--new-installation",
        description = "The home is a copy: it never touches what the original started.")
    private boolean copy;
  }

  @Override
  public Integer call() {
    Path place = home == null ? defaultHome() : home;
    if (stop) {
      new OwnServer(place).stop();
      System.err.println("ebb: the server of " + place + " has stopped; jobs go on");
      return 0;
    }
    Said of = said == null ? new Said() : said;
    try {
      Config config = Config.read(place.resolve(Config.FILE), typed());
      return server.serve(config, new Options(place, of.adopt, of.copy, loss));
    } catch (ConfigRefused refused) {
      System.err.println("ebb: " + refused.getMessage());
      return UNUSABLE;
    }
  }

  static Path defaultHome() {
    String set = System.getenv("EBB_HOME");
    return set == null || set.isBlank() ? Defaults.personHome().resolve(".ebb") : Path.of(set);
  }

  private Map<String, String> typed() {
    TreeMap<String, String> typed = new TreeMap<>(others);
    put(typed, Config.HTTP_PORT.name(), port);
    put(typed, Config.HTTP_TLS_CERTIFICATE.name(), tlsCertificate);
    put(typed, Config.HTTP_TLS_KEY.name(), tlsKey);
    put(typed, Config.HOST_CORES.name(), cores);
    put(typed, Config.HOST_MEMORY.name(), memory);
    put(typed, Config.HOST_GPUS.name(), gpus);
    put(typed, Config.HOST_VIRTUAL_NODES.name(), virtualNodes);
    put(typed, Config.OWNER.name(), owner);
    return typed;
  }

  private static void put(Map<String, String> typed, String key, @Nullable Object value) {
    if (value != null) {
      typed.put(key, value.toString());
    }
  }
}
