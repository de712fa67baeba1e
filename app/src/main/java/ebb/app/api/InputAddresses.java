package ebb.app.api;

import ebb.app.asset.Likely;
import ebb.app.asset.VersionedAssets;
import ebb.app.code.Uploads;
import ebb.app.data.DataAddress;
import ebb.app.data.DataAddress.InDatastore;
import ebb.app.data.DataRefused;
import ebb.app.specification.Specification;
import ebb.app.view.View;
import ebb.kernel.protocol.Scope;
import ebb.kernel.protocol.WorkspaceId;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What the names that Azure's clients give to inputs mean when a job is taken: data assets, and
/// what was sent to the workspace's store. A job keeps the meaning, whatever the name means later.
final class InputAddresses {
  /// Where clients send local files and folders: under a hash of their own.
  static final Pattern UPLOAD =
      Pattern.compile("LocalUpload/([A-Za-z0-9-]{1,128})/([^/]+)(?:/(.*))?");

  private static final Pattern SENT =
      Pattern.compile(
          "(?i)azureml://(?:.*/)?datastores/" + ArmDatastores.FILES + "/paths/+LocalUpload/.*");

  /// Types of inputs that are models.
  static final List<String> MODELS = List.of("custom_model", "mlflow_model", "triton_model");

  private static final Pattern ASSET =
      Pattern.compile(
          "(?i)(?:azureml:)?/*(subscriptions/.*)/(data|models)/([^/]+)/(?:versions|labels)/([^/]+)");

  private static final Pattern SHORT =
      Pattern.compile("(?i)azureml:([A-Za-z0-9][A-Za-z0-9_.-]*)[:@]([A-Za-z0-9_.-]+)");

  private final View view;
  private final Uploads uploads;
  private final VersionedAssets data;
  private final VersionedAssets models;

  InputAddresses(View view, Uploads uploads, VersionedAssets data, VersionedAssets models) {
    this.view = view;
    this.uploads = uploads;
    this.data = data;
    this.models = models;
  }

  /// What an upload is called by the path of one of its files in the store; null if it is none.
  static Uploads.@Nullable Name upload(WorkspaceId workspace, String path) {
    Matcher upload = UPLOAD.matcher(path);
    return upload.matches()
        ? new Uploads.Name(workspace.toString(), upload.group(1), upload.group(2))
        : null;
  }

  /// How the paths in the store begin of what a client calls so.
  static String before(String under) {
    return "LocalUpload/" + under + "/";
  }

  /// The path of a file in its upload, which begins with the name that the upload is of.
  static String inside(String path) {
    return path.replaceFirst("LocalUpload/[^/]+/", "");
  }

  /// The specification with what its inputs mean now.
  Specification resolve(Specification specification, Scope workspace)
      throws IOException, Bodies.Unfit {
    TreeMap<String, Specification.Input> inputs = new TreeMap<>();
    for (Map.Entry<String, Specification.Input> each : specification.inputs().entrySet()) {
      Specification.Input input = each.getValue();
      if (input instanceof Specification.InputFiles files) {
        input =
            new Specification.InputFiles(
                files.type(), files.mode(), resolve(files.uri(), files.type(), workspace));
      }
      inputs.put(each.getKey(), input);
    }
    return specification.withInputs(inputs);
  }

  /// Where something is; what is no such name is an address already.
  String resolve(String uri, String type, Scope workspace) throws IOException, Bodies.Unfit {
    if (SENT.matcher(uri).matches() && inStore(uri, workspace) instanceof InDatastore sent) {
      return sent(sent.path(), uri, workspace);
    }
    Matcher asset = ASSET.matcher(uri);
    if (asset.matches()) {
      String place = "/" + asset.group(1).replaceFirst("(?i)/resourcegroups/", "/resourceGroups/");
      if (!place.equalsIgnoreCase(workspace.path())) {
        throw new Bodies.Unfit("'" + uri + "' is in another workspace.");
      }
      boolean isModel = asset.group(2).equalsIgnoreCase("models");
      return address(isModel, asset.group(3), asset.group(4), workspace);
    }
    Matcher name = SHORT.matcher(uri);
    return name.matches()
        ? address(MODELS.contains(type), name.group(1), name.group(2), workspace)
        : uri;
  }

  private static DataAddress inStore(String uri, Scope workspace) throws Bodies.Unfit {
    try {
      return DataAddress.parse(uri, workspace);
    } catch (DataRefused refused) {
      throw new Bodies.Unfit(refused.why());
    }
  }

  private String sent(String path, String uri, Scope workspace) throws IOException, Bodies.Unfit {
    Uploads.Name name = upload(view.idOf(workspace), path);
    Optional<String> found = name == null ? Optional.empty() : uploads.find(name);
    if (name == null || found.isEmpty()) {
      throw new Bodies.Unfit(
          "What was sent as '%s' is not here any more, or has not arrived whole: send it again."
              .formatted(uri));
    }
    return "ebb://code/" + found.get() + "/" + inside(path);
  }

  private String address(boolean isModel, String name, String version, Scope workspace)
      throws IOException, Bodies.Unfit {
    VersionedAssets assets = isModel ? models : data;
    String kind = isModel ? "model" : "data";
    Optional<VersionedAssets.Version> found =
        version.equalsIgnoreCase("latest")
            ? assets.latest(workspace, name)
            : assets.find(workspace, name, version);
    if (found.isEmpty()) {
      List<String> versions = assets.someVersions(workspace, name);
      throw new Bodies.Unfit(
          versions.isEmpty()
              ? "There is no %s '%s' in this workspace: %s."
                  .formatted(kind, name, Likely.among(assets.someNames(workspace), name))
              : "The %s '%s' has no version %s that a job can name so: %s."
                  .formatted(kind, name, version, Likely.among(versions, version)));
    }
    return found.get().address();
  }
}
