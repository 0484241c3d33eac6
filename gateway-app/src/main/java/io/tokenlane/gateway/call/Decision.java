package io.tokenlane.gateway.call;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * One thing that was decided about a request, for people who ask why.
 *
 * @param stage where: {@code cache}, {@code compress}, {@code balance}, …
 * @param verdict what, in a word or two
 * @param why the reason, in a sentence
 * @param facts what it was decided by: texts, numbers, lists and maps of them; no secrets
 * @param atNanos when, on {@code System.nanoTime}
 */
public record Decision(
    String stage, String verdict, String why, Map<String, Object> facts, long atNanos) {

  /** Copies {@code facts}, in their order. */
  public Decision {
    facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
  }
}
