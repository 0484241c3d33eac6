package io.tokenlane.gateway.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.cache.ChangeListener;
import io.tokenlane.prefetch.cache.Selection;
import io.tokenlane.prefetch.semantic.Neighbours;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.netty.ByteBufMono;
import reactor.netty.http.client.HttpClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Finds the stored answer to a question that means the same: the last message of a chat, all else
 * being equal, tenant and parameters included. A node's vectors say how near two questions are,
 * {@link io.tokenlane.prefetch.semantic.Guards} what must be in both word by word. Where the node
 * does not answer in time, the question goes on as any miss.
 */
final class SemanticLevel implements ChangeListener {
  private static final long MOST_BYTES = 16L << 20;
  private static final long MOST_ASKED_BYTES = 4L << 20;
  private static final int LONGEST_CHARS = 2_000;
  private static final long PAUSE_NANOS = 5_000_000_000L;

  private final SemanticProperties properties;
  private final AnswerCache cache;
  private final HttpClient client = HttpClient.create();
  private final Neighbours neighbours;
  private final AtomicLong hits = new AtomicLong();
  private final Cache<String, Asked> asked =
      Caffeine.newBuilder()
          .maximumWeight(MOST_ASKED_BYTES)
          .weigher((String key, Asked a) -> a.weight())
          .executor(Runnable::run)
          .build();
  private volatile long pausedUntilNanos = System.nanoTime();

  /**
   * What is asked, and within what.
   *
   * @param context a hash of all but the question
   */
  record Question(String context, String text) {
    /** The question of a chat; empty where its last message is none that a text can be asked by. */
    static Optional<Question> of(String route, String tenant, String target, InferenceCall call) {
      JsonNode messages = call.body().path("messages");
      JsonNode last = messages.path(messages.size() - 1);
      String text = last.path("content").asString("");
      boolean askable =
          call.kind() == CallKind.CHAT
              && last.path("role").asString("").equals("user")
              && last.path("content").isString()
              && !text.isBlank()
              && text.length() <= LONGEST_CHARS;
      if (!askable) {
        return Optional.empty();
      }
      ObjectNode rest = call.body().deepCopy();
      ((ObjectNode) ((ArrayNode) rest.get("messages")).get(messages.size() - 1)).put("content", "");
      InferenceCall around = new InferenceCall(call.kind(), call.raw(), rest, false);
      return Optional.of(new Question(CanonicalKey.of(route, tenant, target, around), text));
    }
  }

  private record Asked(Question question, Vector vector) {
    int weight() {
      return Float.BYTES * vector.values.length + Character.BYTES * question.text().length() + 256;
    }
  }

  private static final class Vector {
    private final float[] values;

    Vector(float[] values) {
      this.values = values;
    }
  }

  SemanticLevel(SemanticProperties properties, AnswerCache cache) {
    this.properties = properties;
    this.cache = cache;
    this.neighbours = new Neighbours(MOST_BYTES, properties.threshold());
    cache.observe(this);
  }

  /** The answer of a neighbour; never fails. */
  Mono<Optional<Answer>> find(Question question, String key) {
    if (System.nanoTime() - pausedUntilNanos < 0) {
      return Mono.just(Optional.empty());
    }
    return vector(question.text())
        .timeout(properties.timeout())
        .map(vector -> near(question, key, vector))
        .onErrorResume(
            failure -> {
              pausedUntilNanos = System.nanoTime() + PAUSE_NANOS;
              return Mono.just(Optional.empty());
            })
        .defaultIfEmpty(Optional.empty());
  }

  private Optional<Answer> near(Question question, String key, Vector vector) {
    asked.put(key, new Asked(question, vector));
    Optional<Answer> answer =
        neighbours
            .find(question.context(), question.text(), vector.values, k -> fresh(k).isPresent())
            .flatMap(this::fresh);
    answer.ifPresent(found -> hits.incrementAndGet());
    return answer;
  }

  private Optional<Answer> fresh(String key) {
    return cache.find(key).filter(answer -> answer.ttlLeftSeconds(cache.nowNanos()) > 0);
  }

  private Mono<Vector> vector(String text) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("input", text);
    if (properties.model() != null) {
      body.put("model", properties.model());
    }
    String json = new String(CallParser.write(body), StandardCharsets.UTF_8);
    return client
        .headers(headers -> headers.set("Content-Type", "application/json"))
        .post()
        .uri(properties.node().resolve("/v1/embeddings"))
        .send(ByteBufMono.fromString(Mono.just(json)))
        .responseSingle((response, answer) -> answer.asByteArray())
        .mapNotNull(SemanticLevel::read);
  }

  private static @Nullable Vector read(byte[] json) {
    JsonNode list =
        CallParser.parse(CallKind.EMBEDDING, json).body().path("data").path(0).path("embedding");
    float[] values = new float[list.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = list.get(i).floatValue();
    }
    return values.length == 0 ? null : new Vector(values);
  }

  /** Answers given to another question. */
  double hits() {
    return hits.get();
  }

  @Override
  public void stored(String key, Answer answer) {
    Asked known = asked.getIfPresent(key);
    if (known != null) {
      asked.invalidate(key);
      neighbours.add(
          known.question().context(), known.question().text(), known.vector().values, key);
    }
  }

  @Override
  public void dropped(String key) {}

  @Override
  public void forgotten(String group) {}

  @Override
  public void forgotten(Selection selected, Set<String> groups) {}

  @Override
  public void cleared() {}
}
