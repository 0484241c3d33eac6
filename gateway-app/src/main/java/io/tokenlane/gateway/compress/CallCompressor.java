package io.tokenlane.gateway.compress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.compress.Compression;
import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Conversation;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.RuleSaving;
import io.tokenlane.compress.Sidecar;
import io.tokenlane.compress.StyleTag;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.TokenCounters;
import io.tokenlane.compress.Turn;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.PromptTokens;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Compresses the texts of a chat in order, each with what the ones before offer, so that longer
 * chats begin with the very bytes of shorter ones. What came of a message is kept under a hash of
 * it and of all before it. Thread-safe.
 */
final class CallCompressor {
  private static final String CACHE_CONTROL = "cache_control";

  /** Bodies up to this are counted in less time than it takes to wake a thread. */
  private static final int SHORT_BYTES = 2048;

  private final String encoding;
  private final Map<String, PromptCompressor> compressors = new ConcurrentHashMap<>();
  private final Cache<String, Compression> known;

  /**
   * @param encoding of models whose name tells none, on routes that name none
   * @param cacheChars how much compressed text is kept, in UTF-16 units; ≥ 0
   */
  CallCompressor(String encoding, long cacheChars) {
    this.encoding = encoding;
    this.known =
        Caffeine.newBuilder()
            .maximumWeight(cacheChars)
            .<String, Compression>weigher((hash, result) -> 64 + result.text().length())
            .build();
  }

  /**
   * What became of a body.
   *
   * @param body the body to send, null where the one that came is to be sent
   * @param savings tokens saved by each rule, by its name
   * @param messages what became of each text, in order
   * @param names what the names in the texts stand for
   */
  record Outcome(
      @Nullable ObjectNode body,
      PromptTokens tokens,
      SortedMap<String, Integer> savings,
      List<Compression> messages,
      Map<Character, String> names) {}

  Outcome compress(ObjectNode body, RoutePolicy policy) {
    ObjectNode copy = body.deepCopy();
    boolean marked = !body.findValues(CACHE_CONTROL).isEmpty();
    Visit visit = new Visit(policy, counter(body, policy), marked);
    for (JsonNode message : copy.path("messages").values()) {
      if (message instanceof ObjectNode object) {
        visit.texts(object, "content", object.path("role").asString(""));
      }
    }
    return visit.outcome(copy);
  }

  /**
   * What becomes of a call that holds no text long enough to be compressed: counted where it is,
   * within microseconds, so that short questions need no thread of their own. The same as {@link
   * #compress} would make of it.
   *
   * @return null where the call has to be looked at more closely
   */
  @Nullable Outcome asItIs(InferenceCall call, RoutePolicy policy) {
    TokenCounter counter = counter(call.body(), policy);
    if (call.raw().remaining() > SHORT_BYTES || !counter.isReady()) {
      return null;
    }
    List<Compression> messages = new ArrayList<>();
    int tokens = 0;
    for (JsonNode message : call.body().path("messages").values()) {
      JsonNode content = message.path("content");
      String text = content.asString("");
      if (content.isArray() || text.length() >= policy.shortest()) {
        return null;
      }
      if (!content.isString()) {
        continue;
      }
      int count = counter.count(text);
      messages.add(new Compression(text, count, count, List.of(), StyleTag.NONE, Sidecar.NONE));
      tokens += count;
    }
    return new Outcome(null, new PromptTokens(tokens, tokens), new TreeMap<>(), messages, Map.of());
  }

  /** The route's encoding, else that of the model by its name, else the common one. */
  private TokenCounter counter(ObjectNode body, RoutePolicy policy) {
    String routes = policy.encoding();
    return TokenCounters.named(
        routes == null
            ? TokenCounters.encodingOf(body.path("model").asString("")).orElse(encoding)
            : routes);
  }

