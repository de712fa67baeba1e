/// The files that a job starts in: a snapshot of a folder, known by the hash of its content, as
/// whoever submits makes it and as the server keeps it.
///
/// A [Snapshot] reads a folder, a [Manifest] says what makes its hash, a [CodeArchive] is how it
/// travels, and the [CodeStore] keeps what arrived whole. Nothing here knows of jobs, users or
/// HTTP. Read [Snapshot] first.
@NullMarked
package ebb.app.code;

import org.jspecify.annotations.NullMarked;
