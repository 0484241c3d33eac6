package io.tokenlane.gateway.catalog;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/**
 * The models that nodes say they serve ({@code GET /v1/models}). What a node said last holds until
 * it says something else or leaves. Thread-safe; reads take no lock.
 */
public final class ModelCatalog {
  /** Ollama's name for a model is also understood without this. */
  private static final String DEFAULT_TAG = ":latest";

  private volatile State state = new State(Map.of(), Map.of());
  private @Nullable Runnable onFirst;

  /**
   * @param listings what each node said
   * @param lacking for each model somebody serves, the nodes that said they do not
   */
  private record State(Map<String, List<JsonNode>> listings, Map<String, Set<String>> lacking) {}

  /**
   * Takes over what a node said.
   *
   * @param models entries of OpenAI's list, each an object with a text {@code id}
   */
  public synchronized void listed(String nodeId, List<JsonNode> models) {
    Map<String, List<JsonNode>> listings = new LinkedHashMap<>(state.listings());
    if (!models.equals(listings.put(nodeId, List.copyOf(models)))) {
      state = new State(listings, lacking(listings));
    }
    tellFirst();
  }

  /** Has something run once, as soon as any node has said what it serves; it must not block. */
  public synchronized void onFirst(Runnable action) {
    onFirst = action;
    tellFirst();
  }

  private void tellFirst() {
    Runnable waiting = onFirst;
    if (waiting != null && !state.listings().isEmpty()) {
      onFirst = null;
      waiting.run();
    }
  }

  /** Forgets nodes that are not among these. */
  public synchronized void keep(Collection<String> nodeIds) {
    Map<String, List<JsonNode>> listings = new LinkedHashMap<>(state.listings());
    if (listings.keySet().retainAll(nodeIds)) {
      state = new State(listings, lacking(listings));
    }
  }

  private static Map<String, Set<String>> lacking(Map<String, List<JsonNode>> listings) {
    Map<String, Set<String>> serving = new HashMap<>();
    listings.forEach(
        (node, models) ->
            models.forEach(
                model -> {
                  String id = id(model);
                  serving.computeIfAbsent(id, any -> new HashSet<>()).add(node);
                  serving.computeIfAbsent(untagged(id), any -> new HashSet<>()).add(node);
                }));
    Map<String, Set<String>> lacking = new HashMap<>();
    serving.forEach(
        (model, nodes) -> {
          Set<String> others = new HashSet<>(listings.keySet());
          others.removeAll(nodes);
          lacking.put(model, Set.copyOf(others));
        });
    return lacking;
  }

  private static String id(JsonNode model) {
    return model.path("id").stringValue();
  }

  private static String untagged(String id) {
    return id.endsWith(DEFAULT_TAG) ? id.substring(0, id.length() - DEFAULT_TAG.length()) : id;
  }

  /**
   * The nodes not to ask for a model. A model that no node lists may still be there (an alias, one
   * that is loaded when it is asked for), so nobody is left out then: the node's answer counts.
   */
  public Set<String> lacking(String model) {
    return state.lacking().getOrDefault(model, Set.of());
  }

  /** All models, each once, in the order of the nodes; empty while no node has said anything. */
  public Optional<List<JsonNode>> models() {
    Map<String, List<JsonNode>> listings = state.listings();
    if (listings.isEmpty()) {
      return Optional.empty();
    }
    Map<String, JsonNode> merged = new LinkedHashMap<>();
    listings.values().forEach(list -> list.forEach(each -> merged.putIfAbsent(id(each), each)));
    return Optional.of(List.copyOf(merged.values()));
  }

  /** The entry of a model. */
  public Optional<JsonNode> model(String id) {
    return models().stream()
        .flatMap(List::stream)
        .filter(each -> id(each).equals(id) || untagged(id(each)).equals(id))
        .findFirst();
  }
}
