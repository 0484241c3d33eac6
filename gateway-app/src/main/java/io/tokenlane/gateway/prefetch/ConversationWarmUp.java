package io.tokenlane.gateway.prefetch;

import io.tokenlane.balance.Lease;
import io.tokenlane.gateway.cache.TurnListener;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.prefetch.predict.Continuations;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiFunction;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Has a node compute a conversation that was answered from the cache and is likely to go on: no
 * node may have seen it, and its next turn would wait until all of it is computed. The node is the
 * one that the next turn would be sent to. One at a time, and not while clients' calls need the
 * nodes; a conversation that a node has answered itself lies in that node's KV cache already.
 */
final class ConversationWarmUp implements TurnListener {
  private static final Logger LOG = LoggerFactory.getLogger(ConversationWarmUp.class);
  private static final double LEAST_PROBABILITY = 0.5;

  /** What decides, beside the messages, which tokens a conversation is made of. */
  private static final List<String> SHAPING =
      List.of("model", "tools", "tool_choice", "chat_template_kwargs", "cache_salt");

  private final NodePrefixes prefixes;
  private final BiFunction<InferenceCall, String, CompletableFuture<Lease>> leases;
  private final BooleanSupplier busy;
  private final Continuations continuations = new Continuations(System::nanoTime);
  private final Set<String> without = ConcurrentHashMap.newKeySet();
  private final AtomicBoolean asking = new AtomicBoolean();
  private final AtomicLong computed = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();
  private final AtomicLong withheld = new AtomicLong();

  /**
   * @param leases a node for a call on a route
   * @param busy whether clients' calls need the nodes now
   */
  ConversationWarmUp(
      NodePrefixes prefixes,
      BiFunction<InferenceCall, String, CompletableFuture<Lease>> leases,
      BooleanSupplier busy) {
    this.prefixes = prefixes;
    this.leases = leases;
    this.busy = busy;
  }

  @Override
  public void asked(Turn turn) {
    JsonNode messages = turn.call().body().path("messages");
    int turns = turns(messages);
    if (turn.call().kind() == CallKind.CHAT && turns > 0) {
      continuations.asked(
          name(turn, messages, messages.size()),
          lastAnswer(messages).map(at -> name(turn, messages, at)),
          turns);
    }
  }

  @Override
  public void answered(Turn turn, ObjectNode answer) {
    JsonNode said = answer.path("choices").path(0).path("message");
    int turns = turns(turn.call().body().path("messages"));
    if (turn.call().kind() != CallKind.CHAT || !said.isObject() || turns == 0) {
      return;
    }
    boolean likely = continuations.probability(turns) >= LEAST_PROBABILITY;
    if (!likely || busy.getAsBoolean() || !asking.compareAndSet(false, true)) {
      withheld.incrementAndGet();
      return;
    }
    ObjectNode next = next(turn.call(), said);
    InferenceCall call = new InferenceCall(CallKind.CHAT, turn.call().raw(), next, false);
    var _ =
        leases
            .apply(call, turn.route())
            .whenComplete(
                (lease, none) -> {
                  if (lease == null) {
                    asking.set(false);
                  } else {
                    compute(lease, next);
                  }
                });
  }

  private static int turns(JsonNode messages) {
    int turns = 0;
    for (JsonNode message : messages) {
      turns += message.path("role").asString("").equals("user") ? 1 : 0;
    }
    return turns;
  }

  private static Optional<Integer> lastAnswer(JsonNode messages) {
    for (int i = messages.size() - 1; i > 0; i--) {
      if (messages.get(i).path("role").asString("").equals("assistant")) {
        return Optional.of(i);
      }
    }
    return Optional.empty();
  }

  /** A hash of whose the conversation is, its model and its first messages. */
  private static String name(Turn turn, JsonNode messages, int first) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      String whose = turn.owner() + '\n' + turn.call().model();
      digest.update(whose.getBytes(StandardCharsets.UTF_8));
      for (int i = 0; i < first; i++) {
        digest.update((byte) '\n');
        digest.update(messages.get(i).toString().getBytes(StandardCharsets.UTF_8));
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }

  /** What the next turn will begin with. */
  private static ObjectNode next(InferenceCall call, JsonNode said) {
    ObjectNode next = JsonNodeFactory.instance.objectNode();
    for (String name : SHAPING) {
      if (call.body().has(name)) {
        next.set(name, call.body().get(name));
      }
    }
    ArrayNode messages = next.putArray("messages");
    call.body().path("messages").forEach(messages::add);
    ObjectNode answer = messages.addObject().put("role", "assistant");
    for (String part : List.of("content", "tool_calls")) {
      if (said.has(part)) {
        answer.set(part, said.get(part));
      }
    }
    return next.put("pin", false);
  }

  private void compute(Lease lease, ObjectNode body) {
    String node = lease.node().id();
    if (without.contains(node)) {
      lease.ignored();
      asking.set(false);
      return;
    }
    var _ =
        prefixes
            .compute(lease.node(), body)
            .doFinally(
                signal -> {
                  lease.ignored();
                  asking.set(false);
                })
            .subscribe(status -> told(node, status));
  }

  private void told(String node, int status) {
    if (status == 200) {
      computed.incrementAndGet();
    } else if (status == 404 || status == 405) {
      without.add(node);
    } else {
      failed.incrementAndGet();
      LOG.info("{}: a conversation was not computed ahead: {}", node, status);
    }
  }

  /** What it came to. */
  Map<String, Object> account() {
    return Map.of(
        "computed",
        computed.get(),
        "failed",
        failed.get(),
        "withheld",
        withheld.get(),
        "nodesWithout",
        Set.copyOf(without));
  }
}
