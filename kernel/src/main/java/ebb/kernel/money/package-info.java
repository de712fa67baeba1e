/// Exact money: amounts that add up to the last unit, a meter that closes segments, rounding that
/// is done once.
///
/// Read [Cost] first.
package ebb.kernel.money;
