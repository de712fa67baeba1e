/// HTTP as the rest of the program sees it: a [Request], a [Response], and a [Router] that finds
/// the handler. [HttpDoor] is the only class that knows which library serves it.
///
/// Nothing here knows what Ebb is about or who may do what. Read [Router] first.
@NullMarked
package ebb.app.http;

import org.jspecify.annotations.NullMarked;
