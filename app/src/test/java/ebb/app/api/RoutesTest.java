package ebb.app.api;

import static org.assertj.core.api.Assertions.assertThat;

import ebb.app.asset.VersionedAssets;
import ebb.app.code.Bounds;
import ebb.app.code.CodeStore;
import ebb.app.data.Datastores;
import ebb.app.environment.Environments;
import ebb.app.http.HttpDoor;
import ebb.app.identity.AccessToken;
import ebb.app.identity.OriginGuard;
import ebb.app.loop.EngineLoop;
import ebb.app.loop.LoopLimits;
import ebb.app.loop.Outcome;
import ebb.app.secrets.Secrets;
import ebb.app.specification.SpecificationStore;
import ebb.app.view.View;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.ClusterSpec;
import ebb.kernel.protocol.Command;
import ebb.kernel.protocol.JobSpec;
import ebb.kernel.protocol.Lock;
import ebb.kernel.protocol.LockLevel;
import ebb.kernel.protocol.Price;
import ebb.kernel.protocol.Priority;
import ebb.kernel.protocol.QuotaKey;
import ebb.kernel.protocol.QuotaKind;
import ebb.kernel.protocol.Rates;
import ebb.kernel.protocol.Role;
import ebb.kernel.protocol.RoleAssignment;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.Verdict;
import ebb.kernel.protocol.VmSize;
import java.lang.reflect.Proxy;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Every route of the surface, asked by an owner, by somebody who has no role, and by nobody.
class RoutesTest {
  private static final String TENANT_ROUTES =
      """
      GET %1$s/.well-known/openid-configuration
      GET %1$s/discovery/v2.0/keys
      GET %1$s/v2.0/.well-known/openid-configuration
      POST %1$s/oauth2/token
      POST %1$s/oauth2/v2.0/token
      """;

  /// What clients only ask for, and ask for by POST; and a change of a group that changes nothing.
  private static final String READS =
      "POST .*/(listNodes|listKeys|batchGetResolvedUris|rundata)|PATCH .*/resourceGroups/[{]group}";

  /// That there is such a group is not told to who may not look into it.
  private static final String HIDDEN = "(DELETE|PATCH) .*/resourceGroups/[{]group}";

  private static final String ARM_JOB =
      """
      {'properties':{'jobType':'Command','command':'true','computeId':'one'}}\
      """;

  /// What routes want that judge the body before they ask who wants it, by a pattern of the route.
  /// With anything else they would refuse everybody.
  private static final Map<String, String> BODIES =
      Map.ofEntries(
          Map.entry("PUT .*/resourceGroups/[{]group}", "{'location':'cellar'}"),
          Map.entry("PUT .*/workspaces.*/[{]workspace}", "{'location':'cellar'}"),
          Map.entry("PUT .*/clusters/[{]name}", "{'size':'small','max':1}"),
          Map.entry(
              "PUT .*/computes/[{]name}",
              """
              {'properties':{'computeType':'AmlCompute','properties':
               {'vmSize':'small','scaleSettings':{'maxNodeCount':1}}}}\
              """),
          Map.entry("PUT /ebb/.*/jobs/[{]name}", "{'cluster':'one','command':['true']}"),
          Map.entry("(PUT|POST) .*Microsoft.*/jobs/[{]name}(/validate)?", ARM_JOB),
          Map.entry("POST .*/local/end", "{'end':'exited'}"),
          Map.entry("POST .*/rundata", "{'runId':'one'}"),
          Map.entry("PUT .*/locks/.*", "{'level':'read only'}"),
          Map.entry("PUT .*/prices", "{'prices':[]}"),
          Map.entry(
              "PUT .*/quotas",
              "{'kind':'regional total','subscription':'sub','location':'cellar','limit':1}"));

  private static final Scope LAB = Scope.workspace("sub", "team", "lab");
  private static final String ARM_LAB = LAB.path();
  private static final String VERSION = "?api-version=2024-04-01";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /// There is one of each kind, and it has this name.
  private static final String NAME = "one";

  @TempDir static Path home;
  private static EngineLoop loop;
  private static Thread engine;
  private static SpecificationStore specifications;
  private static final HttpClient CLIENT = HttpClient.newHttpClient();
  private static String token;
  private static String node = "";
  private static String upload = "";
  private static Served owner;
  private static Served stranger;
  private static Served reader;

  /// The same surface, with a token that stands for somebody.
  private record Served(Gate gate, HttpDoor door) {}

