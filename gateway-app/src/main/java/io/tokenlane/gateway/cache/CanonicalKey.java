package io.tokenlane.gateway.cache;

import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.prefetch.http.HttpFields;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * Keys of stored answers. Equal for two model calls exactly where route, tenant, path and every
 * member of the body are equal as JSON values, but for those that only say in which form the answer
 * comes; the order of members and white space do not count.
 */
final class CanonicalKey {
  /** What tells one client's rights from another's. */
  private static final List<String> CREDENTIALS = List.of("Authorization", "x-api-key", "api-key");

  private CanonicalKey() {}

  /** Laid out as the keys of plain answers: kind and route, tenant, the rest. */
  static String of(String route, String tenant, String target, InferenceCall call) {
    MessageDigest digest = sha256();
    digest.update((tenant + '\n' + target + '\n').getBytes(StandardCharsets.UTF_8));
    digest.update(CallParser.write(sorted(withoutForm(call.body()))));
    String hash = Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
    return String.join("\n", "model:" + route, tenant, hash);
  }

  /** One stored answer serves a call as a stream and in one piece, its usage told or not. */
  private static ObjectNode withoutForm(ObjectNode body) {
    ObjectNode copy = JsonNodeFactory.instance.objectNode().setAll(body);
    copy.remove("stream");
    if (copy.path("stream_options") instanceof ObjectNode options) {
      ObjectNode rest = JsonNodeFactory.instance.objectNode().setAll(options);
      rest.remove("include_usage");
      if (rest.isEmpty()) {
        copy.remove("stream_options");
      } else {
        copy.set("stream_options", rest);
      }
    }
    return copy;
  }

  /** Whose answers a request may see: its tenant's, else those of the same credentials. */
  static String tenant(Optional<Principal> principal, HttpFields request) {
    return principal.map(p -> "tenant " + p.tenant()).orElseGet(() -> credentials(request));
  }

  /** A hash of the request's credentials, empty text where it has none. */
  private static String credentials(HttpFields request) {
    if (CREDENTIALS.stream().noneMatch(request::has)) {
      return "";
    }
    MessageDigest digest = sha256();
    for (String credential : CREDENTIALS) {
      digest.update((request.all(credential) + "\n").getBytes(StandardCharsets.UTF_8));
    }
    return Base64.getUrlEncoder().withoutPadding().encodeToString(digest.digest());
  }

  private static JsonNode sorted(JsonNode node) {
    return switch (node) {
      case ObjectNode object -> {
        TreeMap<String, JsonNode> members = new TreeMap<>();
        object
            .properties()
            .forEach(member -> members.put(member.getKey(), sorted(member.getValue())));
        yield JsonNodeFactory.instance.objectNode().setAll(members);
      }
      case ArrayNode array -> {
        ArrayNode elements = JsonNodeFactory.instance.arrayNode(array.size());
        array.values().forEach(element -> elements.add(sorted(element)));
        yield elements;
      }
      default -> node;
    };
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("SHA-256: missing (expected: in every JDK)", e);
    }
  }
}
