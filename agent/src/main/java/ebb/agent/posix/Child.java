package ebb.agent.posix;

import ebb.agent.protocol.ExitStatus;
import ebb.agent.protocol.Usage;

/// An exit that was taken from the kernel: after this the pid may belong to somebody else.
public record Child(int pid, ExitStatus status, Usage usage) {}
