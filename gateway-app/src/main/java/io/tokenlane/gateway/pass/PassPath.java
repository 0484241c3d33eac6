package io.tokenlane.gateway.pass;

/** Request targets (RFC 9112 §3.2.1) that nobody can read in two ways. */
final class PassPath {
  private static final String IN_PATH = "-._~!$&'()*+,=:@/";
  private static final String IN_QUERY = IN_PATH + "?;%";
  private static final int ASCII = 128;
  private static final boolean[] PATH = new boolean[ASCII];
  private static final boolean[] QUERY = new boolean[ASCII];

  static {
    for (char c = 0; c < ASCII; c++) {
      boolean letter = (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
      PATH[c] = letter || IN_PATH.indexOf(c) >= 0;
      QUERY[c] = letter || IN_QUERY.indexOf(c) >= 0;
    }
  }

  private PassPath() {}

  /** Whether it may stand in a path without any meaning of its own. */
  static boolean plain(int c) {
    return c < ASCII && PATH[c] && c != '*';
  }

  /**
   * The path's length where the target is a path without escapes, dot segments or empty segments,
   * and a well-formed query; −1 otherwise.
   */
  static int length(String target) {
    int query = target.indexOf('?');
    int end = query < 0 ? target.length() : query;
    if (end == 0 || target.charAt(0) != '/') {
      return -1;
    }
    for (int i = 0; i < end; i++) {
      char c = target.charAt(i);
      boolean dotOrEmpty = c == '/' && i + 1 < end && strange(target.charAt(i + 1));
      if (c >= ASCII || !PATH[c] || dotOrEmpty) {
        return -1;
      }
    }
    return queryIsSound(target, end + 1) ? end : -1;
  }

  private static boolean strange(char first) {
    return first == '.' || first == '/';
  }

  private static boolean queryIsSound(String target, int from) {
    for (int i = from; i < target.length(); i++) {
      char c = target.charAt(i);
      boolean half = c == '%' && !(hex(target, i + 1) && hex(target, i + 2));
      if (c >= ASCII || !QUERY[c] || half) {
        return false;
      }
    }
    return true;
  }

  private static boolean hex(String text, int at) {
    return at < text.length() && Character.digit(text.charAt(at), 16) >= 0;
  }
}
