package ebb.app.walls;

import com.sun.source.tree.CaseTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.DefaultCaseLabelTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.PatternCaseLabelTree;
import com.sun.source.tree.SwitchExpressionTree;
import com.sun.source.tree.SwitchTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import javax.lang.model.element.Modifier;
import javax.tools.JavaFileObject.Kind;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/// Reads one Java source with the compiler's own parser and says which rules of STYLE.md it breaks,
/// one line each.
final class SourceRules extends TreePathScanner<Void, Void> {
  static final int METHOD_LINES = 70;
  static final int FILE_LINES = 500;

  private static final Pattern REFUSED_NAME =
      Pattern.compile(
          ".*(Manager|Impl|Utils?|Helper|Service|Processor|Data|Info|Dto)|(Abstract|Base)[A-Z].*");

  private final String file;
  private final List<String> lines;
  private final CompilationUnitTree unit;
  private final SourcePositions positions;
  private final LineMap lineMap;
  private final List<String> breaches = new ArrayList<>();

  private SourceRules(String file, String source, CompilationUnitTree unit, Trees trees) {
    this.file = file;
    this.lines = source.lines().toList();
    this.unit = unit;
    this.positions = trees.getSourcePositions();
    this.lineMap = unit.getLineMap();
  }

  /// What `source` breaks; `file` is its path from the root, because some rules hold in some
  /// folders.
  static List<String> breaches(String file, String source) {
    var compiler = ToolProvider.getSystemJavaCompiler();
    var input =
        new SimpleJavaFileObject(URI.create("string:///" + file), Kind.SOURCE) {
          @Override
          public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return source;
          }
        };
    var task =
        (JavacTask) compiler.getTask(null, null, null, List.of("-proc:none"), null, List.of(input));
    try {
      CompilationUnitTree unit = task.parse().iterator().next();
      var rules = new SourceRules(file, source, unit, Trees.instance(task));
      rules.scanFile();
      return rules.breaches;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void scanFile() {
    if (lines.size() > FILE_LINES) {
      breaches.add(
          ("%s has %d lines, more than %d: a file that long has two subjects. Give the second one a file.")
              .formatted(file, lines.size(), FILE_LINES));
    }
    for (int i = 0; i < lines.size(); i++) {
      boolean explained = i > 0 && lines.get(i - 1).strip().startsWith("//");
      if (lines.get(i).contains("@Suppress" + "Warnings")
          && !explained
          && !lines.get(i).contains("//")) {
        breaches.add(
            at(i + 1)
                + " suppresses a warning without saying why: a limit with silent exceptions is none."
                + " Write the reason as a comment on the line or above it.");
      }
    }
    scan(unit, null);
  }

  @Override
  public Void visitClass(ClassTree type, Void nothing) {
    String name = type.getSimpleName().toString();
    if (REFUSED_NAME.matcher(name).matches()) {
      breaches.add(
          at(type)
              + " is named "
              + name
              + ": such a name says nothing and collects everything. Name it by a noun of the glossary"
              + " (ARCHITECTURE.md), or by what distinguishes it (SqliteJournal).");
    }
    if (type.getKind() == Tree.Kind.CLASS
        && type.getModifiers().getFlags().contains(Modifier.ABSTRACT)) {
      breaches.add(
          at(type)
              + " is an abstract class: its behaviour is in two files and neither can be read alone."
              + " Share by a function or a field; use a sealed interface for a choice.");
    }
    return super.visitClass(type, nothing);
  }

  @Override
  public Void visitMethod(MethodTree method, Void nothing) {
    long length = lineOf(positions.getEndPosition(unit, method)) - lineOf(start(method)) + 1;
    if (length > METHOD_LINES) {
      breaches.add(
          ("%s: %s has %d lines, more than %d: nobody holds that in the head. Split it by what it does in turn.")
              .formatted(at(method), method.getName(), length, METHOD_LINES));
    }
    return super.visitMethod(method, nothing);
  }

  @Override
  public Void visitSwitch(SwitchTree choice, Void nothing) {
    checkDefault(choice.getCases());
    return super.visitSwitch(choice, nothing);
  }

  @Override
  public Void visitSwitchExpression(SwitchExpressionTree choice, Void nothing) {
    checkDefault(choice.getCases());
    return super.visitSwitchExpression(choice, nothing);
  }

  /// A parser does not know which types are sealed. In the kernel and the simulator every `default`
  /// must say why it is there; elsewhere those in a switch over patterns.
  private void checkDefault(List<? extends CaseTree> cases) {
    boolean deciding = file.startsWith("kernel/") || file.startsWith("simulator/");
    boolean patterns =
        cases.stream()
            .flatMap(one -> one.getLabels().stream())
            .anyMatch(PatternCaseLabelTree.class::isInstance);
    for (CaseTree one : cases) {
      boolean isDefault = one.getLabels().stream().anyMatch(DefaultCaseLabelTree.class::isInstance);
      String line = lines.get((int) lineOf(start(one)) - 1);
      if (isDefault && (deciding || patterns) && !line.contains("//")) {
        breaches.add(
            at(one)
                + " has a default: over a sealed type it would swallow the next case that somebody adds, silently."
                + " List the cases; where the type is open (a number, a string), say so in a comment on the line.");
      }
    }
  }

  private long start(Tree tree) {
    return positions.getStartPosition(unit, tree);
  }

  private long lineOf(long position) {
    return lineMap.getLineNumber(position);
  }

  private String at(Tree tree) {
    return at(lineOf(start(tree)));
  }

  private String at(long line) {
    return file + ":" + line;
  }
}
