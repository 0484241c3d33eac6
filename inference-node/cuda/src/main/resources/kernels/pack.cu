// Rows made ready for a projection (ready.cuh): normed, or gated, or as they are. What kernels before leave ready
// themselves (attention.cu, project.cu) does not come through here.
// Ladder: 1. norm, quantise and reorder in three passes over memory; 2. one block a row, one pass, all threads that a
// block can have, as a lone row's way through here is only latency: 4.5 us for a row of 4,096; 3. the projection behind
// fetches its weights meanwhile (it may begin at once); 4. a thread keeps neighbours of a row in registers and
// writes them together, and has the gain before the row is there (this, not timed yet).
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

static const int HELD = 4;

// Numbers of a row that a thread keeps: fours of neighbours, every blockDim.x-th of the row's.
struct HeldRow {
  float at[HELD][4];
};

struct RowSource {
  const float *in;
  const float *gain;
  float scale;
  int width;
  int mode;

  DEVICE float number(int i) const {
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

DEVICE void four_floats(float (&to)[4], const float *from) {
  Quad quad = *(const Quad *)from;
  to[0] = bits_to_f32(quad.x);
  to[1] = bits_to_f32(quad.y);
  to[2] = bits_to_f32(quad.z);
  to[3] = bits_to_f32(quad.w);
}

// The fours of a row that begins at whole 16 bytes; zeros beyond its end.
DEVICE void hold(HeldRow &to, const float *from, int width) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
    int i = 4 * (threadIdx.x + k * blockDim.x);
    to.at[k][0] = to.at[k][1] = to.at[k][2] = to.at[k][3] = 0;
    if (i < width) {
      four_floats(to.at[k], from + i);
    }
  }
}

// Whether a block's threads can keep a row.
DEVICE bool is_held(int width) { return width % 4 == 0 && width <= (int)(4 * HELD * blockDim.x); }

DEVICE float norm_scale(float squares, float *work, int width, float epsilon) {
  return 1.0f / sqrtf(block_sum(squares, work) / width + epsilon);
}

DEVICE float squares_of(const HeldRow &row) {
  float squares = 0;
#pragma unroll
  for (int k = 0; k < HELD; k++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      squares = fused(row.at[k][i], row.at[k][i], squares);
    }
  }
  return squares;
}

DEVICE float squares_of(const float *row, int width) {
  float squares = 0;
  for (int i = threadIdx.x; i < width; i += blockDim.x) {
    squares = fused(row[i], row[i], squares);
  }
  return squares;
}

// Calls `whole` with the row in registers, or `apart` with where its numbers come from, in a row that does not fit or
// is gated. Neither where there is no such row.
template <class Whole, class Apart>
DEVICE void with_row(const PackArgs &a, Whole whole, Apart apart) {
  SHARED float work[32];
  let_next_begin();
  // Counts and the gain are copies: they are there.
  int row = blockIdx.x;
  bool none = row >= (a.outputs ? a.counts->outputs : a.counts->rows);
  bool held = a.mode < 2 && is_held(a.width);
  int read = a.chosen && !none ? a.chosen[row] : row;
  if (none || !held) {
    await_previous();
    if (!none) {
      RowSource from = {a.in + (u64)read * (u64)(a.mode >= 2 ? 2 * a.width : a.width), a.gain, 1, a.width, a.mode};
      if (a.mode == 1) {
        from.scale = norm_scale(squares_of(from.in, a.width), work, a.width, a.epsilon);
      }
      apart(from);
    }
    return;
  }
  HeldRow gain;
  if (a.mode == 1) {
    hold(gain, a.gain, a.width);
  }
  await_previous();
  HeldRow numbers;
  hold(numbers, a.in + (u64)read * a.width, a.width);
  if (a.mode == 1) {
    float scale = norm_scale(squares_of(numbers), work, a.width, a.epsilon);
#pragma unroll
    for (int k = 0; k < HELD; k++) {
#pragma unroll
      for (int i = 0; i < 4; i++) {
        numbers.at[k][i] = numbers.at[k][i] * scale * gain.at[k][i];
      }
    }
  }
  whole(numbers);
}

