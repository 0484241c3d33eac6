package io.tokenlane.node.openai;

import io.tokenlane.engine.Engine;
import io.tokenlane.engine.EngineBusyException;
import io.tokenlane.engine.Generation;
import io.tokenlane.engine.GenerationEvent;
import io.tokenlane.engine.GenerationRequest;
import io.tokenlane.engine.Submission;
import io.tokenlane.node.answer.AnswerAssembler;
import io.tokenlane.node.answer.AnswerFormat;
import io.tokenlane.node.answer.AnswerPart;
import io.tokenlane.node.load.LoadedModel;
import io.tokenlane.node.trace.TraceBeans;
import io.tokenlane.node.trace.TraceParent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Scheduler;
import reactor.util.concurrent.Queues;

/**
 * Runs the sequences of a request and merges their answers.
 *
 * <p>The engine's step thread only puts events into a queue for each sequence, which holds no more
 * than the tokens the sequence may generate, however slow the client is. Text is made of them on
 * the scheduler.
 */
final class AnswerFlow {
  private final Scheduler scheduler;
  private final NodeMeters meters;

  AnswerFlow(Scheduler scheduler, NodeMeters meters) {
    this.scheduler = scheduler;
    this.meters = meters;
  }

  /**
   * The parts of all answers as they come. The sequences are queued when subscribed, all or none;
   * those still running are cancelled when the subscriber cancels.
   */
  Flux<ChoicePart> answers(LoadedModel model, List<Sequence> sequences) {
    return Flux.deferContextual(
        context -> {
          TraceParent trace = TraceBeans.current(context);
          List<Feed> feeds = submitAll(model.engine(), sequences, trace);
          return merged(model, sequences, feeds).doFinally(end -> feeds.forEach(Feed::cancel));
        });
  }

  private Flux<ChoicePart> merged(LoadedModel model, List<Sequence> sequences, List<Feed> feeds) {
    List<Flux<ChoicePart>> answers =
        IntStream.range(0, feeds.size())
            .mapToObj(i -> answer(i, model, sequences.get(i).format(), feeds.get(i)))
            .toList();
    return Flux.merge(Flux.fromIterable(answers), answers.size());
  }

  private Flux<ChoicePart> answer(int choice, LoadedModel model, AnswerFormat format, Feed feed) {
    AnswerAssembler assembler = new AnswerAssembler(model.tokenizer(), format);
    return feed.events
        .asFlux()
        .takeUntil(event -> !(event instanceof GenerationEvent.Token))
        .publishOn(scheduler)
        .concatMapIterable(
            event -> {
              List<AnswerPart> parts = assembler.accept(event);
              if (assembler.stopped()) {
                feed.cancel();
              }
              return parts;
            })
        .map(part -> new ChoicePart(choice, part));
  }

  private List<Feed> submitAll(
      Engine engine, List<Sequence> sequences, @Nullable TraceParent trace) {
    List<Sinks.Many<GenerationEvent>> events = new ArrayList<>();
    List<Submission> submissions = new ArrayList<>();
    for (Sequence sequence : sequences) {
      events.add(newEvents());
      submissions.add(new Submission(sequence.request(), listener(events.getLast(), trace)));
    }
    try {
      List<Generation> generations = engine.submitAll(submissions);
      return IntStream.range(0, generations.size())
          .mapToObj(i -> new Feed(generations.get(i), events.get(i)))
          .toList();
    } catch (EngineBusyException e) {
      throw refused(engine, e);
    } catch (IllegalArgumentException e) {
      throw refused(e);
    }
  }

  /** What the engine says of early exits stands under {@code tokenlane} in the body. */
  private static ApiException refused(IllegalArgumentException e) {
    String message = String.valueOf(e.getMessage());
    return ApiException.refused(
        message.startsWith("early_exit")
            ? new IllegalArgumentException("tokenlane." + message, e)
            : e);
  }

  static ApiException refused(Engine engine, EngineBusyException refusal) {
    String message = String.valueOf(refusal.getMessage());
    return engine.isOpen()
        ? ApiException.queueFull(message, refusal.retryAfterSeconds())
        : new ApiException(HttpStatus.SERVICE_UNAVAILABLE, message, null, "engine_closed");
  }

  private static Sinks.Many<GenerationEvent> newEvents() {
    return Sinks.unsafe()
        .many()
        .unicast()
        .onBackpressureBuffer(Queues.<GenerationEvent>unbounded(64).get());
  }

  private Consumer<GenerationEvent> listener(
      Sinks.Many<GenerationEvent> events, @Nullable TraceParent trace) {
    TokenTimes times = meters.newSequence(trace);
    return event -> {
      times.on(event);
      events.tryEmitNext(event);
    };
  }

  /** A sequence to run and what to make of its tokens. */
  record Sequence(GenerationRequest request, AnswerFormat format) {}

  /** A part of the answer with this index. */
  record ChoicePart(int choice, AnswerPart part) {}

  private record Feed(Generation generation, Sinks.Many<GenerationEvent> events) {
    void cancel() {
      generation.cancel();
    }
  }
}
