package ebb.app;

import ebb.app.api.Gate;
import ebb.app.api.Surface;
import ebb.app.asset.VersionedAssets;
import ebb.app.backend.local.Confines;
import ebb.app.backend.local.HostCapacity;
import ebb.app.backend.local.Images;
import ebb.app.backend.local.LocalBackend;
import ebb.app.backend.local.LocalOptions;
import ebb.app.backend.local.RunFolders;
import ebb.app.backend.local.TaskFiles;
import ebb.app.backend.local.TaskUser;
import ebb.app.backend.local.TaskUsers;
import ebb.app.certificate.SelfSigned;
import ebb.app.certificate.ServerCertificate;
import ebb.app.cli.Serve;
import ebb.app.code.Bounds;
import ebb.app.code.CodeStore;
import ebb.app.config.Config;
import ebb.app.data.Datastores;
import ebb.app.data.Downloads;
import ebb.app.environment.Environments;
import ebb.app.files.ProcessUser;
import ebb.app.http.HttpDoor;
import ebb.app.identity.AccessToken;
import ebb.app.identity.OriginGuard;
import ebb.app.journal.Store;
import ebb.app.journal.StoreRefused;
import ebb.app.loop.EngineLoop;
import ebb.app.loop.LoopLimits;
import ebb.app.loop.Watch;
import ebb.app.secrets.Secrets;
import ebb.app.specification.SpecificationStore;
import ebb.app.specification.SpecificationStoreFailure;
import ebb.app.view.JobSeen;
import ebb.app.view.View;
import ebb.kernel.protocol.Host;
import ebb.kernel.protocol.HostIsolation;
import ebb.kernel.protocol.JobId;
import ebb.kernel.protocol.RoleAssignment;
import java.io.Console;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// One server, put together by hand. Reading [#assemble] from top to bottom is reading how Ebb is
/// built: the home, the door, what jobs run, the machine, the engine, the surface.
final class Server {
  /// Longer than a sender who goes on pauses, short enough that a crowd of silent ones is soon
  /// gone.
  private static final Duration SILENCE = Duration.ofSeconds(30);

  private static final System.Logger LOG = System.getLogger(Server.class.getName());

  /// Replaying a long journal takes a while; beyond this something else is wrong.
  private static final Duration START_WITHIN = Duration.ofMinutes(10);

  /// What the engine has taken is finished within a batch; a last snapshot takes seconds.
  private static final Duration STOP_WITHIN = Duration.ofSeconds(60);

  private final Config config;
  private final Serve.Options options;
  private final AtomicReference<EngineLoop.End> end = new AtomicReference<>(EngineLoop.End.BROKEN);
  private final Deque<Runnable> closings = new ArrayDeque<>();
  private final List<String> findings = new ArrayList<>();
  private final Gate.Tally tally = new Gate.Tally();
  private @Nullable Thread engineThread;
  private @Nullable HttpDoor door;
  private @Nullable ServerCertificate certificate;
  private int port;

  private Server(Config config, Serve.Options options) {
    this.config = config;
    this.options = options;
  }

  /// Starts a server that answers when this returns.
  static Server start(Config config, Serve.Options options) throws ServerRefused {
    Server server = new Server(config, options);
    try {
      ListenPort.refuseInVain(options.home(), config.http().port());
      server.assemble();
      return server;
    } catch (ServerRefused refused) {
      server.stop();
      throw refused;
    } catch (IOException failure) {
      server.stop();
      throw new ServerRefused(String.valueOf(failure.getMessage()), failure);
    } catch (StoreRefused refused) { // nothing is open yet
      throw new ServerRefused(String.valueOf(refused.getMessage()), refused);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      server.stop();
      throw new ServerRefused("The start was interrupted.", interrupted);
    }
  }

