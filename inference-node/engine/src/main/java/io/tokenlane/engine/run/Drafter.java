package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.model.Confidence;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Continuations.Rates;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drafts the tokens that a step verifies: from what followed the same tokens earlier in the text
 * (Saxena 2023, "Prompt Lookup Decoding") or in answers of before, else by the model's first layers
 * (Elhoushi et al. 2024, "LayerSkip"; Zhang et al. 2024, "Draft & Verify"). Drafts are the most
 * likely tokens, so that a draft is right exactly where the token that sampling draws from the full
 * model's distribution is the same: what is generated is what would be without drafts, whatever
 * those are.
 *
 * <p>What followed in earlier answers is known to sequences of the same salt only, as are blocks of
 * equal prefixes.
 */
final class Drafter {
  /** Most drafts of a sequence in a step. */
  static final int MOST = 16;

  private static final int ANSWERS_SLOTS = 1 << 16;
  private static final int[] ANSWERS_LENGTHS = {4, 8};
  private static final int[] TEXT_LENGTHS = {3, 4};
  private static final int LONGEST = 8;

  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final int[][] drafts;
  private final int[] counts;
  private final boolean[] open;
  private final PayOff payOff = new PayOff();
  private final RowCost rowCost = new RowCost();
  private final Rates textRates = new Rates(TEXT_LENGTHS.length);
  private final Continuations answers =
      new Continuations(ANSWERS_SLOTS, new Rates(ANSWERS_LENGTHS.length), ANSWERS_LENGTHS);

  /** The last tokens of a text with the drafts behind them. */
  private final int[] ahead = new int[LONGEST + MOST];

  private double cost;
  private float[] logits = {};
  private boolean layersDrafted;

  /** What drafting remembers of a sequence. */
  static final class Memory {
    /** Tokens at the end of a prompt that are looked up. */
    private static final int PROMPT = 1 << 12;

    private static final int SMALLEST = 1 << 9;
    private static final int LARGEST = 1 << 15;

    private final Pace.Drafting how;
    private final Sequence sequence;
    private final long seed;
    private final Rates rates;
    private final DraftLength byLayers = new DraftLength(8);
    private @Nullable Continuations text;
    private boolean fromText;
    private int learned;

    private Memory(Pace.Drafting how, Sequence sequence, Rates rates) {
      this.how = how;
      this.sequence = sequence;
      CacheSalt salt = sequence.blocks().salt();
      seed = salt.high() ^ Long.rotateLeft(salt.low(), 32);
      this.rates = rates;
      learned = Math.max(0, sequence.promptLength() - PROMPT);
    }

    /** Made when first wanted: a sequence that waits has no use for it. */
    private Continuations text() {
      Continuations made = text;
      if (made == null) {
        int wanted = Math.clamp(4L * sequence.promptLength(), SMALLEST, LARGEST);
        made = new Continuations(Integer.highestOneBit(wanted), rates, TEXT_LENGTHS);
        text = made;
      }
      return made;
    }

    /** Takes in what the sequence grew by. */
    private void learn(Continuations answers) {
      learned = Math.min(learned, sequence.settled());
      for (; learned < sequence.settled(); learned++) {
        text().learn(sequence.tokens(), learned, 0);
        if (learned >= sequence.promptLength()) {
          answers.learn(sequence.tokens(), learned, seed);
        }
      }
    }
  }

  Drafter(Model model, KvStore kv, Batch like) {
    this.model = model;
    this.kv = kv;
    int sequences = like.firstRow.length;
    batch = new Batch(sequences, sequences, like.maxBlocks(), like.blockSize());
    drafts = new int[sequences][MOST];
    counts = new int[sequences];
    open = new boolean[sequences];
  }

  /** Begins to draft for a sequence. */
  Memory open(Pace.Drafting how, Sequence sequence) {
    return new Memory(how, sequence, textRates);
  }

  /** Ends a sequence: others may profit of its answer. */
  void close(Memory memory) {
    memory.learn(answers);
  }

