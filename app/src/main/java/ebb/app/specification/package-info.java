/// What a job runs, kept apart from what the kernel decides.
///
/// A [Specification] is the command and what must be there for it; its name is the hash of its
/// canonical bytes, and that hash is all that the kernel and the journal know of it. The
/// [SpecificationStore] makes it durable before the command that names it is taken, gives it to the
/// api and to backends, and can erase it: then the journal still adds up, and nobody can read what
/// was run.
///
/// What a job costs, where it runs and who may submit it does not live here. Read [Specification]
/// first.
@NullMarked
package ebb.app.specification;

import org.jspecify.annotations.NullMarked;
