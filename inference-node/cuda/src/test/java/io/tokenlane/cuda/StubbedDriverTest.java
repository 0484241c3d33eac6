package io.tokenlane.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The node's own way to a device, whole: probe, JavaCPP, Bytedeco's library, cubins from the jar,
 * every call that a GPU would get. Below is not NVIDIA's driver but {@code stub/libcuda.cpp}, which
 * refuses what the documentation does not allow. In a process of its own, as a library that is
 * there cannot be made to go away, and a wrong call ends the process.
 */
final class StubbedDriverTest {
  private static final Path MODULE =
      Path.of(System.getProperty("tokenlane.root", "../..")).resolve("inference-node/cuda");
  private static final Path SOURCES = MODULE.resolve("src/test/resources/stub");
  private static final Path STUB = MODULE.resolve("target/stub").toAbsolutePath();
  private static final String COMMAND = "io.tokenlane.cuda.ChecksCommand";
  private static final long MOST_MINUTES = 5;

  @BeforeAll
  static void compile() throws IOException, InterruptedException {
    KernelLibrary.get();
    Files.createDirectories(STUB);
    List<String> library = List.of("-fPIC", "-shared", "-w", "-O1");
    compile(library, "-std=c++17", "libcuda.cpp", "-Wl,-soname,libcuda.so.1", "-o", "libcuda.so.1");
    compile(
        library,
        "-xc++",
        "libcudart.c",
        "-Wl,-soname,libcudart.so.13",
        "-Wl,--version-script=" + SOURCES.resolve("libcudart.map").toAbsolutePath(),
        "-o",
        "libcudart.so.13");
    compile(
        library,
        "-std=c++17",
        "libcublas.cpp",
        "-L.",
        "-l:libcuda.so.1",
        "-Wl,-soname,libcublas.so.13",
        "-o",
        "libcublas.so.13");
  }

  private static void compile(List<String> options, String... more)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of("g++"));
    command.addAll(options);
    for (String word : more) {
      boolean source = word.startsWith("lib") && (word.endsWith(".c") || word.endsWith(".cpp"));
      command.add(source ? SOURCES.resolve(word).toAbsolutePath().toString() : word);
    }
    Path log = STUB.resolve("compiler.log");
    Process process =
        new ProcessBuilder(command)
            .directory(STUB.toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    assertThat(process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log, UTF_8)).isZero();
  }

  /** What a run printed, its exit code, and what the stub noticed. */
  private record Ran(int code, String output, List<String> report) {
    List<String> misuses() {
      return report.stream().filter(line -> line.startsWith("misuse")).toList();
    }
  }

  private static Ran run(Map<String, String> environment, String... arguments)
      throws IOException, InterruptedException {
    Path output = STUB.resolve("output.txt");
    Path report = STUB.resolve("report.txt");
    Files.deleteIfExists(report);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xshare:auto", "-Xmx512m"));
    command.addAll(
        List.of("--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED"));
    command.add("-Dorg.bytedeco.javacpp.cachedir=" + STUB.resolve("cache"));
    command.add("-Dtokenlane.cuda.cases=1");
    for (String name : List.of("tokenlane.root", "tokenlane.shared")) {
      String value = System.getProperty(name);
      if (value != null) {
        command.add("-D%s=%s".formatted(name, value));
      }
    }
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().put("LD_LIBRARY_PATH", STUB.toString());
    builder.environment().put("STUB_REPORT", report.toString());
    builder
        .environment()
        .put("STUB_KERNELS", MODULE.resolve("target/emulation/kernels.so").toAbsolutePath() + "");
    builder.environment().putAll(environment);
    Process process = builder.start();
    if (!process.waitFor(MOST_MINUTES, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new IllegalStateException("not at its end: " + Files.readString(output, UTF_8));
    }
    List<String> lines = Files.exists(report) ? Files.readAllLines(report, UTF_8) : List.of();
    return new Ran(process.exitValue(), Files.readString(output, UTF_8), lines);
  }

  /** The very command that checks a machine with a GPU. */
  @Test
  void theChecksPassThroughTheRealBindings() throws Exception {
    Ran ran =
        run(
            Map.of(),
            COMMAND,
            "CudaDriverTest",
            "CudaLargeStepTest",
            "CudaReferenceTest",
            "CudaTunedTest");
    assertThat(ran.code).as(ran.output).isZero();
    assertThat(ran.output).contains(" 0 failed, 0 skipped");
    assertThat(ran.misuses()).isEmpty();
    assertThat(ran.report)
        .anyMatch(line -> line.startsWith("call: cuGraphLaunch"))
        .anyMatch(line -> line.startsWith("call: a library's launch"))
        .contains("end")
        .anyMatch(
            line ->
                line.startsWith("left: 0 allocations, 0 pinned, 0 streams, 0 events, 0 graphs"));
  }

  @Test
  void aDriverWithoutADeviceIsAReason() throws Exception {
    Ran ran = run(Map.of("STUB_DEVICES", "0"), COMMAND, "CudaDriverTest");
    assertThat(ran.code).isNotZero();
    assertThat(ran.output).contains("cuInit: CUDA error 100, CUDA_ERROR_NO_DEVICE (expected: 0)");
  }
}
