package io.tokenlane.gateway.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.call.ApiPath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What Anthropic's clients are told, by the status. */
final class AnthropicErrorsTest {
  @ParameterizedTest
  @CsvSource({
    "400, invalid_request_error",
    "401, authentication_error",
    "403, permission_error",
    "404, not_found_error",
    "405, invalid_request_error",
    "413, request_too_large",
    "429, rate_limit_error",
    "500, api_error",
    "502, api_error",
    "503, overloaded_error",
    "529, overloaded_error",
  })
  void theClassIsTheStatuss(int status, String type) {
    JsonNode body = JsonMapper.shared().readTree(ErrorBody.anthropic(status, "why"));
    assertThat(body.path("type").asString()).isEqualTo("error");
    assertThat(body.path("error").path("type").asString()).isEqualTo(type);
    assertThat(body.path("error").path("message").asString()).isEqualTo("why");
  }

  @ParameterizedTest
  @CsvSource({
    "/v1/messages, true",
    "/v1/messages?beta=true, true",
    "/v1/messages/count_tokens, true",
    "/v1/messagesX, false",
    "/v1/chat/completions, false",
    "/messages, false",
  })
  void allBelowMessagesIsAnthropics(String path, boolean anthropics) {
    assertThat(ApiPath.isAnthropic(path)).isEqualTo(anthropics);
  }
}
