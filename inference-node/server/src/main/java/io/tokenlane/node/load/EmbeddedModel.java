package io.tokenlane.node.load;

import io.tokenlane.engine.checkpoint.Checkpoint;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Objects;
import java.util.Optional;

/** The demo model inside the jar. */
final class EmbeddedModel {
  static final String NAME = "tokenlane-demo";
  private static final String RESOURCE = "/models/demo-q8_0.gguf";

  private static final String CALIBRATION = "/models/demo-q8_0.early-exit.json";

  private EmbeddedModel() {}

  /** What was found out about its layers. */
  static Optional<Calibration> calibration() {
    try (InputStream resource = EmbeddedModel.class.getResourceAsStream(CALIBRATION)) {
      return Optional.ofNullable(resource).map(in -> Calibration.read(in, CALIBRATION));
    } catch (IOException e) {
      throw new UncheckedIOException(CALIBRATION + ": cannot be read", e);
    }
  }

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
