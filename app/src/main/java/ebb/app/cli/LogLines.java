package ebb.app.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.logging.ConsoleHandler;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// The log: one line for each thing told, on standard error. `error` is a bug of ours, `warning`
/// something an operator should know of, `info` what the server does.
public final class LogLines extends Formatter {
  /// Makes all that is logged in this program look so; libraries speak from warnings on.
  public static void install() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    ConsoleHandler console = new ConsoleHandler();
    console.setFormatter(new LogLines());
    console.setLevel(Level.ALL);
    root.addHandler(console);
    root.setLevel(Level.WARNING);
    OURS.setLevel(Level.INFO);
  }

  /// Held here because the logging library holds it weakly.
  private static final Logger OURS = Logger.getLogger("ebb");

  @Override
  public String format(LogRecord told) {
    StringBuilder line = new StringBuilder();
    line.append(Instant.ofEpochMilli(told.getMillis()).truncatedTo(ChronoUnit.MILLIS));
    line.append(' ').append(level(told.getLevel())).append(' ');
    line.append(shortName(told.getLoggerName())).append(": ");
    line.append(formatMessage(told)).append('\n');
    if (told.getThrown() != null) {
      StringWriter trace = new StringWriter();
      told.getThrown().printStackTrace(new PrintWriter(trace, true));
      line.append(trace);
    }
    return line.toString();
  }

  private static String level(Level level) {
    if (level.intValue() >= Level.SEVERE.intValue()) {
      return "error";
    }
    return level.intValue() >= Level.WARNING.intValue() ? "warning" : "info";
  }

  private static String shortName(String logger) {
    return logger == null ? "" : logger.substring(logger.lastIndexOf('.') + 1);
  }
}
