/// The vocabulary: all that can be asked ([Command]), all that can be true ([Event]), all that can
/// stand in the way ([Rejection]), and the ids and values they are made of.
///
/// Nothing here behaves: a method may compare, name or check its own fields, and no more. What
/// words mean is decided in [ebb.kernel.Kernel]; how they become bytes is decided in `Codec`.
///
/// Read [Command] and [Event] first.
package ebb.kernel.protocol;
