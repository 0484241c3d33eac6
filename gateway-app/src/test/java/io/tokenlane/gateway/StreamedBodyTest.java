package io.tokenlane.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.NodeSnapshot;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.publisher.Mono;

/** Bodies that stream through to nodes come once: nobody gets what is left of one. */
final class StreamedBodyTest {
  private final RunningGateway gateway = RunningGateway.fresh();

  @AfterEach
  void everyLeaseIsClosed() {
    Eventually.eventually("no call in flight", () -> gateway.inFlight() == 0);
  }

  private HttpResponse<String> buy() {
    return gateway.send(gateway.request("/plain/buy").POST(BodyPublishers.ofString("buy")));
  }

  private List<String> bodies() {
    return Stream.of(gateway.one, gateway.two)
        .flatMap(node -> node.calls().stream())
        .map(FakeUpstream.Call::body)
        .toList();
  }

  private void bothAnswer(FakeUpstream.Behaviour behaviour) {
    gateway.one.answers(behaviour);
    gateway.two.answers(behaviour);
  }

  @ParameterizedTest
  @ValueSource(ints = {429, 502, 503, 504})
  void aRefusalOfWhatCannotBeSentAgainIsPassedOn(int status) {
    bothAnswer(FakeUpstream.status(status));

    assertThat(buy().statusCode()).isEqualTo(status);
    assertThat(bodies()).containsExactly("buy");
  }

  /** Also where there is no other node, which would be asked once more. */
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLostConnectionIsTold(boolean alone) {
    NodePool pool = gateway.bean(NodePool.class);
    pool.reportHealth("one", !alone, "taken out by this test");
    bothAnswer(FakeUpstream.reset());
    assertThat(buy().statusCode()).isEqualTo(502);
    assertThat(bodies()).containsExactly("buy");
  }

  @Test
  void anAnswerThatDoesNotBeginIsTold() {
    bothAnswer((call, response) -> Mono.never());
    var answer =
        gateway
            .sendAsync(gateway.request("/plain/buy").POST(BodyPublishers.ofString("buy")))
            .orTimeout(20, TimeUnit.SECONDS);
    Eventually.eventually("a call in flight", () -> bodies().size() == 1);

    (gateway.one.calls().isEmpty() ? gateway.two : gateway.one).healthy(false);

    assertThat(answer.join().statusCode()).isEqualTo(502);
    assertThat(bodies()).containsExactly("buy");
  }

  @Test
  void whoCouldNotBeReachedHasReadNothing() {
    NodePool pool = gateway.bean(NodePool.class);
    List<Node> nodes = pool.nodes();
    bothAnswer(FakeUpstream.ok("{}"));
    try {
      // Nobody listens there; on a kept connection a node that went would have read of the body.
      Node gone = new Node("gone", URI.create("http://127.0.0.1:1"), 1);
      pool.replace(List.of(gone, nodes.getFirst()));
      for (int i = 0; i < 20; i++) {
        assertThat(buy().body()).isEqualTo("{}");
      }
    } finally {
      pool.replace(nodes);
    }
    assertThat(bodies()).hasSize(20).containsOnly("buy");
  }

  /** In order and as a reset. */
  @ParameterizedTest
  @CsvSource({"/plain/up, false", "/plain/up, true", "/shop/up, false", "/shop/up, true"})
  void whoBreaksOffAnUploadSaysNothingAgainstANode(String path, boolean reset) throws IOException {
    List<String> failures = failures();
    for (int i = 0; i < 8; i++) {
      breakOff(path, reset);
    }
    assertThat(gateway.bean(NodePool.class).snapshot())
        .allSatisfy(node -> assertThat(node.lastFailure()).isEmpty())
        .extracting(NodeSnapshot::successRate)
        .containsOnly(1.0);
    assertThat(failures()).isEqualTo(failures);
  }

  /** Of nodes and of instances; those of an earlier test stay. */
  private List<String> failures() {
    return Pattern.compile("\"lastFailure\":\"[^\"]*\"")
        .matcher(gateway.manage("/actuator/nodes").body())
        .results()
        .map(MatchResult::group)
        .toList();
  }

  private void breakOff(String path, boolean reset) throws IOException {
    try (Socket client = new Socket(InetAddress.ofLiteral("127.0.0.1"), gateway.port())) {
      String begun = "POST " + path + " HTTP/1.1\r\nHost: h\r\nContent-Length: 90000\r\n\r\n";
      client.getOutputStream().write(begun.getBytes(StandardCharsets.US_ASCII));
      client.getOutputStream().write(new byte[9_000]);
      Eventually.eventually("on a node", () -> busy(1));
      if (reset) {
        client.setSoLinger(true, 0);
      }
    }
    Eventually.eventually("on no node", () -> busy(0));
  }

  private boolean busy(int calls) {
    String nodes = gateway.manage("/actuator/nodes").body();
    return nodes.contains("\"inFlight\":1") == (calls == 1);
  }
}
