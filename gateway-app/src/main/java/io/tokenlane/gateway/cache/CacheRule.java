package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.Usage;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.Trip;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** How one request uses the cache. */
interface CacheRule {

  /** Where its answers lie. */
  AnswerCache cache();

  /** The key to look under; may change once a response was learnt from. */
  String key();

  /** What its answers are forgotten with. */
  String group();

  /** The request's fields. */
  HttpFields request();

  /** Whether this stored answer may be served to the client. */
  Reuse reuse(Answer answer);

  /** Whether this stored answer, stale, may stand in for an origin that fails. */
  boolean standsIn(Answer answer);

  /**
   * A stored answer of another key that, stale, may stand in for an origin that fails: one that was
   * fetched ahead, which is nobody's host's.
   */
  default Optional<Answer> standIn() {
    return Optional.empty();
  }

  /** Another stored variant that the client would be given as well. */
  Optional<Answer> sibling();

  /** A stored part of the answer that the range asked for lies in. */
  Optional<Answer> part();

  /** Where an answer of this status is stored. */
  String keyFor(int status);

  /** Judges the response when its status and fields are known. */
  Verdict judge(int status, HttpFields response, Instant requested, Instant received);

  /** Learns from a response that may be stored what {@link #key} is made of. */
  void learn(HttpFields response);

  /** The fields of a response that are kept with it. */
  HttpFields kept(HttpFields response);

  /**
   * A body that has come to its end without error, as it is stored; empty where it is not complete.
   *
   * @param tokens what the call cost, where known
   */
  Optional<Form> form(HttpFields response, ByteBuffer body, Optional<Usage> tokens);

  /** What is stored of a response. */
  record Form(HttpFields fields, ByteBuffer body) {}

  /** What requests that can share a fetch have in common. */
  default String flightKey() {
    return key();
  }

  /** What the request wants of the cache. */
  default Trip trip() {
    return new Trip(key(), flightKey(), group());
  }

  /** The same as {@link #flightKey}, once was learnt from this response. */
  default String flightKeyAfter(HttpFields response) {
    return flightKey();
  }

  /** What is asked, where another question's answer may be given; else empty. */
  default Optional<SemanticLevel.Question> question() {
    return Optional.empty();
  }

  /** Whether a fresh answer that is being served is worth fetching anew before it expires. */
  default boolean wornOut(Answer answer) {
    return false;
  }

  /** Whether what is stored can be validated by a conditional request. */
  default boolean mayValidate() {
    return true;
  }

  /** A stored answer as the request wants it told in events; empty where it is served as it is. */
  default Optional<Told> told(Answer answer) {
    return Optional.empty();
  }

  /**
   * A stored answer as a stream.
   *
   * @param events each whole
   * @param pause between two of them; zero: none
   */
  record Told(List<ByteBuffer> events, Duration pause) {}

  /** Whether a fetch goes on, for the cache alone, when its last client has left. */
  boolean outlivesItsClients();
}
