package ebb.app.cli;

import tools.jackson.databind.JsonNode;

/// How a job ended, for whoever waited for it.
final class End {
  private End() {}

  /// Says so, and answers the exit code that stands for it: the command's own, as far as it has
  /// one.
  static int tell(JsonNode job) {
    JsonNode end = job.at("/properties/properties");
    String cause = end.path("ebb.end.cause").asString();
    if (cause.equals("succeeded")) {
      return 0;
    }
    String detail = end.path("ebb.end.detail").asString("");
    System.err.println(
        "ebb: %s: %s%s"
            .formatted(
                job.path("name").asString(), cause, detail.isEmpty() ? "" : " (" + detail + ")"));
    int nodes = Jobs.nodes(job);
    if (nodes > 1) {
      System.err.println(
          "ebb: each of its %d nodes has a log: %s"
              .formatted(nodes, Why.logs(job.path("name").asString(), "" + (nodes - 1))));
    }
    int code = end.path("ebb.end.code").asInt(1);
    return code > 0 && code < 256 ? code : 1;
  }
}
