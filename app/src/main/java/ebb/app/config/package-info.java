/// What an operator may set: one record for each concern, each key in one table with its default
/// and its meaning. `docs/config.md` is written from the table.
///
/// A number that a decision reads is not here but in the kernel's settings. Imports nothing of
/// ours. Read [Config] first.
@NullMarked
package ebb.app.config;

import org.jspecify.annotations.NullMarked;
