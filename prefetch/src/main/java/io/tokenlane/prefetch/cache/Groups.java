package io.tokenlane.prefetch.cache;

import com.github.benmanes.caffeine.cache.RemovalCause;
import com.github.benmanes.caffeine.cache.RemovalListener;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** The keys of each group's answers, as many as are stored; bounded by the cache they belong to. */
final class Groups implements RemovalListener<String, Answer> {
  /** More variants of one URI than this push out its oldest. */
  private static final int LARGEST = 1024;

  private final ConcurrentHashMap<String, Set<String>> keys = new ConcurrentHashMap<>();

  /** Adds a key; the one that has to go for it, where there are too many. */
  Optional<String> add(String group, String key) {
    String[] oldest = new String[1];
    keys.compute(
        group,
        (name, known) -> {
          Set<String> members = known == null ? new LinkedHashSet<>() : known;
          if (members.add(key) && members.size() > LARGEST) {
            oldest[0] = members.iterator().next();
          }
          return members;
        });
    return Optional.ofNullable(oldest[0]);
  }

  List<String> keys(String group) {
    List<String> copy = new ArrayList<>();
    keys.computeIfPresent(
        group,
        (name, members) -> {
          copy.addAll(members);
          return members;
        });
    return copy;
  }

  @Override
  public void onRemoval(@Nullable String key, @Nullable Answer answer, RemovalCause cause) {
    if (key == null || answer == null || cause == RemovalCause.REPLACED) {
      return;
    }
    drop(answer.group(), key);
  }

  void drop(String group, String key) {
    keys.computeIfPresent(
        group,
        (name, members) -> {
          members.remove(key);
          return members.isEmpty() ? null : members;
        });
  }
}
