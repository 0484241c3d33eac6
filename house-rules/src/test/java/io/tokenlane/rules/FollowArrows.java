package io.tokenlane.rules;

import com.tngtech.archunit.core.domain.Dependency;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Every class depends only on the parts that a table grants to its own part. */
final class FollowArrows extends ArchCondition<JavaClass> {
  private final String root;
  private final Map<String, Set<String>> arrows;

  /**
   * @param root the package whose direct sub-packages are the parts; the root itself is part ""
   * @param arrows for each part, the other parts it may use
   */
  FollowArrows(String root, Map<String, Set<String>> arrows) {
    super("follow the arrows below " + root);
    this.root = root;
    this.arrows = arrows;
  }

  @Override
  public void check(JavaClass type, ConditionEvents events) {
    String from = part(type).orElseThrow();
    Set<String> granted = arrows.get(from);
    if (granted == null) {
      events.add(
          SimpleConditionEvent.violated(
              type, "%s: package %s.%s is not in the table".formatted(type.getName(), root, from)));
      return;
    }
    for (Dependency dependency : type.getDirectDependenciesFromSelf()) {
      Optional<String> to = part(dependency.getTargetClass());
      if (to.isPresent() && !to.get().equals(from) && !granted.contains(to.get())) {
        events.add(SimpleConditionEvent.violated(type, dependency.getDescription()));
      }
    }
  }

  private Optional<String> part(JavaClass type) {
    String name = type.getPackageName();
    if (name.equals(root)) {
      return Optional.of("");
    }
    if (!name.startsWith(root + ".")) {
      return Optional.empty();
    }
    String rest = name.substring(root.length() + 1);
    int dot = rest.indexOf('.');
    return Optional.of(dot < 0 ? rest : rest.substring(0, dot));
  }
}
