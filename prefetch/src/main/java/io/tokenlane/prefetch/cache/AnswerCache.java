package io.tokenlane.prefetch.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * Answers by key, bounded by their weight in bytes (Caffeine's W-TinyLFU decides who stays), each
 * kept for its own time, with identical misses folded into one fetch.
 *
 * <p>A request takes a {@link #turn}: a stored answer that serves it is a hit, the first miss
 * leads, later ones wait for the leader's {@link Flight}. What lately could not be shared is not
 * waited for ("hit for miss"). No call blocks. Thread-safe.
 */
public final class AnswerCache {
  /** How long it is remembered that an answer could not be shared. */
  private static final Duration UNSHARED_FOR = Duration.ofSeconds(30);

  private static final long UNSHARED_KEYS = 10_000;

  private final Cache<String, Answer> answers;
  private final Cache<String, Boolean> unshared;
  private final Forgettings forgettings;
  private final Groups groups = new Groups();
  private final ConcurrentHashMap<String, Flight> flights = new ConcurrentHashMap<>();
  private final List<ChangeListener> listeners = new CopyOnWriteArrayList<>();
  private final LongSupplier nanoClock;
  private final long maxBytes;
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
    this.maxBytes = maxBytes;
    this.maxAnswerBytes = maxAnswerBytes;
    this.answers =
        Caffeine.newBuilder()
            .maximumWeight(maxBytes)
            .weigher((String key, Answer answer) -> answer.weightBytes(key))
            .expireAfter(Expiry.writing((String key, Answer answer) -> left(answer)))
            .ticker(nanoClock::getAsLong)
            .removalListener(groups)
            .executor(Runnable::run)
            .build();
    this.unshared =
        Caffeine.newBuilder()
            .maximumSize(UNSHARED_KEYS)
            .expireAfterWrite(UNSHARED_FOR)
            .ticker(nanoClock::getAsLong)
            .executor(Runnable::run)
            .build();
    this.forgettings = new Forgettings(nanoClock);
  }

  /** One that comes back from elsewhere has spent a part of its time already. */
  private Duration left(Answer answer) {
    Duration spent = Duration.ofNanos(nowNanos() - answer.times().storedAtNanos());
    Duration left = answer.times().keep().minus(spent);
    return left.isPositive() ? left : Duration.ofNanos(1);
  }

  private static void requirePositive(String name, long value) {
    if (value <= 0) {
      throw new IllegalArgumentException(name + ": " + value + " (expected: > 0)");
    }
  }

  /** The turn of a request whose answer is forgotten with no other. */
  public Turn turn(String key, Predicate<Answer> serves) {
    return turn(new Trip(key, key, key), serves);
  }

  /**
   * Hit, lead, wait or pass: see {@link Turn}. Whoever leads must settle the flight. A fetch that
   * began before its answer was forgotten is not waited for (RFC 9111 §4.4).
   *
   * @param serves whether a stored answer may be served to the request
   */
  public Turn turn(Trip trip, Predicate<Answer> serves) {
    Optional<Answer> stored = find(trip.key()).filter(serves);
    if (stored.isPresent()) {
      return new Turn.Hit(stored.get());
    }
    if (unshared.getIfPresent(trip.flightKey()) != null) {
      return new Turn.Pass();
    }
    Flight mine = new Flight(this, trip, nowNanos());
    Flight first =
        flights.merge(trip.flightKey(), mine, (other, own) -> other.forgotten() ? own : other);
    return first.equals(mine)
        ? leadUnlessJustStored(mine, trip.key(), serves)
        : new Turn.Wait(first.landing());
  }

  /** A flight that landed between the look-up and the take-off has left its answer behind. */
  private Turn leadUnlessJustStored(Flight mine, String key, Predicate<Answer> serves) {
    Optional<Answer> stored = find(key).filter(serves);
    if (stored.isEmpty()) {
      return new Turn.Lead(mine);
    }
    mine.abandon();
    return new Turn.Hit(stored.get());
  }

  /** The answer stored under {@code key}, stale or not. */
  public Optional<Answer> find(String key) {
    return Optional.ofNullable(answers.getIfPresent(key));
  }

  /** The first answer of the group, stored under a key with this beginning, that fits. */
  public Optional<Answer> findSibling(String group, String keyBegin, Predicate<Answer> fits) {
    return groups.keys(group).stream()
        .filter(key -> key.startsWith(keyBegin))
        .flatMap(key -> find(key).stream())
        .filter(fits)
        .findFirst();
  }

  /**
   * Stores an answer. One larger than the bounds is not kept, nor one whose group was forgotten
   * after its fetch began: it may show what was before the change.
   *
   * @param begunNanos when the answer's fetch began, on this cache's clock
   */
  public void put(String key, Answer answer, long begunNanos) {
    if (answer.body().remaining() > maxAnswerBytes || outdated(key, answer, begunNanos)) {
      return;
    }
    keep(key, answer);
    listeners.forEach(listener -> listener.stored(key, answer));
    if (outdated(key, answer, begunNanos)) {
      // Forgotten while it was being stored.
      drop(key);
    }
  }

  private boolean outdated(String key, Answer answer, long begunNanos) {
    return forgottenSince(key, answer.group(), begunNanos);
  }

  /** Whether what is stored under {@code key}, or its group, was forgotten since then. */
  public boolean forgottenSince(String key, String group, long begunNanos) {
    return forgettings.since(key, group, begunNanos);
  }

  private void keep(String key, Answer answer) {
    groups.add(answer.group(), key).ifPresent(answers::invalidate);
    answers.put(key, answer);
    unshared.invalidate(key);
    // An eviction of the key's former answer may have crossed with the first of these.
    groups.add(answer.group(), key).ifPresent(answers::invalidate);
    if (find(key).isEmpty()) {
      groups.drop(answer.group(), key);
    }
  }

  /** Stores an answer that was stored before, elsewhere: no listener is told. */
  public void restore(String key, Answer answer) {
    if (answer.body().remaining() <= maxAnswerBytes) {
      keep(key, answer);
    }
  }

  /** The same, unless it was forgotten since. */
  void restoreSince(String key, Answer answer, long begunNanos) {
    if (!outdated(key, answer, begunNanos)) {
      restore(key, answer);
      if (outdated(key, answer, begunNanos)) {
        answers.invalidate(key);
      }
    }
  }

  /** Takes what was restored of a group out again; no listener is told. */
  public void unload(String group) {
    answers.invalidateAll(groups.keys(group));
  }

  /** Tells {@code listener} of all changes from now on. */
  public void observe(ChangeListener listener) {
    listeners.add(listener);
  }

  /** Tells it no more. */
  public void unobserve(ChangeListener listener) {
    listeners.remove(listener);
  }

  /**
   * Puts {@code renewed} in the place of {@code old}, unless another answer is there by now.
   *
   * @param begunNanos when the fetch that renews it began, on this cache's clock
   */
  public void renew(String key, Answer old, Answer renewed, long begunNanos) {
    if (isStill(key, old)) {
      put(key, renewed, begunNanos);
    }
  }

  /** Forgets {@code old}, unless another answer is in its place by now. */
  public void dropStill(String key, Answer old) {
    if (isStill(key, old)) {
      drop(key);
    }
  }

  @SuppressWarnings("ReferenceEquality") // an equal answer that replaced it is another one
  private boolean isStill(String key, Answer answer) {
    return find(key).filter(stored -> stored == answer).isPresent();
  }

  /** Forgets the answer stored under {@code key}. */
  public void drop(String key) {
    answers.invalidate(key);
    listeners.forEach(listener -> listener.dropped(key));
  }

  /** Forgets all answers of a group, and those still on their way; how many were stored. */
  public int forget(String group) {
    return forget(group, listener -> true);
  }

  /** The same on the word of {@code source}, which is not told of it again. */
  @SuppressWarnings("ReferenceEquality") // it is that very listener
  public int forget(String group, ChangeListener source) {
    return forget(group, listener -> listener != source);
  }

  private int forget(String group, Predicate<ChangeListener> told) {
    tell(told, listener -> listener.forgetting(group));
    int stored = forgetHere(group);
    tell(told, listener -> listener.forgotten(group));
    return stored;
  }

  private int forgetHere(String group) {
    forgettings.group(group);
    var keys = groups.keys(group);
    answers.invalidateAll(keys);
    return keys.size();
  }

  private void tell(Predicate<ChangeListener> told, Consumer<ChangeListener> what) {
    listeners.stream().filter(told).forEach(what);
  }

  /**
   * Forgets the groups of all answers whose key is picked, and what is still on its way to such a
   * key, here and wherever else answers of this cache lie; how many answers were stored here.
   */
  public int forget(Selection selected) {
    return forget(selected, listener -> true);
  }

  /** The same on the word of {@code source}, which is not told of it again. */
  @SuppressWarnings("ReferenceEquality") // it is that very listener
  public int forget(Selection selected, ChangeListener source) {
    return forget(selected, listener -> listener != source);
  }

  private int forget(Selection selected, Predicate<ChangeListener> told) {
    tell(told, listener -> listener.forgetting(selected));
    forgettings.keys(selected.picks());
    unshared.asMap().keySet().removeIf(selected.picks());
    Set<String> picked = groupsOf(selected.picks());
    int stored = picked.stream().mapToInt(this::forgetHere).sum();
    tell(told, listener -> listener.forgotten(selected, picked));
    return stored;
  }

  private Set<String> groupsOf(Predicate<String> picks) {
    Set<String> picked = new HashSet<>();
    answers
        .asMap()
        .forEach(
            (key, answer) -> {
              if (picks.test(key)) {
                picked.add(answer.group());
              }
            });
    return picked;
  }

  /** All that is stored, most asked first. */
  public Map<String, Answer> hottest() {
    return answers
        .policy()
        .eviction()
        .map(eviction -> eviction.hottest(Integer.MAX_VALUE))
        .orElseGet(Map::of);
  }

  /** Forgets everything stored, and what is on its way. */
  public void clear() {
    clear(listener -> true);
  }

  /** The same on the word of {@code source}, which is not told of it again. */
  @SuppressWarnings("ReferenceEquality") // it is that very listener
  public void clear(ChangeListener source) {
    clear(listener -> listener != source);
  }

  private void clear(Predicate<ChangeListener> told) {
    tell(told, ChangeListener::clearing);
    forgettings.all();
    restart();
    tell(told, ChangeListener::cleared);
  }

  /** The same; no listener is told. */
  public void restart() {
    answers.invalidateAll();
    unshared.invalidateAll();
  }

  /** Now, on the clock that {@link Answer.Times#storedAtNanos} is on. */
  public long nowNanos() {
    return nanoClock.getAsLong();
  }

  /** The bound of all answers together, in bytes. */
  public long maxBytes() {
    return maxBytes;
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

  void alsoUnder(Flight flight, String key) {
    flights.putIfAbsent(key, flight);
    if (flight.settled()) {
      // Its end may have come before this key did, and then left it behind.
      remove(flight, key);
    }
  }

  void remove(Flight flight, String key) {
    flights.remove(key, flight);
  }

  void rememberUnshared(String key) {
    unshared.put(key, true);
  }
}
