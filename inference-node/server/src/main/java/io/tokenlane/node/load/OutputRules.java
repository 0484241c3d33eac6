package io.tokenlane.node.load;

import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.engine.grammar.TokenIndex;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.tool.ToolFormat;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a model's output can be held to. Safe for use by many threads. */
public final class OutputRules {
  private static final long MOST_BYTES = 256L << 20;

  private final ToolFormat toolFormat;
  private final boolean knowsDevelopers;
  private final CompletableFuture<TokenIndex> tokens;

  private final Grammars grammars =
      new Grammars(Math.min(MOST_BYTES, Runtime.getRuntime().maxMemory() / 8));

  /**
   * Begins to sort the vocabulary, in the background: the first who wants a grammar waits for it.
   *
   * @param template source of the chat template; empty if the model has none
   */
  OutputRules(Tokenizer tokenizer, String template) {
    toolFormat = ToolFormat.of(template);
    knowsDevelopers = template.contains("developer");
    tokens = CompletableFuture.supplyAsync(() -> new TokenIndex(tokenizer));
  }

  /** How the model writes tool calls. */
  public ToolFormat toolFormat() {
    return toolFormat;
  }

  /** Whether the model's template tells developers from the system. */
  public boolean knowsDevelopers() {
    return knowsDevelopers;
  }

  /** The vocabulary as grammars need it. */
  public TokenIndex tokens() {
    return tokens.join();
  }

  /** A grammar, if it was used lately; null if it was not. */
  public @Nullable Grammar known(String what) {
    return grammars.known(what);
  }

  /**
   * A grammar, compiled unless it was used lately.
   *
   * @param what tells equal grammars; only its hash is kept
   * @param compiled makes it
   * @throws io.tokenlane.engine.grammar.GrammarException if it cannot be compiled
   */
  public Grammar grammar(String what, Supplier<Grammar> compiled) {
    return grammars.get(what, compiled);
  }
}
