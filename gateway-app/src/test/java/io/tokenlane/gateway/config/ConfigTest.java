package io.tokenlane.gateway.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.prefetch.PrefetchProperties;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.util.unit.DataSize;

/** What a configuration file may say, and what one line it costs where it may not. */
final class ConfigTest {
  private static final String FRAGMENT =
      "{\"prefetch\": {\"enabled\": true, \"ttl_seconds\": 300,"
          + " \"endpoints\": [\"/api/v1/user\", \"/api/v1/config\"]}}";

  private final ConfigBinding binding = new ConfigBinding();

  private static StandardEnvironment environment(PropertySource<?> source) {
    StandardEnvironment environment = new StandardEnvironment();
    environment.getPropertySources().addFirst(source);
    return environment;
  }

  private static StandardEnvironment yaml(String text) throws IOException {
    return environment(
        new YamlPropertySourceLoader()
            .load("test", new ByteArrayResource(text.getBytes(StandardCharsets.UTF_8)))
            .getFirst());
  }

  private PrefetchProperties prefetch(StandardEnvironment environment) {
    return binding.prefetchProperties(environment, binding.tokenlaneProperties(environment));
  }

  private String complaint(StandardEnvironment environment) {
    try {
      prefetch(environment);
      binding.nodeList(binding.tokenlaneProperties(environment));
    } catch (RuntimeException refused) {
      FailureAnalysis analysis = new ConfigFailureAnalyzer().analyze(refused);
      return analysis == null
          ? String.valueOf(refused.getMessage())
          : Objects.requireNonNull(analysis.getDescription());
    }
    return "";
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "prefetch: {enabled: true, ttl_seconds: 300,"
            + " endpoints: [\"/api/v1/user\", \"/api/v1/config\"]}",
        "tokenlane: {prefetch: {enabled: true, ttl_seconds: 300,"
            + " endpoints: [/api/v1/user, /api/v1/config]}}",
        FRAGMENT
      })
  void theRequirementsFragmentIsAccepted(String text) throws IOException {
    PrefetchProperties prefetch = prefetch(yaml(text));

    assertThat(prefetch)
        .isEqualTo(
            new PrefetchProperties(
                true,
                300,
                List.of("/api/v1/user", "/api/v1/config"),
                2,
                null,
                List.of(),
                DataSize.ofBytes(0),
                false,
                Duration.ZERO,
                false));
  }

  @Test
  void jsonFilesAreConfigurationToo() throws IOException {
    PropertySource<?> json =
        new JsonPropertySourceLoader()
            .load("prefetch.json", new ByteArrayResource(FRAGMENT.getBytes(StandardCharsets.UTF_8)))
            .getFirst();

    assertThat(prefetch(environment(json)).endpoints()).hasSize(2);
  }

  @Test
  void nothingSetIsNothingPrefetched() throws IOException {
    assertThat(prefetch(yaml("tokenlane: {}"))).isEqualTo(PrefetchProperties.NONE);
  }

  @ParameterizedTest(name = "{0}={1}: {2}")
  @CsvSource(
      delimiter = '|',
      value = {
        "prefetch.ttl_seconds | -3 | prefetch.ttl_seconds: -3 (expected: > 0)",
        "prefetch.ttl_seconds | soon | prefetch.ttl-seconds: soon (expected: a whole number)",
        "prefetch.enabled | maybe | prefetch.enabled: maybe (expected: true or false)",
        "prefetch.endpoints | api | prefetch.endpoints: api (expected: a path starting with /, or POST or QUERY, a path and content)",
        "tokenlane.limits.max_body | 0B | tokenlane.limits.max_body: 0B (expected: 1B to 1GB)",
        "tokenlane.limits.max-body | big | tokenlane.limits.max-body: big (expected: a size such as 512KB or 8MB)",
        "tokenlane.cache.model_ttl | 0s | tokenlane.cache.model_ttl: PT0S (expected: > 0)",
        "tokenlane.balance.health.interval | often | tokenlane.balance.health.interval: often (expected: a duration such as 500ms, 30s or 5m)",
        "tokenlane.balance.alpha | 0 | tokenlane.balance.alpha: 0.0 (expected: > 0, <= 1)",
        "tokenlane.balance.panic_share | 2 | tokenlane.balance.panic_share: 2.0 (expected: 0 to 1)",
        "tokenlane.balance.slow_start | 0s | tokenlane.balance.slow_start: PT0S (expected: > 0)",
        "tokenlane.balance.ejection.longest | 1ms | tokenlane.balance.ejection.longest: PT0.001S (expected: >= first PT1S)",
        "tokenlane.balance.health.jitter | 1 | tokenlane.balance.health.jitter: 1.0 (expected: 0 to 0.9)",
        "tokenlane.balance.key | cookie | tokenlane.balance.key: cookie (expected: ip, key, header:NAME or cookie:NAME)",
        "tokenlane.balance.keys.shop | field:a | tokenlane.balance.keys.shop: field:a (expected: ip, key, header:NAME or cookie:NAME)",
        "tokenlane.balance.health.body | ( | tokenlane.balance.health.body: ( (expected: a regular expression)",
        "tokenlane.balance.retry_share | 2 | tokenlane.balance.retry_share: 2.0 (expected: 0 to 1)",
        "tokenlane.compression.encoding | utf8 | tokenlane.compression.encoding: utf8 (expected: o200k_base or cl100k_base)",
        "tokenlane.compression.rules | zip | tokenlane.compression.rules: zip (expected: some of whitespace, json-minify, repeats, dictionary, line-numbers)",
        "tokenlane.nodes[0].uri | localhost:8091 | tokenlane.nodes[0].uri: localhost:8091 (expected: http://host:port or lb://SERVICE)",
        "tokenlane.nodes[0].uri | http://h:99999 | tokenlane.nodes[0].uri: http://h:99999 (expected: http://host:port[/path], port 1 to 65535, no query)",
        "tokenlane.nodes[0].uri | http://h:1?a=b | tokenlane.nodes[0].uri: http://h:1?a=b (expected: http://host:port[/path], port 1 to 65535, no query)",
        "tokenlane.nodes[0].uri | http://me:secret@h:1 | tokenlane.nodes[0].uri: with a user (expected: http://host:port; credentials as api_key)",
        "tokenlane.cahce.enabled | true | tokenlane.cahce.enabled: unknown property (expected: one from docs/gateway-configuration.md)",
        "tokenlane.nodes | http://h:1 | tokenlane.nodes: http://h:1 (expected: a list)",
        "tokenlane.cache | 5 | tokenlane.cache: not a section (expected: a section with properties)",
        "tokenlane | 5 | tokenlane: 5 (expected: a section with properties)",
        "tokenlane[0] | 5 | tokenlane: a list (expected: a section with properties)",
        "tokenlane[0].nodes | 5 | tokenlane: a list (expected: a section with properties)",
        "prefetch[1] | 5 | prefetch: a list (expected: a section with properties)",
        "tokenlane.http.trusted_proxies | proxy | tokenlane.http.trusted_proxies: proxy (expected: an address or a range such as 10.0.0.0/8)",
        "tokenlane.http.body_timeout | 0s | tokenlane.http.body_timeout: PT0S (expected: > 0)",
        "prefetch.ttl | 3 | prefetch.ttl: unknown property (expected: one from docs/gateway-configuration.md)",
        "tokenlane.nodes[0].weigth | 3 | tokenlane.nodes[0].weigth: unknown property (expected: one from docs/gateway-configuration.md)",
        "tokenlane.nodes[0].id | a | tokenlane.nodes[0].uri: missing (expected: http://host:port)",
      })
  void aMistakeCostsOneClearLine(String property, String value, String line) {
    assertThat(complaint(environment(new MapPropertySource("test", Map.of(property, value)))))
        .isEqualTo(line);
  }

  @Test
  void strategiesAreNamed() {
    MapPropertySource source =
        new MapPropertySource("test", Map.of("tokenlane.balance.strategy", "best"));

    assertThat(complaint(environment(source)))
        .startsWith("tokenlane.balance.strategy: best (expected: one of ewma, ");
  }

  @Test
  void nodesAreNamedOnce() throws IOException {
    String twice = "tokenlane: {nodes: [{id: a, uri: 'http://h:1'}, {id: a, uri: 'http://h:2'}]}";

    assertThat(complaint(yaml(twice))).isEqualTo("nodes: a twice (expected: once)");
  }

  @Test
  void aGatewayMayHaveNoNodes() throws IOException {
    assertThat(binding.nodeList(binding.tokenlaneProperties(yaml("tokenlane: {nodes: []}"))).all())
        .isEmpty();
  }

  @Test
  void prefetchIsSetInOnePlace() throws IOException {
    assertThat(
            complaint(yaml("{prefetch: {enabled: true}, tokenlane: {prefetch: {enabled: true}}}")))
        .isEqualTo("prefetch: set twice (expected: either prefetch or tokenlane.prefetch)");
  }
}
