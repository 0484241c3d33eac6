package io.tokenlane.gateway.route;

import io.netty.handler.codec.http.HttpResponseStatus;
import io.tokenlane.gateway.call.ApiPath;
import io.tokenlane.gateway.error.ErrorBody;
import org.springframework.http.MediaType;

/**
 * What a request is told that never becomes one for Spring: Anthropic's shape under /v1/messages,
 * OpenAI's under the rest of /v1, problem details elsewhere, without an id, as it was given none.
 *
 * @param type its media type
 */
@SuppressWarnings("ArrayRecordComponent") // written once, never compared
record RefusalBody(byte[] json, String type) {

  static RefusalBody of(String target, HttpResponseStatus status, String code, String message) {
    if (ApiPath.isAnthropic(target)) {
      return new RefusalBody(
          ErrorBody.anthropic(status.code(), message), MediaType.APPLICATION_JSON_VALUE);
    }
    return ApiPath.isOpenAi(target)
        ? new RefusalBody(
            ErrorBody.openAi(status.code(), code, message), MediaType.APPLICATION_JSON_VALUE)
        : new RefusalBody(
            ErrorBody.problem(status.code(), status.reasonPhrase(), message, "-"),
            MediaType.APPLICATION_PROBLEM_JSON_VALUE);
  }
}
