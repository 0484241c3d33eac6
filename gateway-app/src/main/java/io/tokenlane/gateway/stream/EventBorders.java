package io.tokenlane.gateway.stream;

import java.nio.charset.StandardCharsets;

/**
 * Finds where events end (WHATWG HTML §9.2.5): at a blank line, where a line ends with CR LF, LF or
 * CR. Reads byte by byte across chunks, so it does not matter where these were cut; UTF-8 never
 * holds a CR or LF inside a character. Not thread-safe.
 */
final class EventBorders {
  private boolean lineEmpty = true;
  private boolean eventEmpty = true;
  private boolean afterCr;
  private boolean crEndedEvent;
  private long events;

  /**
   * Reads on.
   *
   * @return how many of these bytes belong to whole events; the rest begins an event that is not
   *     complete
   */
  int read(byte[] bytes, int from, int to) {
    int border = from;
    for (int i = from; i < to; i++) {
      byte b = bytes[i];
      if (b == '\n') {
        // After a CR it is the second half of the same line end.
        boolean blank = afterCr ? crEndedEvent : endOfLine();
        border = blank ? i + 1 : border;
        afterCr = false;
      } else if (b == '\r') {
        crEndedEvent = endOfLine();
        border = crEndedEvent ? i + 1 : border;
        afterCr = true;
      } else {
        lineEmpty = false;
        eventEmpty = false;
        afterCr = false;
      }
    }
    return border - from;
  }

  /**
   * The same of bytes that are given as text, one character each (ISO-8859-1): the processor looks
   * for the ends of lines in many of them at once.
   */
  int read(String text) {
    if (afterCr || text.indexOf('\r') >= 0) {
      byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
      return read(bytes, 0, bytes.length);
    }
    int border = 0;
    int start = 0;
    for (int end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', start)) {
      filled(end > start);
      border = endOfLine() ? end + 1 : border;
      start = end + 1;
    }
    filled(text.length() > start);
    return border;
  }

  private void filled(boolean something) {
    lineEmpty = lineEmpty && !something;
    eventEmpty = eventEmpty && !something;
  }

  /** A line ended; true where it was blank, so that the event is whole. */
  private boolean endOfLine() {
    boolean blank = lineEmpty;
    if (blank && !eventEmpty) {
      events++;
      eventEmpty = true;
    }
    lineEmpty = true;
    return blank;
  }

  /** Whole events so far. */
  long events() {
    return events;
  }
}
