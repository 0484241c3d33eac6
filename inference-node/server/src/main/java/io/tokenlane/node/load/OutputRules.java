package io.tokenlane.node.load;

import io.tokenlane.engine.grammar.Expr;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.engine.grammar.TokenIndex;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.tool.ToolFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

/** What a model's output can be held to. Safe for use by many threads. */
public final class OutputRules {
  private static final int MOST_GRAMMARS = 64;

  private final ToolFormat toolFormat;
  private final boolean knowsDevelopers;
  private final CompletableFuture<TokenIndex> tokens;

  /** The grammars used last; to be locked. */
  private final Map<String, Grammar> grammars =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Grammar> eldest) {
          return size() > MOST_GRAMMARS;
        }
      };

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

  /**
   * A grammar, compiled unless it was used lately.
   *
   * @param key tells equal expressions
   * @throws io.tokenlane.engine.grammar.GrammarException if it cannot be compiled
   */
  public Grammar grammar(String key, Supplier<Expr> expression) {
    synchronized (grammars) {
      Grammar known = grammars.get(key);
      if (known != null) {
        return known;
      }
    }
    Grammar compiled = Grammar.compile(expression.get(), tokens());
    synchronized (grammars) {
      grammars.put(key, compiled);
    }
    return compiled;
  }
}
