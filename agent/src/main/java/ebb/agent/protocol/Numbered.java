package ebb.agent.protocol;

/// Constants that travel as numbers. A number stands in bytes of released versions: it never
/// changes its meaning and is never given again.
interface Numbered {
  int number();

  static <K extends Numbered> K find(K[] constants, int number) throws MalformedFrame {
    for (K constant : constants) {
      if (constant.number() == number) {
        return constant;
      }
    }
    String kind = constants.getClass().getComponentType().getSimpleName();
    throw new MalformedFrame("there is no " + kind + " with the number " + number);
  }
}
