package io.tokenlane.engine.grammar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.token.Tokenizer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Random schemas, random draws: what comes out always parses and validates. */
class JsonSchemaPropertyTest {
  private static final JsonMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  /** The validator overflows where it compares such a number with a whole bound. */
  private static final Pattern HUGE = Pattern.compile("[0-9][eE][+-]?0*[1-9][0-9]");

  private static final SchemaRegistry SCHEMAS =
      SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

  @Test
  void withEveryByteAndSomeTexts() {
    ByteTokenizer tokenizer = new ByteTokenizer();
    check(tokenizer, ByteTokenizer.END, 500, 4);
  }

  @Test
  void withTheDemoModelsVocabulary() {
    check(shared("models/tiny-llama"), 2, 120, 3);
  }

  @Test
  void withTheVocabularyOfSentencePiece() {
    check(shared("tokenizers/ggml-vocab-llama-spm.gguf"), 2, 20, 2);
  }

  /** Any object, however few tokens there are: recursion must end in time. */
  @Test
  void anyObjectIsClosedInTime() {
    ByteTokenizer tokenizer = new ByteTokenizer();
    Grammar grammar = Grammar.compile(JsonSchema.anyObject(), new TokenIndex(tokenizer));
    long seed = System.nanoTime();
    for (int i = 0; i < 2000; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      int tokens = grammar.sufficientTokens() + random.nextInt(60);
      String text =
          new Draws(tokenizer, ByteTokenizer.END, random).draw(grammar, tokens, i % 3 * 0.3);
      assertThat(STRICT.readTree(text).isObject()).as("seed %d: %s", seed + i, text).isTrue();
    }
  }

  private static Tokenizer shared(String name) {
    Path path = Path.of(System.getProperty("tokenlane.shared"), name);
    assumeTrue(Files.exists(path), "not there: " + path);
    try (Checkpoint checkpoint = Checkpoint.open(path)) {
      return TokenizerReader.read(checkpoint.tokenizer());
    }
  }

  private static void check(Tokenizer tokenizer, int end, int schemas, int draws) {
    long seed = System.nanoTime();
    TokenIndex index = new TokenIndex(tokenizer);
    for (int i = 0; i < schemas; i++) {
      SplittableRandom random = new SplittableRandom(seed + i);
      JsonNode schema = new RandomSchemas(random).next();
      String what = "seed %d, schema %s".formatted(seed + i, schema);
      Grammar grammar = Grammar.compile(JsonSchema.values(schema), index);
      Schema validator = SCHEMAS.getSchema(schema);
      for (int draw = 0; draw < draws; draw++) {
        int tokens = grammar.sufficientTokens() + random.nextInt(200);
        String text =
            new Draws(tokenizer, end, random).draw(grammar, tokens, draw % 2 == 0 ? 0 : 0.2);
        assertThat(faults(validator, text)).as(what + " gave " + text).isEmpty();
      }
    }
  }

  private static List<Error> faults(Schema validator, String text) {
    JsonNode value = STRICT.readTree(text);
    if (HUGE.matcher(text).find()) {
      return List.of();
    }
    return validator.validate(
        value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)));
  }
}
