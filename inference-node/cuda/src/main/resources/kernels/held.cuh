// A row that a block's threads keep in registers between its norm and its rounding, for kernels that make rows ready
// (pack.cu) and for projections that norm a lone row themselves (project.cu).
#pragma once

#include "ready.cuh"

static const int HELD = 4;

// Numbers of a row that a thread keeps: fours of neighbours, every blockDim.x-th of the row's.
struct HeldRow {
  float at[HELD][4];
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

// What norm_scale gives in a block of 1024 threads, in a block of 256 whose threads each stand for HELD of them.
DEVICE float quarter_norm_scale(const HeldRow &row, float *work, int width, float epsilon) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
    float squares = 0;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      squares = fused(row.at[k][i], row.at[k][i], squares);
    }
    squares = warp_sum(squares);
    if (threadIdx.x % 32 == 0) {
      work[threadIdx.x / 32 + k * 8] = squares;
    }
  }
  barrier();
  return 1.0f / sqrtf(warp_sum(work[threadIdx.x % 32]) / width + epsilon);
}

DEVICE void norm(HeldRow &row, float scale, const HeldRow &gain) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      row.at[k][i] = row.at[k][i] * scale * gain.at[k][i];
    }
  }
}

// What ready_int8 does, a group by eight lanes with four numbers each, for rows that lie as place16 has them.
template <int COLUMNS>
DEVICE void four_int8(const Ready &to, int row, u32 quad, const float (&numbers)[4]) {
  u32 largest = 0;
#pragma unroll
  for (int i = 0; i < 4; i++) {
    largest = more_of(largest, magnitude(numbers[i]));
  }
  for (int mask = 4; mask > 0; mask >>= 1) {
    largest = more_of(largest, f32_to_bits(shuffle_xor(bits_to_f32(largest), mask)));
  }
  if (quad >= (u32)to.steps * 8) {
    return;
  }
  float inverse;
  float scale = byte_scale(bits_to_f32(largest), inverse);
  u32 bits[4];
#pragma unroll
  for (int i = 0; i < 4; i++) {
    bits[i] = rounded_bits(numbers[i] * inverse);
  }
  u32 bytes = permute(permute(bits[0], bits[1], 0x0040), permute(bits[2], bits[3], 0x0040), 0x5410);
  u64 place = ((u64)(row / COLUMNS) * to.steps + quad / 8) * COLUMNS + row % COLUMNS;
  ((u32 *)to.out)[(place * 4 + quad % 4) * 2 + quad % 8 / 4] = bytes;
  if (quad % 8 == 0) {
    to.scales[place] = scale;
  }
}

// Four numbers of 16 bits, two in a word, as place16 lays them: for two neighbouring readers.
template <int COLUMNS>
DEVICE void four_16(const Ready &to, int row, u32 quad, int part, int parts, u32 first, u32 second) {
  u32 *out = (u32 *)to.out + place16<COLUMNS>(to.steps, row, quad / 4, quad % 4 * 4, part, parts) / 2;
  out[0] = first;
  out[2] = second;
}

// Calls `use` for the fours that the block's threads keep.
template <class Use>
DEVICE void each_four(int quads, Use use) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
    u32 quad = threadIdx.x + k * blockDim.x;
    if (quad < (u32)quads) {
      use(k, quad);
    }
  }
}

template <int COLUMNS>
DEVICE void held_int8(const Ready &to, int row, const HeldRow &numbers) {
  int whole_warps = (to.steps * 8 + 31) / 32 * 32;
  each_four(whole_warps, [&](int k, u32 quad) { four_int8<COLUMNS>(to, row, quad, numbers.at[k]); });
}

template <int COLUMNS>
DEVICE void held_bf16(const Ready &to, int row, const HeldRow &numbers) {
  each_four(to.steps * 4, [&](int k, u32 quad) {
    float left[4] = {numbers.at[k][0], numbers.at[k][1], numbers.at[k][2], numbers.at[k][3]};
#pragma unroll
    for (int part = 0; part < 3; part++) {
      u32 two[2];
#pragma unroll
      for (int i = 0; i < 2; i++) {
        two[i] = two_bf16(left[2 * i], left[2 * i + 1]);
        left[2 * i] -= bits_to_f32(two[i] << 16);
        left[2 * i + 1] -= bits_to_f32(two[i] & 0xffff0000u);
      }
      four_16<COLUMNS>(to, row, quad, part, 3, two[0], two[1]);
    }
  });
}

// 2^(14 - exponent), so that the largest lies between 2^14 and 2^15; its reciprocal into `scale`.
DEVICE float up_to_f16(float largest, float *scale) {
  int exponent = (int)(f32_to_bits(largest) >> 23) - 127;
  int shift = largest == 0 ? 0 : 14 - exponent;
  shift = shift > 100 ? 100 : (shift < -100 ? -100 : shift);
  if (threadIdx.x == 0) {
    *scale = bits_to_f32((u32)(127 - shift) << 23);
  }
  return bits_to_f32((u32)(127 + shift) << 23);
}

template <int COLUMNS>
DEVICE void held_f16(const Ready &to, int row, const HeldRow &numbers, float *work) {
  float largest = 0;
#pragma unroll
  for (int k = 0; k < HELD; k++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      largest = fmaxf(largest, fabsf(numbers.at[k][i]));
    }
  }
  float up = up_to_f16(block_max(largest, work), to.scales + row);
  each_four(to.steps * 4, [&](int k, u32 quad) {
    u32 high[2];
    u32 low[2];
#pragma unroll
    for (int i = 0; i < 2; i++) {
      float first = numbers.at[k][2 * i] * up;
      float second = numbers.at[k][2 * i + 1] * up;
      high[i] = two_f16(first, second);
      low[i] = two_f16(first - f16_to_f32((u16)high[i]), second - f16_to_f32((u16)(high[i] >> 16)));
    }
    four_16<COLUMNS>(to, row, quad, 0, 2, high[0], high[1]);
    four_16<COLUMNS>(to, row, quad, 1, 2, low[0], low[1]);
  });
}
