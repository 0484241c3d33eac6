package io.tokenlane.compress;

/**
 * Cuts a text at borders that no token crosses, so that what lies between can be counted, and
 * remembered, by itself. The patterns by which the encodings cut a text before they merge bytes
 * ({@code o200k_base}, {@code cl100k_base}) match a word with the sign before it and an English
 * contraction behind it, up to three digits, signs with the blank before and the line ends behind
 * them, white space. So a match ends, whatever stands around it,
 *
 * <ul>
 *   <li>before a blank that follows something visible, and after a line end;
 *   <li>after digits, and before digits that follow a letter or a sign;
 *   <li>after a letter, before a sign other than the apostrophe and before a line end;
 *   <li>before a letter that follows two or more signs, or a blank and signs, where these begin a
 *       match.
 * </ul>
 *
 * Characters outside a few well-known ranges give no border except as something visible.
 */
final class Stretches {
  /** Byte-pair encoding takes more than linear time on a run that nothing cuts. */
  private static final int LONGEST_RUN = 1024;

  private static final byte OTHER = 0;
  private static final byte LETTER = 1;
  private static final byte DIGIT = 2;
  private static final byte SIGN = 3;
  private static final byte BLANK = 4;
  private static final byte LINE_END = 5;
  private static final byte[] ASCII = new byte[128];

  static {
    for (char c = '!'; c < 127; c++) {
      ASCII[c] = SIGN;
    }
    for (char c = '0'; c <= '9'; c++) {
      ASCII[c] = DIGIT;
    }
    for (char c = 'a'; c <= 'z'; c++) {
      ASCII[c] = LETTER;
      ASCII[c - 'a' + 'A'] = LETTER;
    }
    ASCII[' '] = BLANK;
    ASCII['\n'] = LINE_END;
  }

  private final String text;
  private int end;

  Stretches(String text) {
    this.text = text;
  }

  int end() {
    return end;
  }

  /** Finds the end of the stretch that starts here, beyond the start and within the text. */
  void scan(int start) {
    char before = text.charAt(start);
    byte last = kind(before);
    boolean blank = last == BLANK;
    boolean signs = blank || last == SIGN;
    int run = 1;
    int i = start + 1;
    while (i < text.length()) {
      char c = text.charAt(i);
      byte kind = kind(c);
      run = c == before ? run + 1 : 1;
      if (run > LONGEST_RUN || isBorder(last, before, kind, c)) {
        break;
      }
      if (signs && kind != SIGN) {
        if (kind == LETTER && i - start > 1) {
          break;
        }
        signs = false;
      }
      before = c;
      last = kind;
      i++;
    }
    end = i;
  }

  private static boolean isBorder(byte last, char before, byte kind, char c) {
    return switch (last) {
      case LETTER ->
          kind == BLANK || kind == DIGIT || kind == LINE_END || (kind == SIGN && c != '\'');
      case DIGIT -> kind != DIGIT && (kind != OTHER || c < 0x80);
      case SIGN -> kind == BLANK || kind == DIGIT;
      case LINE_END -> isSolid(c) && c != '/';
      case BLANK -> false;
      default -> kind == BLANK && isSolid(before);
    };
  }

  private static boolean isSolid(char c) {
    return (c > ' ' && c < 0x7f)
        || (c >= 0xa0 && !Character.isWhitespace(c) && !Character.isSpaceChar(c));
  }

  private static byte kind(char c) {
    if (c < 0x80) {
      return ASCII[c];
    }
    return isKnownLetter(c) ? LETTER : OTHER;
  }

  /** Letters of Latin, Cyrillic, the kana, Han and Hangul; none of these ranges holds marks. */
  private static boolean isKnownLetter(char c) {
    return (c >= 'À' && c <= 'ɏ' && c != '×' && c != '÷')
        || (c >= 'А' && c <= 'я')
        || (c >= '一' && c <= '鿿')
        || (c >= '가' && c <= '힣');
  }
}
