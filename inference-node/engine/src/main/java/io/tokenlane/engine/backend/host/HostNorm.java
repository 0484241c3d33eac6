package io.tokenlane.engine.backend.host;

import io.tokenlane.engine.backend.Norm;
import io.tokenlane.engine.tensor.Tensor;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** A norm's gain, decoded. */
public final class HostNorm implements Norm {
  /** Gain of each element. */
  public final float[] gain;

  /** The same outside the heap, for machine code. */
  public final MemorySegment gainMemory;

  /** Added to the mean square. */
  public final float epsilon;

  HostNorm(Tensor gain, float epsilon) {
    this.gain = new float[Math.toIntExact(gain.elements())];
    this.epsilon = epsilon;
    HostVectors.read(gain, this.gain, 0);
    long bytes = (long) this.gain.length * Float.BYTES;
    gainMemory = Arena.ofAuto().allocate(bytes, 64).copyFrom(MemorySegment.ofArray(this.gain));
  }

  /** The handle as what it is on this backend. */
  public static HostNorm of(Norm norm) {
    return (HostNorm) norm;
  }

  @Override
  public int width() {
    return gain.length;
  }
}
