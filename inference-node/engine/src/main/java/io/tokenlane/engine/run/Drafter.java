package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Drafts the tokens that a step verifies: from what followed the same tokens earlier in the text,
 * else by the model's first layers (Elhoushi et al. 2024, "LayerSkip"; Zhang et al. 2024, "Draft &
 * Verify"). Drafts are the most likely tokens, so that a draft is right exactly where the token
 * that sampling draws from the full model's distribution is the same: what is generated is what
 * would be without drafts, whatever those are.
 */
final class Drafter {
  /** Most drafts of a sequence in a step. */
  static final int MOST = 16;

  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final int[][] drafts;
  private final int[] counts;
  private final boolean[] open;
  private final PayOff payOff = new PayOff();
  private final RowCost rowCost = new RowCost();
  private double cost;
  private float[] logits = {};
  private boolean layersDrafted;

  /** What drafting remembers of a sequence. */
  static final class Memory {
    private final Pace.Drafting how;
    private final TextIndex text = new TextIndex();
    private final DraftLength byText = new DraftLength(MOST);
    private final DraftLength byLayers = new DraftLength(8);
    private boolean fromText;

    Memory(Pace.Drafting how) {
      this.how = how;
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
        boolean free = counts[i] == 0 && chunk.count() == 1;
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
  void learn(int chunk, @Nullable Memory memory, int right) {
    if (memory != null && counts[chunk] > 0) {
      (memory.fromText ? memory.byText : memory.byLayers).learn(counts[chunk], right);
    }
  }

  /** Learns what the step took in which it drafted. */
  void took(long nanos, int rows, int tokens) {
    payOff.took(layersDrafted, nanos, Math.max(1, tokens));
    if (!layersDrafted) {
      rowCost.took(rows, nanos);
    }
  }

  private void draftByText(int index, Chunk chunk, Memory memory) {
    Sequence sequence = chunk.sequence();
    int found =
        memory.text.draft(sequence.tokens(), sequence.length(), drafts[index], chunk.drafts());
    counts[index] = Math.min(found, memory.byText.get(cost));
    memory.fromText = counts[index] > 0;
    if (found > 0 && counts[index] == 0) {
      memory.byText.skip();
    }
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
    boolean unsure = probability(at, logits[best]) < memory.how.threshold();
    open[chunk] = !unsure && counts[chunk] < Math.min(room, memory.byLayers.get(cost));
  }

  private double probability(int at, float largest) {
    double sum = 0;
    for (int i = at; i < at + model.config().tokens(); i++) {
      if (logits[i] > largest - 16) {
        sum += Math.exp(logits[i] - largest);
      }
    }
    return 1 / sum;
  }
}
