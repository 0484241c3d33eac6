package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** What docs/clients.md shows is run as it stands there, but for the port. */
class SnippetsIT {
  private static final Path GUIDE = Launcher.ROOT.resolve("docs/clients.md");
  private static final Path NPM = Launcher.ROOT.resolve("acceptance/src/test/js");
  private static final Pattern SNIPPET =
      Pattern.compile("^```(bash|java|js|python)\\n(.*?)^```", Pattern.MULTILINE | Pattern.DOTALL);

  @TempDir private static Path folder;

  private record Snippet(String language, String code) {}

  private static List<Snippet> snippets(String language) throws IOException, InterruptedException {
    String here = "http://localhost:" + SharedUp.get().port();
    return SNIPPET
        .matcher(Files.readString(GUIDE))
        .results()
        .map(m -> new Snippet(m.group(1), m.group(2).replace("http://localhost:8080", here)))
        .filter(snippet -> snippet.language().equals(language))
        .toList();
  }

  @TestFactory
  Stream<DynamicTest> java() throws Exception {
    List<Snippet> all = snippets("java");
    assertThat(all).hasSize(3);
    return all.stream()
        .map(
            snippet ->
                DynamicTest.dynamicTest(
                    snippet.code().lines().findFirst().orElse(""), () -> asksInJava(snippet)));
  }

  private static void asksInJava(Snippet snippet) throws Exception {
    Path file = Files.writeString(folder.resolve("Ask.java"), snippet.code());
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    assertParis(run(java, "-cp", System.getProperty("java.class.path"), file.toString()));
  }

  @Test
  void curl() throws Exception {
    Snippet only = snippets("bash").getFirst();
    assertParis(run("bash", "-c", only.code()));
  }

  @Test
  void javaScript() throws Exception {
    Files.writeString(folder.resolve("ask.mjs"), snippets("js").getFirst().code());
    String script =
        "cp \"$1\"/package*.json \"$2\" && cd \"$2\" && npm ci --silent && node ask.mjs";
    assertParis(run("bash", "-c", script, "ask", NPM.toString(), folder.toString()));
  }

  @Test
  void python() throws Exception {
    Outcome installed = run("bash", "-c", "python3 -c 'import openai'");
    assumeTrue(installed.exit() == 0, "Python's openai is missing (expected: pip install openai)");
    Path file = Files.writeString(folder.resolve("ask.py"), snippets("python").getFirst().code());
    assertParis(run("python3", file.toString()));
  }

  private record Outcome(int exit, String output) {}

  private static Outcome run(String... command) throws IOException, InterruptedException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
    builder.environment().putAll(Map.of("NO_COLOR", "1"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return new Outcome(process.waitFor(), output);
  }

  private static void assertParis(Outcome outcome) {
    assertThat(outcome.exit()).as(outcome.output()).isZero();
    assertThat(outcome.output()).contains("The capital of France is Paris.");
  }
}
