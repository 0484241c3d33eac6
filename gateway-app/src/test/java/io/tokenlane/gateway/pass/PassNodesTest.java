package io.tokenlane.gateway.pass;

import static io.tokenlane.gateway.RunningGateway.header;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.Eventually;
import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.Moods;
import io.tokenlane.gateway.RunningGateway;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Requests that go to leased nodes beside the filters: the same nodes, retries and accounts. */
@Timeout(60)
final class PassNodesTest {
  private static final int REQUESTS = 150;
  private static final FakeUpstream.Behaviour TWO =
      FakeUpstream.with("two", "Cache-Control", "no-store");

  private final RunningGateway gateway = RunningGateway.fresh();
  private final NodePool pool = gateway.bean(NodePool.class);
  private final List<Node> nodes = pool.nodes();
  private final Habit habit =
      Objects.requireNonNull(gateway.bean(PassRules.class).routes().byId("plain")).habit();

  @BeforeEach
  void learn() {
    for (int i = 0; i < Habit.LEARNED; i++) {
      habit.saw(false);
    }
  }

  @AfterEach
  void asBefore() {
    habit.saw(true);
    pool.replace(List.of());
    pool.replace(nodes);
  }

  private void onlyTwo() {
    pool.replace(List.of(nodes.get(1)));
  }

