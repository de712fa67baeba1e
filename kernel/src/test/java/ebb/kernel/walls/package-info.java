/// What the code may not do, held against the compiled classes and the sources. Every wall says why
/// it stands and what to do instead, and is itself tested with a planted violation (`planted`).
///
/// Not here: what the code should do; that is tested beside it. Read {@link ebb.kernel.walls.Wall}
/// first.
package ebb.kernel.walls;