  private record Answer(int status, String body) {
    /// How many rows a list has; -1 if it is none.
    int rows() {
      JsonNode rows =
          body.startsWith("{") ? JsonMapper.shared().readTree(body).path("value") : null;
      return rows != null && rows.isArray() ? rows.size() : -1;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    View view = new View();
    loop =
        new EngineLoop(
            new EngineLoop.Parts(MemoryOfNothing::new, view, _ -> {}, _ -> List.of()),
            LoopLimits.DEFAULT,
            "owner");
    engine = Thread.ofPlatform().name("engine").start(loop::run);
    assertThat(loop.awaitStart(PATIENCE)).isTrue();
    specifications = SpecificationStore.open(home.resolve("specifications.db"));
    Surface.Parts parts =
        new Surface.Parts(
            loop,
            view,
            () -> {
              throw new AssertionError("history is asked");
            },
            specifications,
            CodeStore.open(home.resolve("code"), Bounds.DEFAULT),
            Datastores.open(home),
            new VersionedAssets(home.resolve("data"), view::idOf),
            new VersionedAssets(home.resolve("models"), view::idOf),
            Environments.open(home, view::idOf),
            Secrets.open(home.resolve("secrets")),
            _ -> Optional.empty(),
            untouched(Surface.Outputs.class),
            untouched(Surface.Cleaning.class));
    owner = serve(parts, "owner");
    stranger = serve(parts, "stranger");
    reader = serve(parts, "reader");
    token = Files.readString(AccessToken.file(home)).strip();
    fill();
    node = text(ask(owner, "GET", "/ebb/v1/nodes"), "/value/0/id");
    String begin = ARM_LAB + "/codes/any/versions/1/startPendingUpload" + VERSION;
    upload = text(ask(owner, "POST", begin), "/pendingUploadId");
    assertThat(ask(owner, "PUT", "/blob/code/" + upload + "/" + NAME).status()).isEqualTo(201);
  }

  private static String text(Answer answer, String pointer) {
    return JsonMapper.shared().readTree(answer.body()).at(pointer).asString();
  }

  /// What nobody here comes as far as to touch.
  private static <T> T untouched(Class<T> port) {
    return port.cast(
        Proxy.newProxyInstance(
            port.getClassLoader(),
            new Class<?>[] {port},
            (_, method, _) -> {
              throw new AssertionError(method + " is called");
            }));
  }

  private static Served serve(Surface.Parts parts, String principal) throws Exception {
    Gate.Tally tally = new Gate.Tally();
    HttpDoor door = new HttpDoor(0, new HttpDoor.Limits(100, PATIENCE), null, tally);
    door.listen();
    Gate gate =
        Surface.gate(
            parts, new OriginGuard("http", door.port()), AccessToken.at(home, principal), tally);
    door.open(gate);
    return new Served(gate, door);
  }

  /// One of everything that a list could show: without it, an empty one would prove nothing.
  private static void fill() {
    wish(new Command.ChangeSizes(List.of(new VmSize("small", "family", 1, 1_024, 0))));
    Rates rates = new Rates(1, 1, 1);
    wish(
        new Command.ChangePrices(
            "EUR", List.of(new Price("small", "cellar", Priority.DEDICATED, rates))));
    wish(new Command.PutGroup(LAB.ofGroup(), "cellar", List.of()));
    wish(new Command.PutWorkspace(LAB, "cellar"));
    ClusterSpec spec =
        new ClusterSpec("small", Priority.DEDICATED, 1, 1, 0, "cellar", true, List.of());
    wish(new Command.PutCluster(LAB, NAME, spec));
    JobSpec job = new JobSpec(NAME, "owner", 0, 1, 0, JobSpec.DEFAULT_RETRIES, "0".repeat(64));
    wish(new Command.SubmitJob(LAB, NAME, job, null, System.currentTimeMillis()));
    wish(new Command.AssignRole(new RoleAssignment("reader", Role.READER, Scope.ALL)));
    wish(new Command.PutLock(new Lock(LAB, NAME, LockLevel.CANNOT_DELETE)));
    wish(new Command.SetQuota(new QuotaKey(QuotaKind.REGIONAL_TOTAL, "sub", "cellar", ""), 9));
  }

  private static void wish(Command.Wish wish) {
    Outcome<Verdict> outcome = loop.wish(new Actor("owner", "", ""), "", wish);
    assertThat(outcome).as("%s", wish).isInstanceOf(Outcome.Answered.class);
    assertThat(((Outcome.Answered<Verdict>) outcome).answer())
        .as("%s", wish)
        .isInstanceOf(Verdict.Accepted.class);
  }

