/// The machine of whoever submits a local job: the command runs there under an agent, as tasks of
/// the server's do, with its time limit and its grace. What is said of it to the server is
/// `ebb.app.cli`'s.
///
/// Read [SubmitterMachine] first.
@NullMarked
package ebb.app.submitter;

import org.jspecify.annotations.NullMarked;
