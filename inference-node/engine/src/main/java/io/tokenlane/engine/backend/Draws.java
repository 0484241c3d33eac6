package io.tokenlane.engine.backend;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How the next token of each output row of a batch is drawn, and then what was: for backends that
 * draw on their device, so that logits need not come to the host. Rows are allocated once and
 * reused.
 *
 * <p>In this order: logits are capped softly; biases are added; penalties applied; what a mask does
 * not permit is taken out; then temperature, top-k, top-p of what that left, min-p, draw. Cuts keep
 * a front part of the tokens sorted by probability, equal ones by id.
 */
public final class Draws {
  /** Most likely tokens that a row can name. */
  public static final int MOST_TOP = 20;

  private final int tokens;
  private final float cap;
  private final Row[] rows;

  /**
   * @param outputs most output rows of a batch
   * @param tokens ids below this are tokens
   * @param cap soft bound of logits; 0 for none
   */
  public Draws(int outputs, int tokens, float cap) {
    this.tokens = tokens;
    this.cap = cap;
    rows = new Row[outputs];
    Arrays.setAll(rows, i -> new Row());
  }

  /** Ids below this are tokens. */
  public int tokens() {
    return tokens;
  }

  /** Soft bound of logits; 0 for none. */
  public float cap() {
    return cap;
  }

  /** The draw of output row {@code index}. */
  public Row row(int index) {
    return rows[index];
  }

  /** One row: what is wanted, and what came. Wanted values are not checked here. */
  public static final class Row {
    private static final int[] NONE = {};
    private static final float[] NO_BIASES = {};

    /** 0 takes the largest logit, the lowest id of equal ones. */
    public float temperature;

    /** 0 keeps all. */
    public int topK;

    /** 1 keeps all. */
    public float topP;

    /** 0 keeps all. */
    public float minP;

    /** Subtracted for each time a token was generated. */
    public float frequencyPenalty;

    /** Subtracted once for a token that was generated. */
    public float presencePenalty;

    /** Divides positive and multiplies negative logits of tokens that were seen; 1 is none. */
    public float repetitionPenalty;

    /** Where in the mass of the tokens that are kept the draw falls: 0 to less than 1. */
    public double share;

    /** Likeliest tokens to name; -1 for no log probabilities at all. */
    public int top;

    /** Tokens that were seen. */
    public int[] seenIds = {};

    /** How often each of them was generated. */
    public int[] seenCounts = {};

    /** How many entries of both are in use. */
    public int seen;

    /** Tokens with a bias. */
    public int[] biasIds = {};

    /** Their biases. */
    public float[] biases = {};

    /** What may be drawn, a bit for each id; null for anything. */
    public long @Nullable [] mask;

    /** The token; -1 where the logits are no distribution. */
    public int token;

    /** The first id whose logit is not finite; -1 where all are. */
    public int broken;

    /** Natural logarithm of the token's probability under the logits, if asked for. */
    public float logprob;

    /** The likeliest tokens, as many as were asked for. */
    public int[] topIds = {};

    /** Their log probabilities. */
    public float[] topLogprobs = {};

    private Row() {
      greedy();
    }

    /** Wants the most likely token and nothing else. */
    public void greedy() {
      temperature = 0;
      topK = 0;
      topP = 1;
      minP = 0;
      frequencyPenalty = 0;
      presencePenalty = 0;
      repetitionPenalty = 1;
      share = 0;
      top = -1;
      seen = 0;
      biasIds = NONE;
      biases = NO_BIASES;
      mask = null;
    }
  }
}