  private void assemble() throws ServerRefused, StoreRefused, IOException, InterruptedException {
    // The home: from here on no other server runs on it.
    Store store = Store.open(options.home(), storeOptions());
    Path home = store.home();
    findings.addAll(store.warnings());
    StoreMemory.Opening opening = new StoreMemory.Opening(home, storeOptions(), store);
    Runnable abandon = store::abandon;
    closings.push(abandon); // until the engine owns it

    // The door: taken before anything is started, opened when everything has.
    String owner = owner();
    AccessToken token = AccessToken.at(home, owner);
    HttpDoor listening = listen(store);

    // What jobs run, and the machine that they run on.
    SpecificationStore specifications = SpecificationStore.open(home.resolve("specifications.db"));
    closings.push(() -> close(specifications));
    View view = new View();
    TaskFiles.Sources sources = sources(home, view);
    Secrets secrets = Secrets.open(home.resolve("secrets"));
    Environments environments = Environments.open(home, view::idOf);
    Confines confines = confines(store);
    Host host = host(confines.isolation());
    AtomicReference<EngineLoop> engine = new AtomicReference<>();
    LocalBackend backend =
        new LocalBackend(
            localOptions(store, opening::isHomeThere, confines),
            stores(specifications, sources, secrets, view),
            (reports, whenDurable) -> running(engine).report(reports, whenDurable),
            InstantSource.system(),
            wallMillis -> running(engine).engineMillis(wallMillis));
    closings.push(backend::close);

    // The engine: one thread, and one that watches it.
    EngineLoop loop =
        new EngineLoop(
            new EngineLoop.Parts(
                opening, view, backend, state -> Founding.orders(state, host, owner)),
            loopLimits(),
            owner);
    engine.set(loop);
    closings.remove(abandon); // the store is the engine's from here on
    startEngine(loop, opening);
    begin(backend, view);

    // The surface: from here on requests are answered.
    VersionedAssets data = new VersionedAssets(home.resolve("data"), view::idOf);
    VersionedAssets models = new VersionedAssets(home.resolve("models"), view::idOf);
    Sweep.Kept kept = new Sweep.Kept(sources.code(), List.of(data, models), specifications);
    Sweep sweep = startSweep(home, opening, view, backend, kept);
    Surface.Parts parts =
        new Surface.Parts(
            loop,
            view,
            opening::history,
            specifications,
            sources.code(),
            sources.datastores(),
            data,
            models,
            environments,
            secrets,
            confines::imageRefusal,
            new Outputs(
                backend.folders(), config.tasks().outputBytes(), config.tasks().diskMebibytes()),
            sweep);
    listening.open(Surface.gate(parts, new OriginGuard(scheme(), port), token, tally));
    tell(home, host, confines, view, owner);
    announce(home);
  }

  private static LocalBackend.Stores stores(
      SpecificationStore specifications, TaskFiles.Sources sources, Secrets secrets, View view) {
    return new LocalBackend.Stores(
        specifications,
        sources,
        secrets,
        job -> Optional.ofNullable(view.job(job)).map(JobSeen::workspace),
        attempt ->
            Optional.ofNullable(view.attempt(attempt))
                .map(seen -> new RunFolders.Of(seen.job(), seen.number())));
  }

  /// Clients learn of it first: what they cannot be told is not shown.
  private void renew(Path home, ServerCertificate renewed) throws IOException {
    HttpDoor open = door;
    if (open != null) {
      write(home, renewed);
      open.renew(new HttpDoor.Certificate(renewed.key(), renewed.chain()));
    }
  }

  private record Outputs(RunFolders folders, long boundBytes, int diskMebibytes)
      implements Surface.Outputs {
    @Override
    public Path file(JobId job, int attempt, int rank, boolean stderr) {
      RunFolders.Run run = folders.run(job, attempt, rank);
      return stderr ? run.stderr() : run.stdout();
    }

    @Override
    public Path folder(JobId job, int attempt, int rank) {
      return folders.run(job, attempt, rank).workingDirectory();
    }

    @Override
    public long between(JobId job, int attempts, int nodes) throws IOException {
      return folders.tidy(job, attempts, nodes, false);
    }

    @Override
    public void remove(JobId job) throws IOException {
      folders.remove(job);
    }
  }

  private LocalOptions localOptions(Store store, BooleanSupplier isThere, Confines confines) {
    return new LocalOptions(
        store.home(), isThere, store.installation(), confines, config.tasks().outputBytes());
  }

  /// What keeps jobs apart: found out anew at every start, for packages come and go.
  private Confines confines(Store store) throws IOException {
    Config.Tasks tasks = config.tasks();
    TaskUsers users =
        !tasks.user().equals(Config.AUTO)
            ? TaskUsers.same(TaskUser.named(tasks.user()))
            : ProcessUser.isRoot()
                ? TaskUsers.each(
                    TaskUsers.Range.parse(tasks.uids()), store.home(), store.installation())
                : TaskUsers.same(null);
    List<Path> programs =
        tasks.programs().equals("none")
            ? List.of()
            : Stream.of(tasks.programs().split(":", -1)).map(Path::of).toList();
    return Confines.find(
        store.home(),
        store.installation(),
        new Confines.Wanted(users, programs, port, isPersonal(), images(store)));
  }

