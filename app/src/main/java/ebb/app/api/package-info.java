/// Ebb's own HTTP surface: requests become commands or reads of the view, verdicts become answers.
///
/// [Gate] lets requests in, [Surface] is the table of paths, [Reason] puts every rejection into
/// words. Nothing is decided here: a write is a command and is answered when it is durable; a read
/// asks the same rules of access as the kernel. Read [Surface] first.
@NullMarked
package ebb.app.api;

import org.jspecify.annotations.NullMarked;
