package io.tokenlane.engine.schedule;

import io.tokenlane.engine.kv.BlockTable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The state of one generation, as far as scheduling needs it. Changed by {@link Scheduler} only.
 */
public final class Sequence {
  private static final int FIRST_ROOM = 256;

  private final int promptLength;
  private final int maxTokens;
  private final int priority;
  private final int[] stopTokens;
  private final BlockTable blocks;
  private final @Nullable Sequence sibling;
  private final StepPlan.Chunk chunk = new StepPlan.Chunk(this);

  private int[] tokens;
  private int length;

  /** Tokens that are there to stay; the others are a trial. */
  private int settled;

  /** Settled tokens at the end that may yet be taken back. */
  private int held;

  private int computed;
  private int cachedTokens = -1;
  private int granted;
  private int draftsWanted;
  private int drafts;
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
    blocks = new BlockTable(spec.salt(), spec.mark());
    promptLength = spec.prompt().length;
    length = promptLength;
    settled = length;
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

  /** Tokens generated so far, trials excluded. */
  public int generated() {
    return settled - promptLength;
  }

  /** Tokens that may yet be appended. */
  public int room() {
    return mostTokens() - length;
  }

  /**
   * Tokens whose blocks may be found. The last one is always computed where its logits are wanted,
   * and what may be taken back is nobody's.
   */
  int lookedUp() {
    return isPrefillOnly() ? length + 1 : firm();
  }

  /** First tokens that no turn will take back, so that their blocks can be shared. */
  int firm() {
    return settled - held;
  }

  /** Tokens that are there to stay; the others, up to {@link #length()}, are a trial. */
  public int settled() {
    return settled;
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

  /** The sibling whose blocks it begins with if it begins now; null if it looks for others. */
  @Nullable Sequence origin() {
    boolean there = sibling != null && sibling.hasComputedPrompt() && !hasRun();
    return there ? sibling : null;
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
    drafts = 0;
  }

  /** Notes that the token at this position left the model before its last layer. */
  public void leftEarly(int position) {
    blocks.leftEarly(position);
  }

  /** Tokens that may be drafted behind its own in the next steps; from 0. */
  public void wantDrafts(int count) {
    draftsWanted = count;
  }

  /** As many as are wanted and could still be appended. */
  int draftsWanted() {
    return Math.min(draftsWanted, room() - 1);
  }

  void grantDrafts(int count) {
    drafts = count;
  }

  /** Tokens that may be drafted behind those granted in this step. */
  int drafts() {
    return drafts;
  }

  /** What the step that is planned computes of it. */
  StepPlan.Chunk chunk() {
    return chunk;
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
    settled = length;
    if (isStop(token)) {
      state = State.STOPPED;
    } else if (generated() == maxTokens) {
      state = State.FULL;
    }
  }

  /** Goes on as the turn says, up to a token that ends it; gives the number of tokens appended. */
  int turn(Turn turn) {
    length = turn.keep();
    settled = Math.min(settled, length);
    held = turn.held();
    computed = Math.min(computed, length);
    int count = 0;
    while (count < turn.tokens().length && state == State.RUNNING) {
      int token = turn.tokens()[count++];
      if (turn.settled()) {
        append(token);
      } else {
        tokens = length < tokens.length ? tokens : Arrays.copyOf(tokens, length + FIRST_ROOM);
        tokens[length++] = token;
      }
    }
    return count;
  }

  void remove() {
    state = State.REMOVED;
  }

  /** Whether this token ends it. */
  public boolean isStop(int token) {
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
