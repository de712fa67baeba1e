package ebb.app.api;

import ebb.app.code.CodeStore;
import ebb.app.http.Response;
import ebb.app.specification.Specification;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/// What must be here before a job is taken that needs it: asked when it is submitted, so that
/// nobody waits in a queue for something that was never sent.
final class Assets {
  private final CodeStore code;

  Assets(CodeStore code) {
    this.code = code;
  }

  /// What is missing or wrong, as an answer; null if the job can be taken.
  @Nullable Response refusal(Specification specification) {
    if (specification.code().isPresent()) {
      return refusalOfCode(specification.code().get());
    }
    return null;
  }

  private @Nullable Response refusalOfCode(String hash) {
    if (!CodeStore.isHash(hash)) {
      return Reads.badRequest("'" + hash + "' is no hash of code: it has 64 hexadecimal digits.");
    }
    try {
      return code.has(hash)
          ? null
          : Json.refusal(
              404,
              "CodeNotFound",
              "The code " + hash + " is not here: send it to .../code/" + hash + " first.");
    } catch (IOException failure) {
      return Json.busy(503, "StorageUnavailable", "The code cannot be looked for: " + failure, 5);
    }
  }
}
