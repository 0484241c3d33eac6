package io.tokenlane.gateway;

import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.Node;
import io.tokenlane.balance.NodePool;
import io.tokenlane.prefetch.cache.AnswerCache;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole gateway on real sockets before two nodes and an app. One for all tests of the module,
 * since starting it is what takes the time; each test begins with {@link #fresh}.
 */
public final class RunningGateway {
  private static final Path ACCESS_LOG = Path.of("target", "access-" + System.nanoTime() + ".log");

  /** Lets an administrator into the console. */
  public static final String CONSOLE_TOKEN = "a-token-for-the-tests";

  private static final String[] OF_OTHERS = {
    "server.netty.max-initial-line-length=5KB",
    "server.max-http-request-header-size=7KB",
    "resilience4j.circuitbreaker.instances.fragile.minimum_number_of_calls=4",
    "resilience4j.circuitbreaker.instances.fragile.wait_duration_in_open_state=1h",
    "resilience4j.ratelimiter.instances.rated.limit_for_period=2",
    "resilience4j.ratelimiter.instances.rated.limit_refresh_period=1h",
    "resilience4j.ratelimiter.instances.rated.timeout_duration=0",
  };

  private static final RunningGateway ONE = new RunningGateway();

  /** The first node. */
  public final FakeUpstream one = new FakeUpstream();

  /** The second node. */
  public final FakeUpstream two = new FakeUpstream();

  /** The app behind {@code /api/**}. */
  public final FakeUpstream app = new FakeUpstream();

  /** What lies ready before the start for the prefetcher to fetch. */
  private static final String PREFETCHED = "{\"prefetched\":true}";

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  private final ConfigurableApplicationContext context;

  private RunningGateway() {
    app.answers(FakeUpstream.ok(PREFETCHED));
    context =
        new SpringApplicationBuilder(GatewayApplication.class)
            .properties(OF_OTHERS)
            .run(
                "--server.port=0",
                "--management.server.port=0",
                "--tokenlane.nodes[0].uri=" + one.uri(),
                "--tokenlane.nodes[0].id=one",
                "--tokenlane.nodes[1].uri=" + two.uri(),
                "--tokenlane.nodes[1].api_key=sesame",
                "--tokenlane.limits.max_body=64KB",
                "--tokenlane.resilience.routes.tokenlane-nodes.first_byte=1500ms",
                "--tokenlane.resilience.routes.tokenlane-nodes.idle=1500ms",
                "--tokenlane.resilience.routes.api.first_byte=1s",
                "--tokenlane.resilience.routes.api.total=5s",
                "--tokenlane.resilience.fallback_models.big=small",
                "--tokenlane.log.access=" + ACCESS_LOG,
                "--tokenlane.http.header_timeout=300ms",
                "--tokenlane.http.body_timeout=500ms",
                "--tokenlane.http.trusted_proxies=127.0.0.2/31",
                "--tokenlane.cache.max_answer=32KB",
                "--tokenlane.console.token=" + CONSOLE_TOKEN,
                "--tokenlane.console.prompts=true",
                "--tokenlane.balance.health.interval=100ms",
                "--tokenlane.balance.hedge_after=250ms",
                "--prefetch.ttl_seconds=300",
                "--prefetch.endpoints=/api/v1/user,/api/v1/config",
                "--spring.cloud.gateway.server.webflux.routes[0].id=api",
                "--spring.cloud.gateway.server.webflux.routes[0].uri=" + app.uri(),
                "--spring.cloud.gateway.server.webflux.routes[0].predicates[0]=Path=/api/**",
                "--spring.cloud.gateway.server.webflux.routes[1].id=closed",
                "--spring.cloud.gateway.server.webflux.routes[1].uri=http://127.0.0.1:1",
                "--spring.cloud.gateway.server.webflux.routes[1].predicates[0]=Path=/closed/**",
                "--spring.cloud.gateway.server.webflux.routes[2].id=fragile",
                "--spring.cloud.gateway.server.webflux.routes[2].uri=http://127.0.0.1:1",
                "--spring.cloud.gateway.server.webflux.routes[2].predicates[0]=Path=/fragile/**",
                "--spring.cloud.gateway.server.webflux.routes[4].id=shop",
                "--spring.cloud.gateway.server.webflux.routes[4].uri=lb://shop",
                "--spring.cloud.gateway.server.webflux.routes[4].predicates[0]=Path=/shop/**",
                "--spring.cloud.gateway.server.webflux.routes[5].id=vacant",
                "--spring.cloud.gateway.server.webflux.routes[5].uri=lb://vacant",
                "--spring.cloud.gateway.server.webflux.routes[5].predicates[0]=Path=/vacant/**",
                "--spring.cloud.gateway.server.webflux.routes[6].id=half",
                "--spring.cloud.gateway.server.webflux.routes[6].uri=lb://half",
                "--spring.cloud.gateway.server.webflux.routes[6].predicates[0]=Path=/half/**",
                "--spring.cloud.gateway.server.webflux.routes[7].id=plain",
                "--spring.cloud.gateway.server.webflux.routes[7].uri=node://nodes",
                "--spring.cloud.gateway.server.webflux.routes[7].predicates[0]=Path=/plain/**",
                "--spring.cloud.discovery.client.simple.instances.half[0].uri=http://127.0.0.1:1",
                "--spring.cloud.discovery.client.simple.instances.half[1].uri=" + one.uri(),
                "--spring.cloud.discovery.client.simple.instances.shop[0].uri=" + app.uri(),
                "--spring.cloud.discovery.client.simple.instances.shop[1].uri=" + one.uri(),
                "--tokenlane.balance.signals_interval=0s",
                "--spring.cloud.gateway.server.webflux.routes[3].id=rated",
                "--spring.cloud.gateway.server.webflux.routes[3].uri=" + app.uri(),
                "--spring.cloud.gateway.server.webflux.routes[3].predicates[0]=Path=/rated/**",
                "--spring.cloud.gateway.server.webflux.routes[8].id=bare",
                "--spring.cloud.gateway.server.webflux.routes[8].uri=" + app.uri(),
                "--spring.cloud.gateway.server.webflux.routes[8].predicates[0]=Path=/bare/**",
                "--spring.cloud.gateway.server.webflux.routes[9].id=asking",
                "--spring.cloud.gateway.server.webflux.routes[9].uri=" + app.uri(),
                "--spring.cloud.gateway.server.webflux.routes[9].predicates[0]=Path=/ask/**",
                "--tokenlane.cache.routes.asking.prefetchable=true",
                "--tokenlane.cache.routes.tokenlane-nodes.stale_if_error=1h");
    // Or the first test would find the prefetcher's requests among its own.
    Eventually.eventually("prefetched at start", () -> prefetched() == 2);
  }

  private double prefetched() {
    return bean(MeterRegistry.class)
        .get("tokenlane.prefetch")
        .tag("outcome", "done")
        .functionCounter()
        .count();
  }

  /** The gateway with its nodes up and well, nothing stored but what was prefetched. */
  public static RunningGateway fresh() {
    ONE.one.forget();
    ONE.two.forget();
    ONE.app.forget();
    // A check that found one ill in the test before would take it out in this one.
    Eventually.eventually("the nodes found well", () -> !ONE.one.foundIll() && !ONE.two.foundIll());
    ONE.bean(AnswerCache.class).clear();
    NodePool pool = ONE.bean(NodePool.class);
    List<Node> nodes = pool.nodes();
    // Nodes that left and came back carry nothing over from the test before.
    pool.replace(List.of());
    pool.replace(nodes);
    ONE.one.calls().clear();
    ONE.two.calls().clear();
    return ONE;
  }

  /** The access log so far. */
  public String accessLog() {
    try {
      return Files.exists(ACCESS_LOG) ? Files.readString(ACCESS_LOG) : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A bean of the gateway. */
  public <T> T bean(Class<T> type) {
    return context.getBean(type);
  }

  /** The port of the API. */
  public int port() {
    return Integer.parseInt(context.getEnvironment().getRequiredProperty("local.server.port"));
  }

  /** A request to the API. */
  public HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path));
  }

  /** GET at the API. */
  public HttpResponse<String> get(String path, String... headers) {
    HttpRequest.Builder request = request(path);
    return send(headers.length == 0 ? request : request.headers(headers));
  }

  /** GET at the management port. */
  public HttpResponse<String> manage(String path) {
    return send(management(path));
  }

  /** A request to the management port. */
  public HttpRequest.Builder management(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.management.port");
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
  }

  /** DELETE at the management port. */
  public HttpResponse<String> forget(String path) {
    String port = context.getEnvironment().getRequiredProperty("local.management.port");
    return send(
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
            .header("Authorization", "Bearer " + CONSOLE_TOKEN)
            .DELETE());
  }

  /** POST of a chat. */
  public HttpResponse<String> chat(String body, String... headers) {
    return send(chatRequest(body, headers));
  }

  /** A POST of a chat, not sent yet. */
  public HttpRequest.Builder chatRequest(String body, String... headers) {
    HttpRequest.Builder request =
        request("/v1/chat/completions")
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString(body, StandardCharsets.UTF_8));
    return headers.length == 0 ? request : request.headers(headers);
  }

  /** Sends and reads the whole answer. */
  public HttpResponse<String> send(HttpRequest.Builder request) {
    return sendAsync(request).join();
  }

  /** Sends; completes with the whole answer. */
  public CompletableFuture<HttpResponse<String>> sendAsync(HttpRequest.Builder request) {
    return client.sendAsync(request.build(), BodyHandlers.ofString());
  }

  /** Sends; returns with the status, the body to be read as it comes. */
  public HttpResponse<java.io.InputStream> open(HttpRequest.Builder request) throws IOException {
    try {
      return client.send(request.build(), BodyHandlers.ofInputStream());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(e);
    }
  }

  /** Requests on all nodes now. */
  public int inFlight() {
    return bean(NodePool.class).snapshot().stream().mapToInt(n -> n.inFlight()).sum();
  }

  /** The value of a response header, or empty text. */
  public static String header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name).orElse("");
  }
}
