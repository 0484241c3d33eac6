package io.tokenlane.bench.adaptive;

/**
 * What the demo model answered.
 *
 * @param text all of it
 * @param tokens its tokens
 * @param reasoningTokens those of them up to the closing tag; 0 without one
 * @param nanos from being asked to the last token
 */
record DemoAnswer(String text, int tokens, int reasoningTokens, long nanos) {
  private static final String CLOSE = "</think>";
  private static final String END = "<|im_end|>";

  /** Whether it is the task's answer. */
  boolean isRight(Question task) {
    int close = text.indexOf(CLOSE);
    String answer = close < 0 ? text : text.substring(close + CLOSE.length());
    return answer.replace(END, "").strip().equals(task.answer());
  }

  /** Steps of its reasoning. */
  int steps() {
    int close = text.indexOf(CLOSE);
    return (int) text.substring(0, Math.max(0, close)).lines().filter(l -> l.endsWith(".")).count();
  }
}
