package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of one generation, as far as scheduling needs it. Changed by {@link Scheduler} only.
 */
public final class Sequence {
  private static final int FIRST_ROOM = 64;

  private final int promptLength;
  private final int maxTokens;
  private final int priority;
  private final int[] stopTokens;
  private final BlockTable blocks;
  private final @Nullable Sequence sibling;

  private int[] tokens;
  private int length;
  private int computed;
  private int cachedTokens = -1;
  private int granted;
  private boolean pinned;
  private long arrival;
  private long arrivedNanos;
  private State state = State.NEW;

  /** A sequence of its own. */
  public Sequence(SequenceSpec spec) {
    this(spec, null);
  }

  /**
   * A sequence whose prompt and salt are those of another; computed once for both.
   *
   * @param sibling the other, added to the scheduler before; or null
   */
  public Sequence(SequenceSpec spec, @Nullable Sequence sibling) {
    this.sibling = sibling;
    maxTokens = spec.maxTokens();
    priority = spec.priority();
    stopTokens = spec.stopTokens();
    blocks = new BlockTable(spec.salt());
    promptLength = spec.prompt().length;
    length = promptLength;
    tokens = Arrays.copyOf(spec.prompt(), promptLength + Math.min(maxTokens, FIRST_ROOM));
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

  long arrivedNanos() {
    return arrivedNanos;
  }

  @Nullable Sequence sibling() {
    return sibling;
  }

  /** Whether it ran before, even if it was put back since. */
  public boolean hasRun() {
    return cachedTokens >= 0;
  }

  /** Whether its prompt is in the KV cache as long as it runs. */
  boolean hasComputedPrompt() {
    return state == State.RUNNING && computed >= promptLength;
  }

  /** Whether it only computes its prompt. */
  boolean isPrefillOnly() {
    return maxTokens == 0;
  }

  /** Whether the token after those granted in this step is drawn. */
  boolean samples() {
    return granted == remaining() && !isPrefillOnly();
  }

  /** Tokens that it is given in this step. */
  int granted() {
    return granted;
  }

  void grant(int count) {
    granted = count;
  }

  /** Keeps its blocks once it has ended. Before it is added. */
  public void pin() {
    pinned = true;
  }

  boolean isPinned() {
    return pinned;
  }

  void arrive(long number, long nanos) {
    arrival = number;
    arrivedNanos = nanos;
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

  /** Computed tokens grew; ends a sequence that generates nothing. */
  void advance(int count) {
    computed += count;
    if (isPrefillOnly() && remaining() == 0) {
      state = State.FULL;
    }
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
