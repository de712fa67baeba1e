package ebb.app.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// `ComputeResource` of an AmlCompute.
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Compute(
    String id,
    String name,
    String type,
    String location,
    Map<String, String> tags,
    Identity identity,
    Properties properties) {
  public static final String TYPE = "Microsoft.MachineLearningServices/workspaces/computes";

  /// `ManagedServiceIdentity`; `type` is None.
  public record Identity(String type) {}

  /// What all computes have. azureml-core fails where `description`, `resourceId` or
  /// `provisioningErrors` is absent.
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Properties(
      String computeType,
      String computeLocation,
      String provisioningState,
      @Nullable String description,
      String createdOn,
      String modifiedOn,
      @Nullable String resourceId,
      @Nullable List<Problem> provisioningErrors,
      boolean isAttachedCompute,
      boolean disableLocalAuth,
      AmlCompute properties) {}

  /// `AmlComputeProperties`. azureml-core looks into `userAccountCredentials` if they are there.
  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record AmlCompute(
      String osType,
      String vmSize,
      String vmPriority,
      @Nullable String virtualMachineImage,
      boolean isolatedNetwork,
      ScaleSettings scaleSettings,
      @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String userAccountCredentials,
      @Nullable String subnet,
      String remoteLoginPortPublicAccess,
      String allocationState,
      List<Problem> errors,
      int currentNodeCount,
      int targetNodeCount,
      NodeStateCounts nodeStateCounts,
      boolean enableNodePublicIp,
      Map<String, String> propertyBag) {}

  public record ScaleSettings(
      int maxNodeCount, int minNodeCount, String nodeIdleTimeBeforeScaleDown) {}

  public record NodeStateCounts(
      int idleNodeCount,
      int runningNodeCount,
      int preparingNodeCount,
      int unusableNodeCount,
      int leavingNodeCount,
      int preemptedNodeCount) {}

  /// `ErrorResponse`.
  public record Problem(ProblemDetail error) {}

  public record ProblemDetail(String code, String message) {}

  /// `AmlComputeNodesInformation`: the list is called `nodes`.
  public record Nodes(
      List<Node> nodes, @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable String nextLink) {}

  @JsonInclude(JsonInclude.Include.ALWAYS)
  public record Node(
      String nodeId,
      @Nullable String privateIpAddress,
      @Nullable String publicIpAddress,
      String nodeState,
      @Nullable String runId) {}
}
