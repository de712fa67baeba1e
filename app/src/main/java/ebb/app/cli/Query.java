package ebb.app.cli;

import io.burt.jmespath.JmesPathException;
import io.burt.jmespath.jcf.JcfRuntime;
import tools.jackson.databind.JsonNode;

/// A JMESPath expression, as `az --query` takes it.
final class Query {
  private Query() {}

  /// What the expression chooses from an answer.
  static JsonNode choose(String expression, JsonNode from) {
    try {
      Object plain = Connection.JSON.treeToValue(from, Object.class);
      return Connection.JSON.valueToTree(new JcfRuntime().compile(expression).search(plain));
    } catch (JmesPathException unfit) {
      throw Failed.unreadable("--query is no JMESPath expression: " + unfit.getMessage() + ".");
    }
  }
}
