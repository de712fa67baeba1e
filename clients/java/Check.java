import com.azure.core.credential.AccessToken;
import com.azure.core.credential.TokenCredential;
import com.azure.core.management.AzureEnvironment;
import com.azure.core.management.exception.ManagementException;
import com.azure.core.management.profile.AzureProfile;
import com.azure.identity.ClientSecretCredentialBuilder;
import com.azure.resourcemanager.resources.ResourceManager;
import com.azure.resourcemanager.resources.fluent.ResourcesClient;
import com.azure.resourcemanager.resources.fluent.models.GenericResourceInner;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import reactor.core.publisher.Mono;

/// Azure's Java client of the resource manager (azure-resourcemanager-resources): a cluster and a
/// command job as generic resources.
final class Check {
  private static final String URL = System.getenv("EBB_URL");
  private static final String SUBSCRIPTION = System.getenv("EBB_SUBSCRIPTION");
  private static final String GROUP = System.getenv("EBB_GROUP");
  private static final String VERSION = "2024-04-01";
  private static final String LAB =
      "/subscriptions/%s/resourceGroups/%s/providers/Microsoft.MachineLearningServices/workspaces/%s"
          .formatted(SUBSCRIPTION, GROUP, System.getenv("EBB_WORKSPACE"));
  private static final String CLUSTER = LAB + "/computes/cluster-java";

  private static boolean failed;

  interface Body {
    void run() throws Exception;
  }

  static void check(String name, Body body) {
    try {
      body.run();
      System.out.println("ok      " + name);
    } catch (Throwable failure) {
      failed = true;
      System.out.println("FAILED  " + name + ": " + String.valueOf(failure).replaceAll("\\s+", " "));
      failure.printStackTrace();
    }
  }

  static void equal(Object found, Object wanted) {
    if (!wanted.equals(found)) {
      throw new AssertionError(found + " and not " + wanted);
    }
  }

  static ResourceManager manager(TokenCredential credential) {
    AzureEnvironment ebb =
        new AzureEnvironment(
            Map.of(
                "portalUrl", URL,
                "managementEndpointUrl", URL,
                "resourceManagerEndpointUrl", URL + "/",
                "activeDirectoryEndpointUrl", URL,
                "activeDirectoryResourceId", URL,
                "activeDirectoryGraphResourceId", URL));
    String tenant = "11111111-1111-1111-1111-111111111111";
    return ResourceManager.authenticate(credential, new AzureProfile(tenant, SUBSCRIPTION, ebb))
        .withSubscription(SUBSCRIPTION);
  }

  @SuppressWarnings("unchecked")
  static Object property(Object of, String... path) {
    Object at = of;
    for (String name : path) {
      at = ((Map<String, Object>) at).get(name);
    }
    return at;
  }

  public static void main(String[] arguments) throws Exception {
    String token = Files.readString(Path.of(System.getenv("EBB_TOKEN_FILE"))).strip();
    ResourceManager manager =
        manager(_ -> Mono.just(new AccessToken(token, OffsetDateTime.now().plusHours(1))));
    ResourcesClient resources = manager.serviceClient().getResources();

    check(
        "the group is shown and listed",
        () -> {
          equal(manager.resourceGroups().getByName(GROUP).regionName(), "eastus");
          equal(manager.resourceGroups().list().stream().anyMatch(each -> each.name().equals(GROUP)), true);
        });
    check(
        "a cluster is made, and its creation is waited for",
        () -> {
          Map<String, Object> scale = Map.of("maxNodeCount", 2, "nodeIdleTimeBeforeScaleDown", "PT2S");
          GenericResourceInner wanted = new GenericResourceInner();
          wanted.withLocation("eastus");
          wanted.withProperties(
              Map.of("computeType", "AmlCompute", "properties", Map.of("vmSize", "STANDARD_D2S_V3", "scaleSettings", scale)));
          GenericResourceInner made = resources.createOrUpdateById(CLUSTER, VERSION, wanted);
          equal(property(made.properties(), "provisioningState"), "Succeeded");
          Object shown = resources.getById(CLUSTER, VERSION).properties();
          equal(property(shown, "properties", "scaleSettings", "maxNodeCount"), 2);
        });
    check(
        "a command job runs to its end",
        () -> {
          String job = LAB + "/jobs/java-job";
          GenericResourceInner wanted = new GenericResourceInner();
          wanted.withProperties(Map.of("jobType", "Command", "command", "echo from java", "computeId", CLUSTER));
          resources.createOrUpdateById(job, VERSION, wanted);
          Object status = "";
          for (int look = 0; look < 120 && !List.of("Completed", "Failed", "Canceled").contains(status); look++) {
            Thread.sleep(500);
            status = property(resources.getById(job, VERSION).properties(), "status");
          }
          equal(status, "Completed");
        });
    check(
        "what is not there is refused with Azure's code",
        () -> {
          try {
            resources.getById(LAB + "/computes/absent", VERSION);
            throw new AssertionError("it was not refused");
          } catch (ManagementException refused) {
            equal(refused.getValue().getCode(), "ResourceNotFound");
          }
        });
    check(
        "a service principal signs in with the token as its secret",
        () -> {
          TokenCredential principal =
              new ClientSecretCredentialBuilder()
                  .tenantId("11111111-1111-1111-1111-111111111111")
                  .clientId("anybody")
                  .clientSecret(token)
                  .authorityHost(URL)
                  .disableInstanceDiscovery()
                  .build();
          Object shown = manager(principal).serviceClient().getResources().getById(CLUSTER, VERSION).name();
          equal(shown, "cluster-java");
        });
    System.exit(failed ? 1 : 0);
  }
}
