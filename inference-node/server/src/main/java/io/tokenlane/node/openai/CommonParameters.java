package io.tokenlane.node.openai;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/** Parameters that the endpoints share. */
final class CommonParameters {
  private static final int MOST_METADATA = 16;

  /** Of generations: OpenAI's, then vLLM's and our own. */
  private static final Set<String> HONOURED =
      Set.of(
          "model",
          "temperature",
          "top_p",
          "n",
          "stop",
          "stream",
          "stream_options",
          "seed",
          "logit_bias",
          "frequency_penalty",
          "presence_penalty",
          "top_k",
          "min_p",
          "repetition_penalty",
          "ignore_eos",
          "cache_salt",
          "tokenlane");

  /** Checked, and without effect: there is one tier, and nothing is stored. */
  private static final Set<String> IGNORED =
      Set.of(
          "user",
          "metadata",
          "store",
          "service_tier",
          "safety_identifier",
          "prompt_cache_key",
          "prompt_cache_retention",
          "prediction",
          "modalities",
          "verbosity");

  private CommonParameters() {}

  /**
   * @param own what the endpoint honours beside
   * @param refused what it knows and cannot do; each with what is expected in its place
   */
  static void check(Fields body, Set<String> own, Map<String, String> refused) {
    for (String name : body.names()) {
      if (body.value(name) == null) {
        continue;
      }
      if (refused.containsKey(name)) {
        refuse(body, name, refused.get(name));
      } else if (!HONOURED.contains(name) && !IGNORED.contains(name) && !own.contains(name)) {
        throw ApiException.unknown(name);
      }
    }
    for (String text :
        List.of("user", "safety_identifier", "prompt_cache_key", "prompt_cache_retention")) {
      body.text(text);
    }
    body.flag("store", false);
    body.choice("service_tier", List.of("auto", "default", "flex", "scale", "priority"));
    body.object("metadata").ifPresent(CommonParameters::checkMetadata);
    checkStreamOptions(body);
  }

  private static void refuse(Fields body, String name, @Nullable String expected) {
    JsonNode value = body.value(name);
    if (value != null) {
      throw ApiException.field(name, value, String.valueOf(expected));
    }
  }

  private static void checkMetadata(Fields metadata) {
    if (metadata.names().size() > MOST_METADATA) {
      throw ApiException.field(
          "metadata", metadata.names().size() + " keys", "at most " + MOST_METADATA);
    }
    metadata.names().forEach(metadata::text);
  }

  private static void checkStreamOptions(Fields body) {
    if (body.value("stream_options") != null && !body.flag("stream", false)) {
      body.object("stream_options");
      throw ApiException.field("stream_options", "given", "absent unless stream is true");
    }
  }
}
