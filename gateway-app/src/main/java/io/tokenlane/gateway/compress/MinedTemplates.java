package io.tokenlane.gateway.compress;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateMiner;
import io.tokenlane.compress.template.TemplateRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
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
  void see(String tenant, String route, ObjectNode body) {
    Source source = new Source(tenant, route);
    String prompt = firstMessage(body);
    if (prompt.isEmpty() || prompt.length() > MOST_CHARS) {
      return;
    }
    Deque<String> prompts = seen.get(source, _ -> new ArrayDeque<>());
    synchronized (prompts) {
      learn(source, prompt, prompts);
    }
  }

  /** Whoever mines for one source keeps no other waiting. */
  private void learn(Source source, String prompt, Deque<String> prompts) {
    TemplateRegistry known = templates.of(source.tenant());
    int version = freeVersion(source, known);
    if (version > MOST_VERSIONS || prompts.contains(prompt) || makes(known, prompt)) {
      return;
    }
    prompts.addLast(prompt);
    if (prompts.size() > TemplateMiner.FEWEST) {
      prompts.removeFirst();
    }
    if (prompts.size() == TemplateMiner.FEWEST && isMined(source, version, List.copyOf(prompts))) {
      prompts.clear();
    }
  }

  private static boolean makes(TemplateRegistry known, String prompt) {
    return known.list().stream().anyMatch(template -> template.split(prompt).isPresent());
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

  private boolean isMined(Source source, int version, List<String> prompts) {
    Optional<Template> mined =
        TemplateMiner.mine(source.id(), "" + version, prompts)
            .filter(template -> template.source().length() >= LEAST_SHARED_CHARS)
            .filter(template -> templates.hasRoom(source.tenant(), template));
    mined.ifPresent(template -> templates.register(source.tenant(), template));
    return mined.isPresent();
  }
}
