package io.tokenlane.gateway.prefetch;

import static io.tokenlane.gateway.Eventually.eventually;
import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.balance.PoolSettings;
import io.tokenlane.compress.template.Template;
import io.tokenlane.gateway.FakeUpstream;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.netty.http.client.HttpClient;

/** Nodes on real sockets. */
final class PrefixWarmUpTest {
  private static final String BEGINNING =
      "You are a careful clerk who answers in one word. ".repeat(4);

  private final FakeUpstream one = new FakeUpstream();
  private final FakeUpstream two = new FakeUpstream();
  private final NodePool pool = new NodePool(PoolSettings.DEFAULT);
  private final AtomicBoolean busy = new AtomicBoolean();
  private final List<Template> templates =
      new CopyOnWriteArrayList<>(
          List.of(
              Template.of("clerk", "1", BEGINNING + "{{ question }}"),
              Template.of("short", "1", "Say {{ it }}")));
  private final PrefixWarmUp warmUp =
      new PrefixWarmUp(
          pool,
          () -> templates,
          new NodePrefixes(
              HttpClient.create(),
              id -> id.equals("two") ? Optional.of("sesame") : Optional.empty()),
          busy::get,
          new Patience(Duration.ZERO, left -> left, System::nanoTime));

  PrefixWarmUpTest() {
    pool.replace(List.of(node("one", one), node("two", two)));
    pool.reportHealth("one", true, "");
    pool.reportHealth("two", true, "");
  }

  private static Node node(String id, FakeUpstream at) {
    return new Node(id, URI.create(at.uri()));
  }

  @AfterEach
  void stop() {
    one.close();
    two.close();
  }

  private boolean looksUntil(int computed) {
    warmUp.look();
    return Long.valueOf(computed).equals(warmUp.account().get("computed"));
  }

  @Test
  void everyNodeComputesTheBeginningOnceAndAgainAfterItWasDown() {
    busy.set(true);
    warmUp.look();
    busy.set(false);
    eventually("computed", () -> looksUntil(2));
    warmUp.look();

    assertThat(one.calls())
        .singleElement()
        .satisfies(
            call -> {
              assertThat(call.uri()).isEqualTo("/v1/prefixes");
              assertThat(call.body()).contains("\"content\":\"" + BEGINNING);
              assertThat(call.header("authorization")).isNull();
            });
    assertThat(two.calls())
        .singleElement()
        .satisfies(call -> assertThat(call.header("authorization")).isEqualTo("Bearer sesame"));

    for (int i = 0; i < 3; i++) {
      pool.reportHealth("one", false, "gone");
    }
    pool.reportHealth("one", true, "");
    eventually("computed again", () -> looksUntil(3));
    assertThat(one.calls()).hasSize(2);
  }

  @Test
  void templatesOfTwoTenantsMayShareANameOrABeginning() {
    templates.add(Template.of("clerk", "1", BEGINNING.repeat(2) + "{{ question }}"));
    templates.add(Template.of("other", "1", BEGINNING + "{{ answer }}"));

    eventually("computed", () -> looksUntil(4));
    warmUp.look();

    assertThat(one.calls()).hasSize(2);
    assertThat(two.calls()).hasSize(2);
  }

  @Test
  void aNodeWithoutThePathIsLeftAlone() {
    one.answers(FakeUpstream.status(404));
    eventually("computed", () -> looksUntil(1));
    eventually(
        "left alone",
        () -> {
          warmUp.look();
          return Set.of("one").equals(warmUp.account().get("nodesWithout"));
        });
    assertThat(one.calls()).hasSize(1);
  }
}
