package io.tokenlane.gateway.balance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.balance.BlockIndex;
import io.tokenlane.balance.Cached;
import io.tokenlane.balance.Node;
import io.tokenlane.gateway.FakeUpstream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import reactor.netty.http.client.HttpClient;

class KvFeedTest {
  private static final String IN_SNAPSHOT = "fedcba9876543210fedcba9876543210";
  private static final String STORED_LATER = "0123456789abcdef0123456789abcdef";

  private final BlockIndex index = new BlockIndex();
  private final KvFeed feed =
      new KvFeed(new NodeAsker(HttpClient.create(), id -> Optional.empty()), index);

  private static String contract(String name) {
    try {
      return Files.readString(Path.of("../docs/contracts/" + name));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private double share(long text) {
    Cached cached = index.find(new long[] {text});
    return cached == null ? Double.NaN : cached.share("n");
  }

  @Test
  void nodesThatLeftAreForgotten() {
    feed.take("n", contract("kv-snapshot.json"));
    feed.take("m", contract("kv-snapshot.json"));

    feed.follow(List.of(new Node("m", URI.create("http://m"), 1)));

    assertThat(index.nodes()).containsExactly("m");
    assertThat(index.held("n")).isZero();
  }

  @Test
  void followsANodeFromASnapshotOverItsEvents() {
    try (FakeUpstream node = new FakeUpstream()) {
      Node known = new Node("n", URI.create(node.uri()));
      node.answers(FakeUpstream.ok(contract("kv-snapshot.json")));
      assertThat(feed.read(known).block()).isTrue();
      assertThat(index.held("n")).isEqualTo(2);
      index.answered(new long[] {1}, STORED_LATER);
      index.answered(new long[] {2}, IN_SNAPSHOT);
      assertThat(share(1)).isZero();
      assertThat(share(2)).isEqualTo(1);

      node.answers(FakeUpstream.ok(contract("kv-events.json")));
      assertThat(feed.read(known).block()).isTrue();
      assertThat(node.calls().getLast().uri())
          .isEqualTo("/kv-events?epoch=7c1c1f3e-3c86-4a0a-9d4b-0d6b5a5f2b11&after=41");
      assertThat(index.held("n")).isEqualTo(2);
      assertThat(share(1)).isEqualTo(1);

      assertThat(feed.read(known).block()).isTrue();
      assertThat(node.calls().getLast().uri()).endsWith("&after=43");
    }
  }

  @Test
  void aNodeThatStopsTellingIsForgotten() {
    try (FakeUpstream node = new FakeUpstream()) {
      Node known = new Node("n", URI.create(node.uri()));
      node.answers(FakeUpstream.ok(contract("kv-snapshot.json")));
      assertThat(feed.read(known).block()).isTrue();
      node.answers(FakeUpstream.status(404));
      assertThat(feed.read(known).block()).isFalse();
      assertThat(index.nodes()).isEmpty();
      node.die();
      assertThat(feed.read(known).block()).isFalse();
    }
  }

  @Test
  void whatIsNoFeedSaysNothing() {
    assertThat(feed.take("n", "<html>")).isFalse();
    assertThat(feed.take("n", "{\"object\": \"list\"}")).isFalse();
    assertThat(index.nodes()).isEmpty();
  }
}