  @AfterAll
  static void stop() throws Exception {
    owner.door().close();
    stranger.door().close();
    reader.door().close();
    loop.stop();
    engine.join();
    specifications.close();
  }

  private static Answer ask(
      Served served, String method, String path, String body, String authorization)
      throws Exception {
    URI address = URI.create("http://localhost:" + served.door().port() + path);
    HttpRequest.Builder request =
        HttpRequest.newBuilder(address)
            .timeout(PATIENCE)
            .method(method, HttpRequest.BodyPublishers.ofString(body));
    if (!authorization.isEmpty()) {
      request.header("Authorization", authorization);
    }
    HttpResponse<String> answer =
        CLIENT.send(request.build(), HttpResponse.BodyHandlers.ofString());
    return new Answer(answer.statusCode(), answer.body());
  }

  private static Answer ask(Served served, String method, String path) throws Exception {
    return ask(served, method, path, "{}");
  }

  private static Answer ask(Served served, String method, String path, String body)
      throws Exception {
    return ask(served, method, path, body, "Bearer " + token);
  }

  /// The route's path to what there is.
  private static String path(String route) {
    String path =
        route
            .substring(route.indexOf(' ') + 1)
            .replaceFirst("[?].*", "")
            .replace("{subscription}", "sub")
            .replace("{group}", "team")
            .replace("{workspace}", "lab")
            .replace("{location}", "cellar")
            .replace("{node}", node)
            .replace("{upload}", upload)
            .replaceAll("[{][^}]*[}]", NAME);
    String query = method(route).equals("GET") ? VERSION + "&comp=list" : VERSION;
    if (route.matches("DELETE .*/computes/.*")) {
      query += "&underlyingResourceAction=Delete";
    }
    return path.startsWith("/ebb/") ? path : path + query;
  }

  private static String body(String route) {
    return BODIES.entrySet().stream()
        .filter(each -> route.replaceFirst("[?].*", "").matches(each.getKey()))
        .map(each -> each.getValue().replace('\'', '"'))
        .findFirst()
        .orElse("{}");
  }

  private static String method(String route) {
    return route.substring(0, route.indexOf(' '));
  }

  private static SortedSet<String> routes() {
    SortedSet<String> routes = stranger.gate().router.routes();
    assertThat(routes).hasSizeGreaterThan(100);
    return routes;
  }

  @Test
  void theseRoutesAndNoOthersAnswerWithoutACredential() throws Exception {
    List<String> open =
        new ArrayList<>(
            List.of("GET /health", "HEAD /health", "GET /metadata/endpoints", "GET /discovery"));
    for (String tenant : List.of("/{tenant}", "/adfs", "/adfs/{tenant}", "/adfs/t/{tenant}")) {
      TENANT_ROUTES.formatted(tenant).lines().forEach(open::add);
    }
    assertThat(stranger.gate().open.routes()).containsExactlyInAnyOrderElementsOf(open);
    for (String route : routes()) {
      assertThat(ask(owner, method(route), path(route), "{}", "").status())
          .as(route)
          .isEqualTo(401);
    }
  }

  @Test
  void whoHasNoRoleIsToldNothingByAnyRoute() throws Exception {
    for (String route : routes()) {
      if (!method(route).equals("GET") && !method(route).equals("HEAD")) {
        continue;
      }
      Answer told = ask(stranger, method(route), path(route));
      if (told.status() != 403) {
        Answer whole = ask(owner, method(route), path(route));
        boolean isHidden = told.status() == 404 && whole.status() / 100 == 2;
        boolean isEmpty = told.rows() == 0 && whole.rows() > 0;
        assertThat(isHidden || isEmpty).as(route + told + " and not " + whole).isTrue();
      }
    }
  }

  @Test
  void whoHasNoRoleOrMayOnlyReadChangesNothingByAnyRoute() throws Exception {
    List<String> reads = new ArrayList<>();
    for (String route : routes()) {
      if (!method(route).equals("GET") && !method(route).equals("HEAD")) {
        Answer refused = ask(stranger, method(route), path(route), body(route));
        assertThat(refused.status())
            .as(route + refused)
            .isEqualTo(route.matches(HIDDEN) ? 404 : 403);
        if (ask(reader, method(route), path(route), body(route)).status() != 403) {
          reads.add(route);
        }
      }
    }
    assertThat(reads).allMatch(route -> route.matches(READS)).isNotEmpty();
  }
}
