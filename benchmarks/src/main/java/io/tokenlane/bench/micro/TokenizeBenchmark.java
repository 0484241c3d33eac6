package io.tokenlane.bench.micro;

import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.token.Detokenizer;
import io.tokenlane.engine.token.Tokenizer;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** About 1,000 characters to token ids and back, with the demo model's tokenizer. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
public class TokenizeBenchmark {
  private static final String TEXT =
      "One day, Ada went to the meadow with Yara. Under a tree, Ada saw a shiny key. ".repeat(13);

  private final Tokenizer tokenizer = demoTokenizer();
  private final int[] ids = tokenizer.encode(TEXT, Tokenizer.Specials.PARSE);

  private static Tokenizer demoTokenizer() {
    Path root = Path.of(System.getProperty("tokenlane.root", "."));
    Path model = root.resolve("inference-node/server/src/main/resources/models/demo-q8_0.gguf");
    try (Checkpoint checkpoint = Checkpoint.open(model)) {
      return TokenizerReader.read(checkpoint.tokenizer());
    }
  }

  /** Text to ids. */
  @Benchmark
  public int[] encode() {
    return tokenizer.encode(TEXT, Tokenizer.Specials.PARSE);
  }

  /** Ids to text, one by one as a stream does. */
  @Benchmark
  public int detokenize() {
    Detokenizer detokenizer = new Detokenizer(tokenizer);
    int length = 0;
    for (int id : ids) {
      length += detokenizer.accept(id).length();
    }
    return length + detokenizer.finish().length();
  }
}
