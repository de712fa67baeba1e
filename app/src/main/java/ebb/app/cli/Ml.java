package ebb.app.cli;

import picocli.CommandLine.Command;

/// `ebb ml`: what `az ml` is for Azure.
@Command(
    name = "ml",
    mixinStandardHelpOptions = true,
    description =
        "Azure Machine Learning's command line: write 'ebb' where its documents write 'az'.")
@CommandTree.Below({
  ComputeTarget.class,
  ComputeCommand.class,
  JobCommand.class,
  DatastoreCommand.class,
  WorkspaceCommand.class
})
final class Ml {}
