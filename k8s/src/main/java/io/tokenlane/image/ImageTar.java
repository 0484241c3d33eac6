package io.tokenlane.image;

import com.google.cloud.tools.jib.api.Containerizer;
import com.google.cloud.tools.jib.api.Jib;
import com.google.cloud.tools.jib.api.JibContainerBuilder;
import com.google.cloud.tools.jib.api.TarImage;
import com.google.cloud.tools.jib.api.buildplan.AbsoluteUnixPath;
import com.google.cloud.tools.jib.api.buildplan.FileEntriesLayer;
import com.google.cloud.tools.jib.api.buildplan.FilePermissions;
import com.google.cloud.tools.jib.api.buildplan.ImageFormat;
import com.google.cloud.tools.jib.api.buildplan.Platform;
import com.google.cloud.tools.jib.api.buildplan.Port;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Writes a root folder as an OCI image (Jib). Everything belongs to root and is read only. */
final class ImageTar {
  /** User and group that the program runs as. */
  static final String USER = "10001:10001";

  /** What changes least goes first. */
  private static final List<String> LAYERS = List.of("system", "runtime", "libraries", "program");

  private static final String SCRATCH = "scratch";
  private static final String ROOT = "0:0";
  private static final FilePermissions READ = FilePermissions.fromOctalString("444");
  private static final FilePermissions RUN = FilePermissions.fromOctalString("555");
  private static final FilePermissions SHARED = FilePermissions.fromOctalString("777");

  /**
   * What an image is.
   *
   * @param name name and tag
   * @param base {@code scratch}, or what Jib takes: {@code tar://FILE}, or a registry's image
   * @param command what starts it
   * @param time of all files, and of the image
   */
  record Plan(
      String name,
      String base,
      List<String> command,
      List<Integer> ports,
      Map<String, String> environment,
      Instant time) {}

  private final Plan plan;
  private final Path root;

  ImageTar(Plan plan, Path root) {
    this.plan = plan;
    this.root = root;
  }

  private static String layerOf(Path relative) {
    if (relative.startsWith("app")) {
      boolean library = relative.startsWith("app/lib") || relative.startsWith("app/kubernetes");
      return library ? "libraries" : "program";
    }
    return relative.startsWith("opt") ? "runtime" : "system";
  }

  /** Writes the tar; {@code cache} may be kept between builds. */
  void write(Path tar, Path cache) throws Exception {
    Files.createDirectories(tar.getParent());
    Files.deleteIfExists(tar);
    JibContainerBuilder image =
        plan.base().equals(SCRATCH) ? Jib.fromScratch() : Jib.from(plan.base());
    image
        .setFormat(ImageFormat.OCI)
        .setPlatforms(Set.of(new Platform(architecture(), "linux")))
        .setCreationTime(plan.time())
        .setUser(USER)
        .setWorkingDirectory(AbsoluteUnixPath.get("/tmp"))
        .setEntrypoint(plan.command())
        .setEnvironment(plan.environment())
        .setExposedPorts(plan.ports().stream().map(Port::tcp).collect(Collectors.toSet()))
        .setFileEntriesLayers(layers());
    var _ =
        image.containerize(
            Containerizer.to(TarImage.at(tar).named(plan.name()))
                .setApplicationLayersCache(cache)
                .setBaseImageLayersCache(cache)
                .setToolName("tokenlane"));
  }

  private static String architecture() {
    String name = System.getProperty("os.arch");
    return name.equals("aarch64") ? "arm64" : name;
  }

  private List<FileEntriesLayer> layers() throws IOException {
    List<FileEntriesLayer> layers = new ArrayList<>();
    for (String name : LAYERS) {
      FileEntriesLayer layer = layer(name);
      if (!layer.getEntries().isEmpty()) {
        layers.add(layer);
      }
    }
    return layers;
  }

  private FileEntriesLayer layer(String name) throws IOException {
    FileEntriesLayer.Builder layer = FileEntriesLayer.builder().setName(name);
    if (name.equals("system")) {
      layer.addEntry(root, AbsoluteUnixPath.get("/tmp"), SHARED, plan.time(), ROOT);
    }
    for (Path file : Folders.files(root)) {
      Path relative = root.relativize(file);
      if (layerOf(relative).equals(name)) {
        FilePermissions permissions = Files.isExecutable(file) ? RUN : READ;
        layer.addEntry(file, AbsoluteUnixPath.get("/" + relative), permissions, plan.time(), ROOT);
      }
    }
    return layer.build();
  }
}
