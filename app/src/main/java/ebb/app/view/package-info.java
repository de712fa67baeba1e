/// What readers see of live things: the kernel's own immutable records in concurrent maps,
/// published batch by batch before anybody is answered, so that whoever was answered reads their
/// own writes.
///
/// Nothing here is decided or kept longer than the kernel keeps it; what is finished is in history.
/// Whoever reads for somebody else asks [View#rules] first whether that actor may. Read [View]
/// first.
@NullMarked
package ebb.app.view;

import org.jspecify.annotations.NullMarked;
