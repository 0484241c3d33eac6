package io.tokenlane.engine.chat;

import java.util.AbstractList;
import java.util.HashMap;
import java.util.Map;
import java.util.RandomAccess;

/**
 * The characters of a text as a list. Each is made where it is first read, and equal ones are one
 * text: a list of them takes no more memory than its text, however long.
 */
final class Characters extends AbstractList<Object> implements RandomAccess {
  private final int[] codePoints;
  private final Map<Integer, String> made = new HashMap<>();
  private final Budget budget;

  Characters(String text, Budget budget) {
    budget.allocate(text.length());
    this.budget = budget;
    codePoints = text.codePoints().toArray();
  }

  @Override
  public Object get(int index) {
    return made.computeIfAbsent(codePoints[index], this::make);
  }

  private String make(int codePoint) {
    budget.step();
    return Character.toString(codePoint);
  }

  @Override
  public int size() {
    return codePoints.length;
  }
}
