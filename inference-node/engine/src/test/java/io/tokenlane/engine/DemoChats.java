package io.tokenlane.engine;

import io.tokenlane.engine.backend.Backend;
import io.tokenlane.engine.backend.BackendOptions;
import io.tokenlane.engine.backend.Backends;
import io.tokenlane.engine.checkpoint.Checkpoint;
import io.tokenlane.engine.checkpoint.TestModels;
import io.tokenlane.engine.checkpoint.TokenizerReader;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.model.Models;
import io.tokenlane.engine.reason.ReasoningFormat;
import io.tokenlane.engine.reason.ReasoningRules;
import io.tokenlane.engine.sample.SamplingParams;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** The demo model and questions to it. */
final class DemoChats implements AutoCloseable {
  private static final int MAX_ROWS = 256;

  final Backend backend = Backends.select("vector", new BackendOptions(1)).backend();
  final Checkpoint checkpoint = Checkpoint.open(TestModels.demoQ8());
  final Model model = Models.load(checkpoint.config(), checkpoint.weights(), backend, MAX_ROWS);
  final Tokenizer tokenizer = TokenizerReader.read(checkpoint.tokenizer());

  GenerationRequest ask(String question, SamplingParams sampling) {
    return ask(question, sampling, 200);
  }

  GenerationRequest ask(String question, SamplingParams sampling, int maxTokens) {
    String prompt = "<|im_start|>user\n" + question + "<|im_end|>\n<|im_start|>assistant\n";
    int[] ids = tokenizer.encode(prompt, Specials.PARSE);
    return new GenerationRequest(ids, maxTokens, sampling, checkpoint.endOfSequence(), -1, 0);
  }

  Reasoning watched(ReasoningRules rules) {
    return watched(rules, ReasoningFormat.DEFAULT);
  }

  Reasoning watched(ReasoningRules rules, ReasoningFormat format) {
    return new Reasoning(
        rules, format, tokenizer.encode(format.close(), Specials.PARSE), tokenizer::bytes, false);
  }

  String text(List<Integer> ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    ids.forEach(id -> bytes.writeBytes(tokenizer.bytes(id)));
    return bytes.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    model.close();
    checkpoint.close();
    backend.close();
  }
}
