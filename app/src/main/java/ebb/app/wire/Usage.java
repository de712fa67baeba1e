package ebb.app.wire;

/// `Usage`: how much of a limit is used.
public record Usage(
    String id,
    String amlWorkspaceLocation,
    String type,
    String unit,
    long currentValue,
    long limit,
    Name name) {
  public record Name(String value, String localizedValue) {}
}
