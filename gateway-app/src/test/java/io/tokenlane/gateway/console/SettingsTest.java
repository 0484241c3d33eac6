package io.tokenlane.gateway.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.tokenlane.gateway.reload.Outcome;
import io.tokenlane.gateway.reload.Secrets;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.FileSystemResource;
import tools.jackson.databind.JsonNode;

class SettingsTest {
  private static final String LOADED =
      "tokenlane: {cache: {max_size: 8MB}, nodes: [{id: a, api_key: sesame}]}\n";

  private static ConfigurableEnvironment loaded(Path file) throws IOException {
    StandardEnvironment environment = new StandardEnvironment();
    String name = "Config resource 'file [" + file + "]' via location 'file:" + file + "'";
    new YamlPropertySourceLoader()
        .load(name, new FileSystemResource(file))
        .forEach(environment.getPropertySources()::addLast);
    return environment;
  }

  private static final Outcome REFUSED =
      new Outcome(Outcome.Kind.REFUSED, Instant.EPOCH, List.of(), List.of(), "pace: -3");

  private static final Settings.Reloads ONE =
      new Settings.Reloads() {
        @Override
        public Outcome last() {
          return REFUSED;
        }

        @Override
        public List<Outcome> recent() {
          return List.of(REFUSED);
        }
      };

  @Test
  void tellsWhatHasChangedInTheFileSinceAndWhetherItIsSound(@TempDir Path folder)
      throws IOException {
    Path file = Files.writeString(folder.resolve("gateway.yaml"), LOADED);
    Settings settings =
        new Settings(
            loaded(file),
            changed -> Optional.of("max_size: " + changed.getProperty("tokenlane.cache.max_size")),
            ONE);
    assertThat(settings.show().path("files").get(0).path("changes")).isEmpty();

    Files.writeString(file, LOADED.replace("8MB", "16MB").replace("sesame", "open"));
    JsonNode shown = settings.show();
    assertThat(shown.path("reloads").get(0).path("complaint").asString("")).isEqualTo("pace: -3");
    JsonNode now = shown.path("files").get(0);
    assertThat(shown.path("complaint").asString("")).isEqualTo("max_size: 16MB");
    assertThat(now.path("changes").toString())
        .contains("\"before\":\"8MB\",\"after\":\"16MB\"", "(hidden)")
        .doesNotContain("sesame", "open");
  }

  @Test
  void filesAreCheckedTogether(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("gateway.yaml"), LOADED);
    Path second = Files.writeString(folder.resolve("more.yaml"), "tokenlane: {pace: 1}\n");
    ConfigurableEnvironment both = loaded(file);
    loaded(second).getPropertySources().stream()
        .filter(source -> source.getName().contains("more.yaml"))
        .forEach(both.getPropertySources()::addLast);
    Settings settings =
        new Settings(
            both,
            changed ->
                Optional.of(
                    changed.getProperty("tokenlane.cache.max_size")
                        + changed.getProperty("tokenlane.pace")),
            ONE);
    Files.writeString(file, LOADED.replace("8MB", "16MB"));
    Files.writeString(second, "tokenlane: {pace: 2}\n");
    JsonNode shown = settings.show();
    assertThat(shown.path("complaint").asString("")).isEqualTo("16MB2");
    assertThat(shown.path("files").findValues("changes")).allMatch(all -> all.size() == 1);
  }

  @Test
  void aFileThatCannotBeReadAnyMoreIsTold(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("gateway.yaml"), LOADED);
    Settings settings = new Settings(loaded(file), changed -> Optional.empty(), ONE);
    Files.writeString(file, "tokenlane: [");
    assertThat(settings.show().path("complaint").asString("")).startsWith("cannot be read: ");
  }

  @ParameterizedTest
  @CsvSource({
    "tokenlane.nodes[0].api-key, sesame, (hidden)",
    "tokenlane.console.token, 0123456789abcdef, (hidden)",
    "server.ssl.key-store-password, x, (hidden)",
    "management.otlp.metrics.export.headers.Authorization, Bearer x, (hidden)",
    "tokenlane.upstream.secrets[0], x, (hidden)",
    "spring.ssl.bundle.pem.own.keystore.private-key, -----BEGIN PRIVATE KEY-----, (hidden)",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0], AddRequestHeader=Authorization x,"
        + " (hidden)",
    "spring.ssl.bundle.pem.own.keystore.private-key, file:/tls/tls.key, file:/tls/tls.key",
    "tokenlane.limits.rules[0].tokens_per_minute, 100, 100",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0].name, AddRequestHeader,"
        + " AddRequestHeader",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0].args.value, Bearer x, (hidden)",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0].args[_genkey_1], Bearer x, (hidden)",
    "spring.cloud.gateway.server.webflux.default-filters[0].args.value, Bearer x, (hidden)",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0], 'AddRequestParameter=key, x',"
        + " (hidden)",
    "spring.cloud.gateway.server.webflux.routes[0].filters[0], 'RewritePath=/a/?(?<b>.*), /$\\{b}',"
        + " 'RewritePath=/a/?(?<b>.*), /$\\{b}'",
    "tokenlane.energy.carbon_uri, https://a.x/v1?auth_token=x, https://a.x/v1?(hidden)",
    "prefetch.endpoints[0], /api/me?token=x, /api/me?(hidden)",
    "tokenlane.balance.health.body, ok|fine?x, ok|fine?x",
    "tokenlane.limits.redis.uri, redis://user:pw@host:6379, redis://(hidden)@host:6379",
  })
  void secretsAreHidden(String name, String value, String shown) {
    assertThat(Secrets.hidden(name, value)).isEqualTo(shown);
  }
}
