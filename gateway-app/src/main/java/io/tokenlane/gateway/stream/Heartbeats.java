package io.tokenlane.gateway.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * A flux of whole events with a comment in each pause. Of what the subscriber asks for, one element
 * is kept for a comment, so that the source can never give more than was asked for; and there is no
 * queue in which a buffer could be lost when the subscriber leaves.
 */
final class Heartbeats extends FluxOperator<DataBuffer, DataBuffer> {
  private final Duration pause;
  private final Scheduler clock;
  private final Supplier<DataBuffer> comment;

  Heartbeats(
      Flux<DataBuffer> source, Duration pause, Scheduler clock, Supplier<DataBuffer> comment) {
    super(source);
    this.pause = pause;
    this.clock = clock;
    this.comment = comment;
  }

  @Override
  public void subscribe(CoreSubscriber<? super DataBuffer> actual) {
    source.subscribe(new Beat(actual));
  }

  /** Elements come from one thread, ticks from another: one goes on at a time. */
  private final class Beat implements CoreSubscriber<DataBuffer>, Subscription {
    private final CoreSubscriber<? super DataBuffer> actual;
    private @Nullable Subscription upstream;
    private @Nullable Disposable ticks;
    private boolean begun;
    private boolean quiet;
    private boolean kept;
    private boolean endless;
    private boolean over;

    Beat(CoreSubscriber<? super DataBuffer> actual) {
      this.actual = actual;
    }

    @Override
    public Context currentContext() {
      return actual.currentContext();
    }

    @Override
    public void onSubscribe(Subscription subscription) {
      upstream = subscription;
      long nanos = pause.toNanos();
      ticks = clock.schedulePeriodically(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
      actual.onSubscribe(this);
    }

    private synchronized void tick() {
      boolean due = begun && quiet && kept && !over;
      quiet = true;
      if (due) {
        kept = endless;
        actual.onNext(comment.get());
      }
    }

    @Override
    public synchronized void onNext(DataBuffer events) {
      begun = true;
      quiet = false;
      actual.onNext(events);
    }

    @Override
    public void onError(Throwable failure) {
      if (end()) {
        actual.onError(failure);
      }
    }

    @Override
    public void onComplete() {
      if (end()) {
        actual.onComplete();
      }
    }

    private synchronized boolean end() {
      boolean first = !over;
      over = true;
      if (ticks != null) {
        ticks.dispose();
      }
      return first;
    }

    @Override
    public void request(long n) {
      Subscription source = upstream;
      if (source != null) {
        long passed = keepOne(n);
        if (passed > 0) {
          source.request(passed);
        }
      }
    }

    private synchronized long keepOne(long n) {
      boolean unbounded = n == Long.MAX_VALUE;
      if (kept || n == 1) {
        return n;
      }
      kept = true;
      endless = endless || unbounded;
      return unbounded ? n : n - 1;
    }

    @Override
    public void cancel() {
      end();
      if (upstream != null) {
        upstream.cancel();
      }
    }
  }
}
