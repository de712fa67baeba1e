/// Tests of what serves HTTP, over real connections.
@NullMarked
package ebb.app.http;

import org.jspecify.annotations.NullMarked;
