/// Files that somebody else may change while they are looked at, such as those of a job: opened,
/// listed, counted and removed from a folder down, name by name, without ever following a link.
///
/// Nothing here knows whose files they are, but for [HomeFolder], which servers and clients ask.
/// Read [Tree] first.
@NullMarked
package ebb.app.files;

import org.jspecify.annotations.NullMarked;
