/// The VM sizes and list prices that a server starts with, read from a file in the jar.
///
/// From the first start on sizes and prices are state and changed by commands; this file is then
/// never looked at again. Read [Catalogue].
@NullMarked
package ebb.app.catalogue;

import org.jspecify.annotations.NullMarked;
