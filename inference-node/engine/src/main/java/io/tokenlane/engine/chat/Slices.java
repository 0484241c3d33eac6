package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Python's slices. */
final class Slices {
  private Slices() {}

  static Object slice(
      Object value, @Nullable Long from, @Nullable Long to, @Nullable Long step, Budget budget) {
    return switch (value) {
      case List<?> list -> pick(Values.objects(list), from, to, step, budget);
      case Tuple tuple -> new Tuple(pick(tuple.items(), from, to, step, budget));
      case Undefined undefined -> throw undefined.refuse();
      default -> {
        if (!Values.isText(value)) {
          yield Undefined.attribute(value, "slice");
        }
        List<Object> characters = Values.list(value);
        budget.allocate(characters.size());
        StringBuilder text = new StringBuilder();
        pick(characters, from, to, step, budget).forEach(text::append);
        yield text.toString();
      }
    };
  }

  private static List<Object> pick(
      List<Object> items,
      @Nullable Long from,
      @Nullable Long to,
      @Nullable Long by,
      Budget budget) {
    int size = items.size();
    long step = by == null ? 1 : by;
    if (step == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    long start = from == null ? (step > 0 ? 0 : size - 1) : bound(from, size, step);
    long end = to == null ? (step > 0 ? size : -1) : bound(to, size, step);
    budget.elements(Math.min(size, Math.abs(end - start)));
    List<Object> picked = new ArrayList<>();
    long stride = Math.clamp(step, -size - 1L, size + 1L);
    for (long i = start; step > 0 ? i < end : i > end; i += stride) {
      picked.add(items.get((int) i));
    }
    return picked;
  }

  private static long bound(long index, int size, long step) {
    long fromStart = index < 0 ? Math.max(index, -size - 1L) + size : index;
    return step > 0 ? Math.clamp(fromStart, 0, size) : Math.clamp(fromStart, -1, size - 1);
  }
}
