package ebb.app.config;

/// A key that may be set, with what it means.
///
/// @param defaultText what holds if nobody sets it, as an operator would write it
public record Key(String name, String defaultText, String meaning) {}
