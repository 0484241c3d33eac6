// How rows lie that are ready for a projection, for all kernels that write some: rounded to what it multiplies
// with, in the order in which its lanes read them (a fragment: column l / 4 of eight rows for lane l). A row's
// numbers depend on that row alone.
#pragma once

#include "common.cuh"

// Formats that a row's pieces can be rounded to apart from each other. Two binary16 cannot: a row shares a power.
static const int READY_F32 = 1;
static const int READY_BF16 = 2;
static const int READY_INT8 = 3;

struct Ready {
  void *out;
  float *scales;
  int steps;   // groups of 32 bytes, or of 16 floats, or numbers, of a row
  int format;  // 0: not made ready
};

// Where a 16-bit number of step `step`, place `k` of 16, goes: `part` of `parts` that add up to it. COLUMNS rows lie
// beside each other: eight, or a row that is alone.
template <int COLUMNS = 8>
DEVICE u64 place16(int steps, int row, int step, int k, int part, int parts) {
  u64 block = ((u64)(row / COLUMNS) * steps + step) * parts + part;
  u64 reader = (block * COLUMNS + row % COLUMNS) * 4 + k % 8 / 2;
  return reader * 4 + k / 8 * 2 + k % 2;
}

// Three bfloat16 that add up to the float32.
DEVICE void ready_bf16(const Ready &to, int row, int i, float number) {
  u16 *out = (u16 *)to.out;
  for (int part = 0; part < 3; part++) {
    u16 bits = f32_to_bf16(number);
    out[place16(to.steps, row, i / 16, i % 16, part, 3)] = bits;
    number -= bf16_to_f32(bits);
  }
}

// Float32, eight rows beside each other.
DEVICE void ready_f32(const Ready &to, int row, int i, float number) {
  ((float *)to.out)[((u64)(row / 8) * to.steps + i) * 8 + row % 8] = number;
}

// The scale of bytes -127 to 127 whose largest is this, and its reciprocal.
DEVICE float byte_scale(float largest, float &inverse) {
  float scale = largest * (1.0f / 127.0f);
  inverse = scale < 1.17549435e-38f ? 0.0f : reciprocal(scale);
  return scale;
}

// A group of 32 as bytes -127 to 127, ties to even, with a scale. By a warp, a number a lane.
DEVICE void ready_int8(const Ready &to, int row, int step, float number) {
  int lane = threadIdx.x % 32;
  float inverse;
  float scale = byte_scale(bits_to_f32(warp_most(magnitude(number))), inverse);
  u64 block = (u64)(row / 8) * to.steps + step;
  int reader = row % 8 * 4 + lane % 16 / 4;
  ((u8 *)to.out)[(block * 32 + reader) * 8 + lane / 16 * 4 + lane % 4] = (u8)rounded_bits(number * inverse);
  if (lane == 0) {
    to.scales[block * 8 + row % 8] = scale;
  }
}

// 32 neighbours of a row from `first` on, which is a multiple of 32. By a warp, a number a lane.
DEVICE void ready_group(const Ready &to, int row, int first, float number) {
  int i = first + threadIdx.x % 32;
  if (to.format == READY_INT8) {
    ready_int8(to, row, first / 32, number);
  } else if (to.format == READY_BF16) {
    ready_bf16(to, row, i, number);
  } else {
    ready_f32(to, row, i, number);
  }
}
