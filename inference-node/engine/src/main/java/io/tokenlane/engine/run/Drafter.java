package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Confidence;
import io.tokenlane.engine.model.HeadStart;
import io.tokenlane.engine.model.Model;
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

  /** Drafts less likely right than so many times their cheapest row's cost are not looked for. */
  private static final double HOPE = 0.8;

  /** No token is surer: where a row costs more of one, nothing is looked for. */
  private static final double SUREST = 0.97;

  /** Rows by which a cheaper one may come than the next. */
  private static final int FEW = 4;

  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final List<Draft> drafts = new ArrayList<>();
  private final HeadStart start = new HeadStart();
  private final StepCost stepCost = new StepCost();
  private final Sureness sureness = new Sureness();
  private final Lookup lookup = new Lookup();
  private final Allotment allotment = new Allotment();
  private final LongSupplier nanoTime;

  /** How likely a draft must be right to be looked for. */
  private double least;

  /** The same of a draft behind which the first layers are asked. */
  private double leastByLayers;

  /** Rows of the step without drafts. */
  private int ownRows;

  /** Layers that rows went through for drafts, as rows through all layers. */
  private double begun;

  /** When drafting ended, and when the step did; 0 where no step began behind the last. */
  private long drafted;

  private long ended;

  private float[] logits = {};
  private int asked;

  /**
   * What drafting remembers of a sequence.
   *
   * @param how how it drafts
   * @param text what it and others said
   */
  record Memory(Pace.Drafting how, Sequence sequence, Lookup.Text text) {}

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
    return new Memory(how, sequence, lookup.open(sequence));
  }

  /** Ends a sequence: others may profit of its answer. */
  void close(Memory memory) {
    memory.text.learn();
  }

  /** Drafts for all chunks that have room for drafts. */
  void draft(StepPlan plan, List<@Nullable Memory> memories) {
    begin(plan, memories);
    if (ended != 0) {
      stepCost.between(nanoTime.getAsLong() - ended);
    }
    ended = 0;
    ownRows = plan.tokens();
    stepCost.begin(plan.chunks().size());
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      if (memory != null && drafts.get(i).isOpen()) {
        memory.text.learn();
      }
    }
    draftByText(plan, memories);
    draftByLayers(plan, memories);
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

  /** Lets texts go on behind all open drafts, and keeps of that what gains most. */
  private void draftByText(StepPlan plan, List<@Nullable Memory> memories) {
    int rows = rows(plan);
    double cheapest = Math.min(stepCost.more(rows, 1), stepCost.more(rows, FEW) / FEW);
    if (cheapest > SUREST) {
      return;
    }
    least = HOPE * cheapest;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Memory memory = memories.get(i);
      if (memory != null) {
        draftByText(drafts.get(i), memory);
      }
    }
    allotment.choose(drafts, plan.chunks().size(), rows, stepCost);
  }

  /** Rows of the step with the drafts that are fixed. */
  private int rows(StepPlan plan) {
    int rows = ownRows;
    for (int i = 0; i < plan.chunks().size(); i++) {
      rows += drafts.get(i).fixed();
    }
    return rows;
  }

  private void draftByText(Draft draft, Memory memory) {
    while (draft.isOpen()) {
      float likely = memory.text.predict(draft.ahead(), draft.end());
      if (likely == 0 || draft.right() * likely < least) {
        break;
      }
      int token = memory.text.found();
      if (memory.sequence.isStop(token)) {
        draft.close();
      } else {
        draft.addByText(token, likely);
      }
    }
    keepUseful(draft, memory);
  }

  /**
   * Cuts a draft where something may happen that it cannot foresee. Whoever adds to it asks at
   * once: what is fixed is verified.
   */
  private static void keepUseful(Draft draft, Memory memory) {
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
    closeUnlikely(plan);
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
      draftByText(plan, memories);
      closeUnlikely(plan);
    }
  }

  /** Layers are not asked behind drafts that are not likely enough right to pay for an answer. */
  private void closeUnlikely(StepPlan plan) {
    leastByLayers = stepCost.more(rows(plan), 1) + stepCost.question();
    for (int i = 0; i < plan.chunks().size(); i++) {
      if (drafts.get(i).right() < leastByLayers) {
        drafts.get(i).close();
      }
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
    keepUseful(draft, memory);
    draft.fix(draft.count());
  }
}
