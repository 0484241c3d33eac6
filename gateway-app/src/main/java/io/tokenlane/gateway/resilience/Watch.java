package io.tokenlane.gateway.resilience;

import io.tokenlane.gateway.error.ApiException;
import java.io.IOException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.core.scheduler.Schedulers;

/**
 * One attempt under way. Traffic only writes down when it saw a byte; {@link Watchman} looks from
 * time to time whether that was too long ago, so a token costs no timer.
 */
final class Watch implements Watchman.Watched {
  /** How long a client may read nothing of what was cut before it is taken for one that is gone. */
  private static final long UNREAD_NANOS = 1_000_000_000L;

  private final @Nullable String node;
  private final TimeLimits limits;
  private final boolean firstByteCounts;
  private final long requestNanos;
  private final long startNanos;
  private final LongSupplier clock;
  private final Sinks.Empty<Void> tooLate = Sinks.empty();
  private volatile Runnable cut = () -> {};
  private volatile @Nullable Throwable tooSlow;
  private volatile boolean begun;
  private volatile long lastNanos;
  private volatile long cutNanos;

  /**
   * Starts now.
   *
   * @param node the node's id; null on plain routes
   * @param firstByteCounts whether the first-byte limit holds
   * @param requestNanos when the request came
   */
  Watch(
      @Nullable String node,
      TimeLimits limits,
      boolean firstByteCounts,
      long requestNanos,
      LongSupplier clock) {
    this.node = node;
    this.limits = limits;
    this.firstByteCounts = firstByteCounts;
    this.requestNanos = requestNanos;
    this.clock = clock;
    this.startNanos = clock.getAsLong();
    this.lastNanos = startNanos;
  }

  /** A part of the answer passed. */
  void beat() {
    lastNanos = clock.getAsLong();
    begun = true;
  }

  /**
   * Fails when the answer should have begun and has not, or has been cut and nobody reads that: a
   * failure waits behind what a client has not read yet.
   */
  Mono<Void> untilGivenUp() {
    return tooLate.asMono().publishOn(Schedulers.parallel());
  }

  /** The answer has begun; {@code upstreamCut} ends it where it does not go on. */
  void passing(Runnable upstreamCut) {
    this.cut = upstreamCut;
  }

  /** Why the answer broke off: what was found here, where that was the reason. */
  Throwable why(Throwable failure) {
    Throwable found = tooSlow;
    return found == null ? failure : found;
  }

  private void end(Throwable found) {
    if (tooSlow == null) {
      cutNanos = clock.getAsLong();
      tooSlow = found;
      cut.run();
    }
  }

  @Override
  public void look(DownNodes down) {
    long now = clock.getAsLong();
    Throwable found = tooSlow;
    if (found != null) {
      lookAtCut(found, now);
    } else if (begun) {
      lookAtPassing(down, now);
    } else {
      lookAtWaiting(down, now);
    }
  }

  @Override
  public void stop() {
    if (begun) {
      end(new IOException("the gateway stops"));
    } else {
      tooLate.tryEmitError(
          new ApiException(
              HttpStatus.SERVICE_UNAVAILABLE,
              "gateway_stops",
              "The gateway stops. Try again in a moment."));
    }
  }

  private void lookAtWaiting(DownNodes down, long now) {
    if (now - requestNanos > limits.totalNanos()) {
      tooLate.tryEmitError(
          new ApiException(
              HttpStatus.GATEWAY_TIMEOUT,
              "total_timeout",
              "The answer did not begin within " + limits.total() + "."));
    } else if (firstByteCounts && now - startNanos > limits.firstByteNanos()) {
      tooLate.tryEmitError(new TimeoutException("no first byte within " + limits.firstByte()));
    } else if (node != null && down.before(node, now - startNanos)) {
      tooLate.tryEmitError(new IOException("node turned DOWN before its answer"));
    }
  }

  private void lookAtCut(Throwable found, long now) {
    if (now - cutNanos > UNREAD_NANOS && now - lastNanos > UNREAD_NANOS) {
      tooLate.tryEmitError(new CancellationException("not read: " + found.getMessage()));
    }
  }

  private void lookAtPassing(DownNodes down, long now) {
    long silent = now - lastNanos;
    if (now - requestNanos > limits.totalNanos()) {
      end(new TimeoutException("answer not complete within " + limits.total()));
    } else if (silent > limits.idleNanos()) {
      end(new TimeoutException("silent for " + limits.idle()));
    } else if (node != null && down.amid(node, silent)) {
      end(new IOException("node turned DOWN amid its answer"));
    }
  }
}
