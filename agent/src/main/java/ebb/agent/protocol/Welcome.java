package ebb.agent.protocol;

/// The agent's answer to a hello.
///
/// `agent` names the home's record: a server that remembers positions under another name starts
/// from zero. `version` is what both sides speak from here on.
public record Welcome(int version, String agent, String bootId, int pid, long position) {}
