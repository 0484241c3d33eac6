package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockTable;
import java.util.Arrays;

/**
 * The state of one generation, as far as scheduling needs it. Changed by {@link Scheduler} only.
 */
public final class Sequence {
  private final int promptLength;
  private final int maxTokens;
  private final int priority;
  private final int[] stopTokens;
  private final BlockTable blocks = new BlockTable(0);

  private int[] tokens;
  private int length;
  private int computed;
  private int cachedTokens = -1;
  private long arrival;
  private State state = State.NEW;

  /**
   * @param prompt token ids, at least one; copied
   * @param maxTokens most tokens to generate, at least 1
   * @param stopTokens ids that end the sequence; copied
   * @param priority higher runs earlier
   */
  public Sequence(int[] prompt, int maxTokens, int[] stopTokens, int priority) {
    this.maxTokens = maxTokens;
    this.priority = priority;
    this.stopTokens = stopTokens.clone();
    promptLength = prompt.length;
    length = prompt.length;
    tokens = Arrays.copyOf(prompt, prompt.length + Math.min(maxTokens, 64));
  }

  /** Prompt and output; the first {@link #length()} are meaningful. Not to be changed. */
  public int[] tokens() {
    return tokens;
  }

  /** Tokens of prompt and output together. */
  public int length() {
    return length;
  }

  /** Tokens of the prompt. */
  public int promptLength() {
    return promptLength;
  }

  /** Tokens of the prompt and all that may be generated. */
  int mostTokens() {
    return promptLength + maxTokens;
  }

  /** Tokens generated so far. */
  public int generated() {
    return length - promptLength;
  }

  /** Tokens of the prompt that were found in the KV cache when the sequence first ran. */
  public int cachedTokens() {
    return Math.max(0, cachedTokens);
  }

  /** Its KV blocks. */
  public BlockTable blocks() {
    return blocks;
  }

  /** Where it stands. */
  public State state() {
    return state;
  }

  int priority() {
    return priority;
  }

  long arrival() {
    return arrival;
  }

  /** Tokens whose keys and values are in the KV cache. */
  int computed() {
    return computed;
  }

  int remaining() {
    return length - computed;
  }

  void arrive(long number) {
    arrival = number;
    state = State.WAITING;
  }

  /** Starts to run with {@code cached} tokens found; true if it never ran before. */
  boolean run(int cached) {
    state = State.RUNNING;
    computed = cached;
    boolean first = cachedTokens < 0;
    if (first) {
      cachedTokens = cached;
    }
    return first;
  }

  void preempt() {
    state = State.WAITING;
    computed = 0;
  }

  void advance(int count) {
    computed += count;
  }

  void append(int token) {
    if (length == tokens.length) {
      tokens = Arrays.copyOf(tokens, Math.min(promptLength + maxTokens, length * 2));
    }
    tokens[length++] = token;
    if (isStop(token)) {
      state = State.STOPPED;
    } else if (generated() == maxTokens) {
      state = State.FULL;
    }
  }

  void remove() {
    state = State.REMOVED;
  }

  private boolean isStop(int token) {
    for (int stop : stopTokens) {
      if (stop == token) {
        return true;
      }
    }
    return false;
  }

  /** Where a sequence stands. */
  public enum State {
    /** Not yet with the scheduler. */
    NEW,
    /** In the queue, for the first time or after a preemption. */
    WAITING,
    /** Has blocks and is computed. */
    RUNNING,
    /** Ended by a stop token. */
    STOPPED,
    /** Ended by the wanted number of tokens. */
    FULL,
    /** Taken out before its end. */
    REMOVED
  }
}
