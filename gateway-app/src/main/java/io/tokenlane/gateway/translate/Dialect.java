package io.tokenlane.gateway.translate;

import io.tokenlane.gateway.call.CallKind;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Another interface for what chat completions do. Stateless. */
interface Dialect {
  /**
   * The chat completion that a request asks for.
   *
   * @throws io.tokenlane.gateway.error.ApiException of status 400 where it asks for something that
   *     chat completions cannot do, has an unknown parameter or is malformed
   */
  Translation request(ObjectNode theirs);

  /** The answer in this interface's words. */
  ObjectNode answer(ObjectNode theirs, JsonNode chat);

  /**
   * What a node says instead of an answer, in this interface's words.
   *
   * @param status 400 to 599
   */
  JsonNode error(int status, JsonNode openAi);

  /** Puts one stream. */
  EventWriter events(ObjectNode theirs);

  /** The interface of calls of this kind; empty where they are chat completions already. */
  static Optional<Dialect> of(CallKind kind) {
    return switch (kind) {
      case MESSAGE -> Optional.of(new Messages());
      case RESPONSE -> Optional.of(new Responses());
      case CHAT, COMPLETION, EMBEDDING -> Optional.empty();
    };
  }
}
