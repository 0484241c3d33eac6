package io.tokenlane.prefetch.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;

/**
 * Answers by key, bounded by their weight in bytes (Caffeine's W-TinyLFU decides who stays), each
 * served for its own time to live, with identical misses folded into one fetch.
 *
 * <p>A request calls {@link #turn}: a hit is served, the first miss leads, later ones wait for the
 * leader's {@link Flight} to be settled. No call blocks. Thread-safe.
 */
public final class AnswerCache {
  private final Cache<String, Answer> answers;
  private final ConcurrentHashMap<String, Flight> flights = new ConcurrentHashMap<>();
  private final LongSupplier nanoClock;
  private final long maxAnswerBytes;

  /**
   * Makes an empty cache.
   *
   * @param maxBytes bound of all answers together, in bytes, &gt; 0
   * @param maxAnswerBytes bound of one body, in bytes, &gt; 0
   * @param nanoClock monotonic nanoseconds, as {@code System::nanoTime}
   */
  public AnswerCache(long maxBytes, long maxAnswerBytes, LongSupplier nanoClock) {
    requirePositive("maxBytes", maxBytes);
    requirePositive("maxAnswerBytes", maxAnswerBytes);
    this.nanoClock = nanoClock;
    this.maxAnswerBytes = maxAnswerBytes;
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String key, Answer answer) -> answer.weightBytes())
            .expireAfter(Expiry.writing((String key, Answer answer) -> answer.ttl()))
            .ticker(nanoClock::getAsLong)
            .executor(Runnable::run)
            .build();
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  /** Hit, lead or wait: see {@link Turn}. Whoever leads must settle the flight. */
  public Turn turn(String key) {
    Optional<Answer> stored = find(key);
    if (stored.isPresent()) {
      return new Turn.Hit(stored.get());
    }
    Flight mine = new Flight(this, key);
    Flight other = flights.putIfAbsent(key, mine);
    if (other != null) {
      return new Turn.Wait(other.landing());
    }
    return leadUnlessJustStored(mine);
  }

  /** A flight that landed between the look-up and the take-off has left its answer behind. */
  private Turn leadUnlessJustStored(Flight mine) {
    Optional<Answer> stored = find(mine.key());
    if (stored.isEmpty()) {
      return new Turn.Lead(mine);
    }
    mine.abandon();
    return new Turn.Hit(stored.get());
  }

  /** The answer stored under {@code key}, if it may still be served. */
  public Optional<Answer> find(String key) {
    return Optional.ofNullable(answers.getIfPresent(key));
  }

  /** Stores an answer; one larger than the bounds is not kept. */
  public void put(String key, Answer answer) {
    if (answer.body().remaining() <= maxAnswerBytes) {
      answers.put(key, answer);
    }
  }

  /** Forgets everything stored; flights go on. */
  public void clear() {
    answers.invalidateAll();
  }

  /** Now, on the clock that {@link Answer#storedAtNanos} is on. */
  public long nowNanos() {
    return nanoClock.getAsLong();
  }

  /** The largest body that is kept, in bytes. */
  public long maxAnswerBytes() {
    return maxAnswerBytes;
  }

  /** How many answers are stored, expired ones not yet swept included. */
  public long size() {
    answers.cleanUp();
    return answers.estimatedSize();
  }

  /** What they weigh together, in bytes. */
  public long weightBytes() {
    answers.cleanUp();
    return answers.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
  }

  /** How many fetches are under way. */
  public int flightsUnderWay() {
    return flights.size();
  }

  void remove(Flight flight) {
    flights.remove(flight.key(), flight);
  }
}
