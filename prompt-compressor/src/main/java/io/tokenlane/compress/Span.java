package io.tokenlane.compress;

/** A half-open range of UTF-16 units in a text. */
record Span(int start, int end) {
  String of(String text) {
    return text.substring(start, end);
  }
}
