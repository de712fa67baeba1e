package ebb.app.api;

import ebb.app.http.Response;
import ebb.kernel.protocol.Action;
import ebb.kernel.protocol.Actor;
import ebb.kernel.protocol.Scope;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What only whoever may govern everything can do, because it gives jobs what the machine's owner
/// owns.
final class Governing {
  private final Reads reads;

  Governing(Reads reads) {
    this.reads = reads;
  }

  interface Use {
    Response of() throws IOException, Bodies.Unfit, NoWorkspace;
  }

  /// Something is to be given to a workspace that is not there. Whoever judges this last lets a
  /// client make it, once nothing else is wrong.
  static final class NoWorkspace extends Exception {
    private static final long serialVersionUID = 1;

    private NoWorkspace(String text) {
      super("There is no workspace '" + text + "': make it, or name another.");
    }
  }

  Response answer(Actor actor, Use use) throws Bodies.Unfit {
    Response refusal = reads.refusal(actor, Action.GOVERN, Scope.ALL);
    if (refusal != null) {
      return refusal;
    }
    try {
      return use.of();
    } catch (NoWorkspace absent) {
      return Json.refusal(404, "ParentResourceNotFound", String.valueOf(absent.getMessage()));
    } catch (IOException failure) {
      return Reads.unavailable(
          "StorageUnavailable", "This could not be done, or not all of it.", failure);
    }
  }

  /// The paths of workspaces that are there, each named as `subscription/group/workspace` or as
  /// Azure writes it.
  List<String> workspaces(List<String> asked) throws Bodies.Unfit, NoWorkspace {
    List<String> paths = new ArrayList<>();
    for (String text : asked) {
      Scope scope = workspace(String.valueOf(text));
      if (scope == null) {
        throw new Bodies.Unfit(
            "'" + text + "' names no workspace: write subscription/group/workspace.");
      }
      if (reads.view().workspace(scope) == null) {
        throw new NoWorkspace(text);
      }
      paths.add(scope.path());
    }
    return paths;
  }

  /// The workspace that is named so; null if the text names none.
  static @Nullable Scope workspace(String text) {
    List<String> parts = List.of(text.replaceAll("^/+", "").split("/"));
    return switch (parts.size()) {
      case 3 -> Scope.workspace(parts.get(0), parts.get(1), parts.get(2));
      case 8 -> Scope.workspace(parts.get(1), parts.get(3), parts.get(7));
      default -> null;
    };
  }
}
