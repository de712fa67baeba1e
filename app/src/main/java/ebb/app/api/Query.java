package ebb.app.api;

import ebb.app.http.Request;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// What stands behind the question mark of an address, as values. What is absent asks for the
/// default; what cannot be read is refused, because whoever sent it meant something by it.
final class Query {
  private static final int PAGE_DEFAULT = 100;
  private static final int PAGE_MOST = 1000;

  private Query() {}

  /// A whole number within bounds.
  ///
  /// @param most [Long#MAX_VALUE] if there is no bound
  static long number(Request request, String name, long absent, long least, long most)
      throws Bodies.Unfit {
    String text = request.query(name);
    if (text == null) {
      return absent;
    }
    // Longer ones are beyond every bound, and would not fit.
    long number = text.matches("[0-9]{1,18}") ? Long.parseLong(text) : -1;
    if (number < least || number > most) {
      String to = most == Long.MAX_VALUE ? " or more" : " to " + most;
      throw unfit(text, name, "a whole number, " + least + to);
    }
    return number;
  }

  /// Whether something is asked for; nobody asks for it who says nothing.
  static boolean truth(Request request, String name) throws Bodies.Unfit {
    String text = request.query(name);
    return switch (text == null ? "false" : text.toLowerCase(Locale.ROOT)) {
      case "true" -> true;
      case "false" -> false;
      default -> throw unfit(String.valueOf(text), name, "true or false");
    };
  }

  /// How many rows a page of Ebb's own lists has.
  static int pageSize(Request request) throws Bodies.Unfit {
    return (int) number(request, "limit", PAGE_DEFAULT, 1, PAGE_MOST);
  }

  static Bodies.Unfit unfit(@Nullable String text, String name, String allowed) {
    return new Bodies.Unfit(
        "'%s' is no value for %s: allowed is %s.".formatted(text, name, allowed));
  }
}
