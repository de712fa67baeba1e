/// How events and snapshots become bytes, and how bytes of every version that was ever released are
/// read again.
///
/// The tables say under which numbers things are stored: [EventFormats] and [StateFormats], with
/// the values that both are made of in [ValueFormats]. One line is one record; a number is never
/// used for anything else again. At class initialisation the lines are compared with the records
/// themselves, so that a component without a number stops the first test that touches it.
///
/// The bytes: a record is the count of its fields and then its fields in the order of their
/// numbers. Fields that a record gained later come last, so bytes that have fewer are older bytes
/// and the table says what the missing ones meant; bytes that have more are newer and are refused
/// with [NewerFormat]. Anything else that does not fit is [Malformed].
///
/// Nothing here knows what an event means. Read [EventFormats] first, then [BatchCodec].
package ebb.kernel.codec;
