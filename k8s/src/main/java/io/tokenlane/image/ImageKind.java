package io.tokenlane.image;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The images there are. */
enum ImageKind {
  GATEWAY("tokenlane-gateway", "gateway", "gateway-app"),
  NODE_CPU("tokenlane-node", "node", "inference-node/server"),
  /**
   * The node with CUDA's run-time library; the driver comes from NVIDIA's container runtime.
   * Without a GPU it computes on the processor.
   */
  NODE_CUDA("tokenlane-node-cuda", "node", "inference-node/server");

  /** As the launcher starts both. */
  private static final List<String> OPTIONS =
      List.of(
          "-XX:+UseSerialGC",
          "-XX:+UseCompactObjectHeaders",
          "--enable-native-access=ALL-UNNAMED",
          "--sun-misc-unsafe-memory-access=allow",
          "-Dfile.encoding=UTF-8",
          "-Dio.netty.leakDetection.samplingInterval=1024",
          "-Xlog:aot*=off",
          "-Xlog:cds*=off",
          "-XX:MinHeapFreeRatio=10",
          "-XX:MaxHeapFreeRatio=20",
          "-XX:-ShrinkHeapInSteps",
          "-XX:TrimNativeHeapInterval=5000");

  private static final List<String> OF_NODES = List.of("--add-modules", "jdk.incubator.vector");

  /** The C library otherwise keeps up to eight heaps a processor. */
  private static final Map<String, String> HEAPS = Map.of("MALLOC_ARENA_MAX", "2");

  /** The gateway opens these only where it is to ask a cluster's API for nodes. */
  private static final Path DISCOVERY = Path.of("gateway-kubernetes/target");

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

  /** A folder of jars that the program may open beside its own; null where there is none. */
  @Nullable Path extraJars(Path root) {
    return this == GATEWAY ? root.resolve(DISCOVERY).resolve("kubernetes") : null;
  }

  /**
   * Folders where libraries of the system may be that the program loads and the C library is none
   * of. CUDA's own are taken from the build ({@code -Pcuda-redist}), else from this machine.
   */
  List<Path> nativeFolders(Path root) {
    return onGpu()
        ? List.of(
            root.resolve("k8s/target/cuda"),
            Path.of("/usr/local/cuda/lib64"),
            Path.of("/usr/local/cuda-13.0/lib64"),
            Path.of("/usr/lib/x86_64-linux-gnu"))
        : List.of();
  }

  /** Which files those are. */
  static boolean isNative(String file) {
    return file.matches("libcudart\\.so\\.13|libnvrtc(-builtins)?\\.so\\.13.*");
  }

  /** Bills of materials of what is in it, the program's first. */
  List<Path> bills(Path root) {
    Path own = target(root).resolve("bom.json");
    return this == GATEWAY
        ? List.of(own, root.resolve(DISCOVERY).resolve("bom.json"))
        : List.of(own);
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
      // JavaCPP unpacks its bindings here; all else is read only.
      command.add("-Dorg.bytedeco.javacpp.cachedir=/tmp/javacpp");
    }
    command.addAll(List.of("-jar", folder + "/" + program + ".jar"));
    return List.copyOf(command);
  }

  Map<String, String> environment() {
    Map<String, String> environment = new TreeMap<>(HEAPS);
    if (onGpu()) {
      environment.put("NVIDIA_VISIBLE_DEVICES", "all");
      environment.put("NVIDIA_DRIVER_CAPABILITIES", "compute,utility");
      environment.put("LD_LIBRARY_PATH", "/app/native:/usr/lib/x86_64-linux-gnu:/usr/lib64");
    }
    return environment;
  }

  String lowerCase() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
