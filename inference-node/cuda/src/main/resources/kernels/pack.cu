// Rows made ready for a projection (ready.cuh): normed, or gated, or as they are. What kernels before leave ready
// themselves (attention.cu, project.cu) does not come through here.
// Ladder: 1. norm, quantise and reorder in three passes over memory; 2. one block a row, one pass, all threads that a
// block can have, as a lone row's way through here is only latency: 4.5 us for a row of 4,096; 3. the projection behind
// fetches its weights meanwhile (it may begin at once); 4. a thread keeps neighbours of a row in registers and
// writes them together, and has the gain before the row is there (this, not timed yet).
#include "held.cuh"
#include "squares.cuh"

struct PackArgs {
  const Counts *counts;
  const int *chosen;   // row to read for each row to write; 0: the same
  const float *in;
  const float *gain;
  void *out;
  float *scales;
  float *squares;  // where sums of squares go, if a norm's factor is to come behind the projection; 0: it comes here
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

// Sums of squares of a row of memory.
DEVICE void leave_squares(const float *row, int width, float *to) {
  for (int first = threadIdx.x / 32 * 32; first < width; first += blockDim.x) {
    int i = first + threadIdx.x % 32;
    float number = i < width ? row[i] : 0;
    float sum = sixteen_squares(number * number);
    if (i % 16 == 0 && i < width) {
      to[i / 16] = sum;
    }
  }
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
  SHARED(float, work, [32]);
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
      if (a.squares) {
        leave_squares(from.in, a.width, a.squares + (u64)row * sixteens(a.width));
      } else if (a.mode == 1) {
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
  if (a.squares) {
    held_squares(numbers, a.width, a.squares + (u64)row * sixteens(a.width));
    norm(numbers, gain);
  } else if (a.mode == 1) {
    norm(numbers, norm_scale(squares_of(numbers), work, a.width, a.epsilon), gain);
  }
  whole(numbers);
}

KERNEL(pack_int8, 1024)(const PackArgs a) {
  Ready to = {a.out, a.scales, a.steps, READY_INT8};
  with_row(
      a,
      [&](const HeldRow &numbers) { held_int8<8>(to, blockIdx.x, numbers); },
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
      [&](const HeldRow &numbers) { held_bf16<8>(to, blockIdx.x, numbers); },
      [&](const RowSource &from) {
        for (int i = threadIdx.x; i < a.steps * 16; i += blockDim.x) {
          ready_bf16(to, blockIdx.x, i, from.number(i));
        }
      });
}

// Two binary16 that add up to it, but for the last two bits, times a power of two that the row shares.
KERNEL(pack_f16, 1024)(const PackArgs a) {
  SHARED(float, most, [32]);
  u16 *out = (u16 *)a.out;
  Ready to = {a.out, a.scales, a.steps, 0};
  with_row(
      a,
      [&](const HeldRow &numbers) { held_f16<8>(to, blockIdx.x, numbers, most); },
      [&](const RowSource &from) {
        float largest = 0;
        for (int i = threadIdx.x; i < a.width; i += blockDim.x) {
          largest = larger(largest, fabsf(from.number(i)));
        }
        float up = up_to_f16(block_max(largest, most), a.scales + blockIdx.x);
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
        each_four(a.width / 4, [&](int k, u32 quad) {
          for (int i = 0; i < 4; i++) {
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
  SHARED(float, work, [32]);
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
  each_four(a.width / 4, [&](int k, u32 quad) {
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
