package ebb.app.bench;

/// `bench/run LETTER`: one benchmark against a real server. The script that calls this knows the
/// letters that are measured elsewhere.
final class Bench {
  private Bench() {}

  public static void main(String[] arguments) throws Exception {
    boolean brief = false;
    boolean peers = false;
    String letter = "";
    for (String argument : arguments) {
      switch (argument) {
        case "--short" -> brief = true;
        case "--peers" -> peers = true;
        default -> letter = argument;
      }
    }
    Workbench workbench = Workbench.open(brief, peers);
    Workbench.say("%s", Machine.describe());
    switch (letter) {
      case "a" -> NoopRate.run(workbench);
      case "b" -> FirstInstruction.run(workbench);
      case "e" -> SubmitRate.run(workbench);
      case "f" -> StartTime.run(workbench);
      case "g" -> Growth.run(workbench);
      case "h" -> ClientStart.run(workbench);
      default -> throw new IllegalArgumentException("no benchmark '" + letter + "' here");
    }
    workbench.clear();
  }
}
