package io.tokenlane.engine.run;

/** What is read of a sequence's rows besides its next token. Set between two steps. */
public final class Probe {
  private boolean states;
  private boolean likeliest;
  private int token = NO_TOKEN;

  private static final int NO_TOKEN = -1;

  /** Nothing. */
  public void clear() {
    states = false;
    likeliest = false;
    token = NO_TOKEN;
  }

  /** The hidden states. */
  public void readStates() {
    states = true;
  }

  /** The probability of a token. */
  public void readProbability(int id) {
    token = id;
  }

  /** The next token is the most likely one, with its probability; sampling takes no part. */
  public void takeLikeliest() {
    likeliest = true;
  }

  boolean states() {
    return states;
  }

  boolean likeliest() {
    return likeliest;
  }

  boolean probability() {
    return token != NO_TOKEN;
  }

  int token() {
    return token;
  }
}