  /** Drafts for all chunks that have room for drafts. */
  void draft(StepPlan plan, List<@Nullable Memory> memories) {
    Arrays.fill(counts, 0);
    layersDrafted = false;
    cost = rowCost.share(plan.chunks().size());
    boolean layers = false;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      Chunk chunk = plan.chunks().get(i);
      open[i] = false;
      if (memory != null && chunk.drafts() > 0) {
        draftByText(i, chunk, memory);
        boolean free = counts[i] == 0 && chunk.count() == 1 && memory.how.layers() > 0;
        open[i] = free && memory.byLayers.get(cost) > 0;
        if (free && !open[i]) {
          memory.byLayers.skip();
        }
        layers |= open[i];
      }
    }
    if (layers && payOff.drafts()) {
      draftByLayers(plan, memories);
    }
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      if (memory != null && counts[i] > 0) {
        counts[i] = memory.how.filter().useful(drafts[i], counts[i]);
      }
    }
  }

  /** Drafts nothing. */
  void clear() {
    Arrays.fill(counts, 0);
  }

  /** Drafts of a chunk. */
  int count(int chunk) {
    return counts[chunk];
  }

  /** A draft of a chunk. */
  int token(int chunk, int index) {
    return drafts[chunk][index];
  }

  /** Learns how many drafts of a chunk were right. */
  void learn(int chunk, Memory memory, int right) {
    if (counts[chunk] > 0 && !memory.fromText) {
      memory.byLayers.learn(counts[chunk], right);
    }
  }

  /**
   * Learns what the step took in which it drafted.
   *
   * @param plain whether every sequence computed one token and its drafts
   */
  void took(StepPlan plan, boolean plain, long nanos, int rows, int tokens) {
    payOff.took(layersDrafted, nanos, Math.max(1, tokens));
    if (plain && !layersDrafted) {
      rowCost.took(plan.chunks().size(), rows, tokens, nanos);
    }
  }

  /**
   * Goes on for as long as all drafts by then are right more often than a row costs; by the root of
   * that share, as the surest of several guesses is right less often than it has been.
   */
  private void draftByText(int index, Chunk chunk, Memory memory) {
    memory.learn(answers);
    Sequence sequence = chunk.sequence();
    int known = Math.min(LONGEST, sequence.length());
    System.arraycopy(sequence.tokens(), sequence.length() - known, ahead, 0, known);
    double right = 1;
    double least = Math.sqrt(cost);
    int count = 0;
    while (count < Math.min(chunk.drafts(), MOST)) {
      float byText = memory.text().predict(ahead, known + count, 0);
      float byAnswers = answers.predict(ahead, known + count, memory.seed);
      int token = byText >= byAnswers ? memory.text().found() : answers.found();
      right *= Math.max(byText, byAnswers);
      if (right < least || sequence.isStop(token)) {
        break;
      }
      drafts[index][count] = token;
      ahead[known + count++] = token;
    }
    counts[index] = count;
    memory.fromText = count > 0;
  }

  private void draftByLayers(StepPlan plan, List<@Nullable Memory> memories) {
    layersDrafted = true;
    for (int layers = pack(plan, memories); layers > 0; layers = pack(plan, memories)) {
      int vocabulary = model.config().vocabularySize();
      int values = Math.multiplyExact(batch.outputs(), vocabulary);
      logits = logits.length < values ? new float[values] : logits;
      model.forward(batch, kv, layers, logits);
      int row = 0;
      for (int i = 0; i < plan.chunks().size(); i++) {
        Memory memory = memories.get(i);
        if (open[i] && memory != null && memory.how.layers() == layers) {
          take(i, memory, row++ * vocabulary, plan.chunks().get(i).drafts());
        }
      }
    }
  }

  /** The next row of every chunk that still drafts by as many layers as the first of them. */
  private int pack(StepPlan plan, List<@Nullable Memory> memories) {
    batch.clear();
    int layers = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      if (!open[i] || memory == null || (layers > 0 && memory.how.layers() != layers)) {
        continue;
      }
      layers = memory.how.layers();
      Sequence sequence = plan.chunks().get(i).sequence();
      int drafted = counts[i];
      int position = sequence.length() - 1 + drafted;
      batch.beginSequence(sequence.blocks().ids(), sequence.blocks().count());
      int token = drafted == 0 ? sequence.tokens()[position] : drafts[i][drafted - 1];
      batch.addRow(token, position, true);
    }
    return layers;
  }

  private void take(int chunk, Memory memory, int at, int room) {
    int best = at;
    for (int i = at; i < at + model.config().tokens(); i++) {
      best = logits[i] > logits[best] ? i : best;
    }
    drafts[chunk][counts[chunk]++] = best - at;
    boolean unsure = Confidence.of(logits, at, model.config().tokens()) < memory.how.threshold();
    open[chunk] = !unsure && counts[chunk] < Math.min(room, memory.byLayers.get(cost));
  }
}