  private Images images(Store store) {
    String registries = config.images().registries();
    return new Images(
        !registries.equals(Config.AUTO) ? registries : isPersonal() ? Images.ANY : Images.NONE,
        config.images().pullWithin(),
        store.storage().markBytes());
  }

  private String owner() {
    return config.owner().equals(Config.AUTO) ? System.getProperty("user.name") : config.owner();
  }

  private boolean isPersonal() {
    return chosen(config.host().personal(), isFromTerminal());
  }

  private LoopLimits loopLimits() {
    return new LoopLimits(
        config.engine().queue(),
        config.engine().batch(),
        config.engine().answerWithin(),
        LoopLimits.DEFAULT.reopenings(),
        LoopLimits.DEFAULT.reopenAfter());
  }

  private void begin(LocalBackend backend, View view) {
    backend.begin();
    int most = config.tasks().diskMebibytes();
    if (most > 0) {
      Thread watching =
          Thread.ofPlatform().name("disks").daemon().start(new DiskWatch(view, backend, most));
      closings.push(watching::interrupt);
    }
  }

  private Sweep startSweep(
      Path home, StoreMemory.Opening opening, View view, LocalBackend backend, Sweep.Kept kept) {
    Sweep.Parts parts = new Sweep.Parts(home, opening::history, view, backend, kept);
    Sweep sweep = new Sweep(parts, config.folders().keep());
    Thread sweeping = Thread.ofPlatform().name("sweep").daemon().start(sweep);
    closings.push(sweeping::interrupt);
    return sweep;
  }

  private void startEngine(EngineLoop loop, StoreMemory.Opening opening)
      throws ServerRefused, InterruptedException {
    engineThread = Thread.ofPlatform().name("engine").start(() -> end.set(loop.run()));
    closings.push(() -> stopEngine(loop));
    if (!loop.awaitStart(START_WITHIN)) {
      throw new ServerRefused(
          "The engine did not start: the log above says why.", new IllegalStateException());
    }
    Thread watch =
        Thread.ofPlatform().name("watch").daemon().start(new Watch(loop, opening::troubles));
    closings.push(watch::interrupt);
  }

  private Store.Said said() {
    if (options.adoptHome()) {
      return Store.Said.MOVED;
    } else if (options.newInstallation()) {
      return Store.Said.COPIED;
    }
    return Store.Said.NOTHING;
  }

  private Store.Options storeOptions() {
    return new Store.Options(
        said(),
        options.acceptLoss(),
        (long) config.journal().markMebibytes() << 20,
        (long) config.journal().reserveMebibytes() << 20,
        config.journal().snapshotEvents(),
        Store.Options.DEFAULT.packBytes());
  }

  private TaskFiles.Sources sources(Path home, View view) throws IOException {
    Config.Inputs inputs = config.inputs();
    return new TaskFiles.Sources(
        CodeStore.open(home.resolve("code"), Bounds.DEFAULT),
        Datastores.open(home),
        Downloads.open(
            home.resolve("downloads"),
            new Downloads.Bounds(
                (long) inputs.downloadMebibytes() << 20,
                (long) inputs.cacheMebibytes() << 20,
                inputs.loopback())),
        () -> view.rules().storage().markBytes());
  }

  private HttpDoor listen(Store store) throws ServerRefused {
    Config.Tls tls = config.http().tls();
    ServerCertificate own = tls.isOn() ? Tls.read(tls, store.home()) : null;
    certificate = own;
    HttpDoor listening =
        new HttpDoor(
            config.http().port(),
            new HttpDoor.Limits(config.http().connections(), SILENCE),
            own == null ? null : new HttpDoor.Certificate(own.key(), own.chain()),
            tally);
    ListenPort.listen(listening, config.http().port(), store.installation());
    door = listening;
    port = listening.port();
    return listening;
  }

  private Host host(HostIsolation isolation) throws IOException {
    Config.Host wanted = config.host();
    return HostCapacity.find(
        new HostCapacity.Wanted(wanted.cores(), wanted.memoryMebibytes(), wanted.gpus()),
        chosen(wanted.virtualNodes(), isPersonal()),
        isolation);
  }

