package io.tokenlane.node.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.node.NodeClient;
import io.tokenlane.node.RunningNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Prefixes computed ahead, and the feed that tells which ones the node holds. */
@ExtendWith(RunningNode.class)
class PrefixTest {
  private static final String SYSTEM =
      "{\"role\": \"system\", \"content\": \"" + "Answer in one word. ".repeat(12) + "\"}";

  private final NodeClient node;

  PrefixTest(NodeClient node) {
    this.node = node;
  }

  @Test
  void aRegisteredPrefixIsFoundByChatsThatBeginWithItUntilItIsDeleted() throws IOException {
    String body = "{\"messages\": [" + SYSTEM + "], \"cache_salt\": \"registered\"}";
    JsonNode prefix = node.post("/v1/prefixes", body);
    assertSameFields(prefix, contract("prefix.json"));
    int tokens = prefix.get("tokens").intValue();
    assertThat(tokens).isGreaterThan(32).matches(t -> t % 16 == 0);
    assertThat(prefix.get("pinned").booleanValue()).isTrue();
    assertThat(node.post("/v1/prefixes", body)).isEqualTo(prefix);
    String id = prefix.get("id").stringValue();
    assertThat(ids()).contains(id);
    assertThat(cachedTokens("registered")).isEqualTo(tokens);
    assertThat(cachedTokens("another")).isZero();
    HttpResponse<String> deleted = node.send("DELETE", "/v1/prefixes/" + id, "");
    assertThat(NodeClient.parse(deleted.body()).get("deleted").booleanValue()).isTrue();
    assertThat(ids()).doesNotContain(id);
    assertThat(node.send("DELETE", "/v1/prefixes/" + id, "").statusCode()).isEqualTo(404);
  }

  @Test
  void aWarmUpComputesAheadAndKeepsNothingPinned() {
    String body = "{\"messages\": [" + SYSTEM + "], \"cache_salt\": \"warm\", \"pin\": false}";
    JsonNode prefix = node.post("/v1/prefixes", body);
    assertThat(prefix.get("cached_tokens").intValue()).isZero();
    assertThat(ids()).doesNotContain(prefix.get("id").stringValue());
    assertThat(cachedTokens("warm")).isEqualTo(prefix.get("tokens").intValue());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"prompt": "hi"} | prefix | a full block
          {} | prompt | missing
          {"prompt": "hi", "pin": 3} | pin | true or false
          """)
  void aBadPrefixIsRefusedByName(String body, String param, String message) {
    HttpResponse<String> response = node.send("POST", "/v1/prefixes", body);
    assertThat(response.statusCode()).isEqualTo(400);
    JsonNode error = NodeClient.parse(response.body()).get("error");
    assertThat(error.get("param").stringValue()).isEqualTo(param);
    assertThat(error.get("message").stringValue()).contains(message);
  }

  @Test
  void theFeedGoesOnFromASnapshotAndNamesThePrefixOfEveryAnswer() throws IOException {
    JsonNode snapshot = node.get("/kv-events");
    assertSameFields(snapshot, contract("kv-snapshot.json"));
    Set<String> known = new HashSet<>();
    snapshot.get("snapshot").forEach(hash -> known.add(hash.stringValue()));
    HttpResponse<String> answer = node.send("POST", "/v1/chat/completions", chat("feed"));
    String prefix = answer.headers().firstValue("x-tokenlane-kv-prefix").orElseThrow();
    assertThat(known).doesNotContain(prefix);
    String where = "?epoch=" + snapshot.get("epoch").stringValue() + "&after=";
    long last = snapshot.get("last").longValue();
    JsonNode feed = node.get("/kv-events" + where + last);
    assertThat(feed.get("block_size").intValue()).isEqualTo(16);
    assertSameFields(feed, contract("kv-events.json"));
    assertSameFields(feed.get("events").get(1), contract("kv-events.json").get("events").get(0));
    Set<String> stored = new HashSet<>();
    for (JsonNode event : feed.get("events")) {
      assertThat(event.get("number").longValue()).isEqualTo(++last);
      stored.add(event.get("hash").stringValue());
    }
    assertThat(stored).contains(prefix);
    assertThat(node.get("/kv-events" + where + last).get("events")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"?after=0&epoch=other", "?after=0", "?epoch=x"})
  void whoeverCannotGoOnGetsASnapshot(String query) {
    assertThat(node.get("/kv-events" + query).has("snapshot")).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"after, -1", "after, x", "limit, 0"})
  void aBadQueryIsRefusedByName(String name, String value) {
    HttpResponse<String> response = node.send("GET", "/kv-events?" + name + "=" + value, "");
    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains(name + ": " + value + " (expected: a whole number");
  }

  private static void assertSameFields(JsonNode json, JsonNode contract) {
    assertThat(json.propertyNames()).containsExactlyElementsOf(contract.propertyNames());
  }

  private static JsonNode contract(String name) throws IOException {
    Path contracts = Path.of(System.getProperty("tokenlane.root"), "docs", "contracts");
    return NodeClient.parse(Files.readString(contracts.resolve(name)));
  }

  private static String chat(String salt) {
    return """
        {"messages": [%s, {"role": "user", "content": "Hello?"}],
         "max_tokens": 1, "cache_salt": "%s"}"""
        .formatted(SYSTEM, salt);
  }

  private int cachedTokens(String salt) {
    return node.post("/v1/chat/completions", chat(salt))
        .get("usage")
        .get("prompt_tokens_details")
        .get("cached_tokens")
        .intValue();
  }

  private Set<String> ids() {
    Set<String> ids = new HashSet<>();
    node.get("/v1/prefixes").get("data").forEach(one -> ids.add(one.get("id").stringValue()));
    return ids;
  }
}
