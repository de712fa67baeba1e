package ebb.app.wire;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.Map;

/// `Workspace`.
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Workspace(
    String id,
    String name,
    String type,
    String location,
    Map<String, String> tags,
    Compute.Identity identity,
    Properties properties) {
  public static final String TYPE = "Microsoft.MachineLearningServices/workspaces";

  /// `mlFlowTrackingUri` is for a service that Ebb does not have yet, but clients fail without it.
  public record Properties(
      String workspaceId,
      String friendlyName,
      String provisioningState,
      String discoveryUrl,
      String mlFlowTrackingUri) {}
}
