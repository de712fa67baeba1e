package ebb.app.cli;

import picocli.CommandLine.Option;

/// az's word for not waiting, of what takes no time here.
final class NoWait {
  @SuppressWarnings("UnusedVariable") // what is made is there as soon as it is answered
  @Option(names = "--no-wait", description = "The same: it is there when it is answered.")
  private boolean noWait;
}