  /** Tokens of a prompt that passes as it is. */
  int tokens(ObjectNode body, RoutePolicy policy) {
    TokenCounter counter = counter(body, policy);
    int tokens = counter.count(body.path("prompt").asString(""));
    for (JsonNode message : body.path("messages").values()) {
      tokens += counter.count(message.path("content").asString(""));
    }
    return tokens;
  }

  /** One body's texts, in order. */
  private final class Visit {
    private final RoutePolicy policy;
    private final TokenCounter counter;
    private final boolean marked;
    private final Conversation conversation;
    private final List<Compression> messages = new ArrayList<>();
    private final SortedMap<String, Integer> savings = new TreeMap<>();

    /** Of the encoding and all texts so far. */
    private String hash;

    private int original;
    private int sent;

    /**
     * @param marked whether the client marks what is cached: then its bytes stay, all of them,
     *     since the marks move from call to call
     */
    Visit(RoutePolicy policy, TokenCounter counter, boolean marked) {
      this.policy = policy;
      this.counter = counter;
      this.marked = marked;
      this.hash = counter.encoding();
      this.conversation =
          new Conversation(
              compressors.computeIfAbsent(counter.encoding(), _ -> new PromptCompressor(counter)));
    }

    void texts(ObjectNode holder, String member, String role) {
      JsonNode content = holder.path(member);
      if (content.isString()) {
        holder.put(member, text(new Turn(role, content.stringValue())));
      } else if (content instanceof ArrayNode parts) {
        for (JsonNode part : parts.values()) {
          if (part instanceof ObjectNode object && object.path("text").isString()) {
            texts(object, "text", role);
          }
        }
      }
    }

    private String text(Turn turn) {
      boolean allowed =
          !marked && policy.roles().contains(turn.role()) && original >= policy.budgetTokens();
      List<CompressionPolicy> ladder = allowed ? policy.ladder() : List.of();
      hash = hash(hash, turn, ladder + " up to " + policy.targetRate());
      Compression result = known.getIfPresent(hash);
      if (result == null) {
        result = counted(mildest(turn, ladder));
        known.put(hash, result);
      }
      conversation.known(turn, result);
      messages.add(result);
      original += result.tokensBefore();
      sent += result.tokensAfter();
      for (RuleSaving saving : result.savings()) {
        savings.merge(saving.rule().id(), saving.tokens(), Integer::sum);
      }
      return result.text();
    }

    /** What the mildest step makes of it that reaches the target; else what is shortest. */
    private Compression mildest(Turn turn, List<CompressionPolicy> ladder) {
      Compression best = conversation.attempt(turn, CompressionPolicy.OFF);
      for (CompressionPolicy step : ladder) {
        Compression result = conversation.attempt(turn, step);
        if (best.tokensBefore() == 0 || saved(result) > saved(best)) {
          best = result;
        }
        if (best.ratio() >= policy.targetRate()) {
          break;
        }
      }
      return best;
    }

    private static int saved(Compression result) {
      return result.tokensBefore() - result.tokensAfter();
    }

    private Compression counted(Compression result) {
      if (result.tokensBefore() > 0) {
        return result;
      }
      int tokens = counter.count(result.text());
      return new Compression(
          result.text(), tokens, tokens, List.of(), result.tag(), result.sidecar());
    }

    Outcome outcome(ObjectNode copy) {
      boolean replaced = sent < original && !policy.onlyReports();
      return new Outcome(
          replaced ? copy : null,
          new PromptTokens(original, policy.onlyReports() ? original : sent),
          savings,
          messages,
          policy.restoreAnswers() && replaced ? conversation.names() : Map.of());
    }
  }

  /**
   * @param treatment all that says what may become of the text
   */
  private static String hash(String before, Turn turn, String treatment) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (String part : List.of(before, turn.role(), treatment, turn.text())) {
        digest.update(units(part.length() + ":" + part));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** Not encoded: half of a surrogate pair would be the same as any other half. */
  private static ByteBuffer units(String text) {
    ByteBuffer units = ByteBuffer.allocate(2 * text.length());
    units.asCharBuffer().put(text);
    return units;
  }
}
