/// Who asks, and whether a browser was talked into asking: a token in a file that only its owner
/// can read becomes an actor ([AccessToken]), and requests that another site caused are refused
/// before anything is looked at ([OriginGuard]).
///
/// What an actor may do is the kernel's to say, not decided here. Read [AccessToken] first.
@NullMarked
package ebb.app.identity;

import org.jspecify.annotations.NullMarked;
