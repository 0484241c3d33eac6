package io.tokenlane.gateway.stream;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Subscription;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.core.io.buffer.DataBufferUtils;
import reactor.core.CoreSubscriber;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxOperator;
import reactor.core.publisher.Operators;
import reactor.core.scheduler.Scheduler;
import reactor.util.context.Context;

/**
 * A flux of whole events with a comment in each pause. A comment takes the place of one element
 * that was asked for; should that element come before another is asked for, it waits, and is
 * released when the subscriber leaves.
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
    private @Nullable DataBuffer pending;
    private @Nullable Throwable failure;
    private long lastNanos;
    private long demand;
    private boolean owing;
    private boolean begun;
    private boolean ended;
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
      // Looked at more often than said: a comment comes soon after its pause is over.
      long nanos = pause.toNanos() / 4;
      ticks = clock.schedulePeriodically(this::tick, nanos, nanos, TimeUnit.NANOSECONDS);
      actual.onSubscribe(this);
    }

    private synchronized void tick() {
      long now = clock.now(TimeUnit.NANOSECONDS);
      boolean due = begun && !ended && now - lastNanos >= pause.toNanos();
      if (due && demand > 0 && !owing) {
        lastNanos = now;
        owing = demand != Long.MAX_VALUE;
        pass(comment.get());
      }
    }

    private void pass(DataBuffer events) {
      demand = demand == Long.MAX_VALUE ? demand : demand - 1;
      actual.onNext(events);
    }

    @Override
    public synchronized void onNext(DataBuffer events) {
      begun = true;
      lastNanos = clock.now(TimeUnit.NANOSECONDS);
      if (over) {
        DataBufferUtils.release(events);
      } else if (demand > 0) {
        pass(events);
      } else {
        pending = events;
      }
    }

    @Override
    public synchronized void onError(Throwable why) {
      failure = why;
      onComplete();
    }

    @Override
    public synchronized void onComplete() {
      ended = true;
      finish();
    }

    private void finish() {
      if (!ended || over || pending != null) {
        return;
      }
      stop();
      if (failure == null) {
        actual.onComplete();
      } else {
        actual.onError(failure);
      }
    }

    private void stop() {
      over = true;
      if (ticks != null) {
        ticks.dispose();
      }
    }

    @Override
    public void request(long n) {
      long passed = asked(n);
      Subscription source = upstream;
      if (source != null && passed > 0) {
        source.request(passed);
      }
    }

    /** What is to be asked of the source: a comment took one place of an earlier asking. */
    private synchronized long asked(long n) {
      demand = Operators.addCap(demand, n);
      long passed = owing ? n - 1 : n;
      owing = false;
      DataBuffer waiting = pending;
      if (waiting != null && !over) {
        pending = null;
        pass(waiting);
        finish();
      }
      return passed;
    }

    @Override
    public void cancel() {
      synchronized (this) {
        stop();
        DataBufferUtils.release(pending);
        pending = null;
      }
      if (upstream != null) {
        upstream.cancel();
      }
    }
  }
}