// What ready_int8 does, a group by eight lanes with four numbers each.
DEVICE void four_int8(const Ready &to, int row, int quad, const float (&numbers)[4]) {
  float largest = 0;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    largest = larger(largest, fabsf(numbers[i]));
  }
  for (int mask = 4; mask > 0; mask >>= 1) {
    largest = larger(largest, shuffle_xor(largest, mask));
  }
  if (quad >= to.steps * 8) {
    return;
  }
  float scale = largest / 127.0f;
  float inverse = scale < 1.17549435e-38f ? 0.0f : 1.0f / scale;
  u32 bytes = 0;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    bytes |= ((u32)(int)rintf(numbers[i] * inverse) & 255) << (8 * i);
  }
  u64 block = (u64)(row / 8) * to.steps + quad / 8;
  int reader = row % 8 * 4 + quad % 4;
  ((u32 *)to.out)[(block * 32 + reader) * 2 + quad % 8 / 4] = bytes;
  if (quad % 8 == 0) {
    to.scales[block * 8 + row % 8] = scale;
  }
}

// Four numbers of 16 bits as place16 lays them: a reader has two neighbours and the two that are eight further. Of
// these, one lane has the ones and one the others, so they change halves.
DEVICE void four_16(u16 *out, int steps, int row, int quad, int part, int parts, const u16 (&bits)[4]) {
  bool further = quad % 4 >= 2;
  u32 low = bits[0] | (u32)bits[1] << 16;
  u32 high = bits[2] | (u32)bits[3] << 16;
  u32 theirs = f32_to_bits(shuffle_xor(bits_to_f32(further ? low : high), 2));
  if (quad >= steps * 4) {
    return;
  }
  Pair pair = {further ? theirs : low, further ? high : theirs};
  u64 at = place16(steps, row, quad / 4, quad % 2 * 4 + (further ? 2 : 0), part, parts);
  *(Pair *)(out + at) = pair;
}

// Calls `use` for the fours that the block's threads keep, by whole warps.
template <class Use>
DEVICE void each_four(int quads, Use use) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
    int quad = threadIdx.x + k * blockDim.x;
    if (quad - (int)(threadIdx.x % 32) < quads) {
      use(k, quad);
    }
  }
}

KERNEL(pack_int8, 1024)(const PackArgs a) {
  Ready to = {a.out, a.scales, a.steps, READY_INT8};
  with_row(
      a,
      [&](const HeldRow &numbers) {
        each_four(a.steps * 8, [&](int k, int quad) { four_int8(to, blockIdx.x, quad, numbers.at[k]); });
      },
      [&](const RowSource &from) {
        int lane = threadIdx.x % 32;
        for (int step = threadIdx.x / 32; step < a.steps; step += blockDim.x / 32) {
          ready_int8(to, blockIdx.x, step, from.number(step * 32 + lane));
        }
      });
}

KERNEL(pack_bf16, 1024)(const PackArgs a) {
  Ready to = {a.out, a.scales, a.steps, READY_BF16};
  with_row(
      a,
      [&](const HeldRow &numbers) {
        each_four(a.steps * 4, [&](int k, int quad) {
          float left[4] = {numbers.at[k][0], numbers.at[k][1], numbers.at[k][2], numbers.at[k][3]};
#pragma unroll
          for (int part = 0; part < 3; part++) {
            u16 bits[4];
#pragma unroll
            for (int i = 0; i < 4; i++) {
              bits[i] = f32_to_bf16(left[i]);
              left[i] -= bf16_to_f32(bits[i]);
            }
            four_16((u16 *)a.out, a.steps, blockIdx.x, quad, part, 3, bits);
          }
        });
      },
      [&](const RowSource &from) {
        for (int i = threadIdx.x; i < a.steps * 16; i += blockDim.x) {
          ready_bf16(to, blockIdx.x, i, from.number(i));
        }
      });
}

