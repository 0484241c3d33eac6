package io.tokenlane.gateway.compress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tokenlane.compress.CompressionPolicy;
import io.tokenlane.compress.Protection;
import io.tokenlane.compress.TokenCounters;
import io.tokenlane.gateway.call.CallKind;
import io.tokenlane.gateway.call.CallParser;
import io.tokenlane.gateway.call.InferenceCall;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.MapConfigurationPropertySource;
import tools.jackson.databind.node.ObjectNode;

final class CallCompressorTest {
  private static final String REPEATED = "the same long line of a log again\\n".repeat(40);

  private final CallCompressor compressor = new CallCompressor("o200k_base", 100_000);

  private static RoutePolicy policy(String... settings) {
    Map<String, String> source = new HashMap<>();
    for (String setting : settings) {
      source.put("c." + setting.split("=", 2)[0], setting.split("=", 2)[1]);
    }
    return new Binder(new MapConfigurationPropertySource(source))
        .bindOrCreate("c", Bindable.of(CompressionProperties.class))
        .policy("r");
  }

  private static InferenceCall call(String json) {
    byte[] bytes = json.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    return CallParser.parse(CallKind.CHAT, bytes);
  }

  private static ObjectNode body(String json) {
    return call(json).body();
  }

  private static ObjectNode chat(String role, String text) {
    return body("{'messages':[{'role':'" + role + "','content':'" + text + "'}],'x':0.10}");
  }

  @Test
  void sendsFewerTokensAndSaysByWhichRule() {
    CallCompressor.Outcome outcome = compressor.compress(chat("user", REPEATED), policy());

    assertThat(outcome.body()).isNotNull();
    assertThat(outcome.tokens().sent()).isLessThan(outcome.tokens().original() / 2);
    assertThat(outcome.savings().values().stream().mapToInt(i -> i).sum())
        .isEqualTo(outcome.tokens().original() - outcome.tokens().sent());
    assertThat(outcome.names()).isEmpty();
    assertThat(compressor.compress(chat("user", REPEATED), policy())).isEqualTo(outcome);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'messages':[{'role':'system','content':'Be brief.'},{'role':'user','content':'Hi"
            + " \u00e4!'}]}",
        "{'model':'gpt-4','messages':[{'role':'user','content':''},{'role':'tool','content':'7'}]}",
        "{'messages':[{'role':'assistant','content':null},{'role':'user','content':'So?'}]}"
      })
  void shortCallsAreCountedAsOthersAre(String json) {
    RoutePolicy policy = policy();
    CallCompressor.Outcome closely = compressor.compress(body(json), policy);

    assertThat(compressor.asItIs(call(json), policy)).isEqualTo(closely);
    assertThat(compressor.asItIs(call(json), policy("minimum-chars=0"))).isNull();
  }

  @Test
  void whatMayChangeIsNotShort() {
    compressor.compress(chat("user", "load the vocabulary"), policy());
    String parts = "{'messages':[{'role':'user','content':[{'type':'text','text':'a'}]}]}";
    String tail = "x".repeat(400);

    assertThat(compressor.asItIs(call(parts), policy())).isNull();
    assertThat(
            compressor.asItIs(
                call("{'messages':[{'role':'user','content':'" + tail + "'}]}"), policy()))
        .isNull();
    assertThat(
            compressor.asItIs(
                call("{'messages':[{'role':'user','content':'a'}],'x':'" + tail.repeat(6) + "'}"),
                policy()))
        .isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "mode=off",
        "mode=T",
        "mode=dry-run",
        "enabled=false",
        "roles=system",
        "routes.r.mode=off",
        "routes.r.roles=tool",
        "minimum-chars=100000",
        "budget-tokens=10000"
      })
  void theSameBytesWhereThePolicySaysSo(String setting) {
    CallCompressor.Outcome outcome = compressor.compress(chat("user", REPEATED), policy(setting));

    assertThat(outcome.body()).isNull();
    assertThat(outcome.tokens().original()).isEqualTo(outcome.tokens().sent()).isPositive();
    assertThat(outcome.savings().isEmpty()).isEqualTo(!setting.equals("mode=dry-run"));
  }

