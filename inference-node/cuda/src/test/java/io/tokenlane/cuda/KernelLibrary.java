package io.tokenlane.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tokenlane.cuda.driver.Grid;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The kernels compiled for the CPU, once, by the system's g++. */
final class KernelLibrary {
  private static final Path MODULE =
      Path.of(System.getProperty("tokenlane.root", "../..")).resolve("inference-node/cuda");

  /** What a launch's code says, from 1 on. */
  private static final List<String> FAULTS =
      List.of(
          "its threads wait for each other for ever",
          "a thread did not wait for the kernels before",
          "copies pieces that are not whole 16 bytes",
          "wrote beyond its shared memory",
          "a grid of no whole clusters",
          "reads what is no launched memory of another block");

  private final Map<Kernel, MethodHandle> functions = new EnumMap<>(Kernel.class);
  private final Set<Kernel> launched = EnumSet.noneOf(Kernel.class);
  private final Map<Kernel, Integer> argumentBytes = new EnumMap<>(Kernel.class);

  /** Compiled when it is first asked for. */
  private static final class Built {
    static final KernelLibrary LIBRARY = new KernelLibrary();
  }

  /** Skips the test where there is no compiler to make it with. */
  static KernelLibrary get() {
    assumeTrue(isPossible(), "no g++ on an x86-64 Linux to compile the kernels with");
    return Built.LIBRARY;
  }

  private static boolean isPossible() {
    return "Linux".equals(System.getProperty("os.name"))
        && "amd64".equals(System.getProperty("os.arch"))
        && Stream.of(Objects.requireNonNullElse(System.getenv("PATH"), "").split(":"))
            .anyMatch(folder -> Files.isExecutable(Path.of(folder, "g++")));
  }

  @SuppressWarnings("restricted") // a library that was just compiled
  private KernelLibrary() {
    SymbolLookup symbols = SymbolLookup.libraryLookup(compile(), Arena.global());
    FunctionDescriptor signature =
        FunctionDescriptor.of(
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.JAVA_INT,
            ValueLayout.ADDRESS,
            ValueLayout.JAVA_INT);
    for (Kernel kernel : Kernel.values()) {
      MemorySegment function = symbols.findOrThrow("emulated_" + kernel.symbol());
      functions.put(kernel, Linker.nativeLinker().downcallHandle(function, signature));
      MemorySegment size = symbols.findOrThrow("emulated_size_" + kernel.symbol());
      argumentBytes.put(kernel, size.reinterpret(4).get(ValueLayout.JAVA_INT, 0));
    }
  }

  private static Path compile() {
    Path sources = MODULE.resolve("src/main/resources/kernels");
    Path emulation = MODULE.resolve("src/test/resources/emulation");
    Path library = MODULE.resolve("target/emulation/kernels.so");
    String kernels =
        Stream.of(Kernel.values())
            .map(kernel -> "X(" + kernel.symbol() + ")")
            .collect(Collectors.joining(" "));
    List<String> command = new ArrayList<>(List.of("g++", "-O2", "-march=native", "-std=c++17"));
    command.addAll(
        List.of(
            "-ffp-contract=off",
            "-fno-strict-aliasing",
            "-fPIC",
            "-shared",
            "-w",
            "-DKERNELS=" + kernels));
    command.add("-DTOKENLANE_HOST=\"device.h\"");
    command.addAll(List.of("-I", emulation.toString(), "-I", sources.toString()));
    command.addAll(List.of(emulation.resolve("launch.cpp").toString(), "-o", library.toString()));
    try {
      Files.createDirectories(library.getParent());
      Path log = library.resolveSibling("compiler.log");
      Process compiler =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      if (!compiler.waitFor(5, TimeUnit.MINUTES) || compiler.exitValue() != 0) {
        throw new IllegalStateException("g++: " + Files.readString(log, UTF_8));
      }
      return library;
    } catch (IOException e) {
      throw new IllegalStateException("g++: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("g++: interrupted", e);
    }
  }

  /** Whether a kernel ran so far. */
  boolean ran(Kernel kernel) {
    return launched.contains(kernel);
  }

  void launch(Kernel kernel, Grid grid, MemorySegment arguments, int order) {
    int bytes = Objects.requireNonNull(argumentBytes.get(kernel));
    if (arguments.byteSize() != bytes) {
      throw new IllegalStateException(
          "%s: %d bytes of arguments (expected: %d)"
              .formatted(kernel, arguments.byteSize(), bytes));
    }
    launched.add(kernel);
    int code;
    try {
      code =
          (int)
              Objects.requireNonNull(functions.get(kernel))
                  .invokeExact(
                      grid.x(), grid.y(), grid.threads(), grid.sharedBytes(), arguments, order);
    } catch (Throwable e) {
      throw new IllegalStateException(kernel + ": " + e, e);
    }
    if (code != 0) {
      throw new IllegalStateException(kernel + ": " + FAULTS.get(code - 1));
    }
  }
}
