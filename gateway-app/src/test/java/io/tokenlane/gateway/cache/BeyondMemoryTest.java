package io.tokenlane.gateway.cache;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.FakeUpstream;
import io.tokenlane.gateway.GatewayApplication;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * A gateway with keys and a disk, and the next one on the same disk. They run until the JVM ends:
 * closing one would close the event loops that all gateways share.
 */
final class BeyondMemoryTest {
  private static final String ONE = "tlk_aaaaaaaaaaaa_" + "1".repeat(64);
  private static final String TWO = "tlk_bbbbbbbbbbbb_" + "2".repeat(64);

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final FakeUpstream app = new FakeUpstream();

  private ConfigurableApplicationContext start(Path folder) throws Exception {
    Path keys = folder.resolve("keys.yaml");
    Files.writeString(keys, "keys:\n" + entry("a", ONE, "one") + entry("b", TWO, "two"));
    return new SpringApplicationBuilder(GatewayApplication.class)
        .run(
            "--server.port=0",
            "--management.server.port=0",
            "--tokenlane.log.access=" + folder.resolve("access.log"),
            "--tokenlane.cache.disk.folder=" + folder.resolve("cache"),
            "--tokenlane.security.api_keys.file=" + keys,
            "--tokenlane.security.anonymous=true",
            "--spring.cloud.gateway.server.webflux.routes[0].id=api",
            "--spring.cloud.gateway.server.webflux.routes[0].uri=" + app.uri(),
            "--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/api/**");
  }

  private static String entry(String id, String key, String tenant) throws Exception {
    byte[] hash =
        MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.US_ASCII));
    return "  - {id: %s, sha256: %s, tenant: %s}\n"
        .formatted(id.repeat(12), HexFormat.of().formatHex(hash), tenant);
  }

  private HttpResponse<String> get(
      ConfigurableApplicationContext gateway, String path, String... fields)
      throws IOException, InterruptedException {
    String port = gateway.getEnvironment().getRequiredProperty("local.server.port");
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    // Another port is another host, and so another key.
    HttpRequest.Builder addressed = fields.length == 0 ? request : request.headers(fields);
    return client.send(addressed.build(), BodyHandlers.ofString());
  }

  private static boolean hit(HttpResponse<?> answer) {
    return answer.headers().firstValue("Cache-Status").orElse("").startsWith("tokenlane; hit");
  }

  /** Such an answer lacks {@code Server-Timing}. */
  private static boolean beforeRouting(HttpResponse<?> answer) {
    return hit(answer) && answer.headers().firstValue("Server-Timing").isEmpty();
  }

  private static String[] as(String key) {
    return new String[] {"Authorization", "Bearer " + key};
  }

  @Test
  void keysAreProvedAndVariantsComparedBeforeRouting(@TempDir Path folder) throws Exception {
    ConfigurableApplicationContext gateway = start(folder);
    String[] fields = {"Cache-Control", "max-age=600", "Vary", "Accept-Language"};
    app.answers(FakeUpstream.with("of one", fields));
    for (int i = 0; i < 2; i++) {
      assertThat(get(gateway, "/api/x", as(ONE)).body()).isEqualTo("of one");
    }
    assertThat(beforeRouting(get(gateway, "/api/x", as(ONE)))).isTrue();
    assertThat(get(gateway, "/api/x", "x-api-key", ONE).body()).isEqualTo("of one");

    app.answers(FakeUpstream.with("of two", fields));
    assertThat(get(gateway, "/api/x", as(TWO)).body()).isEqualTo("of two");
    assertThat(get(gateway, "/api/x", as(ONE)).body()).isEqualTo("of one");
    assertThat(get(gateway, "/api/x", as("tlk_cccccccccccc_3")).statusCode()).isEqualTo(401);
    app.answers(FakeUpstream.with("of nobody", fields));
    assertThat(get(gateway, "/api/x").body()).isEqualTo("of nobody");
    app.answers(FakeUpstream.with("auf deutsch", fields));
    HttpResponse<String> german =
        get(gateway, "/api/x", "Authorization", "Bearer " + ONE, "Accept-Language", "de");
    assertThat(german.body()).isEqualTo("auf deutsch");
    assertThat(get(gateway, "/api/x", as(ONE)).body()).isEqualTo("of one");

    Shelves shelves = gateway.getBean(Shelves.class);
    shelves.destroy();
    assertThat(shelves.diskWell()).isTrue();
    long stored = gateway.getBean(AnswerCache.class).size();
    assertThat(stored).isGreaterThanOrEqualTo(4);

    ConfigurableApplicationContext again = start(folder);
    assertThat(keys(again)).isEqualTo(keys(gateway));
    CacheEndpoint endpoint = again.getBean(CacheEndpoint.class);
    assertThat(endpoint.show()).containsEntry("answers", stored).containsEntry("diskWell", true);
    assertThat(endpoint.purge("tenant", "two").getBody()).containsKey("purged");
    assertThat(keys(again)).noneMatch(key -> key.contains("tenant two"));
  }

  private static Set<String> keys(ConfigurableApplicationContext gateway) {
    return gateway.getBean(AnswerCache.class).hottest().keySet();
  }
}
