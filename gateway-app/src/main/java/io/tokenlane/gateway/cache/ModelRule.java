package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.CacheControl;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Model calls: only answers that would be the same again are stored, each for its tenant. */
record ModelRule(
    AnswerCache cache, InferenceCall call, String key, HttpFields request, Duration ttl)
    implements CacheRule {

  /** Parameters whose whole meaning is in their value, and so in the key. */
  private static final Set<String> KNOWN =
      Set.of(
          "best_of",
          "chat_template_kwargs",
          "dimensions",
          "echo",
          "encoding_format",
          "frequency_penalty",
          "function_call",
          "functions",
          "input",
          "logit_bias",
          "logprobs",
          "max_completion_tokens",
          "max_tokens",
          "messages",
          "metadata",
          "min_p",
          "min_tokens",
          "model",
          "n",
          "parallel_tool_calls",
          "prediction",
          "presence_penalty",
          "prompt",
          "prompt_cache_key",
          "reasoning_effort",
          "repetition_penalty",
          "response_format",
          "safety_identifier",
          "seed",
          "stop",
          "store",
          "stream",
          "stream_options",
          "suffix",
          "temperature",
          "tokenlane",
          "tool_choice",
          "tools",
          "top_k",
          "top_logprobs",
          "top_p",
          "user",
          "verbosity");

  /** Why the call's answer must not be stored; empty where it may. */
  static Optional<String> bypass(InferenceCall call, HttpFields request) {
    if (CacheControl.of(request).has("no-store")) {
      return Optional.of("request-no-store");
    }
    if (call.ambiguous()) {
      return Optional.of("duplicate-key");
    }
    if (call.body().path("store").asBoolean(false)) {
      return Optional.of("stateful");
    }
    Optional<String> strange = strange(call.body());
    if (strange.isPresent()) {
      return strange;
    }
    return switch (call.kind()) {
      case EMBEDDING -> Optional.empty();
      case CHAT, COMPLETION -> unlessGreedy(call);
      case RESPONSE, MESSAGE -> Optional.of("kind");
    };
  }

  /** What this cache does not know could mean anything; a server's own tools see the world. */
  private static Optional<String> strange(ObjectNode body) {
    for (String name : body.propertyNames()) {
      if (!KNOWN.contains(name)) {
        return Optional.of("unknown-parameter");
      }
    }
    for (JsonNode tool : body.path("tools")) {
      if (!tool.path("type").asString("").equals("function")) {
        return Optional.of("server-tool");
      }
    }
    return Optional.empty();
  }

  private static Optional<String> unlessGreedy(InferenceCall call) {
    boolean greedy = call.temperature().filter(t -> t.signum() == 0).isPresent();
    return greedy ? Optional.empty() : Optional.of("temperature");
  }

  @Override
  public String group() {
    return key;
  }

  @Override
  public Reuse reuse(Answer answer) {
    return Reuse.of(request, HttpFields.NONE, answer.age(cache.nowNanos()), Reuse.Defaults.NONE);
  }

  @Override
  public boolean standsIn(Answer answer) {
    return false;
  }

  @Override
  public Optional<Answer> sibling() {
    return Optional.empty();
  }

  @Override
  public Optional<Answer> part() {
    return Optional.empty();
  }

  @Override
  public String keyFor(int status) {
    return key;
  }

  @Override
  public Verdict judge(int status, HttpFields response, Instant requested, Instant received) {
    if (status != 200) {
      return Verdict.pass("status");
    }
    boolean forbidden = CacheControl.of(response).has("no-store");
    return forbidden ? Verdict.pass("no-store") : Verdict.store(0, ttl.toSeconds(), ttl);
  }

  @Override
  public void learn(HttpFields response) {}

  @Override
  public HttpFields kept(HttpFields response) {
    return Fields.kept(response, false);
  }

  @Override
  public boolean complete(HttpFields response, String tail) {
    boolean events =
        response.first("Content-Type").filter(t -> t.startsWith("text/event-stream")).isPresent();
    CallKind kind = call.kind();
    return !events || !kind.endsWithDone() || tail.stripTrailing().endsWith("data: [DONE]");
  }

  @Override
  public boolean outlivesItsClients() {
    return false;
  }
}
