package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Usage;
import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.AnswerCache;
import io.tokenlane.prefetch.http.CacheControl;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Reuse;
import io.tokenlane.prefetch.http.StoredFields;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Model calls: only answers that would be the same again are stored, each for its tenant.
 *
 * @param staleIfError how long after its ttl an answer stands in where no node and no other model
 *     answers; 0: not at all
 * @param pace pieces a second in which a stored stream is told; 0: at once
 * @param question what is asked, where another question's answer may be given
 * @param hot knows which answers are asked for again and again
 * @param reading reads stored answers, once each
 */
record ModelRule(
    AnswerCache cache,
    InferenceCall call,
    String key,
    HttpFields request,
    Duration ttl,
    Duration staleIfError,
    int pace,
    HotAnswers hot,
    Optional<SemanticLevel.Question> question,
    Reading reading)
    implements CacheRule {

  private static final String EVENTS = "text/event-stream";

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
  static Optional<String> bypass(InferenceCall call, HttpFields request, ModelAnswers stored) {
    if (CacheControl.of(request).has("no-store")) {
      return Optional.of("request-no-store");
    }
    if (call.ambiguous()) {
      return Optional.of("duplicate-key");
    }
    if (call.body().path("store").asBoolean(false)) {
      return Optional.of("stateful");
    }
    if (!formIsClear(call)) {
      return Optional.of("form");
    }
    Optional<String> strange = strange(call.body());
    if (strange.isPresent()) {
      return strange;
    }
    return switch (call.kind()) {
      case EMBEDDING -> stored == ModelAnswers.NONE ? stored.refuses(call) : Optional.empty();
      case CHAT, COMPLETION -> stored.refuses(call);
      case RESPONSE, MESSAGE -> Optional.of("kind");
    };
  }

  /**
   * Whether what the key leaves out, the form of the answer, is said as the API has it: servers
   * refuse or read otherwise what is not, stored or not.
   */
  private static boolean formIsClear(InferenceCall call) {
    JsonNode stream = call.body().path("stream");
    JsonNode options = call.body().path("stream_options");
    if (call.kind() == CallKind.EMBEDDING) {
      return stream.isMissingNode() && options.isMissingNode();
    }
    boolean streamed = stream.isBoolean() && stream.booleanValue();
    return (stream.isBoolean() || isAbsent(stream))
        && (isAbsent(options) || (streamed && options.isObject()))
        && (options.path("include_usage").isBoolean() || isAbsent(options.path("include_usage")));
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
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

  @Override
  public String group() {
    return key;
  }

  @Override
  public Reuse reuse(Answer answer) {
    Reuse reuse =
        Reuse.of(request, HttpFields.NONE, answer.age(cache.nowNanos()), Reuse.Defaults.NONE);
    boolean untold = reuse != Reuse.VALIDATE && call.stream() && reading.of(answer).isEmpty();
    return untold ? Reuse.VALIDATE : reuse;
  }

  @Override
  public boolean wornOut(Answer answer) {
    return hot.wornOut(key, answer, cache.nowNanos());
  }

  @Override
  public boolean standsIn(Answer answer) {
    boolean told = !call.stream() || reading.of(answer).isPresent();
    return told
        && staleIfError.isPositive()
        && !CacheControl.of(request).has("no-cache")
        && Reuse.onError(
            request,
            HttpFields.NONE,
            answer.age(cache.nowNanos()),
            new Reuse.Defaults(0, staleIfError.toSeconds()));
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
    return forbidden
        ? Verdict.pass("no-store")
        : Verdict.store(0, ttl.toSeconds(), ttl.plus(staleIfError));
  }

  @Override
  public void learn(HttpFields response) {}

  @Override
  public HttpFields kept(HttpFields response) {
    return Fields.kept(response, false);
  }

  @Override
  public Optional<Form> form(HttpFields response, ByteBuffer body, Optional<Usage> tokens) {
    HttpFields kept = kept(response);
    boolean events = response.first("Content-Type").filter(t -> t.startsWith(EVENTS)).isPresent();
    if (!events) {
      return isAnswer(body) ? Optional.of(new Form(kept, body)) : Optional.empty();
    }
    HttpFields typed = StoredFields.without(kept, Set.of("content-type"));
    List<HttpFields.Line> lines = new ArrayList<>(typed.lines());
    lines.add(new HttpFields.Line("Content-Type", "application/json"));
    return StreamReader.whole(call.kind(), body, tokens)
        .map(whole -> new Form(new HttpFields(lines), offHeap(CallParser.write(whole))));
  }

  /** Errors, pages and halves come with 200, too; nobody is to be given them again. */
  private boolean isAnswer(ByteBuffer body) {
    return call.kind() == CallKind.EMBEDDING
        ? StreamWriter.object(call.kind(), body).filter(whole -> !whole.has("error")).isPresent()
        : StreamWriter.readable(call.kind(), body).isPresent();
  }

  private static ByteBuffer offHeap(byte[] bytes) {
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }

  /** Streams are shared as they come, so only among those that want the same events. */
  @Override
  public String flightKey() {
    return call.stream() ? key + "\nstream" + (wantsUsage() ? " usage" : "") : key;
  }

  private boolean wantsUsage() {
    return call.body().path("stream_options").path("include_usage").asBoolean(false);
  }

  @Override
  public Optional<Told> told(Answer answer) {
    if (!call.stream()) {
      return Optional.empty();
    }
    boolean small = pace > 0;
    Duration pause = small ? Duration.ofSeconds(1).dividedBy(pace) : Duration.ZERO;
    return reading
        .of(answer)
        .map(whole -> StreamWriter.events(call.kind(), whole, wantsUsage(), small))
        .map(events -> new Told(events, pause));
  }

  @Override
  public boolean outlivesItsClients() {
    return false;
  }
}