  private String seen(String method, String path, String body) {
    gateway.two.calls().clear();
    HttpResponse<String> answer =
        gateway.send(
            gateway
                .request(path)
                .header("Authorization", "Bearer me")
                .header("Cookie", "a=b")
                .header("X-Request-Id", "mine-2")
                .header("Accept-Encoding", "gzip")
                .method(
                    method,
                    body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body)));
    return Seen.of(answer, gateway.two.calls().getFirst());
  }

  @ParameterizedTest
  @CsvSource({"GET, /plain/things?a=1, ''", "POST, /plain/things, {\"a\":1}", "DELETE, /plain, ''"})
  void bothWaysLookTheSame(String method, String path, String body) {
    onlyTwo();
    gateway.two.answers(
        FakeUpstream.with("hello", "X-Node", "yes", "endpoint-load-metrics", "TEXT cpu=1"));
    habit.saw(true);
    String through = seen(method, path, body);
    learn();
    String beside = seen(method, path, body);

    assertThat(beside).isEqualTo(through).contains("authorization: Bearer sesame");
  }

  @Test
  void goBesideTheFilters() {
    onlyTwo();
    gateway.two.answers(TWO);
    Eventually.eventually("passed", () -> passed("/plain/a"));
    assertThat(header(gateway.get("/plain/a"), "Server-Timing")).contains("node;dur=");
    Eventually.eventually(
        "logged",
        () ->
            gateway
                .accessLog()
                .contains("\"path\":\"/plain/a\",\"status\":200,\"outcome\":\"done\""));
  }

  private boolean passed(String path) {
    return header(gateway.get(path), "Cache-Status").endsWith("detail=passed");
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504, 500})
  void aRefusalIsRetriedElsewhere(int status) {
    gateway.one.answers(FakeUpstream.status(status));
    gateway.two.answers(TWO);
    for (int i = 0; i < 10; i++) {
      assertThat(gateway.get("/plain/x" + i).body()).isEqualTo("two");
    }
  }

  @Test
  void anErrorOfTheNodesOwnIsNotRepeatedForWhatMayChangeSomething() {
    gateway.one.answers(FakeUpstream.status(500));
    gateway.two.answers(FakeUpstream.status(500));
    HttpResponse<String> once =
        gateway.send(gateway.request("/plain/x").POST(BodyPublishers.ofString("buy")));

    assertThat(once.statusCode()).isEqualTo(500);
    assertThat(gateway.one.calls().size() + gateway.two.calls().size()).isEqualTo(1);
    assertThat(gateway.get("/plain/y").statusCode()).isEqualTo(500);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aNodeThatIsGoneOrCutsIsANonEvent(boolean gone) {
    if (gone) {
      gateway.one.die();
    } else {
      gateway.one.answers(FakeUpstream.reset());
    }
    gateway.two.answers(TWO);
    for (int i = 0; i < 20; i++) {
      assertThat(
              gateway
                  .send(gateway.request("/plain/" + i).POST(BodyPublishers.ofString("x")))
                  .body())
          .isEqualTo("two");
    }
    Eventually.eventually("no request in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void withNoNodeItSaysSoAsEver() {
    habit.saw(true);
    pool.replace(List.of());
    HttpResponse<String> through = gateway.get("/plain/x", "X-Request-Id", "a-1");
    learn();
    HttpResponse<String> beside = gateway.get("/plain/x", "X-Request-Id", "a-1");

    assertThat(beside.statusCode()).isEqualTo(through.statusCode()).isEqualTo(503);
    assertThat(beside.body()).isEqualTo(through.body());
    assertThat(header(beside, "Retry-After")).isEqualTo("1");
  }

  @Test
  void aStreamOfEventsThatBreaksSaysSo() {
    FakeUpstream.Behaviour broken =
        FakeUpstream.events(
            Flux.just("data: 1\n\n").concatWith(Mono.error(new IllegalStateException("dies"))));
    gateway.one.answers(broken);
    gateway.two.answers(broken);

    assertThat(gateway.get("/plain/events").body())
        .startsWith("data: 1\n\n")
        .contains("stream_broken")
        .endsWith("\n\ndata: [DONE]\n\n");
    Eventually.eventually("no request in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void aRequestOnANodeThatTurnsDownGoesElsewhere() {
    gateway.one.answers((call, response) -> Mono.never());
    gateway.two.answers((call, response) -> Mono.never());
    CompletableFuture<HttpResponse<String>> waiting =
        gateway.sendAsync(gateway.request("/plain/slow"));
    Eventually.eventually(
        "sent", () -> gateway.one.calls().size() + gateway.two.calls().size() == 1);
    boolean onOne = !gateway.one.calls().isEmpty();
    FakeUpstream down = onOne ? gateway.one : gateway.two;
    (onOne ? gateway.two : gateway.one).answers(FakeUpstream.with("other"));
    down.healthy(false);

    assertThat(waiting.join().body()).isEqualTo("other");
    Eventually.eventually("no request in flight", () -> gateway.inFlight() == 0);
  }

  @Test
  void aNodeThatTellsItsSlotsIsHeard() {
    onlyTwo();
    gateway.two.answers(
        FakeUpstream.with(
            "two",
            "endpoint-load-metrics",
            "JSON {\"named_metrics\":{\"max_requests_running\":7}}"));
    assertThat(gateway.get("/plain/x").body()).isEqualTo("two");
    assertThat(pool.snapshot().getFirst().limit()).isEqualTo(7);
  }

  @ParameterizedTest(name = "limit {0}")
  @ValueSource(ints = {0, 3})
  void inFlightReturnsToZero(int limit) {
    long seed = new Random().nextLong();
    Random random = new Random(seed);
    pool.replace(nodes.stream().map(n -> new Node(n.id(), n.uri(), n.weight(), limit)).toList());
    gateway.one.answers(Moods.asTheCallSays());
    gateway.two.answers(Moods.asTheCallSays());
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    for (int i = 0; i < REQUESTS; i++) {
      String body = "{\"how\":\"" + Moods.any(random) + "\"}";
      sent.add(
          gateway.sendAsync(gateway.request("/plain/" + i).POST(BodyPublishers.ofString(body))));
      if (random.nextInt(3) == 0) {
        sent.get(random.nextInt(sent.size())).cancel(true);
      }
    }
    sent.forEach(call -> call.handle((answer, failure) -> 0).join());

    Eventually.eventually("seed " + seed + ": none in flight", () -> gateway.inFlight() == 0);
    Eventually.eventually(
        "seed " + seed + ": none waits", () -> gateway.bean(LateBinding.class).waiting() == 0);
    Eventually.eventually(
        "seed " + seed + ": none under way", () -> gateway.bean(Passing.class).underWay() == 0);
  }
}
