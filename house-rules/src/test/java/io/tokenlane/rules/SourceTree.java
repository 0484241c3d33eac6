package io.tokenlane.rules;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The project's Java sources, as text and parsed. */
final class SourceTree {
  private final Path root;
  private final List<Path> files;

  private SourceTree(Path root, List<Path> files) {
    this.root = root;
    this.files = files;
  }

  static SourceTree ofProject() {
    Path root = Path.of(System.getProperty("tokenlane.root")).toAbsolutePath().normalize();
    try (Stream<Path> walk = Files.walk(root)) {
      List<Path> files =
          walk.filter(path -> path.toString().endsWith(".java"))
              .filter(path -> root.relativize(path).toString().contains("src/"))
              .filter(path -> !root.relativize(path).toString().contains("target/"))
              .filter(path -> !root.relativize(path).toString().contains("node_modules/"))
              .sorted()
              .toList();
      return new SourceTree(root, files);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<Path> files() {
    return files;
  }

  String name(Path file) {
    return root.relativize(file).toString();
  }

  static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file, StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Parses every file without resolving names. */
  List<ParsedFile> parsed() {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager manager =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      var sources = manager.getJavaFileObjectsFromPaths(files);
      JavacTask task =
          (JavacTask) compiler.getTask(null, manager, null, List.of("-proc:none"), null, sources);
      List<ParsedFile> units = new ArrayList<>();
      for (CompilationUnitTree unit : task.parse()) {
        Path file = Path.of(unit.getSourceFile().toUri());
        units.add(new ParsedFile(name(file), unit, Trees.instance(task).getSourcePositions()));
      }
      return units;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
