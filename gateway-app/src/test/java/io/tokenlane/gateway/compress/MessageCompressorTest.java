package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.PromptCompressor;
import io.tokenlane.compress.TokenCounter;
import io.tokenlane.compress.TokenCounters;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

final class MessageCompressorTest {
  private static final String REPEATED = "the same long line of a log again\\n".repeat(40);

  private final TokenCounter counter = TokenCounters.named("o200k_base");
  private final MessageCompressor compressor =
      new MessageCompressor(
          new PromptCompressor(counter), counter, CompressionPolicy.LOSSLESS, Set.of("user"));

  private static ObjectNode body(String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return CallParser.parse(CallKind.CHAT, bytes).body();
  }

  @Test
  void neverSendsMoreTokensThanCame() {
    ObjectNode body =
        body("{'messages':[{'role':'user','content':'" + REPEATED + "'}],'temperature':0.10}");

    MessageCompressor.Outcome outcome = compressor.compress(body);

    assertThat(outcome.tokens().original()).isPositive();
    assertThat(outcome.tokens().sent()).isLessThanOrEqualTo(outcome.tokens().original());
  }

  @Test
  void otherRolesAreCountedAndLeftAlone() {
    ObjectNode body = body("{'messages':[{'role':'assistant','content':'" + REPEATED + "'}]}");

    MessageCompressor.Outcome outcome = compressor.compress(body);

    assertThat(outcome.body()).isNull();
    assertThat(outcome.tokens().original()).isEqualTo(outcome.tokens().sent()).isPositive();
  }

  @Test
  void partsOfAMessageAreTextsToo() {
    ObjectNode body =
        body(
            "{'messages':[{'role':'user','content':["
                + "{'type':'text','text':'hello there'},"
                + "{'type':'image_url','image_url':{'url':'x'}}]}]}");

    assertThat(compressor.compress(body).tokens().original()).isEqualTo(2);
  }

  @Test
  void aBodyOfAnotherShapePasses() {
    for (String json : new String[] {"{}", "{'messages':3}", "{'messages':[1,null,[]]}"}) {
      MessageCompressor.Outcome outcome = compressor.compress(body(json));

      assertThat(outcome.body()).isNull();
      assertThat(outcome.tokens().original()).isZero();
    }
  }
}
