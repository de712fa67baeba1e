/// What programs and libraries a job finds: environments that somebody has given a name, the file
/// that says what well-known names mean, and how a task gets one that is not there yet.
@NullMarked
package ebb.app.environment;

import org.jspecify.annotations.NullMarked;