  private static boolean chosen(String text, boolean auto) {
    return text.equals(Config.AUTO) ? auto : text.equals("true");
  }

  @SuppressWarnings("SystemConsoleNull") // without a terminal JDK 25 answers null again
  private static boolean isFromTerminal() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /// The loop, which exists before the backend is told anything.
  private static EngineLoop running(AtomicReference<EngineLoop> engine) {
    return Objects.requireNonNull(engine.get(), "the engine has not started");
  }

  /// What a person who started it should know.
  private void tell(Path home, Host host, Confines confines, View view, String owner)
      throws IOException {
    findings.add("home " + home + ", installation " + view.rules().installation());
    findings.add(
        "nodes may have %d cores, %d MiB and %d GPUs%s"
            .formatted(
                host.cores(),
                host.memoryMebibytes(),
                host.gpus(),
                host.virtualNodes() ? ", and may share them (virtual nodes)" : ""));
    findings.addAll(confines.words());
    if (view.rules().safeMode()) {
      findings.add(
          "SAFE MODE: the server stopped three times at one place. It reads, stops and releases"
              + " only. Report the error that the log of those starts ends with; stopping this"
              + " server in the ordinary way ends safe mode.");
    }
    int quarantined = view.rules().quarantine().size();
    if (quarantined > 0) {
      findings.add(
          (quarantined == 1
                  ? "1 thing is left as it is"
                  : quarantined + " things are left as they are")
              + " since a bug was met: 'ebb incident' lists what");
    }
    List<RoleAssignment> roles = view.rules().access().assignments();
    if (roles.stream().noneMatch(role -> role.principal().equals(owner))) {
      findings.add(
          "the token stands for '%s', who has no role here; those who do: %s. Start with --owner NAME."
              .formatted(owner, roles.stream().map(RoleAssignment::principal).distinct().toList()));
    }
    findings.add("the access token is in " + AccessToken.file(home));
    if (config.http().tls().isSelfSigned()) {
      findings.add("clients of other makers are to trust " + SelfSigned.certificate(home));
    }
  }

  /// Tells the home's clients where the server is and by which certificate they know it.
  private void announce(Path home) throws IOException {
    ServerCertificate own = certificate;
    write(home, own);
    if (own != null) {
      Thread watching = Tls.watch(config.http().tls(), home, own, renewed -> renew(home, renewed));
      closings.push(watching::interrupt);
    }
  }

  private void write(Path home, @Nullable ServerCertificate own) throws IOException {
    String known = own == null ? "" : ",\"certificate\":\"" + own.fingerprint() + "\"";
    Path draft = home.resolve("server.json.new");
    Files.writeString(
        draft,
        "{\"url\":\"%s\",\"pid\":%d,\"home\":%s%s}\n"
            .formatted(
                address(),
                ProcessHandle.current().pid(),
                Files.getAttribute(home, "unix:ino"), // by which a copy is told from it
                known));
    Files.move(draft, home.resolve("server.json"), java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private String scheme() {
    return config.http().tls().isOn() ? "https" : "http";
  }

  /// Where clients find it.
  String address() {
    return scheme() + "://127.0.0.1:" + port;
  }

  /// What was found at the start, in words for people.
  List<String> findings() {
    return List.copyOf(findings);
  }

  private static void close(SpecificationStore specifications) {
    try {
      specifications.close();
    } catch (SpecificationStoreFailure failure) {
      LOG.log(Level.WARNING, failure.getMessage());
    }
  }

  private void stopEngine(EngineLoop loop) {
    loop.stop();
    Thread thread = engineThread;
    try {
      if (thread != null && !thread.join(STOP_WITHIN)) {
        LOG.log(Level.WARNING, "the engine does not end; what was answered is in the journal");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /// Waits until the engine has ended and says how.
  EngineLoop.End await() throws InterruptedException {
    Thread thread = engineThread;
    if (thread != null) {
      thread.join();
    }
    return Objects.requireNonNull(end.get());
  }

  /// Takes no more requests, finishes those that were taken, and lets go of everything. Jobs go on
  /// under the agent.
  synchronized void stop() {
    if (door != null) {
      door.close();
      door = null;
    }
    while (!closings.isEmpty()) {
      closings.pop().run();
    }
  }
}
