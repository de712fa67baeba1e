/// Values that jobs are given and nobody else sees: kept by name, resolved where a task is started,
/// hidden in what it prints.
///
/// Nothing here ever hands a value to a reader of the API. Read [Secrets] first.
@NullMarked
package ebb.app.secrets;

import org.jspecify.annotations.NullMarked;
