package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * A Java runtime of the modules that the programs use, linked from the JDK that runs this (jlink,
 * JEP 282 and 493).
 */
final class RuntimeImage {
  /** Found only by name at run time, so that no class file tells of them. */
  private static final List<String> BY_NAME =
      List.of(
          "java.management",
          "jdk.crypto.ec",
          "jdk.incubator.vector",
          "jdk.management",
          "jdk.naming.dns",
          "jdk.unsupported",
          "jdk.zipfs");

  private static final Path JDK = Path.of(System.getProperty("java.home"));

  private RuntimeImage() {}

  /** Links a runtime for the programs of these folders, each a jar beside {@code lib}. */
  static void link(List<Path> programs, Path target) throws IOException, InterruptedException {
    Set<String> modules = new TreeSet<>(BY_NAME);
    for (Path program : programs) {
      modules.addAll(modules(program));
    }
    Commands.run(
        List.of(
            tool("jlink"),
            "--add-modules",
            String.join(",", modules),
            "--no-header-files",
            "--no-man-pages",
            "--generate-cds-archive",
            "--output",
            target.toString()));
  }

  /** What jdeps finds in all jars together; what only optional classes miss is not missed. */
  private static Set<String> modules(Path program) throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                tool("jdeps"),
                "--ignore-missing-deps",
                "--print-module-deps",
                "--multi-release",
                Integer.toString(Runtime.version().feature()),
                "--class-path",
                program.resolve("lib") + "/*"));
    for (Path jar : Folders.files(program)) {
      if (jar.toString().endsWith(".jar")) {
        command.add(jar.toString());
      }
    }
    String last = Commands.run(command).strip().lines().reduce("", (one, other) -> other);
    return new TreeSet<>(List.of(last.split(",")));
  }

  private static String tool(String name) throws IOException {
    Path tool = JDK.resolve("bin").resolve(name);
    if (!Files.isExecutable(tool)) {
      throw new IOException(tool + ": not there (expected: a JDK with " + name + ")");
    }
    return tool.toString();
  }
}
