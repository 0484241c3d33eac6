package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.kv.BlockCopy;
import io.tokenlane.engine.model.Exits;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.Sampler;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Computes a step: packs its plan into the batch, with drafts to verify where there are any, runs
 * the model over it and draws the next tokens. Work space is kept from step to step.
 *
 * <p>Where the model's backend draws tokens, and no sequence asks for more than it can tell, the
 * logits stay there, and {@link #begin} returns before the step is computed.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class Runner implements AutoCloseable {
  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final Sampler sampler;
  private final StepResult result;
  private final Drafter drafter;
  private final Exits exits = new Exits();
  private final @Nullable DeviceSampler device;
  private final Map<Sequence, Open> opened = new HashMap<>();
  private final List<Drafter.@Nullable Memory> memories = new ArrayList<>();
  private final Effort all = new Effort();
  private float[] logits = {};
  private boolean drafting;
  private @Nullable StepPlan begun;
  private boolean onDevice;

  /** What belongs to a sequence while it is known. */
  private record Open(
      SamplingState sampling, Probe probe, Pace pace, Drafter.@Nullable Memory memory) {}

  /**
   * @param kv a cache of this model; closed with this
   * @param maxRows most tokens in a step
   * @param maxSequences most sequences in a step
   * @param nanoTime as {@link System#nanoTime()}
   */
  public Runner(Model model, KvStore kv, int maxRows, int maxSequences, LongSupplier nanoTime) {
    this.model = model;
    this.kv = kv;
    int context = model.config().contextLength();
    int maxBlocks = Math.min(kv.blocks(), Math.ceilDiv(context, kv.blockSize()));
    batch = new Batch(maxRows, maxSequences, maxBlocks, kv.blockSize());
    sampler = new Sampler(model.config().tokens());
    device = model.draws() ? new DeviceSampler(model.newDraws(maxSequences), sampler) : null;
    result = new StepResult(maxSequences);
    drafter = new Drafter(model, kv, batch, nanoTime);
  }

  /**
   * Makes a sequence known before its first step.
   *
   * @param probe what to read of its rows
   * @param pace how its tokens may be had for less
   */
  public void open(Sequence sequence, SamplingState sampling, Probe probe, Pace pace) {
    Drafter.Memory memory =
        pace.drafting() == null ? null : drafter.open(pace.drafting(), sequence);
    opened.put(sequence, new Open(sampling, probe, pace, memory));
    if (memory != null) {
      sequence.wantDrafts(Drafter.MOST);
    }
  }

  /** Forgets a sequence. */
  public void close(Sequence sequence) {
    Open open = opened.remove(sequence);
    if (open != null) {
      all.add(open.pace.effort());
      if (open.memory != null) {
        drafter.close(open.memory);
      }
    }
  }

  /** Sequences that were opened and not closed. */
  public int openCount() {
    return opened.size();
  }

  /** What all sequences took that were closed by now. */
  public Effort.Counts effort() {
    return all.counts();
  }

  /** Whether nothing can run any more, once something has failed. */
  public boolean isBroken() {
    return model.isBroken();
  }

  /** Whether the model's backend draws tokens, so that a step may run behind. */
  public boolean draws() {
    return device != null;
  }

  /**
   * Whether {@link #begin} will return before the step is computed, so that there is time for other
   * things until {@link #end}.
   */
  public boolean runsBehind(StepPlan plan) {
    if (device == null) {
      return false;
    }
    for (Chunk chunk : plan.chunks()) {
      Open open = openOf(chunk.sequence());
      boolean plain = open.memory == null && open.pace.exit() == null;
      if (!plain || !DeviceSampler.suits(open.sampling, open.probe)) {
        return false;
      }
    }
    return true;
  }

  /**
   * Begins a step of opened sequences, all of which stay open until {@link #end}.
   *
   * @param plan not changed until then
   * @throws RuntimeException whatever the model throws; the step's slots are then undefined, and it
   *     has no end
   */
  public void begin(StepPlan plan) {
    for (int i = 0; i < plan.copies().size(); i++) { // without an iterator a step
      BlockCopy copy = plan.copies().get(i);
      kv.copyBlock(copy.from(), copy.to());
    }
    draft(plan);
    batch.clear();
    for (int i = 0; i < plan.chunks().size(); i++) {
      pack(plan.chunks().get(i), drafter.of(i));
    }
    allowExits(plan);
    onDevice = runsBehind(plan);
    if (device != null && onDevice) {
      askFor(plan, device);
      model.draw(batch, kv, device.draws());
      exits.leftAllAt(model.config().layers());
    } else {
      int values = Math.multiplyExact(batch.outputs(), model.config().vocabularySize());
      logits = logits.length < values ? new float[values] : logits;
      model.forward(batch, kv, exits, drafter.start(), logits);
    }
    begun = plan;
  }

  /**
   * What the step brought that was begun.
   *
   * @throws RuntimeException as {@link #begin}
   */
  public StepResult end() {
    StepPlan plan = Objects.requireNonNull(begun, "step: none begun (expected: begin)");
    begun = null;
    if (device != null && onDevice) {
      model.drawn(device.draws());
    }
    result.clear(batch.rows());
    int row = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      row += draw(plan.chunks().get(i), i, row);
      result.endChunk();
    }
    if (drafting && plan.tokens() == plan.chunks().size()) {
      drafter.took(plan, batch.rows(), result.draws());
    }
    return result;
  }

  @Override
  public void close() {
    kv.close();
  }

  private void askFor(StepPlan plan, DeviceSampler sampling) {
    int output = 0;
    for (Chunk chunk : plan.chunks()) {
      if (chunk.samples()) {
        Open open = openOf(chunk.sequence());
        sampling.ask(output++, open.sampling, open.probe);
      }
    }
  }

  /** Drafts where any sequence wants it. */
  private void draft(StepPlan plan) {
    memories.clear();
    drafting = false;
    for (int i = 0; i < plan.chunks().size(); i++) { // no iterator in every step
      Drafter.Memory memory = openOf(plan.chunks().get(i).sequence()).memory;
      drafting |= memory != null;
      memories.add(memory);
    }
    if (drafting) {
      drafter.draft(plan, memories);
    } else {
      drafter.draftNothing(plan);
    }
  }

  private void pack(Chunk chunk, Draft draft) {
    Sequence sequence = chunk.sequence();
    batch.beginSequence(sequence.blocks().ids(), sequence.blocks().count());
    int last = chunk.from() + chunk.count() - 1;
    for (int position = chunk.from(); position <= last; position++) {
      batch.addRow(sequence.tokens()[position], position, chunk.samples() && position == last);
      drafter.start().add(draft.place(position - chunk.from()));
    }
    for (int i = 0; i < draft.count(); i++) {
      batch.addRow(draft.token(i), last + 1 + i, true);
      drafter.start().add(draft.place(chunk.count() + i));
    }
  }

  /** Only tokens that were generated may leave early: prompts are computed whole. */
  private void allowExits(StepPlan plan) {
    exits.clear(batch.outputs());
    int output = 0;
    for (int i = 0; i < plan.chunks().size(); i++) {
      Chunk chunk = plan.chunks().get(i);
      Pace pace = openOf(chunk.sequence()).pace;
      int outputs = chunk.samples() ? 1 + drafter.of(i).count() : 0;
      boolean generated = chunk.count() == 1 && chunk.from() >= chunk.sequence().promptLength();
      for (int row = 0; row < outputs && pace.exit() != null; row++) {
        if (row > 0 || generated) {
          exits.allow(output + row, pace.exit());
        }
      }
      output += outputs;
    }
  }

  private Open openOf(Sequence sequence) {
    return Objects.requireNonNull(opened.get(sequence), "sequence: not opened (expected: open)");
  }

  /** Draws from a chunk's rows for as long as its drafts are right; gives the rows it had. */
  private int draw(Chunk chunk, int index, int row) {
    if (!chunk.samples()) {
      return 0;
    }
    Open open = openOf(chunk.sequence());
    int drafts = drafter.of(index).count();
    int right = 0;
    while (true) {
      Draw draw = draw(open, row + right);
      if (right == drafts || !isRight(draw, index, right, chunk.sequence())) {
        break;
      }
      right++;
    }
    for (int i = 0; i <= right; i++) {
      if (exits.layers(row + i) < model.config().layers()) {
        chunk.sequence().leftEarly(chunk.from() + chunk.count() - 1 + i);
      }
    }
    open.pace.effort().drafts(drafts, right);
    drafter.learn(index, right);
    return 1 + drafts;
  }

  private boolean isRight(Draw draw, int chunk, int draft, Sequence sequence) {
    return draw instanceof Draw.Token token
        && token.id() == drafter.of(chunk).token(draft)
        && !sequence.isStop(token.id());
  }

  private Draw draw(Open open, int row) {
    Probe probe = open.probe;
    open.pace.effort().row(exits.layers(row), model.config().layers());
    if (device != null && onDevice) {
      Draw draw = device.take(row, open.sampling, probe);
      result.add(draw, 0, null);
      return draw;
    }
    int at = row * model.config().vocabularySize();
    float probability = probe.probability() ? sampler.probability(probe.token(), logits, at) : 0;
    Draw draw =
        probe.likeliest()
            ? sampler.likeliest(logits, at)
            : sampler.sample(open.sampling, logits, at);
    result.add(draw, probability, probe.states() ? state(row) : null);
    return draw;
  }

  private float[] state(int row) {
    float[] state = new float[model.config().hiddenSize()];
    model.readState(row, state);
    return state;
  }
}
