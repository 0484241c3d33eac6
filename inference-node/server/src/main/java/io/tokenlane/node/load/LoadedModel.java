package io.tokenlane.node.load;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.PromptEncoder;
import java.time.Instant;
import java.util.Set;

/**
 * A model that is ready to answer.
 *
 * @param name what clients call it
 * @param prompts makes its prompts
 * @param stopTokens ids that end an answer
 * @param created when it was loaded
 * @param files what must stay open while the engine runs
 */
public record LoadedModel(
    String name,
    Engine engine,
    PromptEncoder prompts,
    Set<Integer> stopTokens,
    ModelFacts facts,
    Instant created,
    AutoCloseable files)
    implements AutoCloseable {

  public Tokenizer tokenizer() {
    return prompts.tokenizer();
  }

  /** Most tokens of a sequence. */
  public int contextLength() {
    return engine.model().config().contextLength();
  }

  @Override
  public void close() throws Exception {
    engine.close();
    engine.model().close();
    files.close();
  }
}
