package ebb.app.cli;

import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.Spec.Target;

/// Options that az has for clusters and that ask for something that is not done: each is refused
/// with what to do instead, never taken and passed over.
final class NotDone {
  @Spec(Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  private void refuse(String what, String remedy) {
    throw new ParameterException(
        new CommandLine(command), what + " is not done here so far: " + remedy + ".");
  }

  @Option(
      names = {"--vnet-name", "--vnet-resourcegroup-name", "--subnet", "--subnet-name"},
      hidden = true)
  void network(String typed) {
    refuse("A network of its own", "leave it out; nodes use the machine's");
  }

  @Option(
      names = {
        "--admin-username",
        "--admin-password",
        "--admin-user-password",
        "--admin-user-ssh-key",
        "--ssh-key-value",
        "--remote-login-port-public-access"
      },
      hidden = true)
  void login(String typed) {
    refuse("Logging in to nodes", "leave it out; 'ebb run --cluster NAME -- CMD' runs a command");
  }

  @Option(
      names = {"--assign-identity", "--identity-type", "--user-assigned-identities"},
      hidden = true)
  void identity(String typed) {
    refuse("An identity of the cluster", "give jobs secrets instead (docs/data.md)");
  }

  /// What is in force can be asked for.
  private void refuseUnless(boolean inForce, String typed, String option, String what) {
    if (!Boolean.toString(inForce).equalsIgnoreCase(typed)) {
      refuse("'" + option + " " + typed + "'", what + ": leave it out, or say " + inForce);
    }
  }

  @Option(
      names = "--ssh-public-access-enabled",
      arity = "0..1",
      fallbackValue = "true",
      hidden = true)
  void publicAccess(String typed) {
    refuseUnless(false, typed, "--ssh-public-access-enabled", "nodes cannot be logged into");
  }

  @Option(names = "--enable-node-public-ip", arity = "0..1", fallbackValue = "true", hidden = true)
  void publicAddress(String typed) {
    refuseUnless(false, typed, "--enable-node-public-ip", "nodes have no addresses of their own");
  }

  @Option(names = "--description", hidden = true)
  void description(String typed) {
    refuse("A description", "put it into a tag with --tags");
  }
}
