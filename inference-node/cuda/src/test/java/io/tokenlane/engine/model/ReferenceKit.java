package io.tokenlane.engine.model;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.BackendProvider;
import io.tokenlane.engine.checkpoint.Checkpoint;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every architecture that the node runs, in odd shapes, with every scaling of positions and with
 * windows shorter than the text, against the reference implementation's numbers.
 */
abstract class ReferenceKit {
  @TempDir private Path folder;

  abstract BackendProvider provider();

  /** Tokens to go on with behind a prompt. */
  abstract int tokens();

  @ParameterizedTest
  @MethodSource("io.tokenlane.engine.model.ReferenceCase#names")
  void followsTheReference(String name) throws IOException {
    ReferenceCase reference = ReferenceCase.of(name);
    reference.write(1, folder);
    try (Backend backend = provider().create(new BackendOptions(1));
        Checkpoint checkpoint = Checkpoint.open(folder);
        Model model =
            Models.load(
                checkpoint.config(), checkpoint.weights(), backend, ReferenceCase.MAX_ROWS)) {
      ReferenceCase.check(model, reference.goldens().getFirst(), tokens());
    }
  }
}
