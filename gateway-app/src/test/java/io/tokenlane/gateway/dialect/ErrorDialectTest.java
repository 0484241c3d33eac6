package io.tokenlane.gateway.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Errors of other servers, and what OpenAI's clients get to read. */
final class ErrorDialectTest {

  static Stream<Arguments> errors() {
    String bad = "invalid_request_error";
    return Stream.of(
        Arguments.of(
            404,
            "{'object':'error','message':'The model `x` does not exist.','param':null,'code':404}",
            "{'message':'The model `x` does not exist.','type':'"
                + bad
                + "','param':null,"
                + "'code':'model_not_found'}"),
        Arguments.of(
            400,
            "{'error':{'message':'too hot','type':'BadRequestError','param':'t','code':400}}",
            "{'message':'too hot','type':'" + bad + "','param':'t','code':null}"),
        Arguments.of(
            400,
            "{'error':{'code':400,'message':'too long','type':'exceed_context_size_error'}}",
            "{'message':'too long','type':'" + bad + "','param':null,'code':null}"),
        Arguments.of(
            404,
            "{'error':'model \\'x\\' not found'}".replace("\\'", "`"),
            "{'message':'model `x` not found','type':'"
                + bad
                + "','param':null,"
                + "'code':'model_not_found'}"),
        Arguments.of(
            422,
            "{'detail':[{'loc':['body','n'],'msg':'n is no number','type':'int'}]}",
            "{'message':'n is no number','type':'" + bad + "','param':null,'code':null}"),
        Arguments.of(
            401,
            "{'detail':'Unauthorized'}",
            "{'message':'Unauthorized','type':'authentication_error','param':null,'code':null}"),
        Arguments.of(
            502,
            "<html>Bad Gateway</html>",
            "{'message':'The inference node answered with status 502.','type':'server_error',"
                + "'param':null,'code':null}"),
        Arguments.of(
            500,
            "out of memory",
            "{'message':'out of memory','type':'server_error','param':null,'code':null}"),
        Arguments.of(
            500,
            "",
            "{'message':'The inference node answered with status 500.','type':'server_error',"
                + "'param':null,'code':null}"),
        Arguments.of(
            400, "[1]", "{'message':'[1]','type':'" + bad + "','param':null,'code':null}"));
  }

  @ParameterizedTest(name = "{0} {1}")
  @MethodSource("errors")
  void comeInOpenAisShape(int status, String came, String goes) {
    byte[] body = ErrorDialect.openAi(status, bytes(came)).orElseThrow();
    assertThat(tree(body).path("error")).isEqualTo(tree(bytes(goes)));
  }

  @Test
  void ofThatShapeAreLeftAlone() {
    String error = "{'error':{'message':'m','type':'t','param':null,'code':null,'more':1}}";
    assertThat(ErrorDialect.openAi(400, bytes(error))).isEmpty();
  }

  private static byte[] bytes(String json) {
    return json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
  }

  private static JsonNode tree(byte[] json) {
    return JsonMapper.shared().readTree(json);
  }
}
