package ebb.app.api;

import ebb.app.http.Request;
import ebb.app.http.Response;
import ebb.kernel.protocol.Actor;

/// Answers a request of somebody who is known. What the request says that nothing can be made of
/// may be thrown: [Gate] answers it, before it [Arm] where Azure's headers belong to the answer,
/// and before both whoever looks or reads for an endpoint that cannot throw ([Reads], [Bounded]),
/// always as [Reads#badRequest].
@FunctionalInterface
interface Endpoint {
  Response answer(Request request, Actor actor) throws Bodies.Unfit;
}
