package io.tokenlane.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The console in a real browser ({@code browser/console.mjs}). Skipped where Chromium or npm is
 * missing, except in CI. With {@code TOKENLANE_SCREENSHOTS=true} in the environment the pictures of
 * docs/ are made anew.
 */
class ConsoleIT {
  private static final Path FOLDER = Launcher.ROOT.resolve("acceptance/src/test/browser");
  private static final Path TARGET = Launcher.ROOT.resolve("acceptance/target/browser");
  private static final Pattern ADDRESS = Pattern.compile("(http://\\S+/console/)#token=(\\S+)");
  private static final int MOST_PICTURE_BYTES = 1_000_000;

  @BeforeAll
  static void aBrowserIsThere() {
    boolean ci = System.getenv("CI") != null;
    boolean possible = chromium().isPresent() && command("npm").isPresent();
    assumeTrue(
        possible || ci,
        "chromium or npm is missing (expected: Debian's packages chromium, nodejs, npm)");
  }

  private static Optional<Path> chromium() {
    return Stream.of("chromium", "chromium-browser", "google-chrome")
        .flatMap(name -> command(name).stream())
        .findFirst();
  }

  private static Optional<Path> command(String name) {
    return Arrays.stream(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, name))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Test
  void everyViewWorksInABrowser() throws Exception {
    SharedUp up = SharedUp.get();
    TracedSystem configured = TracedSystem.get();
    Matcher address = ADDRESS.matcher(up.output());
    assertThat(address.find()).as(up.output()).isTrue();
    String script =
        "mkdir -p \"$2\" && cp \"$1\"/* \"$2\" && cd \"$2\" && npm ci --silent && node console.mjs";
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-c", script, "console", FOLDER.toString(), TARGET.toString())
            .redirectErrorStream(true);
    builder.environment().put("API", "http://localhost:" + up.port());
    builder.environment().put("CONSOLE", address.group(1));
    builder.environment().put("TOKEN", address.group(2));
    builder.environment().put("CONFIGURED", configured.management() + "/console/");
    builder.environment().put("CONFIGURED_TOKEN", TracedSystem.TOKEN);
    builder.environment().put("FILE", configured.file().toString());
    builder.environment().put("SHOTS", TARGET.resolve("shots").toString());
    builder.environment().put("CHROMIUM", chromium().map(Path::toString).orElse("chromium"));
    Process process = builder.start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    assertThat(output)
        .contains(
            "drain ok",
            "purge ok",
            "inspector ok",
            "keyboard ok",
            "guest ok",
            "reload ok",
            "console ok");
    keepPictures();
  }

  private static void keepPictures() throws IOException {
    List<Path> pictures;
    try (Stream<Path> all = Files.list(TARGET.resolve("shots"))) {
      pictures = all.sorted().toList();
    }
    long bytes = 0;
    for (Path picture : pictures) {
      bytes += Files.size(picture);
    }
    assertThat(bytes).as("bytes of %s", pictures).isBetween(50_000L, (long) MOST_PICTURE_BYTES);
    if (Boolean.parseBoolean(System.getenv("TOKENLANE_SCREENSHOTS"))) {
      Path docs = Files.createDirectories(Launcher.ROOT.resolve("docs/console"));
      for (Path picture : pictures) {
        Files.write(docs.resolve(picture.getFileName()), Files.readAllBytes(picture));
      }
    }
  }
}
