package io.tokenlane.engine.grammar;

import io.tokenlane.engine.grammar.OneOfBranch.Kind;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * Proves that no value satisfies two branches of a {@code oneOf}, which a grammar cannot check.
 * What may overlap is looked up by type and by constant. Only objects are compared in pairs, and of
 * them only those that are not told apart by the property that most of them have constants of.
 */
final class Disjoint {
  private static final int MOST_COMPARED = 1_000_000;
  private static final int NONE = Integer.MAX_VALUE;

  private final List<OneOfBranch> branches;
  private final SchemaPath path;

  /** The first branch of a kind that takes values of a type. */
  private final Map<Taker, Integer> first = new HashMap<>();

  private final Map<JsonNode, Integer> byConstant = new HashMap<>();

  /** The property that most branches of objects have constants of, and the most different ones. */
  private final String common;

  private final List<Integer> objects = new ArrayList<>();
  private final List<Integer> withoutCommon = new ArrayList<>();
  private final Map<JsonNode, List<Integer>> byCommon = new HashMap<>();
  private long compared;

  private record Taker(Kind kind, String type) {}

  private Disjoint(List<OneOfBranch> branches, SchemaPath path) {
    this.branches = branches;
    this.path = path;
    common = common(branches);
  }

  private static String common(List<OneOfBranch> branches) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    Map<String, Set<JsonNode>> constants = new HashMap<>();
    for (OneOfBranch branch : branches) {
      branch
          .tellers()
          .forEach(
              (name, values) -> {
                counts.merge(name, 1, Integer::sum);
                constants.computeIfAbsent(name, absent -> new HashSet<>()).addAll(values);
              });
    }
    Comparator<String> byCount = Comparator.comparing(name -> counts.getOrDefault(name, 0));
    return counts.keySet().stream()
        .max(byCount.thenComparingInt(name -> constants.getOrDefault(name, Set.of()).size()))
        .orElse("");
  }

  /**
   * Checks the branches of a schema.
   *
   * @throws SchemaException if two are not told apart, or only by too much work
   */
  static void check(List<JsonNode> branches, SchemaPath path) {
    new Disjoint(branches.stream().map(OneOfBranch::of).toList(), path.to("oneOf")).check();
  }

  private void check() {
    for (int i = 0; i < branches.size(); i++) {
      OneOfBranch branch = branches.get(i);
      int other = overlapping(branch);
      if (other != NONE) {
        throw new SchemaException(
            path,
            "%d and %d may both fit (expected: types, constants or a required constant property"
                    .formatted(other, i)
                + " that tell them apart; or anyOf)");
      }
      add(branch, i);
    }
  }

  private void add(OneOfBranch branch, int index) {
    branch.types().forEach(type -> first.putIfAbsent(new Taker(branch.kind(), type), index));
    branch.constants().forEach(value -> byConstant.putIfAbsent(value, index));
    if (branch.kind() == Kind.OBJECTS) {
      objects.add(index);
      Set<JsonNode> values = branch.tellers().getOrDefault(common, Set.of());
      values.forEach(v -> byCommon.computeIfAbsent(v, absent -> new ArrayList<>()).add(index));
      if (values.isEmpty()) {
        withoutCommon.add(index);
      }
    }
  }

  /** The first of the branches so far that may have a value of this one; {@link #NONE}. */
  private int overlapping(OneOfBranch branch) {
    int named =
        branch.constants().stream()
            .mapToInt(value -> byConstant.getOrDefault(value, NONE))
            .min()
            .orElse(NONE);
    int some = Math.min(named, firstOf(Kind.OTHER, branch));
    return switch (branch.kind()) {
      case CONSTANTS -> Math.min(some, firstOf(Kind.OBJECTS, branch));
      case OBJECTS -> {
        some = Math.min(some, firstOf(Kind.CONSTANTS, branch));
        yield Math.min(some, objectsLike(branch));
      }
      case OTHER -> {
        some = Math.min(some, firstOf(Kind.CONSTANTS, branch));
        yield Math.min(some, firstOf(Kind.OBJECTS, branch));
      }
    };
  }

  private int firstOf(Kind kind, OneOfBranch branch) {
    return branch.types().stream()
        .mapToInt(type -> first.getOrDefault(new Taker(kind, type), NONE))
        .min()
        .orElse(NONE);
  }

  private int objectsLike(OneOfBranch branch) {
    Set<JsonNode> values = branch.tellers().get(common);
    if (values == null) {
      return firstLike(branch, objects);
    }
    int like = firstLike(branch, withoutCommon);
    for (JsonNode value : values) {
      like = Math.min(like, firstLike(branch, byCommon.getOrDefault(value, List.of())));
    }
    return like;
  }

  private int firstLike(OneOfBranch branch, List<Integer> others) {
    for (int other : others) {
      if (!toldApart(branch.tellers(), branches.get(other).tellers())) {
        return other;
      }
    }
    return NONE;
  }

  private boolean toldApart(Map<String, Set<JsonNode>> one, Map<String, Set<JsonNode>> other) {
    for (Map.Entry<String, Set<JsonNode>> property : one.entrySet()) {
      Set<JsonNode> values = other.get(property.getKey());
      compared += 1 + (values == null ? 0 : Math.min(values.size(), property.getValue().size()));
      if (compared > MOST_COMPARED) {
        throw new SchemaException(
            path,
            "%d schemas need over %d comparisons (expected: one property with constants that tells"
                    .formatted(branches.size(), MOST_COMPARED)
                + " all objects apart)");
      }
      if (values != null && Collections.disjoint(values, property.getValue())) {
        return true;
      }
    }
    return false;
  }
}
