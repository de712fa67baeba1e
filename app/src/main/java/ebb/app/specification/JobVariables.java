package ebb.app.specification;

import java.util.Map;
import java.util.TreeMap;

/// What a job's command finds in its environment wherever it runs: who it is, and where its data
/// is. The names are those that Azure gives its jobs.
public final class JobVariables {
  private JobVariables() {}

  /// Which task of which job it is.
  public static Map<String, String> task(String job, int rank, int nodes) {
    return Map.of(
        "EBB_JOB_NAME", job,
        "EBB_NODE_RANK", String.valueOf(rank),
        "EBB_NODE_COUNT", String.valueOf(nodes),
        "AZUREML_RUN_ID", job,
        "AZUREML_NODE_COUNT", String.valueOf(nodes));
  }

  /// Where the job belongs.
  public static Map<String, String> workspace(String subscription, String group, String name) {
    return Map.of(
        "AZUREML_ARM_SUBSCRIPTION", subscription,
        "AZUREML_ARM_RESOURCEGROUP", group,
        "AZUREML_ARM_WORKSPACE_NAME", name);
  }

  /// Where inputs and outputs are.
  public static Map<String, String> data(Values values) {
    Map<String, String> variables = new TreeMap<>();
    values
        .inputs()
        .forEach((name, value) -> {
          variables.put("AZURE_ML_INPUT_" + name, value);
          variables.put("AZUREML_DATAREFERENCE_" + name, value);
        });
    values
        .outputs()
        .forEach((name, path) -> {
          variables.put("AZURE_ML_OUTPUT_" + name, path);
          variables.put("AZUREML_DATAREFERENCE_" + name, path);
        });
    return variables;
  }
}
