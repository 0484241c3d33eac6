package io.tokenlane.node.answer;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.engine.FinishReason;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.token.Tokenizer;
import io.tokenlane.engine.token.Tokenizer.Specials;
import io.tokenlane.node.RunningNode;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import io.tokenlane.node.load.LoadedModel;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(RunningNode.class)
class AnswerAssemblerTest {
  private static final String OPEN = "<think>";
  private static final String CLOSE = "</think>";
  private static final List<Reasoning> REASONINGS = List.of(Reasoning.values());
  private static final int[] NO_TOKENS = {};
  private static final float[] NO_LOGPROBS = {};

  private final Tokenizer tokenizer;

  AnswerAssemblerTest(LoadedModel model) {
    tokenizer = model.tokenizer();
  }

  @Test
  void givesTheTextOfAnyTokensCutAndSplitAsAWholeWouldBe() {
    for (int seed = 0; seed < 500; seed++) {
      RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
      int[] ids = randomIds(random);
      String whole = decode(ids);
      List<String> stops = randomStops(random, whole);
      Reasoning reasoning = REASONINGS.get(random.nextInt(REASONINGS.size()));
      Collected answer = assemble(ids, new AnswerFormat(Set.of(), stops, reasoning));
      Collected expected = split(cut(whole, stops), reasoning);
      assertThat(answer).as("seed %d, stops %s", seed, stops).isEqualTo(expected);
    }
  }

  @Test
  void neitherShowsNorScoresTheStopToken() {
    int[] ids = tokenizer.encode("Hi<|im_end|>", Specials.PARSE);
    AnswerAssembler assembler =
        new AnswerAssembler(tokenizer, new AnswerFormat(Set.of(2), List.of(), Reasoning.NONE));
    List<AnswerPart> parts = new ArrayList<>();
    for (int id : ids) {
      parts.addAll(
          assembler.accept(new GenerationEvent.Token(id, -1, new int[] {5}, new float[] {-1})));
    }
    parts.addAll(assembler.accept(finished(FinishReason.STOP)));
    List<ScoredToken> scored = new ArrayList<>();
    for (AnswerPart part : parts) {
      if (part instanceof AnswerPart.Delta delta) {
        scored.addAll(delta.tokens());
      }
    }
    assertThat(scored).hasSize(ids.length - 1);
    assertThat(((AnswerPart.End) parts.getLast()).usage().completionTokens()).isEqualTo(ids.length);
  }

  @Test
  void endsWithAFailureAsItCame() {
    AnswerAssembler assembler =
        new AnswerAssembler(tokenizer, new AnswerFormat(Set.of(), List.of(), Reasoning.NONE));
    assertThat(assembler.accept(new GenerationEvent.Failed("out of blocks")))
        .containsExactly(new AnswerPart.Failure("out of blocks", false));
  }

  private Collected assemble(int[] ids, AnswerFormat format) {
    AnswerAssembler assembler = new AnswerAssembler(tokenizer, format);
    Collected answer = new Collected("", "");
    for (int id : ids) {
      answer =
          answer.plus(
              assembler.accept(new GenerationEvent.Token(id, Float.NaN, NO_TOKENS, NO_LOGPROBS)));
    }
    return answer.plus(assembler.accept(finished(FinishReason.LENGTH)));
  }

  private static GenerationEvent finished(FinishReason reason) {
    return new GenerationEvent.Finished(reason, new GenerationEvent.Usage(3, 0, 9));
  }

  private int[] randomIds(RandomGenerator random) {
    int think = tokenizer.id(OPEN).orElseThrow();
    int[] ids = random.ints(random.nextInt(1, 30), 0, tokenizer.vocabularySize()).toArray();
    for (int i = 0; i < ids.length; i++) {
      if (random.nextInt(8) == 0) {
        ids[i] = think + random.nextInt(2);
      }
    }
    return ids;
  }

  private static List<String> randomStops(RandomGenerator random, String text) {
    List<String> stops = new ArrayList<>(List.of("never in there"));
    for (int i = random.nextInt(3); i > 0 && text.length() > 2; i--) {
      int start = random.nextInt(text.length() - 1);
      stops.add(text.substring(start, Math.min(text.length(), start + random.nextInt(1, 8))));
    }
    return stops;
  }

  private String decode(int[] ids) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (int id : ids) {
      if (!tokenizer.isControl(id)) {
        bytes.writeBytes(tokenizer.bytes(id));
      }
    }
    return bytes.toString(StandardCharsets.UTF_8);
  }

  /** Up to the stop that ends first; the longest of those that end together. */
  private static String cut(String text, List<String> stops) {
    for (int end = 1; end <= text.length(); end++) {
      String head = text.substring(0, end);
      int length = stops.stream().filter(head::endsWith).mapToInt(String::length).max().orElse(0);
      if (length > 0) {
        return head.substring(0, end - length);
      }
    }
    return text;
  }

  private static Collected split(String text, Reasoning reasoning) {
    int open = reasoning == Reasoning.OPENED_BY_PROMPT ? 0 : text.indexOf(OPEN);
    if (reasoning == Reasoning.NONE || open < 0) {
      return new Collected("", text);
    }
    int start = reasoning == Reasoning.OPENED_BY_PROMPT ? 0 : open + OPEN.length();
    int close = text.indexOf(CLOSE, start);
    if (close < 0) {
      return new Collected(text.substring(start), text.substring(0, open));
    }
    String rest = text.substring(close + CLOSE.length()).replaceFirst("^\n+", "");
    return new Collected(text.substring(start, close), text.substring(0, open) + rest);
  }

  private record Collected(String reasoning, String content) {
    Collected plus(List<AnswerPart> parts) {
      Collected sum = this;
      for (AnswerPart part : parts) {
        if (part instanceof AnswerPart.Delta delta) {
          sum = new Collected(sum.reasoning + delta.reasoning(), sum.content + delta.content());
        }
      }
      return sum;
    }
  }
}
