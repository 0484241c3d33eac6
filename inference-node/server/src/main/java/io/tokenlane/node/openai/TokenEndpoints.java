package io.tokenlane.node.openai;

import io.tokenlane.node.answer.Prompt;
import io.tokenlane.node.load.LoadedModel;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /tokenize} and {@code /detokenize}, in vLLM's shapes. */
final class TokenEndpoints {
  private final Models models;
  private final JsonBody bodies;
  private final Responses responses;

  TokenEndpoints(Models models, JsonBody bodies, Responses responses) {
    this.models = models;
    this.bodies = bodies;
    this.responses = responses;
  }

  Mono<ServerResponse> tokenize(ServerRequest request) {
    LoadedModel model = models.loaded();
    return bodies.read(
        request.exchange().getRequest(), body -> responses.json(tokens(body, model)));
  }

  Mono<ServerResponse> detokenize(ServerRequest request) {
    LoadedModel model = models.loaded();
    return bodies.read(request.exchange().getRequest(), body -> responses.json(text(body, model)));
  }

  private static Wire.Tokens tokens(Fields body, LoadedModel model) {
    Models.checkName(body, model);
    List<Integer> ids = Arrays.stream(prompt(body, model).tokens()).boxed().toList();
    TokenText text = new TokenText(model.tokenizer());
    @Nullable List<String> texts =
        body.flag("return_token_strs", false) ? ids.stream().map(text::text).toList() : null;
    return new Wire.Tokens(ids.size(), model.contextLength(), ids, texts);
  }

  /** The prompt that the body's messages, or its text, become. */
  static Prompt prompt(Fields body, LoadedModel model) {
    if (body.value("messages") != null) {
      return CompletionEndpoints.chatPrompt(model, ChatRequest.conversation(body, true));
    }
    String text =
        body.text("prompt")
            .orElseThrow(() -> ApiException.field("prompt", "missing", "a string, or messages"));
    return model.prompts().raw(text, body.flag("add_special_tokens", true));
  }

  private static Wire.Text text(Fields body, LoadedModel model) {
    Models.checkName(body, model);
    int[] ids =
        TokenIds.read(
            "tokens",
            body.required("tokens", "an array of token ids"),
            model.tokenizer().vocabularySize());
    return new Wire.Text(new TokenText(model.tokenizer()).text(ids));
  }
}
