package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.ReferenceGguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every architecture in odd shapes, with every scaling of positions and with windows shorter than
 * the text, against the reference implementation in float32.
 */
final class ReferenceModelsTest {
  private static final String NAMES = "io.tokenlane.engine.model.ReferenceCase#names";

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource(NAMES)
  void followsTheReference(String name) throws IOException {
    ReferenceCase reference = ReferenceCase.of(name);
    reference.write(1 + name.length() % 3, folder);
    check(folder, reference);
  }

  @ParameterizedTest
  @MethodSource(NAMES)
  void followsTheReferenceFromGguf(String name) throws IOException {
    if (ReferenceGguf.expresses(name)) {
      ReferenceCase reference = ReferenceCase.of(name);
      Path file = folder.resolve("model.gguf");
      Files.write(file, ReferenceGguf.of(reference.folder()));
      check(file, reference);
    }
  }

  private static void check(Path path, ReferenceCase reference) {
    for (String backendName : new String[] {"scalar", "vector"}) {
      try (Backend backend = Backends.select(backendName, new BackendOptions(2)).backend();
          Checkpoint checkpoint = Checkpoint.open(path);
          Model model =
              Models.load(
                  checkpoint.config(), checkpoint.weights(), backend, ReferenceCase.MAX_ROWS)) {
        for (Golden expected : reference.goldens()) {
          ReferenceCase.check(model, expected, Integer.MAX_VALUE);
        }
      }
    }
  }
}
