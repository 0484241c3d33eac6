package io.tokenlane.image;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code ImagesCommand ROOT OUTPUT TAG TIME BASE}: builds the images of a built project.
 *
 * <p>ROOT is the project; OUTPUT takes {@code roots/}, the folders that the images hold, and a tar
 * for each image; TIME, an instant, is that of every file; BASE is {@code scratch} or what Jib
 * takes as an image ({@code tar://FILE}, {@code registry.example/name:tag}). On another base than
 * {@code scratch} the C library is the base's.
 */
public final class ImagesCommand {
  private static final String RUNTIME = "/opt/java";
  private static final String APP = "/app";

  private final Path project;
  private final Path output;
  private final String tag;
  private final Instant time;
  private final String base;
  private final Map<ImageKind, Path> roots = new EnumMap<>(ImageKind.class);

  private ImagesCommand(Path project, Path output, String tag, Instant time, String base) {
    this.project = project;
    this.output = output;
    this.tag = tag;
    this.time = time;
    this.base = base;
  }

  /** Exit code 2 for a wrong call, 1 for a build that failed. */
  public static void main(String[] arguments) {
    if (arguments.length != 5) {
      System.err.println("images: expected ROOT OUTPUT TAG TIME BASE");
      System.exit(2);
    }
    try {
      new ImagesCommand(
              Path.of(arguments[0]).toAbsolutePath().normalize(),
              Path.of(arguments[1]).toAbsolutePath().normalize(),
              arguments[2],
              Instant.parse(arguments[3]),
              arguments[4])
          .run();
    } catch (Exception e) {
      System.err.println("images: " + e.getMessage());
      System.exit(1);
    }
  }

  private void run() throws Exception {
    Folders.delete(output.resolve("roots"));
    Path logs = Files.createDirectories(output.resolve("logs"));
    List<ImageKind> kinds = List.of(ImageKind.values());
    for (ImageKind kind : kinds) {
      programs(kind);
    }
    link(kinds);
    for (ImageKind node : kinds.subList(1, kinds.size())) {
      new Training(logs).run(node, root(node), root(ImageKind.GATEWAY));
      Folders.stamp(root(node), time);
    }
    Folders.stamp(root(ImageKind.GATEWAY), time);
    for (ImageKind kind : kinds) {
      write(kind);
    }
  }

  private Path root(ImageKind kind) {
    return roots.computeIfAbsent(kind, it -> output.resolve("roots").resolve(it.lowerCase()));
  }

  /** The program's jars, as the executable jar lays them out. */
  private void programs(ImageKind kind) throws IOException, InterruptedException {
    Path app = root(kind).resolve("app");
    Path executable = only(kind.target(project), "*-exec.jar");
    Commands.run(
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Djarmode=tools",
            "-jar",
            executable.toString(),
            "extract",
            "--destination",
            app.toString()));
    Files.move(app.resolve(executable.getFileName()), app.resolve(kind.program() + ".jar"));
    Path extra = kind.extraJars(project);
    if (extra != null) {
      for (Path jar : Folders.files(extra)) {
        Folders.copy(jar, app.resolve(extra.getFileName()).resolve(jar.getFileName()));
      }
    }
    if (kind.onGpu() && !libraries(kind, app.resolve("native"))) {
      System.out.println(
          kind.title()
              + ": without libcudart.so.13 (expected: -Pimage,cuda-redist, or a base that has it)");
    }
  }

  /** Copies them from the first folder that has any; whether there was one. */
  private boolean libraries(ImageKind kind, Path target) throws IOException {
    for (Path folder : kind.nativeFolders(project)) {
      List<Path> found = new ArrayList<>();
      if (Files.isDirectory(folder)) {
        try (DirectoryStream<Path> files =
            Files.newDirectoryStream(
                folder, file -> ImageKind.isNative(file.getFileName().toString()))) {
          files.forEach(found::add);
        }
      }
      if (!found.isEmpty()) {
        for (Path library : found) {
          Folders.copy(library, target.resolve(library.getFileName()));
        }
        return true;
      }
    }
    return false;
  }

  private static Path only(Path folder, String pattern) throws IOException {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(folder, pattern)) {
      files.forEach(found::add);
    }
    if (found.size() != 1) {
      throw new IOException(folder + ": " + found.size() + " files " + pattern + " (expected: 1)");
    }
    return found.getFirst();
  }

  /** One runtime for all of them, linked once. */
  private void link(List<ImageKind> kinds) throws IOException, InterruptedException {
    List<Path> programs = kinds.stream().map(kind -> root(kind).resolve("app")).toList();
    Path runtime = output.resolve("roots/runtime");
    RuntimeImage.link(programs, runtime);
    for (ImageKind kind : kinds) {
      for (Path file : Folders.files(runtime)) {
        Folders.copy(file, root(kind).resolve("opt/java").resolve(runtime.relativize(file)));
      }
      if (base.equals("scratch")) {
        SystemFiles.copy(runtime, root(kind));
      }
      Sbom.write(
          kind.bills(project),
          runtime,
          foreign(root(kind)),
          root(kind).resolve("app/sbom.cdx.json"));
      Folders.stamp(root(kind), time);
    }
  }

  /** Libraries in an image that are no jar's and not the Java runtime's own. */
  private static List<Sbom.Foreign> foreign(Path root) throws IOException {
    Map<String, Path> cuda = new TreeMap<>();
    Map<String, Path> system = new TreeMap<>();
    for (Path file : Folders.files(root)) {
      Path path = root.relativize(file);
      if (path.startsWith("app/native")) {
        cuda.put("/" + path, file);
      } else if (path.getFileName().toString().matches(".+\\.so(\\..+)?")
          && !path.startsWith("opt")) {
        system.put("/" + path, file);
      }
    }
    return List.of(
        new Sbom.Foreign(system, "library of the system that built the image"),
        new Sbom.Foreign(cuda, "NVIDIA's run-time library of CUDA"));
  }

  private void write(ImageKind kind) throws Exception {
    ImageTar.Plan plan =
        new ImageTar.Plan(
            kind.title() + ":" + tag,
            base,
            kind.command(RUNTIME, APP, List.of("-XX:AOTCache=/" + Training.cache(kind).toString())),
            kind.ports(),
            kind.environment(),
            time);
    Path tar = output.resolve(kind.title() + ".tar");
    new ImageTar(plan, root(kind)).write(tar, output.resolve("layers"));
    System.out.println("%s: %s (%d MiB)".formatted(plan.name(), tar, Files.size(tar) >> 20));
  }
}
