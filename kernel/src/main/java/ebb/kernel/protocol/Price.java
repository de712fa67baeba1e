package ebb.kernel.protocol;

/// A row of the price book. `list` is what Azure would charge, `internal` the owner's own rate,
/// `invoice` what is really paid; see [Rates].
public record Price(String size, String location, Priority priority, Rates rates) {}