  @Test
  void aCallThatMarksWhatIsCachedKeepsItsBytes() {
    ObjectNode marked =
        body(
            "{'messages':[{'role':'user','content':[{'type':'text','text':'"
                + REPEATED
                + "','cache_control':{'type':'ephemeral'}}]}]}");

    assertThat(compressor.compress(marked, policy()).body()).isNull();
  }

  @Test
  void namesAreToldWhereAnswersAreRestored() {
    CallCompressor.Outcome outcome =
        compressor.compress(chat("user", REPEATED), policy("restore-answers=true"));

    assertThat(outcome.names()).isNotEmpty();
    assertThat(outcome.names().values()).anyMatch(phrase -> phrase.contains("same long line"));
  }

  @ParameterizedTest
  @CsvSource({"0.2, false", "1, true"})
  void theMildestRulesThatReachTheTargetAreUsed(String target, boolean named) {
    String json = "{\\n  \\\"key\\\": [1,\\n 2]\\n}".replace("\\\"", "\\u0022");
    String rows = json + ("\\n" + json).repeat(30);

    CallCompressor.Outcome outcome =
        compressor.compress(chat("user", REPEATED + rows), policy("target-rate=" + target));

    assertThat(outcome.tokens().sent()).isLessThan(outcome.tokens().original());
    assertThat(named || outcome.savings().containsKey("dictionary")).isTrue();
  }

  /** Words that repeat as they are may not any more once some of them are gone. */
  @ParameterizedTest
  @ValueSource(strings = {"target-rate=1", "target-rate=0.99"})
  void noStepThatSavesLessIsTaken(String target) {
    List<String> words =
        List.of(
            "the order", "of", "customer", "has been", "Answer:\\n", "never", "very", "is", "7,");
    SplittableRandom random = new SplittableRandom(11);
    RoutePolicy lossless = policy("minimum-chars=0", target);
    RoutePolicy aggressive = policy("minimum-chars=0", target, "mode=S-aggressive");
    for (int i = 0; i < 300; i++) {
      String part =
          random
              .ints(5 + random.nextInt(25), 0, words.size())
              .mapToObj(words::get)
              .collect(Collectors.joining(" "));
      ObjectNode body = chat("user", part + "\\n" + part + " and " + part);
      int most = alone(body, lossless).tokens().sent();
      assertThat(alone(body, aggressive).tokens().sent()).as(part).isLessThanOrEqualTo(most);
    }
  }

  private CallCompressor.Outcome alone(ObjectNode body, RoutePolicy policy) {
    return new CallCompressor("o200k_base", 100_000).compress(body, policy);
  }

  /** What a route makes of a message is the same whichever routes have seen it before. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "target-rate=0.95; target-rate=0.05",
        "target-rate=0.05; target-rate=0.95",
        "protect[0]=a green; protect[0]=same long"
      })
  void oneRoutesResultIsNotAnothers(String first, String second) {
    String prose =
        "The clerk writes the colour of each parcel into a green book near the window. ".repeat(4);
    ObjectNode body = chat("user", prose + REPEATED);
    for (String mode : List.of("L", "S-aggressive")) {
      RoutePolicy before = policy("mode=" + mode, first);
      RoutePolicy after = policy("mode=" + mode, second);
      compressor.compress(body, before);

      assertThat(compressor.compress(body, after)).isEqualTo(alone(body, after));
    }
  }

  /** Protections whose expressions print alike, and texts with unpaired surrogates. */
  @Test
  void whatPrintsAlikeIsNotTheSame() {
    ObjectNode body = chat("user", REPEATED + "a, b. ".repeat(30));
    RoutePolicy two = policy("protect[0]=a", "protect[1]=b");
    RoutePolicy one =
        new RoutePolicy(two.mode(), null, two.roles(), one(two), 0, 1, false, false, 0);
    compressor.compress(body, two);
    ObjectNode high = chat("user", REPEATED + "\\ud83d");
    ObjectNode other = chat("user", REPEATED + "\\ud83e");
    compressor.compress(high, two);

    assertThat(compressor.compress(body, one)).isEqualTo(alone(body, one));
    assertThat(compressor.compress(other, two)).isEqualTo(alone(other, two));
  }

