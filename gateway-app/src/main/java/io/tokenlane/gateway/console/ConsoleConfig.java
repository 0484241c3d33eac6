package io.tokenlane.gateway.console;

import com.github.benmanes.caffeine.cache.Ticker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import io.tokenlane.balance.LateBinding;
import io.tokenlane.balance.NodePool;
import io.tokenlane.gateway.admission.Bodies;
import io.tokenlane.gateway.balance.NodeClients;
import io.tokenlane.gateway.balance.NodesEndpoint;
import io.tokenlane.gateway.cache.StoredAnswers;
import io.tokenlane.gateway.compress.CompressionPreview;
import io.tokenlane.gateway.limit.LimitsProperties;
import io.tokenlane.gateway.prefetch.PrefetchEndpoint;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.reload.Outcome;
import io.tokenlane.gateway.reload.Reload;
import io.tokenlane.gateway.security.AdminLogins;
import io.tokenlane.gateway.security.InternalPass;
import io.tokenlane.gateway.security.Logins;
import io.tokenlane.gateway.security.OwnDoor;
import io.tokenlane.gateway.telemetry.Audit;
import io.tokenlane.gateway.telemetry.PassedRequests;
import java.net.URI;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBooleanProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Beans of this package; none where the console is turned off. */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBooleanProperty(name = "tokenlane.console.enabled", matchIfMissing = true)
public class ConsoleConfig {
  /** Where the console is, at the API's port and the actuator's. */
  static final String PATH = "/console";

  /** Why the gateway would not start with an environment; empty where it would. */
  @FunctionalInterface
  public interface ConfigCheck extends Function<ConfigurableEnvironment, Optional<String>> {}

  static boolean ownPath(String path) {
    return path.equals(PATH) || path.startsWith(PATH + "/");
  }

  @Bean
  OwnDoor consoleDoor() {
    return () -> PATH;
  }

  @Bean
  CallLog callLog(ConsoleProperties properties, ObjectProvider<PassedRequests> passed) {
    // Looked up when it is asked: the log of calls is one of the watches telemetry is made with.
    return new CallLog(
        properties, InstantSource.system(), System::nanoTime, id -> passed.getObject().find(id));
  }

  @Bean
  Traffic traffic(LiveSettings settings) {
    return new Traffic(() -> settings.now(LimitsProperties.class));
  }

  @Bean
  Heat heat(ConsoleProperties properties) {
    return new Heat(properties.targets());
  }

  @Bean
  NodeSigns nodeSigns(NodePool pool, NodeClients clients) {
    return new NodeSigns(pool, clients);
  }

  /** What is watched while calls go by. */
  record Watched(Traffic traffic, Heat heat, NodeSigns signs) {}

  @Bean
  Watched watched(Traffic traffic, Heat heat, NodeSigns signs) {
    return new Watched(traffic, heat, signs);
  }

  /** What there is to be seen. */
  record Seen(NodePool pool, LateBinding line, StoredAnswers cache, PrefetchEndpoint prefetch) {}

  @Bean
  Seen seen(NodePool pool, LateBinding line, StoredAnswers cache, PrefetchEndpoint prefetch) {
    return new Seen(pool, line, cache, prefetch);
  }

  @Bean
  Pulse pulse(Watched watched, Seen seen, CircuitBreakerRegistry breakers, MeterRegistry meters) {
    return new Pulse(
        new Pulse.Parts(
            watched.traffic(),
            watched.heat(),
            watched.signs(),
            seen.pool(),
            seen.line(),
            seen.cache(),
            seen.prefetch(),
            breakers,
            meters));
  }

  @Bean
  Heartbeat heartbeat(Pulse pulse, NodeSigns signs, ScheduledExecutorService clockwork) {
    Heartbeat heartbeat = new Heartbeat(pulse, signs, InstantSource.system());
    heartbeat.start(clockwork);
    return heartbeat;
  }

