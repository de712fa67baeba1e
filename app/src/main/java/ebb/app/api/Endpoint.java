package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.kernel.protocol.Actor;

/// Answers a request of somebody who is known; what the request says that nothing can be made of is
/// answered in one place.
@FunctionalInterface
interface Endpoint {
  Response answer(Request request, Actor actor) throws Bodies.Unfit;
}
