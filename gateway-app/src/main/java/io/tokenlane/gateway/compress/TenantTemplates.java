package io.tokenlane.gateway.compress;

import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateRegistry;
import io.tokenlane.gateway.call.Principal;
import io.tokenlane.gateway.call.Trail;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.springframework.web.server.ServerWebExchange;

/**
 * The templates of the configuration, which all tenants have in common, and those that were
 * registered by one or mined from its prompts, which no other sees. Requests without a tenant share
 * one. Bounded in number and size. Thread-safe.
 */
public final class TenantTemplates {
  /** Of one tenant. */
  static final int MOST = 1000;

  /** Of the sources of one tenant, in UTF-16 units. */
  static final long MOST_CHARS = 4_000_000;

  /** Of the sources of all tenants together. */
  static final long MOST_CHARS_OF_ALL = 64_000_000;

  private final TemplateRegistry common;
  private final Map<String, TemplateRegistry> tenants = new ConcurrentHashMap<>();

  TenantTemplates(Collection<Template> configured) {
    common = new TemplateRegistry();
    configured.forEach(common::register);
  }

  /** Whose templates a request sees; empty without a tenant. */
  static String tenant(ServerWebExchange exchange) {
    return Trail.of(exchange).principal().map(Principal::tenant).orElse("");
  }

  /** What a tenant sees. To look at: templates are added by {@link #register}. */
  TemplateRegistry of(String tenant) {
    return tenants.getOrDefault(tenant, common);
  }

  /** All there are, each by as many as there are tenants that have it. */
  public List<Template> all() {
    return Stream.concat(
            common.list().stream(), tenants.values().stream().flatMap(own -> own.own().stream()))
        .toList();
  }

  /** Whether one more template finds room. */
  synchronized boolean hasRoom(String tenant, Template template) {
    List<Template> own = tenants.containsKey(tenant) ? of(tenant).own() : List.of();
    long others = tenants.values().stream().mapToLong(registry -> chars(registry.own())).sum();
    int more = template.source().length();
    return own.size() < MOST
        && chars(own) + more <= MOST_CHARS
        && others + more <= MOST_CHARS_OF_ALL;
  }

  private static long chars(List<Template> templates) {
    return templates.stream().mapToLong(template -> template.source().length()).sum();
  }

  /**
   * Adds a template of a tenant, as {@link TemplateRegistry#register}.
   *
   * @throws IllegalArgumentException if there is no room, or the version is there with another
   *     source
   */
  synchronized Template register(String tenant, Template template) {
    boolean there = of(tenant).find(template.reference()).isPresent();
    if (!there && !hasRoom(tenant, template)) {
      throw new IllegalArgumentException(
          "template: %s (expected: at most %d templates of a tenant, of %d characters together)"
              .formatted(template.reference(), MOST, MOST_CHARS));
    }
    return tenants.computeIfAbsent(tenant, _ -> new TemplateRegistry(common)).register(template);
  }
}