  private static List<CompressionPolicy> one(RoutePolicy two) {
    CompressionPolicy last = two.ladder().getLast();
    Protection protection = Protection.of(List.of("a, b"));
    return List.of(new CompressionPolicy(last.rules(), last.minimumChars(), protection));
  }

  @Test
  void semanticModesSaveMore() {
    String prose =
        "You are a clerk of the shop. The customer is in the shop and it is the time of the sale. "
                .repeat(2)
            + "Please write a very short note to the owner of the shop about the state of the"
            + " goods.";
    int lossless =
        compressor.compress(chat("user", prose), policy("minimum-chars=0")).tokens().sent();
    int safe =
        compressor
            .compress(chat("user", prose), policy("minimum-chars=0", "mode=S-safe"))
            .tokens()
            .sent();

    assertThat(safe).isLessThan(lossless);
  }

  @Test
  void protectedPassagesStay() {
    CallCompressor.Outcome outcome =
        compressor.compress(chat("user", REPEATED), policy("protect[0]=long line"));

    assertThat(String.valueOf(outcome.body()).split("long line", -1)).hasSize(41);
  }

  @Test
  void partsOfAMessageAreTextsToo() {
    ObjectNode body =
        body(
            "{'messages':[{'role':'user','content':["
                + "{'type':'text','text':'hello there'},"
                + "{'type':'image_url','image_url':{'url':'x'}}]}]}");

    assertThat(compressor.compress(body, policy()).tokens().original()).isEqualTo(2);
  }

  @Test
  void aBodyOfAnotherShapePasses() {
    for (String json : new String[] {"{}", "{'messages':3}", "{'messages':[1,null,[]]}"}) {
      CallCompressor.Outcome outcome = compressor.compress(body(json), policy());

      assertThat(outcome.body()).isNull();
      assertThat(outcome.tokens().original()).isZero();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "gpt-4o-mini,,o200k_base",
    "openai/gpt-4-turbo,,cl100k_base",
    "gpt-3.5-turbo,,cl100k_base",
    "gpt-4o-mini,cl100k_base,cl100k_base",
    "qwen3,,o200k_base"
  })
  void tokensAreThoseOfTheRouteOrTheModel(String model, @Nullable String route, String encoding) {
    String text = "数据库 naïve 12345 ".repeat(60);
    ObjectNode body = chat("user", text).put("model", model);
    RoutePolicy policy =
        route == null ? policy("mode=T") : policy("mode=T", "routes.r.encoding=" + route);

    assertThat(compressor.compress(body, policy).tokens().original())
        .isEqualTo(TokenCounters.named(encoding).count(text));
  }

  @Test
  void backgroundWordsStayWhereAskedFor() {
    String text =
        "The clerk writes the colour of each parcel into a large green book near the window. "
            .repeat(3);
    RoutePolicy aggressive = policy("mode=S-aggressive", "minimum-chars=0", "rules=whitespace");
    RoutePolicy facts =
        policy(
            "mode=S-aggressive",
            "minimum-chars=0",
            "rules=whitespace",
            "routes.r.background-words=false");

    assertThat(compressor.compress(chat("user", text), facts).messages().getFirst().text())
        .contains("clerk writes colour each parcel large green book near window");
    assertThat(compressor.compress(chat("user", text), aggressive).savings())
        .containsKey("background-words")
        .doesNotContainKey("grammar-aggressive");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "rules=stop-words",
        "rules=grammar-safe",
        "target-rate=2",
        "minimum-chars=-1",
        "protect[0]=(",
        "budget-tokens=-1",
        "price-per-million-tokens=-1",
        "encoding=p50k_base",
        "routes.r.encoding=p50k_base",
        "routes.r.target-rate=-1"
      })
  void valuesOutOfRangeAreRefused(String setting) {
    assertThatThrownBy(() -> policy(setting)).hasStackTraceContaining(" (expected: ");
  }
}
