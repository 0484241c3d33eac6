package io.tokenlane.gateway.compress;

import java.lang.Character.UnicodeScript;
import java.util.EnumSet;
import java.util.Set;

/**
 * A text of an answer that may use names, as its parts come. A name stands alone: where letters of
 * its script stand side by side, or one is there that is no name, the text is written in that
 * script, and its letters are letters. Signs that belong to no script are always names.
 */
final class NamedText {
  private final Names names;
  private final Set<UnicodeScript> written = EnumSet.noneOf(UnicodeScript.class);
  private char last;
  private long seen;

  NamedText(Names names) {
    this.names = names;
  }

  /** Looks at the next part. */
  void see(String part) {
    for (int i = 0; i < part.length(); i++) {
      see(part.charAt(i));
    }
    seen += part.length();
  }

  private void see(char c) {
    UnicodeScript script = Names.script(c);
    if (names.scripts().contains(script) && (!names.has(c) || script == Names.script(last))) {
      written.add(script);
    }
    last = c;
  }

  /** How many characters have been looked at. */
  long seen() {
    return seen;
  }

  /** Whether the next character tells whether the last one is a name. */
  boolean isOpen() {
    UnicodeScript script = Names.script(last);
    return names.has(last) && names.scripts().contains(script) && !written.contains(script);
  }

  /** A part of this with its names written out, as far as they are known to be names by now. */
  String writtenOut(String part) {
    return names.writtenOut(part, written);
  }
}
