/// The program: [Main] says what may be typed, [Server] puts a server together by hand, to be read
/// from top to bottom, and [StoreMemory] fits the journal's store to the engine's loop.
///
/// Everything else lives in a package of its own and imports nothing from here. Read [Server]
/// first.
@NullMarked
package ebb.app;

import org.jspecify.annotations.NullMarked;
