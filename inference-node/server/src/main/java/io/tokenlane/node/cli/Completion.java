package io.tokenlane.node.cli;

import io.tokenlane.engine.Generation;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.node.answer.AnswerAssembler;
import io.tokenlane.node.answer.AnswerFormat;
import io.tokenlane.node.answer.AnswerFormat.Reasoning;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.answer.AnswerUsage;
import io.tokenlane.node.load.LoadedModel;
import java.io.PrintWriter;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.LongSupplier;

/** Runs one generation and prints it as it comes. */
final class Completion {
  private final LoadedModel model;
  private final LongSupplier nanoTime;
  private long start;
  private long first;

  Completion(LoadedModel model, LongSupplier nanoTime) {
    this.model = model;
    this.nanoTime = nanoTime;
  }

  /**
   * Prints the text to {@code out}, then the counts and speeds to {@code err}.
   *
   * @throws IllegalArgumentException if the request does not fit the model
   * @throws IllegalStateException if the engine fails
   */
  void run(GenerationRequest request, PrintWriter out, PrintWriter err)
      throws InterruptedException {
    AnswerFormat format = new AnswerFormat(request.stopTokens(), List.of(), Reasoning.NONE);
    AnswerAssembler assembler = new AnswerAssembler(model.tokenizer(), format);
    BlockingQueue<GenerationEvent> events = new LinkedBlockingQueue<>();
    start = nanoTime.getAsLong();
    Generation generation = model.engine().submit(request, events::add);
    try {
      while (true) {
        GenerationEvent event = next(events);
        for (AnswerPart part : assembler.accept(event)) {
          print(part, out, err);
        }
        if (!(event instanceof GenerationEvent.Token)) {
          return;
        }
      }
    } finally {
      generation.cancel();
    }
  }

  private GenerationEvent next(BlockingQueue<GenerationEvent> events) throws InterruptedException {
    GenerationEvent event = events.take();
    if (first == 0) {
      first = nanoTime.getAsLong();
    }
    return event;
  }

  private void print(AnswerPart part, PrintWriter out, PrintWriter err) {
    switch (part) {
      case AnswerPart.Delta delta -> {
        out.print(delta.content());
        out.flush();
      }
      case AnswerPart.End end -> {
        out.println();
        out.flush();
        err.println(summary(end.usage(), nanoTime.getAsLong()));
      }
      case AnswerPart.Failure failure -> throw new IllegalStateException(failure.message());
    }
  }

  /** Prompt speed is up to the first token; generation speed is that of the tokens after it. */
  private String summary(AnswerUsage usage, long end) {
    return String.format(
        Locale.ROOT,
        "%d prompt tokens (%.1f tokens/s), %d generated (%.1f tokens/s), on %s",
        usage.promptTokens(),
        rate(usage.promptTokens(), first - start),
        usage.completionTokens(),
        rate(usage.completionTokens() - 1, end - first),
        model.facts().choice());
  }

  private static double rate(int tokens, long nanos) {
    return nanos <= 0 ? 0 : tokens * 1e9 / nanos;
  }
}
