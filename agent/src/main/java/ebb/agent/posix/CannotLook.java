package ebb.agent.posix;

/// The machine has nothing to look at a process with, no descriptor or no memory, and may have some
/// a moment later.
///
/// What cannot be looked at is not gone: whoever took it for that would report an end that never
/// was. So whoever looks comes back to it, and holds no lock meanwhile.
public final class CannotLook extends RuntimeException {
  private static final long serialVersionUID = 1;

  CannotLook(String why) {
    super(why);
  }
}
