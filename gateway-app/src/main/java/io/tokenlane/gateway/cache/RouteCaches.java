package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.AnswerCache;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import org.springframework.util.unit.DataSize;

/** The common store, and those of routes with a bound of their own. */
final class RouteCaches {
  private final AnswerCache common;
  private final Map<String, AnswerCache> own = new HashMap<>();

  RouteCaches(AnswerCache common, CacheProperties properties, LongSupplier nanoClock) {
    this.common = common;
    properties
        .routes()
        .forEach(
            (id, route) -> {
              DataSize bound = route.maxSize();
              if (bound != null) {
                long largest = Math.min(bound.toBytes(), properties.maxAnswer().toBytes());
                own.put(id, new AnswerCache(bound.toBytes(), largest, nanoClock));
              }
            });
  }

  List<AnswerCache> all() {
    List<AnswerCache> all = new ArrayList<>(own.values());
    all.addFirst(common);
    return all;
  }

  /** Each by a name that a folder may have. */
  Map<String, AnswerCache> named() {
    Map<String, AnswerCache> named = new TreeMap<>();
    own.forEach(
        (route, cache) ->
            named.put("route-" + URLEncoder.encode(route, StandardCharsets.UTF_8), cache));
    named.put("common", common);
    return named;
  }

  AnswerCache of(String routeId) {
    return own.getOrDefault(routeId, common);
  }
}
