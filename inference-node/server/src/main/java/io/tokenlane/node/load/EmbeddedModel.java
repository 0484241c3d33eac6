package io.tokenlane.node.load;

import io.tokenlane.engine.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;

/** The demo model inside the jar. */
final class EmbeddedModel {
  static final String NAME = "tokenlane-demo";
  private static final String RESOURCE = "/models/demo-q8_0.gguf";

  private EmbeddedModel() {}

  /** Maps a copy, as files inside a jar cannot be mapped; no trace of it stays on disk. */
  static Checkpoint open() {
    try {
      Path copy = Files.createTempFile(NAME, ".gguf");
      try (InputStream resource =
          Objects.requireNonNull(EmbeddedModel.class.getResourceAsStream(RESOURCE), RESOURCE)) {
        Files.copy(resource, copy, StandardCopyOption.REPLACE_EXISTING);
        return Checkpoint.open(copy);
      } finally {
        Files.delete(copy);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(NAME + ": cannot be copied to a temporary file", e);
    }
  }
}
