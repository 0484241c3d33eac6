// Rows made ready for a projection (ready.cuh): normed, or gated, or as they are. What kernels before leave ready
// themselves (attention.cu, project.cu) does not come through here.
// Ladder (no step was timed on a device yet: docs/cuda.md): 1. norm, quantise and reorder in three passes over
// memory; 2. one block a row, one pass, all threads that a block can have, as a lone row's way through here is only
// latency; 3. the projection behind fetches its weights meanwhile (follow() lets it begin).
#include "ready.cuh"

struct PackArgs {
  const Counts *counts;
  const int *chosen;   // row to read for each row to write; 0: the same
  const float *in;
  const float *gain;
  void *out;
  float *scales;
  int width;   // numbers of a row
  int steps;   // groups of 32 bytes, or of 16 floats, of a row
  int mode;    // 0 as they are, 1 RMSNorm, 2 SwiGLU, 3 GeGLU
  int outputs; // whether the batch's outputs count, rather than its rows
  float epsilon;
};

struct RowSource {
  const float *in;
  const float *gain;
  float scale;
  int width;
  int mode;

  DEVICE float at(int i) const {
    if (i >= width) {
      return 0;
    }
    if (mode == 1) {
      return in[i] * scale * gain[i];
    }
    if (mode >= 2) {
      return activated(in[i], mode == 3) * in[width + i];
    }
    return in[i];
  }
};

// False where there is no such row.
DEVICE bool source(const PackArgs &a, RowSource &from, float *work) {
  follow();
  int row = blockIdx.x;
  if (row >= (a.outputs ? a.counts->outputs : a.counts->rows)) {
    return false;
  }
  int read = a.chosen ? a.chosen[row] : row;
  from.in = a.in + (u64)read * (u64)(a.mode >= 2 ? 2 * a.width : a.width);
  from.gain = a.gain;
  from.width = a.width;
  from.mode = a.mode;
  from.scale = 1;
  if (a.mode == 1) {
    float squares = 0;
    for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
      squares = fused(from.in[i], from.in[i], squares);
    }
    from.scale = 1.0f / sqrtf(block_sum(squares, work) / a.width + a.epsilon);
  }
  return true;
}

// A warp takes a group.
KERNEL(pack_int8, 1024)(const PackArgs a) {
  SHARED float work[32];
  RowSource from;
  if (!source(a, from, work)) {
    return;
  }
  Ready to = {a.out, a.scales, a.steps, READY_INT8};
  int lane = threadIdx.x % 32;
  for (int step = threadIdx.x / 32; step < a.steps; step += blockDim.x / 32) {
    ready_int8(to, blockIdx.x, step, from.at(step * 32 + lane));
  }
}

KERNEL(pack_bf16, 1024)(const PackArgs a) {
  SHARED float work[32];
  RowSource from;
  if (!source(a, from, work)) {
    return;
  }
  Ready to = {a.out, a.scales, a.steps, READY_BF16};
  for (int i = threadIdx.x; i < a.steps * 16; i += blockDim.x) {
    ready_bf16(to, blockIdx.x, i, from.at(i));
  }
}

// Two binary16 that add up to it, but for the last two bits, times a power of two that the row shares.
KERNEL(pack_f16, 1024)(const PackArgs a) {
  SHARED float work[32];
  RowSource from;
  if (!source(a, from, work)) {
    return;
  }
  float largest = 0;
  for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
    largest = larger(largest, fabsf(from.at(i)));
  }
  largest = block_max(largest, work);
  // 2^(14 - exponent), so that the largest lies between 2^14 and 2^15.
  int exponent = (int)(f32_to_bits(largest) >> 23) - 127;
  int shift = largest == 0 ? 0 : 14 - exponent;
  shift = shift > 100 ? 100 : (shift < -100 ? -100 : shift);
  float up = bits_to_f32((u32)(127 + shift) << 23);
  if (threadIdx.x == 0) {
    a.scales[blockIdx.x] = bits_to_f32((u32)(127 - shift) << 23);
  }
  u16 *out = (u16 *)a.out;
  for (int i = threadIdx.x; i < a.steps * 16; i += blockDim.x) {
    float value = from.at(i) * up;
    u16 high = f32_to_f16(value);
    out[place16(a.steps, blockIdx.x, i / 16, i % 16, 0, 2)] = high;
    out[place16(a.steps, blockIdx.x, i / 16, i % 16, 1, 2)] = f32_to_f16(value - f16_to_f32(high));
  }
}

KERNEL(pack_f32, 1024)(const PackArgs a) {
  SHARED float work[32];
  RowSource from;
  if (!source(a, from, work)) {
    return;
  }
  Ready to = {a.out, a.scales, a.steps, READY_F32};
  for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
    ready_f32(to, blockIdx.x, i, from.at(i));
  }
}

struct GateArgs {
  const Counts *counts;
  const float *in;
  float *out;
  int width;
  int gelu;
};

// For who reads gated rows themselves; projections take them from pack. Grid: rows.
KERNEL(gate, 256)(const GateArgs a) {
  follow();
  if ((int)blockIdx.x >= a.counts->rows) {
    return;
  }
  const float *in = a.in + (u64)blockIdx.x * 2 * a.width;
  for (int i = threadIdx.x; i < a.width; i += 256) {
    a.out[(u64)blockIdx.x * a.width + i] = activated(in[i], a.gelu) * in[a.width + i];
  }
}

struct NormAddArgs {
  const Counts *counts;
  const float *in;
  const float *gain;
  float *sum;
  int width;
  float epsilon;
};

// sum += rmsnorm(in). Grid: rows.
KERNEL(norm_add, 1024)(const NormAddArgs a) {
  SHARED float work[32];
  follow();
  if ((int)blockIdx.x >= a.counts->rows) {
    return;
  }
  const float *in = a.in + (u64)blockIdx.x * a.width;
  float *sum = a.sum + (u64)blockIdx.x * a.width;
  float squares = 0;
  for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
    squares = fused(in[i], in[i], squares);
  }
  float scale = 1.0f / sqrtf(block_sum(squares, work) / a.width + a.epsilon);
  for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
    sum[i] += in[i] * scale * a.gain[i];
  }
}
