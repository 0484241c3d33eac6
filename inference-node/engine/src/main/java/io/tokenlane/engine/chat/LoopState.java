package io.tokenlane.engine.chat;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable. */
final class LoopState implements Callable {
  private final ForLoop loop;
  private final List<Object> elements;
  private final Scope scope;
  private final int depth;
  private int index = -1;
  private @Nullable Object lastChecked;

  LoopState(ForLoop loop, List<Object> elements, Scope scope, int depth) {
    this.loop = loop;
    this.elements = elements;
    this.scope = scope;
    this.depth = depth;
  }

  /** Goes on to the next element. */
  Object advance() {
    return elements.get(++index);
  }

  @Nullable Object attribute(String name) {
    return switch (name) {
      case "index" -> index + 1L;
      case "index0" -> (long) index;
      case "revindex" -> (long) elements.size() - index;
      case "revindex0" -> (long) elements.size() - index - 1;
      case "first" -> index == 0;
      case "last" -> index == elements.size() - 1;
      case "length" -> (long) elements.size();
      case "depth" -> depth + 1L;
      case "depth0" -> (long) depth;
      case "previtem" -> neighbour(index - 1, "there is no previous item");
      case "nextitem" -> neighbour(index + 1, "there is no next item");
      case "cycle" -> (Callable) (arguments, caller) -> cycle(arguments);
      case "changed" -> (Callable) (arguments, caller) -> changed(arguments, caller.budget());
      default -> null;
    };
  }

  private Object neighbour(int at, String message) {
    return at < 0 || at >= elements.size() ? new Undefined(message) : elements.get(at);
  }

  private Object cycle(Arguments arguments) {
    if (arguments.positional().isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return arguments.positional().get(index % arguments.positional().size());
  }

  private Object changed(Arguments arguments, Budget budget) {
    Tuple now = new Tuple(arguments.positional());
    boolean changed = lastChecked == null || !Values.equal(lastChecked, now, budget);
    lastChecked = now;
    return changed;
  }

  @Override
  public Object call(Arguments arguments, Scope caller) {
    if (!loop.recursive()) {
      throw new TemplateException("the loop must be marked 'recursive' to be called");
    }
    return loop.level(arguments.require(0, "iterable"), scope, depth + 1);
  }
}
