package ebb.app.cli;

import picocli.CommandLine.Option;

/// az's word for not waiting, of what is not waited for here.
final class NoWait {
  @SuppressWarnings("UnusedVariable") // what is made is there as soon as it is answered
  @Option(names = "--no-wait", description = "The same: nothing is waited for.")
  private boolean noWait;
}
