package io.tokenlane.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The images there are. */
enum ImageKind {
  GATEWAY("tokenlane-gateway", "gateway", "gateway-app"),
  NODE_CPU("tokenlane-node", "node", "inference-node/server"),
  /** The node with its CUDA backend; the driver comes from NVIDIA's container runtime. */
  NODE_CUDA("tokenlane-node-cuda", "node", "inference-node/server");

  /** As the launcher starts both. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dfile.encoding=UTF-8",
          "-Xlog:aot*=off",
          "-Xlog:cds*=off");

  private static final List<String> OF_NODES = List.of("--add-modules", "jdk.incubator.vector");

  /** The gateway opens these only where it is to ask a cluster's API for nodes. */
  private static final Path DISCOVERY = Path.of("gateway-kubernetes/target");

  private static final Path BACKEND = Path.of("inference-node/cuda/target/image-lib");

  private final String title;
  private final String program;
  private final Path module;

  ImageKind(String title, String program, String module) {
    this.title = title;
    this.program = program;
    this.module = Path.of(module);
  }

  /** The image's name, without its tag. */
  String title() {
    return title;
  }

  /** What runs in it: {@code gateway} or {@code node}. */
  String program() {
    return program;
  }

  /** TCP ports that it listens on unless configured otherwise. */
  List<Integer> ports() {
    return this == GATEWAY ? List.of(8080, 8081) : List.of(8091);
  }

  /** The module's build folder below the project's root. */
  Path target(Path root) {
    return root.resolve(module).resolve("target");
  }

  /** A folder of jars that the program needs beside its own; null where there is none. */
  @Nullable Path extraJars(Path root) {
    return switch (this) {
      case GATEWAY -> root.resolve(DISCOVERY).resolve("kubernetes");
      case NODE_CPU -> null;
      case NODE_CUDA -> root.resolve(BACKEND);
    };
  }

  /** Bills of materials of what is in it, the program's first. */
  List<Path> bills(Path root) {
    Path own = target(root).resolve("bom.json");
    return this == GATEWAY
        ? List.of(own, root.resolve(DISCOVERY).resolve("bom.json"))
        : List.of(own);
  }

  /** What that folder is called beside the program. */
  String extraFolder() {
    return this == GATEWAY ? "kubernetes" : "cuda";
  }

  boolean onGpu() {
    return this == NODE_CUDA;
  }

  /** Options of the JVM, without those of memory, which are the deployment's. */
  List<String> options() {
    List<String> options = new ArrayList<>(OPTIONS);
    if (program.equals("node")) {
      options.addAll(OF_NODES);
    }
    return List.copyOf(options);
  }

  /** What starts the program, given where the Java runtime and the program's folder are. */
  List<String> command(String runtime, String folder, List<String> more) {
    List<String> command = new ArrayList<>(List.of(runtime + "/bin/java"));
    command.addAll(options());
    command.addAll(more);
    if (onGpu()) {
      command.addAll(List.of("-cp", folder + "/node.jar:" + folder + "/cuda/*"));
      command.add("io.tokenlane.node.NodeApplication");
    } else {
      command.addAll(List.of("-jar", folder + "/" + program + ".jar"));
    }
    return List.copyOf(command);
  }

  Map<String, String> environment() {
    return onGpu()
        ? Map.of("NVIDIA_VISIBLE_DEVICES", "all", "NVIDIA_DRIVER_CAPABILITIES", "compute,utility")
        : Map.of();
  }

  String lowerCase() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
