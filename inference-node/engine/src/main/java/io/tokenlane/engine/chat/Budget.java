package io.tokenlane.engine.chat;

/** What is left of the {@link TemplateLimits} in one rendering. Not thread-safe. */
final class Budget {
  /** Copying this many characters or elements counts as one step. */
  private static final int ELEMENTS_PER_STEP = 32;

  /** Comparing this many characters at one place counts as copying one. */
  private static final int SOUGHT_PER_ELEMENT = 8;

  private final TemplateLimits limits;
  private long steps;
  private int depth;

  Budget(TemplateLimits limits) {
    this.limits = limits;
    steps = limits.steps();
  }

  /** Takes one step. */
  void step() {
    steps(1);
  }

  /** Takes the steps for handling so many characters or elements. */
  void elements(long count) {
    steps(1 + count / ELEMENTS_PER_STEP);
  }

  /** Takes the steps for making so many values, of which none is part of another. */
  void objects(long count) {
    steps(count);
  }

  /**
   * Takes the steps for seeking a text in another. At worst it is compared at each character, as
   * far as the texts go.
   */
  void search(String text, String sought) {
    elements(text.length() * (1L + sought.length() / SOUGHT_PER_ELEMENT));
  }

  private void steps(long count) {
    steps -= count;
    if (steps < 0) {
      throw new TemplateException("template takes more than " + limits.steps() + " steps");
    }
  }

  /** Allows a text of this length. */
  void characters(long length) {
    if (length > limits.characters()) {
      throw new TemplateException(
          "template makes a text longer than " + limits.characters() + " characters");
    }
  }

  /** Allows a new text or list of this length and takes the steps for making it. */
  void allocate(long length) {
    characters(length);
    elements(length);
  }

  /** Goes one level deeper; {@link #leave} comes back. */
  void enter() {
    if (++depth > limits.depth()) {
      throw new TemplateException("template nests deeper than " + limits.depth());
    }
  }

  void leave() {
    depth--;
  }
}
