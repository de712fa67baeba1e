/// The command line: what may be typed, and how it is told what went wrong.
///
/// `serve` becomes configuration here; what it does is done elsewhere. The other commands are a
/// client: they know the server by its answers alone, through [Connection], as any other client
/// would. [Clusters] and [Jobs] say what is asked; [ComputeTarget], [ComputeCommand] and [People]
/// how it is typed. Read [Ebb] first.
@NullMarked
package ebb.app.cli;

import org.jspecify.annotations.NullMarked;
