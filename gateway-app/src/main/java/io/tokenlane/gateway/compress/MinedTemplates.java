package io.tokenlane.gateway.compress;

import io.tokenlane.compress.template.Template;
import io.tokenlane.compress.template.TemplateMiner;
import io.tokenlane.compress.template.TemplateRegistry;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Mines templates from the first messages of a route's calls: the latest three that no template
 * here makes. Found ones are registered as {@code mined-ROUTE@1}, {@code @2}, … and tell how long
 * the beginning is that all prompts share. Thread-safe.
 */
final class MinedTemplates {
  private static final int MOST_CHARS = 40_000;
  private static final int MOST_VERSIONS = 20;
  private static final int LEAST_SHARED_CHARS = 100;

  private final TemplateRegistry registry;
  private final Map<String, Deque<String>> seen = new HashMap<>();
  private final Map<String, Integer> versions = new HashMap<>();

  MinedTemplates(TemplateRegistry registry) {
    this.registry = registry;
  }

  /** Learns from one call's body. */
  synchronized void see(String route, ObjectNode body) {
    JsonNode first = body.path("messages").path(0).path("content");
    String prompt = first.asString("");
    int version = versions.getOrDefault(route, 0);
    if (prompt.isEmpty()
        || prompt.length() > MOST_CHARS
        || version == MOST_VERSIONS
        || registry.split(prompt).isPresent()) {
      return;
    }
    Deque<String> prompts = seen.computeIfAbsent(route, _ -> new ArrayDeque<>());
    if (prompts.contains(prompt)) {
      return;
    }
    prompts.addLast(prompt);
    if (prompts.size() == TemplateMiner.FEWEST) {
      mine(route, version + 1, List.copyOf(prompts));
      prompts.pollFirst();
    }
  }

  private void mine(String route, int version, List<String> prompts) {
    String id = "mined-" + route.replaceAll("[^\\w.-]", "-");
    Optional<Template> found =
        TemplateMiner.mine(id.substring(0, Math.min(id.length(), 100)), "" + version, prompts);
    found
        .filter(template -> template.source().length() >= LEAST_SHARED_CHARS)
        .ifPresent(
            template -> {
              registry.register(template);
              versions.put(route, version);
              seen.remove(route);
            });
  }
}
