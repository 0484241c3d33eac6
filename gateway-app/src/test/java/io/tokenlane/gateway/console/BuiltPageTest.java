package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The committed page is what the committed sources make. */
class BuiltPageTest {
  private static final Path GATEWAY =
      Path.of(System.getProperty("tokenlane.root")).resolve("gateway-app/src/main");

  @Test
  void thePageIsBuiltFromTheseSources() throws IOException, GeneralSecurityException {
    Path sources = GATEWAY.resolve("console");
    List<String> files =
        new ArrayList<>(
            List.of(
                "index.html",
                "package.json",
                "package-lock.json",
                "tsconfig.json",
                "vite.config.ts"));
    try (Stream<Path> own = Files.list(sources.resolve("src"))) {
      own.forEach(file -> files.add("src/" + file.getFileName()));
    }
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    for (String file : files.stream().sorted().toList()) {
      digest.update((file + "\n").getBytes(StandardCharsets.UTF_8));
      digest.update(Files.readAllBytes(sources.resolve(file)));
    }
    assertThat(Files.readString(GATEWAY.resolve("resources/console/sources.sha256")).strip())
        .as("run ./tokenlane build-console and commit what it built")
        .isEqualTo(HexFormat.of().formatHex(digest.digest()));
  }
}