// 2^(14 - exponent), so that the largest lies between 2^14 and 2^15; its reciprocal into `scales`.
DEVICE float up_to_f16(const PackArgs &a, float largest) {
  int exponent = (int)(f32_to_bits(largest) >> 23) - 127;
  int shift = largest == 0 ? 0 : 14 - exponent;
  shift = shift > 100 ? 100 : (shift < -100 ? -100 : shift);
  if (threadIdx.x == 0) {
    a.scales[blockIdx.x] = bits_to_f32((u32)(127 - shift) << 23);
  }
  return bits_to_f32((u32)(127 + shift) << 23);
}

// Two binary16 that add up to it, but for the last two bits, times a power of two that the row shares.
KERNEL(pack_f16, 1024)(const PackArgs a) {
  SHARED float most[32];
  u16 *out = (u16 *)a.out;
  with_row(
      a,
      [&](const HeldRow &numbers) {
        float largest = 0;
#pragma unroll
        for (int k = 0; k < HELD; k++) {
#pragma unroll
          for (int i = 0; i < 4; i++) {
            largest = larger(largest, fabsf(numbers.at[k][i]));
          }
        }
        float up = up_to_f16(a, block_max(largest, most));
        each_four(a.steps * 4, [&](int k, int quad) {
          u16 high[4];
          u16 low[4];
#pragma unroll
          for (int i = 0; i < 4; i++) {
            float value = numbers.at[k][i] * up;
            high[i] = f32_to_f16(value);
            low[i] = f32_to_f16(value - f16_to_f32(high[i]));
          }
          four_16(out, a.steps, blockIdx.x, quad, 0, 2, high);
          four_16(out, a.steps, blockIdx.x, quad, 1, 2, low);
        });
      },
      [&](const RowSource &from) {
        float largest = 0;
        for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
          largest = larger(largest, fabsf(from.number(i)));
        }
        float up = up_to_f16(a, block_max(largest, most));
        for (int i = threadIdx.x; i < a.steps * 16; i += blockDim.x) {
          float value = from.number(i) * up;
          u16 high = f32_to_f16(value);
          out[place16(a.steps, blockIdx.x, i / 16, i % 16, 0, 2)] = high;
          out[place16(a.steps, blockIdx.x, i / 16, i % 16, 1, 2)] = f32_to_f16(value - f16_to_f32(high));
        }
      });
}

KERNEL(pack_f32, 1024)(const PackArgs a) {
  Ready to = {a.out, a.scales, a.steps, READY_F32};
  with_row(
      a,
      [&](const HeldRow &numbers) {
        each_four(a.width / 4, [&](int k, int quad) {
          for (int i = 0; i < 4 && 4 * quad < a.width; i++) {
            ready_f32(to, blockIdx.x, 4 * quad + i, numbers.at[k][i]);
          }
        });
      },
      [&](const RowSource &from) {
        for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
          ready_f32(to, blockIdx.x, i, from.number(i));
        }
      });
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
  let_next_begin();
  bool none = (int)blockIdx.x >= a.counts->rows;
  const float *in = a.in + (u64)blockIdx.x * a.width;
  float *sum = a.sum + (u64)blockIdx.x * a.width;
  if (none || !is_held(a.width)) {
    await_previous();
    if (!none) {
      float scale = norm_scale(squares_of(in, a.width), work, a.width, a.epsilon);
      for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
        sum[i] += in[i] * scale * a.gain[i];
      }
    }
    return;
  }
  HeldRow gain;
  HeldRow numbers;
  hold(gain, a.gain, a.width);
  await_previous();
  hold(numbers, in, a.width);
  float scale = norm_scale(squares_of(numbers), work, a.width, a.epsilon);
  each_four(a.width / 4, [&](int k, int quad) {
    if (4 * quad >= a.width) {
      return;
    }
    float sums[4];
    four_floats(sums, sum + 4 * quad);
    u32 bits[4];
#pragma unroll
    for (int i = 0; i < 4; i++) {
      bits[i] = f32_to_bits(sums[i] + numbers.at[k][i] * scale * gain.at[k][i]);
    }
    *(Quad *)(sum + 4 * quad) = {bits[0], bits[1], bits[2], bits[3]};
  });
}
