package io.tokenlane.node.load;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.answer.PromptEncoder;
import java.time.Instant;
import java.util.Set;

/**
 * A model that is ready to answer.
 *
 * @param name what clients call it
 * @param prompts makes its prompts
 * @param rules what its output can be held to
 * @param adaptive how it saves work, where a request does not say
 * @param stopTokens ids that end an answer
 * @param created when it was loaded
 * @param opened what to close at the end
 */
public record LoadedModel(
    String name,
    Engine engine,
    PromptEncoder prompts,
    OutputRules rules,
    Adaptive adaptive,
    Set<Integer> stopTokens,
    ModelFacts facts,
    Instant created,
    Opened opened)
    implements AutoCloseable {

  public LoadedModel {
    stopTokens = Set.copyOf(stopTokens);
  }

  public Tokenizer tokenizer() {
    return prompts.tokenizer();
  }

  /** Most tokens of a sequence: those of the model's context that the KV cache holds. */
  public int contextLength() {
    return engine.contextLength();
  }

  /**
   * Tokens of the context that a prompt leaves free; none, or less than none, if it is too long.
   */
  public int roomAfter(Prompt prompt) {
    return contextLength() - prompt.tokens().length;
  }

  @Override
  public void close() {
    opened.close();
  }
}
