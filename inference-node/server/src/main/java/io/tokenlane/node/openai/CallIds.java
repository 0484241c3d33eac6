package io.tokenlane.node.openai;

import java.security.SecureRandom;
import java.util.function.Supplier;

/**
 * Makes ids of tool calls.
 *
 * @param length of an id; 0 for those of OpenAI's API
 */
record CallIds(int length) implements Supplier<String> {
  private static final String CHARACTERS =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
  private static final String PREFIX = "call_";
  private static final int USUAL_LENGTH = 24;
  private static final SecureRandom RANDOM = new SecureRandom();

  @Override
  public String get() {
    return length == 0 ? PREFIX + characters(USUAL_LENGTH) : characters(length);
  }

  private static String characters(int count) {
    StringBuilder text = new StringBuilder(count);
    for (int i = 0; i < count; i++) {
      text.append(CHARACTERS.charAt(RANDOM.nextInt(CHARACTERS.length())));
    }
    return text.toString();
  }
}
