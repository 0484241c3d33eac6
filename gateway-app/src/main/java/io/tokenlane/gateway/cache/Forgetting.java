package io.tokenlane.gateway.cache;

import io.tokenlane.prefetch.cache.Answer;
import io.tokenlane.prefetch.cache.ChangeListener;
import io.tokenlane.prefetch.cache.Selection;
import java.util.Set;

/** Tells what was forgotten to whoever may want to fetch it again. */
record Forgetting(HitListener listener) implements ChangeListener {
  @Override
  public void stored(String key, Answer answer) {}

  @Override
  public void dropped(String key) {}

  @Override
  public void forgotten(String group) {
    int path = group.indexOf('/');
    if (path >= 0) {
      listener.forgotten(group.substring(0, path), group.substring(path));
    }
  }

  @Override
  public void forgotten(Selection selected, Set<String> groups) {
    groups.forEach(this::forgotten);
  }

  @Override
  public void cleared() {}
}