  @Bean
  Playground playground(InternalPass pass, ConfigurableEnvironment environment) {
    boolean tls =
        environment.containsProperty("server.ssl.bundle")
            || environment.containsProperty("server.ssl.key-store")
            || environment.containsProperty("server.ssl.certificate");
    return new Playground(pass, tls);
  }

  @Bean
  Settings settings(ConfigurableEnvironment environment, ConfigCheck check, Reload reload) {
    return new Settings(environment, check, new Looked(reload));
  }

  /** What the page tells of reloads. */
  private record Looked(Reload reload) implements Settings.Reloads {
    @Override
    public Outcome last() {
      return reload.last();
    }

    @Override
    public List<Outcome> recent() {
      return reload.recent();
    }
  }

  @Bean
  Sessions sessions(ConsoleProperties properties) {
    return new Sessions(properties.session(), Ticker.systemTicker());
  }

  @Bean
  Gate gate(Sessions sessions, Audit audit, ManagementPort port) {
    return new Gate(sessions, audit, port);
  }

  @Bean
  ManagementPort managementPort() {
    return new ManagementPort();
  }

  @Bean
  LoginApi loginApi(Bodies bodies, Gate gate, Sessions sessions, AdminLogins admins) {
    return new LoginApi(bodies, gate, sessions, admins);
  }

  /** What the page may look at and use. */
  record Shown(Heartbeat heartbeat, CallLog calls, Settings settings, CompressionPreview preview) {}

  @Bean
  Shown shown(Heartbeat heartbeat, CallLog calls, Settings settings, CompressionPreview preview) {
    return new Shown(heartbeat, calls, settings, preview);
  }

  @Bean
  ConsoleApi consoleApi(Gate gate, Shown shown, Playground playground, Seen seen, Acting acting) {
    return new ConsoleApi(
        gate,
        new ConsoleApi.Parts(
            acting.bodies(),
            shown.heartbeat(),
            shown.calls(),
            shown.settings(),
            shown.preview(),
            playground,
            seen.cache(),
            acting.nodes(),
            acting.reload(),
            acting.open()));
  }

  /** What is asked and changed, and whether everybody may ask. */
  record Acting(Bodies bodies, NodesEndpoint nodes, Reload reload, boolean open) {}

  @Bean
  Acting acting(Bodies bodies, NodesEndpoint nodes, Reload reload, Logins logins) {
    return new Acting(bodies, nodes, reload, !logins.possible());
  }

  @Bean
  RouterFunction<ServerResponse> consoleRoutes(ConsoleApi api, LoginApi login) {
    Pages pages = new Pages();
    return RouterFunctions.route()
        .GET(PATH, r -> ServerResponse.temporaryRedirect(URI.create(PATH + "/")).build())
        .GET(PATH + "/", r -> pages.index())
        .GET(PATH + "/assets/{name}", r -> pages.part(r.pathVariable("name")))
        .GET(PATH + "/api/session", login::session)
        .POST(PATH + "/api/login", login::login)
        .POST(PATH + "/api/logout", login::logout)
        .GET(PATH + "/api/live", api::live)
        .GET(PATH + "/api/calls", api::calls)
        .GET(PATH + "/api/calls/{id}", api::call)
        .GET(PATH + "/api/settings", api::settings)
        .GET(PATH + "/api/models", api::models)
        .POST(PATH + "/api/compress", api::compress)
        .POST(PATH + "/api/chat", api::chat)
        .POST(PATH + "/api/nodes/{id}/{action}", api::node)
        .POST(PATH + "/api/cache/purge", api::purge)
        .POST(PATH + "/api/reload", api::reload)
        .path(PATH + "/**", all -> all.route(r -> true, r -> ServerResponse.notFound().build()))
        .filter(
            (request, next) ->
                Mono.defer(() -> next.handle(request)).onErrorResume(ConsoleApi::failed))
        .build();
  }
}
