package io.tokenlane.prefetch.cache;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.tokenlane.prefetch.http.HttpFields;
import io.tokenlane.prefetch.http.Vary;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which request fields select among the variants of a resource (RFC 9111 §4.1), learnt from {@code
 * Vary}. The set only grows while a resource is remembered, so a response that leaves a name out
 * cannot merge variants. Thread-safe.
 */
public final class VariantKeys {
  private final Cache<String, List<String>> names;

  /** Remembers at most {@code maxResources} resources, &gt; 0. */
  public VariantKeys(long maxResources) {
    this.names = Caffeine.newBuilder().maximumSize(maxResources).executor(Runnable::run).build();
  }

  /** Whether the responses of {@code resource} differ by {@code name}, lower case, and no other. */
  public boolean variesOnlyBy(String resource, String name) {
    return List.of(name).equals(names.getIfPresent(resource));
  }

  /** The key of the variant of {@code resource} that {@code request} selects. */
  public String keyFor(String resource, HttpFields request) {
    List<String> known = names.getIfPresent(resource);
    return known == null ? resource : resource + Vary.selecting(known, request);
  }

  /** What {@link #keyFor} will be once {@code response} was learnt from. */
  public String keyAfter(String resource, HttpFields response, HttpFields request) {
    List<String> varying = Vary.names(response);
    if (varying.isEmpty()) {
      return keyFor(resource, request);
    }
    List<String> known = names.getIfPresent(resource);
    return resource + Vary.selecting(known == null ? varying : both(known, varying), request);
  }

  private static List<String> both(List<String> known, List<String> more) {
    return Stream.concat(known.stream(), more.stream()).distinct().sorted().toList();
  }

  /** Learns from a response; true where later keys of {@code resource} differ from earlier ones. */
  public boolean learn(String resource, HttpFields response) {
    List<String> varying = Vary.names(response);
    if (varying.isEmpty()) {
      return false;
    }
    List<String> before = names.getIfPresent(resource);
    List<String> after = names.asMap().merge(resource, varying, VariantKeys::both);
    return !after.equals(before);
  }
}
