package io.tokenlane.gateway.compress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateMiner;
import io.tokenlane.compress.template.TemplateRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Mines templates from the first messages of a tenant's calls on a route: the latest three that no
 * template it has makes. Found ones are registered for it as {@code mined-ROUTE@1}, {@code @2}, …
 * and tell how long the beginning is that all prompts share. Thread-safe.
 */
final class MinedTemplates {
  private static final int MOST_CHARS = 40_000;
  private static final int MOST_VERSIONS = 20;
  private static final int LEAST_SHARED_CHARS = 100;
  private static final int MOST_SEEN = 256;

  private record Source(String tenant, String route) {
    String id() {
      String id = "mined-" + route.replaceAll("[^\\w.-]", "-");
      return id.substring(0, Math.min(id.length(), 100));
    }
  }

  private final TenantTemplates templates;
  private final Cache<Source, Deque<String>> seen =
      Caffeine.newBuilder().maximumSize(MOST_SEEN).build();

  MinedTemplates(TenantTemplates templates) {
    this.templates = templates;
  }

  /** Learns from one call's body. */
  synchronized void see(String tenant, String route, ObjectNode body) {
    Source source = new Source(tenant, route);
    TemplateRegistry known = templates.of(tenant);
    String prompt = firstMessage(body);
    int version = freeVersion(source, known);
    if (prompt.isEmpty()
        || prompt.length() > MOST_CHARS
        || version > MOST_VERSIONS
        || known.split(prompt).isPresent()) {
      return;
    }
    Deque<String> prompts = seen.get(source, _ -> new ArrayDeque<>());
    if (prompts.contains(prompt)) {
      return;
    }
    prompts.addLast(prompt);
    if (prompts.size() > TemplateMiner.FEWEST) {
      prompts.removeFirst();
    }
    if (prompts.size() == TemplateMiner.FEWEST) {
      mine(source, version, List.copyOf(prompts));
    }
  }

  private static String firstMessage(ObjectNode body) {
    JsonNode first = body.path("messages").path(0).path("content");
    return first.asString("");
  }

  private static int freeVersion(Source source, TemplateRegistry known) {
    int version = 1;
    while (version <= MOST_VERSIONS && known.find(source.id() + "@" + version).isPresent()) {
      version++;
    }
    return version;
  }

  private void mine(Source source, int version, List<String> prompts) {
    TemplateMiner.mine(source.id(), "" + version, prompts)
        .filter(template -> template.source().length() >= LEAST_SHARED_CHARS)
        .filter(template -> templates.hasRoom(source.tenant(), template))
        .ifPresent(template -> keep(source, template));
  }

  private void keep(Source source, Template template) {
    templates.register(source.tenant(), template);
    seen.invalidate(source);
  }
}
