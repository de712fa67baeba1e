package ebb.app.api;

import ebb.app.data.DataRefused;
import ebb.app.data.Datastore;
import ebb.app.data.Datastores;
import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.kernel.protocol.Actor;
import java.io.IOException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/// Folders of the server's machine that jobs may name: only who may govern everything registers
/// one, because it gives jobs what the machine's owner owns.
final class DatastoreEndpoints {
  private static final String LIST = "/ebb/v1/datastores";
  private static final String PATH = LIST + "/{name}";

  private final Governing governing;
  private final Datastores datastores;

  DatastoreEndpoints(Governing governing, Datastores datastores) {
    this.governing = governing;
    this.datastores = datastores;
  }

  void addTo(Router<Endpoint> router) {
    router
        .on("GET", LIST, this::list)
        .on("PUT", PATH, this::put)
        .on("GET", PATH, this::get)
        .on("DELETE", PATH, this::delete);
  }

  record DatastoreShown(String name, String path, String mode, List<String> workspaces) {
    static DatastoreShown of(Datastore datastore) {
      return new DatastoreShown(
          datastore.name(),
          datastore.root().toString(),
          datastore.isWritable() ? "rw" : "ro",
          datastore.workspaces());
    }
  }

  private Response list(Request request, Actor actor) throws Bodies.Unfit {
    return governing.answer(
        actor,
        () ->
            Json.answer(
                200,
                new Shapes.Page(datastores.all().stream().map(DatastoreShown::of).toList(), null)));
  }

  private Response get(Request request, Actor actor) throws Bodies.Unfit {
    String name = request.parameter("name");
    return governing.answer(
        actor,
        () ->
            datastores
                .find(name)
                .map(found -> Json.answer(200, DatastoreShown.of(found)))
                .orElseGet(() -> Reads.notFound("datastore", name)));
  }

  private Response put(Request request, Actor actor) {
    return Bounded.body(
        request,
        Bodies.DatastoreBody.class,
        body -> governing.answer(actor, () -> put(request.parameter("name"), body)));
  }

  private Response put(String name, Bodies.DatastoreBody body)
      throws IOException, Bodies.Unfit, Governing.NoWorkspace {
    String mode = Bodies.or(body.mode(), "ro").toLowerCase(Locale.ROOT);
    if (!mode.equals("ro") && !mode.equals("rw")) {
      throw new Bodies.Unfit("'" + mode + "' is no mode: there are ro and rw.");
    }
    boolean isNew = datastores.find(name).isEmpty();
    try {
      Path path = Path.of(Bodies.required(body.path(), "path"));
      datastores.judge(name, path);
      List<String> workspaces =
          governing.workspaces(Bodies.required(body.workspaces(), "workspaces"));
      Datastore kept = datastores.put(name, path, mode.equals("rw"), workspaces);
      return Json.answer(isNew ? 201 : 200, DatastoreShown.of(kept));
    } catch (DataRefused refused) {
      throw new Bodies.Unfit(refused.why());
    } catch (InvalidPathException unreadable) {
      throw new Bodies.Unfit("'" + body.path() + "' is no path.");
    }
  }

  private Response delete(Request request, Actor actor) throws Bodies.Unfit {
    String name = request.parameter("name");
    return governing.answer(
        actor,
        () -> datastores.remove(name) ? Response.empty(200) : Reads.notFound("datastore", name));
  }
}
