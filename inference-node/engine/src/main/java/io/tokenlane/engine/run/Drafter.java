package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.kv.CacheSalt;
import io.tokenlane.engine.model.Confidence;
import io.tokenlane.engine.model.HeadStart;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.run.Continuations.Rates;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Drafts the tokens that a step verifies: from what followed the same tokens earlier in the text
 * (Saxena 2023, "Prompt Lookup Decoding") or in answers of before; where those know nothing, by the
 * model's first layers (Elhoushi et al. 2024, "LayerSkip"; Zhang et al. 2024, "Draft & Verify"),
 * token by token within one draft. Drafts are the most likely tokens, so that a draft is right
 * exactly where the token that sampling draws from the full model's distribution is the same: what
 * is generated is what would be without drafts, whatever those are.
 *
 * <p>Rows of which the first layers were asked have a {@link #start}: the verifying pass computes
 * the layers behind only.
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

  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final List<Draft> drafts = new ArrayList<>();
  private final HeadStart start = new HeadStart();
  private final StepCost stepCost = new StepCost();
  private final Sureness sureness = new Sureness();
  private final Rates textRates = new Rates(TEXT_LENGTHS.length);
  private final Continuations answers =
      new Continuations(ANSWERS_SLOTS, new Rates(ANSWERS_LENGTHS.length), ANSWERS_LENGTHS);

  private final LongSupplier nanoTime;

  /** How likely a draft must be right: from a text, and from layers. */
  private double least;

  private double leastByLayers;

  /** Layers that rows went through for drafts, as rows through all layers. */
  private double begun;

  /** When drafting ended, and when the step did; 0 where no step began behind the last. */
  private long drafted;

  private long ended;

  private float[] logits = {};
  private int asked;

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
    private @Nullable Continuations text;
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

  /**
   * @param like a batch as large as any
   * @param nanoTime as {@link System#nanoTime()}
   */
  Drafter(Model model, KvStore kv, Batch like, LongSupplier nanoTime) {
    this.model = model;
    this.kv = kv;
    this.nanoTime = nanoTime;
    int sequences = like.firstRow.length;
    batch = new Batch(like.maxRows(), sequences, like.maxBlocks(), like.blockSize());
    for (int i = 0; i < sequences; i++) {
      drafts.add(new Draft(MOST));
    }
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
    begin(plan, memories);
    if (ended != 0) {
      stepCost.between(nanoTime.getAsLong() - ended);
    }
    ended = 0;
    least = Math.sqrt(stepCost.rowShare(plan.chunks().size()));
    leastByLayers = Math.max(least, stepCost.questionShare(plan.chunks().size()));
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      if (memory != null && drafts.get(i).isOpen()) {
        memory.learn(answers);
        draftByText(drafts.get(i), memory);
      }
    }
    if (leastByLayers < 1) {
      draftByLayers(plan, memories);
    }
    drafted = nanoTime.getAsLong();
  }

  /** Drafts nothing. */
  void draftNothing(StepPlan plan) {
    begin(plan, List.of());
  }

  private void begin(StepPlan plan, List<@Nullable Memory> memories) {
    start.clear();
    asked = 0;
    begun = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      boolean drafts = !memories.isEmpty() && memories.get(i) != null;
      this.drafts.get(i).begin(plan.chunks().get(i), drafts);
    }
  }

  /** The draft of a chunk. */
  Draft of(int chunk) {
    return drafts.get(chunk);
  }

  /** The rows that went through the first layers. */
  HeadStart start() {
    return start;
  }

  /** Learns how many drafts of a chunk were right. */
  void learn(int chunk, int right) {
    drafts.get(chunk).learn(right, sureness);
  }

  /** Learns what the step took: every sequence computed one token and its drafts. */
  void took(StepPlan plan, int rows, int tokens) {
    double before = start.kept() > 0 ? begun : 0;
    ended = nanoTime.getAsLong();
    stepCost.took(
        new StepCost.Step(plan.chunks().size(), rows, before, asked, tokens), ended - drafted);
  }

  /**
   * Goes on for as long as all drafts by then are right more often than a row costs; by the root of
   * that share, as the surest of several guesses is right less often than it has been.
   */
  private void draftByText(Draft draft, Memory memory) {
    while (draft.isOpen()) {
      float byText = memory.text().predict(draft.ahead(), draft.end(), 0);
      float byAnswers = answers.predict(draft.ahead(), draft.end(), memory.seed);
      int token = byText >= byAnswers ? memory.text().found() : answers.found();
      float likely = Math.max(byText, byAnswers);
      if (draft.right() * likely < least) {
        break;
      }
      if (memory.sequence.isStop(token)) {
        draft.close();
      } else {
        draft.addByText(token, likely);
      }
    }
    draft.cut(memory.how.filter().useful(draft.tokens(), draft.count()));
  }

  /** Asks the first layers for a token where texts know none, then texts again, and so on. */
  private void draftByLayers(StepPlan plan, List<@Nullable Memory> memories) {
    int layers = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      boolean can = memory != null && memory.how.layers() > 0 && plan.chunks().get(i).count() == 1;
      if (!can || memory == null || (layers > 0 && memory.how.layers() != layers)) {
        drafts.get(i).close();
      } else {
        layers = memory.how.layers();
      }
    }
    while (pack(plan)) {
      long from = nanoTime.getAsLong();
      int vocabulary = model.config().vocabularySize();
      int values = Math.multiplyExact(batch.outputs(), vocabulary);
      logits = logits.length < values ? new float[values] : logits;
      int place = start.kept();
      model.forward(batch, kv, layers, start, logits);
      place = start.kept() > place ? place : HeadStart.NOWHERE;
      take(plan, memories, place);
      double rows = (double) batch.rows() * layers / model.config().layers();
      asked += batch.outputs();
      begun += rows;
      stepCost.asked(batch.outputs(), start.kept() > 0 ? rows : 0, nanoTime.getAsLong() - from);
    }
  }

  /** The rows of every open draft that went through no layer yet; false if there are none. */
  private boolean pack(StepPlan plan) {
    batch.clear();
    for (int i = 0; i < plan.chunks().size(); i++) {
      Draft draft = drafts.get(i);
      if (!draft.isOpen()) {
        continue;
      }
      Sequence sequence = plan.chunks().get(i).sequence();
      batch.beginSequence(sequence.blocks().ids(), sequence.blocks().count());
      int last = sequence.length() - 1;
      for (int row = draft.computed(); row <= draft.count(); row++) {
        int token = row == 0 ? sequence.tokens()[last] : draft.token(row - 1);
        batch.addRow(token, last + row, row == draft.count());
      }
    }
    return batch.rows() > 0;
  }

  private void take(StepPlan plan, List<@Nullable Memory> memories, int firstPlace) {
    int place = firstPlace;
    int output = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Draft draft = drafts.get(i);
      Memory memory = memories.get(i);
      if (!draft.isOpen() || memory == null) {
        continue;
      }
      while (draft.computed() <= draft.count()) {
        draft.computed(place);
        place += place == HeadStart.NOWHERE ? 0 : 1;
      }
      take(draft, memory, output++ * model.config().vocabularySize());
    }
  }

  private void take(Draft draft, Memory memory, int at) {
    int tokens = model.config().tokens();
    int token = Confidence.likeliest(logits, at, tokens);
    float confidence = Confidence.of(logits, at, tokens, token);
    int level = Sureness.level(confidence);
    double likely = sureness.share(level);
    boolean unsure = confidence < memory.how.threshold() || draft.right() * likely < leastByLayers;
    if (unsure || memory.sequence.isStop(token)) {
      draft.close();
      return;
    }
    draft.addByLayers(token, likely, level);
    draftByText(draft, memory);
  }
}
