package io.tokenlane.gateway.security;

import io.tokenlane.gateway.cache.PrefetchPass;
import io.tokenlane.gateway.call.QuickProof;
import io.tokenlane.gateway.reload.LiveSettings;
import io.tokenlane.gateway.telemetry.Audit;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.actuate.autoconfigure.endpoint.web.WebEndpointProperties;
import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.boot.actuate.endpoint.web.PathMappedEndpoints;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.web.server.WebFilter;

/** Beans of this package. */
@Configuration(proxyBeanMethods = false)
public class SecurityConfig {
  @Bean
  WebFilter authenticationFilter(
      ApplicationContext api, LiveSettings settings, PrefetchPass pass, Doors doors) {
    Supplier<AuthenticationFilter.Rules> rules =
        settings.follow(
            all -> AuthenticationFilter.Rules.of(all.get(SecurityProperties.class), doors.own()),
            SecurityProperties.class);
    return new AuthenticationFilter(api, rules, doors.ways(), pass);
  }

  @Bean
  WebFilter changeGate(ActuatorPaths actuator, AdminLogins admins, Audit audit) {
    return new ChangeGate(actuator, admins, audit);
  }

  @Bean
  ActuatorPaths actuatorPaths(
      ApplicationContext api,
      WebEndpointProperties actuator,
      ObjectProvider<PathMappedEndpoints> endpoints) {
    boolean apart = ManagementPortType.get(api.getEnvironment()) == ManagementPortType.DIFFERENT;
    return new ActuatorPaths(
        actuator.getBasePath(),
        () -> endpoints.getObject().getAllPaths(),
        exchange -> !apart || !api.equals(exchange.getApplicationContext()));
  }

  @Bean
  AdminLogins adminLogins(Logins logins, AdminToken token) {
    return new AdminLogins(logins, token);
  }

  @Bean
  Doors doors(Ways ways, InternalPass internal, ObjectProvider<OwnDoor> own) {
    List<Authenticator> all = new ArrayList<>(ways.all());
    if (!all.isEmpty()) {
      all.addFirst(internal);
    }
    return new Doors(all, own.orderedStream().toList());
  }

  /** Who may come in where. */
  record Doors(List<Authenticator> ways, List<OwnDoor> own) {}

  @Bean
  InternalPass internalPass() {
    return new InternalPass();
  }

  @Bean
  Logins logins(Ways ways) {
    return new Logins(ways.all());
  }

  @Bean
  Ways authenticators(SecurityProperties properties) {
    return new Ways(properties);
  }

  @Bean
  QuickProof quickProof(Ways ways) {
    return ways.all().stream()
        .filter(QuickProof.class::isInstance)
        .map(QuickProof.class::cast)
        .findFirst()
        .orElse(QuickProof.NONE);
  }

  /** The configured ways to come in, and the thread that keeps the key file current. */
  static final class Ways implements DisposableBean {
    private final List<Authenticator> all = new ArrayList<>();
    private final List<ScheduledExecutorService> threads = new ArrayList<>();

    Ways(SecurityProperties properties) {
      if (properties.apiKeys() != null) {
        ApiKeys keys = new ApiKeys(properties.apiKeys().path(), InstantSource.system());
        all.add(keys);
        keepCurrent(keys, properties.apiKeys().reload().toMillis());
      }
      if (properties.jwt() != null) {
        all.add(new WebTokens(properties.jwt(), System::nanoTime));
      }
      if (properties.mtls() != null) {
        all.add(new ClientCertificates(properties.mtls()));
      }
    }

    private void keepCurrent(ApiKeys keys, long everyMillis) {
      ScheduledExecutorService thread =
          Executors.newSingleThreadScheduledExecutor(
              Thread.ofPlatform().daemon().name("api-keys").factory());
      var _ =
          thread.scheduleWithFixedDelay(
              keys::reload, everyMillis, everyMillis, TimeUnit.MILLISECONDS);
      threads.add(thread);
    }

    List<Authenticator> all() {
      return all;
    }

    @Override
    public void destroy() {
      threads.forEach(ScheduledExecutorService::shutdownNow);
    }
  }
}
