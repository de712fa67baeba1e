/// Who may do what where. One pure function, asked first by every wish and by every read.
///
/// Read [AccessRules] first.
package ebb.kernel.access;
