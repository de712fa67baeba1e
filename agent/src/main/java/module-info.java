/// The agent keeps processes alive while servers come and go. It requires nothing but java.base.
///
/// A server needs `ebb.agent` (find or start an agent, talk to it) and `ebb.agent.protocol` (what
/// is said). The rest is the agent's own: `serve` holds tasks, `posix` speaks to the kernel,
/// `record` writes down what happened.
module ebb.agent {
  exports ebb.agent;
  exports ebb.agent.protocol;
}
