package ebb.app.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.dataformat.yaml.YAMLFactory;
import tools.jackson.dataformat.yaml.YAMLMapper;
import tools.jackson.dataformat.yaml.YAMLWriteFeature;
import tools.jackson.dataformat.yaml.util.StringQuotingChecker;

/// Files of jobs and clusters, as Azure ML's second command line reads them.
final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder(YAMLFactory.builder().stringQuotingChecker(new Quoting()).build())
          .disable(YAMLWriteFeature.WRITE_DOC_START_MARKER)
          .enable(YAMLWriteFeature.MINIMIZE_QUOTES)
          .build();

  /// Text that a reader would take for a number or a time, and that other readers of YAML 1.1 would
  /// take for something else, is quoted, as az quotes it.
  private static final class Quoting extends StringQuotingChecker.Default {
    private static final long serialVersionUID = 1;
    private static final Pattern OTHER =
        Pattern.compile("[-+.]?[0-9][-+.:_0-9a-zA-Z ]*|[-+]?[.](?i:inf|nan)|=");

    @Override
    public boolean needToQuoteValue(String value) {
      return OTHER.matcher(value).matches() || super.needToQuoteValue(value);
    }
  }

  private Yaml() {}

  /// Reads a file whose top is an object; JSON is YAML too.
  static ObjectNode read(Path file) {
    try {
      JsonNode read = MAPPER.readTree(Files.readAllBytes(file));
      if (read instanceof ObjectNode object) {
        return object;
      }
      throw unfit(file, "it holds no properties");
    } catch (NoSuchFileException absent) {
      throw new Failed("FileNotFound", "there is no file '" + file + "'.", Failed.UNREADABLE);
    } catch (IOException unreadable) {
      throw unfit(file, String.valueOf(unreadable.getMessage()));
    } catch (JacksonException unreadable) {
      throw unfit(file, problem(unreadable));
    }
  }

  /// Where it is and what it is, without the lines of the file that the parser shows with it.
  private static String problem(JacksonException unreadable) {
    TokenStreamLocation at = unreadable.getLocation();
    String[] said = unreadable.getOriginalMessage().strip().split("\\s*\n\\s*", -1);
    String last = said[0];
    for (String line : said) {
      // The parser says what it wanted, then where; the rest is the file itself.
      last = line.matches("(?:expected|found|could not|cannot|mapping|unexpected).*") ? line : last;
    }
    return (at == null ? "" : "line " + at.getLineNr() + ": ") + last.replaceAll("[.]+$", "");
  }

  private static Failed unfit(Path file, String why) {
    return new Failed(
        "InvalidFile", "'" + file + "' cannot be read as YAML: " + why + ".", Failed.UNREADABLE);
  }

  static String write(JsonNode node) {
    return MAPPER.writeValueAsString(node);
  }

  /// Changes what `--set path.to.property=value` names; what is not there is made.
  static void set(ObjectNode file, Map<String, String> changes) {
    changes.forEach((path, value) -> set(file, List.of(path.split(Pattern.quote("."))), value));
  }

  /// Takes away what a path names; false if it is not there.
  static boolean remove(ObjectNode in, String path) {
    int dot = path.indexOf('.');
    if (dot < 0) {
      return in.remove(path) != null;
    }
    return in.path(path.substring(0, dot)) instanceof ObjectNode inner
        && remove(inner, path.substring(dot + 1));
  }

  private static void set(ObjectNode in, List<String> path, String value) {
    ObjectNode at = in;
    for (String name : path.subList(0, path.size() - 1)) {
      at = at.path(name) instanceof ObjectNode inner ? inner : at.putObject(name);
    }
    // A number stays one, as in the file itself.
    at.set(path.getLast(), MAPPER.readTree(value.isEmpty() ? "''" : value));
  }
}
