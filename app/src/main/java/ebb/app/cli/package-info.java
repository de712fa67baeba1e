/// The command line: what may be typed, and how it is told what went wrong.
///
/// Options only become configuration here; what they do is done elsewhere. Read [Ebb] first.
@NullMarked
package ebb.app.cli;

import org.jspecify.annotations.NullMarked;
