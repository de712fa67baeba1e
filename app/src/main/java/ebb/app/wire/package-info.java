/// What Azure's clients send and read: records shaped exactly as Azure's JSON.
///
/// A component that a client wants to see even when it says nothing is written as null; one that a
/// client cannot read as null is left out. Which is which was seen with the clients themselves.
@NullMarked
package ebb.app.wire;

import org.jspecify.annotations.NullMarked;
