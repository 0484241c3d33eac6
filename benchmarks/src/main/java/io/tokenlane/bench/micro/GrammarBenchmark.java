package io.tokenlane.bench.micro;

import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.grammar.Grammar;
import io.tokenlane.engine.grammar.JsonSchema;
import io.tokenlane.engine.grammar.TokenIndex;
import io.tokenlane.engine.sample.TokenMask;
import io.tokenlane.engine.token.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Constrained decoding: compiling a schema of some 40 values, and the masks of an answer to it,
 * each asked for and followed by a token. The vocabulary is Qwen 2's 151,936 tokens where the
 * shared folder is there, else the demo model's.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class GrammarBenchmark {
  private static final int TOKENS = 64;
  private static final String ANSWER =
      "{\"id\": 4711, \"name\": \"Ada Lovelace\", \"born\": \"1815-12-10\", \"score\": 0.75, "
          + "\"tags\": [\"red\", \"blue\"], \"address\": {\"street\": \"St James's Square 12, 2nd "
          + "floor\", \"city\": \"London\", \"zip\": \"SW1Y\"}, \"notes\": [\"wrote the first "
          + "program for a machine\", \"met Babbage\"], \"active\": true, \"parent\": null}";
  private static final JsonNode SCHEMA =
      new JsonMapper()
          .readTree(
              """
              {"type": "object", "additionalProperties": false,
               "required": ["id", "name", "born", "score", "tags", "address", "notes", "active",
                            "parent"],
               "properties": {
                 "id": {"type": "integer", "minimum": 1, "maximum": 99999},
                 "name": {"type": "string", "maxLength": 80},
                 "born": {"type": "string", "format": "date"},
                 "score": {"type": "number", "minimum": 0, "maximum": 1},
                 "tags": {"type": "array", "items": {"enum": ["red", "green", "blue"]}},
                 "address": {"type": "object", "additionalProperties": false,
                   "required": ["street", "city", "zip"],
                   "properties": {"street": {"type": "string"}, "city": {"type": "string"},
                     "zip": {"type": "string", "pattern": "^[A-Z0-9]{3,8}$"}}},
                 "notes": {"type": "array", "items": {"type": "string"}, "maxItems": 20},
                 "active": {"type": "boolean"},
                 "parent": {"anyOf": [{"$ref": "#"}, {"type": "null"}]}}}
              """);

  private final Tokenizer tokenizer = tokenizer();
  private final TokenIndex index = new TokenIndex(tokenizer);
  private final int[] answer = tokenizer.encode(ANSWER, Tokenizer.Specials.AS_TEXT);
  private final Grammar known = Grammar.compile(JsonSchema.values(SCHEMA), index);

  private static Tokenizer tokenizer() {
    Path root = Path.of(System.getProperty("tokenlane.root", "."));
    Path large = root.resolve("../shared/tokenizers/ggml-vocab-qwen2.gguf");
    Path demo = root.resolve("inference-node/server/src/main/resources/models/demo-q8_0.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(Files.exists(large) ? large : demo)) {
      return TokenizerReader.read(checkpoint.tokenizer());
    }
  }

  /** From JSON to a grammar with its first mask. */
  @Benchmark
  public Grammar compile() {
    return Grammar.compile(JsonSchema.values(SCHEMA), index);
  }

  /** A step of a schema that was used before. */
  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public long stepKnown() {
    return steps(known);
  }

  /**
   * A step of a schema that is new, compiling left out of the count of steps but not of the time.
   */
  @Benchmark
  @OperationsPerInvocation(TOKENS)
  public long stepNew() {
    return steps(Grammar.compile(JsonSchema.values(SCHEMA), index));
  }

  private long steps(Grammar grammar) {
    TokenMask mask = grammar.mask(100_000, Set.of(0));
    long permitted = 0;
    for (int i = 0; i < TOKENS; i++) {
      permitted += mask.permitted()[0];
      mask.accept(answer[i]);
    }
    return permitted;
  }
}
