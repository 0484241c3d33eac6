package io.tokenlane.engine.run;

import io.tokenlane.engine.backend.Batch;
import io.tokenlane.engine.backend.KvStore;
import io.tokenlane.engine.kv.BlockCopy;
import io.tokenlane.engine.model.Model;
import io.tokenlane.engine.sample.Draw;
import io.tokenlane.engine.sample.Sampler;
import io.tokenlane.engine.sample.SamplingState;
import io.tokenlane.engine.schedule.Sequence;
import io.tokenlane.engine.schedule.StepPlan;
import io.tokenlane.engine.schedule.StepPlan.Chunk;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/**
 * Computes a step: packs its plan into the batch, runs the model over it and draws the next tokens.
 * All work space is allocated once.
 *
 * <p>Not thread-safe: the engine's step thread owns it.
 */
public final class Runner implements AutoCloseable {
  private final Model model;
  private final KvStore kv;
  private final Batch batch;
  private final float[] logits;
  private final Sampler sampler;
  private final StepResult result;
  private final Map<Sequence, Open> opened = new HashMap<>();

  /** What belongs to a sequence while it is known. */
  private record Open(SamplingState sampling, Probe probe) {}

  /**
   * @param kv a cache of this model; closed with this
   * @param maxRows most tokens in a step
   * @param maxSequences most sequences in a step
   */
  public Runner(Model model, KvStore kv, int maxRows, int maxSequences) {
    this.model = model;
    this.kv = kv;
    int context = model.config().contextLength();
    int maxBlocks = Math.min(kv.blocks(), Math.ceilDiv(context, kv.blockSize()));
    int vocabularySize = model.config().vocabularySize();
    batch = new Batch(maxRows, maxSequences, maxBlocks, kv.blockSize());
    logits = new float[Math.multiplyExact(maxSequences, vocabularySize)];
    sampler = new Sampler(model.config().tokens());
    result = new StepResult(maxSequences);
  }

  /**
   * Makes a sequence known before its first step.
   *
   * @param probe what to read of its rows
   */
  public void open(Sequence sequence, SamplingState sampling, Probe probe) {
    opened.put(sequence, new Open(sampling, probe));
  }

  /** Forgets a sequence. */
  public void close(Sequence sequence) {
    opened.remove(sequence);
  }

  /** Sequences that were opened and not closed. */
  public int openCount() {
    return opened.size();
  }

  /**
   * Runs a step of opened sequences.
   *
   * @throws RuntimeException whatever the model throws; the step's slots are then undefined
   */
  public StepResult run(StepPlan plan) {
    for (BlockCopy copy : plan.copies()) {
      kv.copyBlock(copy.from(), copy.to());
    }
    batch.clear();
    for (Chunk chunk : plan.chunks()) {
      pack(chunk);
    }
    model.forward(batch, kv, logits);
    result.clear();
    int row = 0;
    for (Chunk chunk : plan.chunks()) {
      if (chunk.samples()) {
        result.add(draw(openOf(chunk.sequence()), row++));
      }
      result.endChunk();
    }
    return result;
  }

  @Override
  public void close() {
    kv.close();
  }

  private void pack(Chunk chunk) {
    Sequence sequence = chunk.sequence();
    batch.beginSequence(sequence.blocks().ids(), sequence.blocks().count());
    int last = chunk.from() + chunk.count() - 1;
    for (int position = chunk.from(); position <= last; position++) {
      batch.addRow(sequence.tokens()[position], position, chunk.samples() && position == last);
    }
  }

  private Open openOf(Sequence sequence) {
    return Objects.requireNonNull(opened.get(sequence), "sequence: not opened (expected: open)");
  }

  private Drawn draw(Open open, int row) {
    Probe probe = open.probe;
    int at = row * model.config().vocabularySize();
    float probability = probe.probability() ? sampler.probability(probe.token(), logits, at) : 0;
    Draw draw =
        probe.likeliest()
            ? sampler.likeliest(logits, at)
            : sampler.sample(open.sampling, logits, at);
    return new Drawn(draw, probability, probe.states() ? state(row) : null);
  }

  private float[] state(int row) {
    float[] state = new float[model.config().hiddenSize()];
    model.readState(row, state);
    return state;
  }
}
