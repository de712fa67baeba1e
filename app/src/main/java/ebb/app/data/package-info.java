/// Where a job's inputs come from and its outputs go to: folders that an owner has registered,
/// files on the web, files that were sent, and data that was given a name.
///
/// A [DataAddress] is what a job names, a [Datastore] is what it may be in, [Downloads] keeps what
/// was fetched. How a task comes to see them is the backend's affair. Read [DataAddress] first.
@NullMarked
package ebb.app.data;

import org.jspecify.annotations.NullMarked;
