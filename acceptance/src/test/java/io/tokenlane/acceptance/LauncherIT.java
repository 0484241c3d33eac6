package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the launcher says when it cannot do what was asked, and the one-shot commands. */
class LauncherIT {

  private static final Path DEMO =
      Launcher.ROOT.resolve("inference-node/server/src/main/resources/models/demo-q8_0.gguf");

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "up --port abc            | --port: abc (expected: a port from 1 to 65400)",
        "up --nodes 0             | --nodes: 0 (expected: 1 to 99)",
        "up --colour red          | up: unknown option --colour",
        "node --model             | node: --model needs a value",
        "node --port 08080        | --port: 08080 (expected: a port from 1 to 65400)",
        "dance                    | unknown command dance",
        "node --config /nowhere.y | --config: /nowhere.y (expected: a readable YAML file)",
        "up --model /nowhere.gguf | --model: /nowhere.gguf (expected: a GGUF file or a",
      })
  void refusesInOneLine(String arguments, String message) throws Exception {
    try (Launcher launcher = Launcher.start(arguments.strip().split(" "))) {
      assertThat(launcher.awaitExit()).isNotZero();
      assertThat(launcher.output().lines())
          .singleElement()
          .satisfies(line -> assertThat(line).startsWith("tokenlane: ").contains(message));
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource({"0, the gateway", "1, the gateway's actuator", "11, node-1", "12, node-2"})
  void tellsWhichPortIsTaken(int offset, String owner) throws Exception {
    int port = Launcher.freePorts();
    try (ServerSocket taken = new ServerSocket(port + offset);
        Launcher launcher = Launcher.start("up", "--port", Integer.toString(port))) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(launcher.output())
          .isEqualTo(
              "tokenlane: port %d is taken (%s needs it): stop what listens there, or choose other"
                      .formatted(taken.getLocalPort(), owner)
                  + " ports with --port");
      assertThat(launcher.descendants()).isEmpty();
    }
  }

  /** As a link on the path, or beside a CDPATH, where cd prints. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"./link up", "./other/link up", "CDPATH=. root/tokenlane up"})
  void findsItsFilesFromAnywhere(String command, @TempDir Path folder) throws Exception {
    Files.createSymbolicLink(folder.resolve("root"), Launcher.ROOT);
    Files.createSymbolicLink(folder.resolve("link"), Path.of("root", "tokenlane"));
    Files.createDirectory(folder.resolve("other"));
    Files.createSymbolicLink(folder.resolve("other").resolve("link"), Path.of("../link"));
    int port = Launcher.freePorts();
    String line = "cd '" + folder + "' && " + command + " --port " + port;
    try (ServerSocket taken = new ServerSocket(port);
        Launcher launcher = Launcher.of(List.of("sh", "-c", line))) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(launcher.output().lines())
          .singleElement(InstanceOfAssertFactories.STRING)
          .startsWith("tokenlane: port " + taken.getLocalPort() + " is taken");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"gateway", "node"})
  void listensWhereItsFileSays(String name, @TempDir Path folder) throws Exception {
    try (ServerSocket taken = new ServerSocket(Launcher.freePorts())) {
      int port = taken.getLocalPort();
      Path file = Files.writeString(folder.resolve("my.yaml"), "server.port: " + port);
      try (Launcher launcher = Launcher.start(name, "--config", file.toString())) {
        assertThat(launcher.awaitExit()).isNotZero();
        assertThat(launcher.output())
            .containsPattern("ort:? " + port + " .*(already in use|taken)");
      }
    }
  }

  /** To Spring these characters of a location are more than themselves. */
  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"c#d", "p%20q", "k[0]", "x,y", "e${HOME}f", "q?r", "s;t", "st*r", "b\\s"})
  void refusesAPathThatCannotBeTold(String name, @TempDir Path parent) throws Exception {
    Path folder = Files.createDirectory(parent.resolve(name));
    Path file = Files.writeString(folder.resolve("my.yaml"), "tokenlane.nodes: []");
    try (Launcher launcher = Launcher.start("gateway", "--config", file.toString())) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(launcher.output())
          .isEqualTo(
              "tokenlane: --config: %s (expected: a path without # %% ? * , ; [ ] \\ and ${)"
                  .formatted(file));
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource({
    "gateway, my.YAML, .yaml .yml .properties .json",
    "node, my.json, .yaml .yml .properties",
    "gateway, yaml, .yaml .yml .properties .json",
  })
  void refusesAFileOfUnknownKind(String name, String file, String known, @TempDir Path folder)
      throws Exception {
    Path path = Files.writeString(folder.resolve(file), "tokenlane.nodes: []");
    try (Launcher launcher = Launcher.start(name, "--config", path.toString())) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(launcher.output())
          .isEqualTo(
              "tokenlane: --config: %s (expected: a name that ends in one of %s)"
                  .formatted(path, known));
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "kubernetes: true            | true",
        "{\"kubernetes\" : true}       | true",
        "kubernetes: \"true\"          | true",
        "kubernetes: yes             | true",
        "kubernetes: On              | true",
        "nodes[0].kubernetes=true    | true",
        "kubernetes: false           | false",
      })
  void buildsWhatItsFileAsksFor(String line, boolean extra, @TempDir Path folder) throws Exception {
    Path script = bare(folder, "echo \"$@\" >'" + folder.resolve("asked") + "'\nexit 1\n");
    Path file = Files.writeString(folder.resolve("my.yaml"), line);
    List<String> check = List.of(script.toString(), "check-config", file.toString());
    try (Launcher launcher = Launcher.of(check)) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(Files.readString(folder.resolve("asked")).contains("gateway-kubernetes"))
          .isEqualTo(extra);
    }
  }

  /** The launcher in a folder where nothing is built, and what builds it there. */
  private static Path bare(Path folder, String maven) throws IOException {
    Path script = Files.copy(Launcher.ROOT.resolve("tokenlane"), folder.resolve("tokenlane"));
    Path found = Path.of(".mvn", "find-jdk.sh");
    Files.createDirectory(folder.resolve(".mvn"));
    Files.copy(Launcher.ROOT.resolve(found), folder.resolve(found));
    Path wrapper = Files.writeString(folder.resolve("mvnw"), "#!/bin/sh\n" + maven);
    assertThat(wrapper.toFile().setExecutable(true)).isTrue();
    return script;
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void tellsThatAJdkIsMissing(@TempDir Path bin) throws Exception {
    for (String tool : List.of("bash", "sh", "dirname", "readlink", "sed", "env", "cat")) {
      Files.createSymbolicLink(bin.resolve(tool), which(tool));
    }
    Map<String, String> bare =
        Map.of("PATH", bin.toString(), "JAVA_HOME", "", "TOKENLANE_JDK_DIRS", "");
    for (String command : List.of("up", "node", "gateway", "generate")) {
      try (Launcher launcher = Launcher.start(bare, command)) {
        assertThat(launcher.awaitExit()).isNotZero();
        assertThat(launcher.output().lines())
            .singleElement()
            .satisfies(line -> assertThat(line).startsWith("tokenlane: no JDK 25 found in"));
      }
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @ValueSource(strings = {"up", "node", "gateway", "generate"})
  void endsTheBuildWithItself(String command, @TempDir Path folder) throws Exception {
    Path script = bare(folder, "echo '[INFO] Building stub 1 [1/1]'\nexec sleep 600\n");
    List<String> run = new ArrayList<>(List.of(script.toString(), command));
    if (command.equals("up")) {
      run.addAll(List.of("--port", Integer.toString(Launcher.freePorts())));
    }
    try (Launcher launcher = Launcher.of(run)) {
      launcher.awaitLine(line -> line.contains("[1/1] stub"));
      List<ProcessHandle> build =
          launcher.descendants().stream()
              .filter(child -> child.info().commandLine().orElse("").endsWith("sleep 600"))
              .toList();
      assertThat(build).hasSize(1);
      launcher.interrupt();
      assertThat(launcher.awaitExit()).isEqualTo(130);
      assertThat(build).noneMatch(ProcessHandle::isAlive);
    }
  }

  private static Path which(String tool) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  @Execution(ExecutionMode.CONCURRENT)
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''         | tokenlane.nodes: [{id: a, uri: 'http://h:1'}]    | 0 | a gateway starts with it",
        "''         | tokenlane.nodes: [{id: a, uri: 'ftp://h:1'}]     | 1 | tokenlane.nodes[0].uri: ftp://h:1 (expected: http",
        "--node     | tokenlane.node.max-waiting: 7                    | 0 | a node starts with it",
        "--node     | tokenlane.node.model: /nowhere.gguf              | 1 | /nowhere.gguf: model: no such file or folder",
        "''         | server.port: abc                                 | 1 | Invalid value 'abc' for configuration property 'server.port'",
        "--node     | server.port: abc                                 | 1 | Invalid value 'abc' for configuration property 'server.port'",
        "''         | management.server.port: abc                      | 1 | Invalid value 'abc' for configuration property 'management.server.port'",
        "''         | server.ssl.bundle: nothing                       | 1 | SSL bundle name 'nothing' cannot be found",
      })
  void checksAConfigurationWithoutStarting(
      String option, String yaml, int exit, String message, @TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("my.yaml"), yaml);
    String[] arguments = ("check-config " + option + " " + file).strip().split(" +");
    try (Launcher launcher = Launcher.start(arguments)) {
      assertThat(launcher.awaitExit()).as(launcher.output()).isEqualTo(exit);
      assertThat(launcher.output().lines())
          .last(InstanceOfAssertFactories.STRING)
          .contains(file + ": ")
          .contains(message);
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void stopsEverythingWhenTheModelIsBroken(@TempDir Path folder) throws Exception {
    Path broken = folder.resolve("truncated.gguf");
    Files.write(broken, Arrays.copyOf(Files.readAllBytes(DEMO), 100_000));
    String port = Integer.toString(Launcher.freePorts());
    try (Launcher launcher = Launcher.start("up", "--port", port, "--model", broken.toString())) {
      assertThat(launcher.awaitExit()).isEqualTo(1);
      assertThat(launcher.output().lines().filter(line -> line.startsWith("tokenlane: ")))
          .singleElement()
          .satisfies(line -> assertThat(line).contains("node-1 did not start", "truncated.gguf"));
      assertThat(launcher.output()).doesNotContain("\tat ", "Exception");
      assertThat(launcher.descendants()).isEmpty();
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void generates() throws Exception {
    try (Launcher launcher =
        Launcher.start(
            "generate", "--prompt", "What is the capital of France?", "--temperature", "0")) {
      assertThat(launcher.awaitExit()).as(launcher.output()).isZero();
      assertThat(launcher.output())
          .contains("The capital of France is Paris.")
          .containsPattern("[0-9.]+ tokens/s");
    }
  }

  @Execution(ExecutionMode.CONCURRENT)
  @Test
  void compresses(@TempDir Path folder) throws IOException, InterruptedException {
    Path prompt = folder.resolve("prompt.txt");
    String records =
        "{\n  \"name\": \"Ada\",\n  \"city\": \"London\",\n  \"tags\": [\n    \"a\",\n    \"b\"\n  ]\n}\n";
    Files.writeString(prompt, "Summarise:\n" + records.repeat(30), StandardCharsets.UTF_8);
    try (Launcher launcher = Launcher.start("compress", prompt.toString())) {
      assertThat(launcher.awaitExit()).as(launcher.output()).isZero();
      assertThat(launcher.output()).contains("Ada").containsPattern("[0-9]+ *%");
    }
  }
}
