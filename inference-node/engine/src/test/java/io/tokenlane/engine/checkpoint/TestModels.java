package io.tokenlane.engine.checkpoint;

import java.nio.file.Path;

/** Where the models that tests run on lie. */
public final class TestModels {
  private TestModels() {}

  /** A file or folder of the engine's test models, such as {@code demo/hf}. */
  public static Path of(String name) {
    return root().resolve("inference-node/engine/src/test/resources/models").resolve(name);
  }

  /** Where the reference implementation's numbers of models without weights lie. */
  public static Path reference() {
    return root().resolve("inference-node/engine/src/test/resources/reference");
  }

  /** The INT8 demo model, kept once: where the node embeds it. */
  public static Path demoQ8() {
    return root().resolve("inference-node/server/src/main/resources/models/demo-q8_0.gguf");
  }

  /** A model that lies beside the project, and may be missing. */
  public static Path shared(String name) {
    return Path.of(System.getProperty("tokenlane.shared", "../../../shared"))
        .resolve("models")
        .resolve(name);
  }

  private static Path root() {
    return Path.of(System.getProperty("tokenlane.root", "../.."));
  }
}
