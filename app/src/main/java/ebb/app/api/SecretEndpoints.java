package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.app.http.Router;
import ebb.app.secrets.SecretRefused;
import ebb.app.secrets.Secrets;
import ebb.kernel.protocol.Actor;
import java.util.List;

/// Secrets of jobs: put and removed, never answered.
final class SecretEndpoints {
  private static final String LIST = "/ebb/v1/secrets";
  private static final String PATH = LIST + "/{name}";

  private final Governing governing;
  private final Secrets secrets;

  SecretEndpoints(Governing governing, Secrets secrets) {
    this.governing = governing;
    this.secrets = secrets;
  }

  void addTo(Router<Endpoint> router) {
    router.on("GET", LIST, this::list).on("PUT", PATH, this::put).on("DELETE", PATH, this::delete);
  }

  private record SecretShown(String name, List<String> workspaces) {}

  private Response list(Request request, Actor actor) throws Bodies.Unfit {
    return governing.answer(
        actor,
        () ->
            Json.answer(
                200,
                new Shapes.Page(
                    secrets.names().entrySet().stream()
                        .map(secret -> new SecretShown(secret.getKey(), secret.getValue()))
                        .toList(),
                    null)));
  }

  private Response put(Request request, Actor actor) {
    String name = request.parameter("name");
    return Bounded.body(
        request,
        Bodies.SecretBody.class,
        body ->
            governing.answer(
                actor,
                () -> {
                  try {
                    String value = Bodies.required(body.value(), "value");
                    Secrets.judge(name, value);
                    List<String> workspaces =
                        governing.workspaces(Bodies.required(body.workspaces(), "workspaces"));
                    boolean isNew = secrets.put(name, value, workspaces);
                    return Json.answer(isNew ? 201 : 200, new SecretShown(name, workspaces));
                  } catch (SecretRefused refused) {
                    throw new Bodies.Unfit(refused.why());
                  }
                }));
  }

  private Response delete(Request request, Actor actor) throws Bodies.Unfit {
    String name = request.parameter("name");
    return governing.answer(
        actor, () -> secrets.remove(name) ? Response.empty(200) : Reads.notFound("secret", name));
  }
}
