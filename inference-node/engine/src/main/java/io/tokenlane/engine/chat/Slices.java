package io.tokenlane.engine.chat;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;
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
          yield Undefined.attribute(value, "slice", budget);
        }
        yield pick(Values.text(value), from, to, step, budget);
      }
    };
  }

  private static List<Object> pick(
      List<Object> items,
      @Nullable Long from,
      @Nullable Long to,
      @Nullable Long by,
      Budget budget) {
    List<Object> picked = new ArrayList<>();
    Indices.of(items.size(), from, to, by, budget).forEach(i -> picked.add(items.get(i)));
    return picked;
  }

  private static String pick(
      String text, @Nullable Long from, @Nullable Long to, @Nullable Long by, Budget budget) {
    budget.elements(text.length());
    int[] characters = text.codePoints().toArray();
    StringBuilder picked = new StringBuilder();
    Indices.of(characters.length, from, to, by, budget)
        .forEach(i -> picked.appendCodePoint(characters[i]));
    return picked.toString();
  }

  /** The indices that a slice takes, from its start to before its end. */
  private record Indices(long start, long end, long stride) {
    static Indices of(
        int size, @Nullable Long from, @Nullable Long to, @Nullable Long by, Budget budget) {
      long step = by == null ? 1 : by;
      if (step == 0) {
        throw new TemplateException("slice step cannot be zero");
      }
      long start = from == null ? (step > 0 ? 0 : size - 1) : bound(from, size, step);
      long end = to == null ? (step > 0 ? size : -1) : bound(to, size, step);
      budget.elements(Math.min(size, Math.abs(end - start)));
      return new Indices(start, end, Math.clamp(step, -size - 1L, size + 1L));
    }

    void forEach(IntConsumer consumer) {
      for (long i = start; stride > 0 ? i < end : i > end; i += stride) {
        consumer.accept((int) i);
      }
    }
  }

  private static long bound(long index, int size, long step) {
    long fromStart = index < 0 ? Math.max(index, -size - 1L) + size : index;
    return step > 0 ? Math.clamp(fromStart, 0, size) : Math.clamp(fromStart, -1, size - 1);
  }
}
