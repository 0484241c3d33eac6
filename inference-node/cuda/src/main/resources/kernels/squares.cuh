// RMSNorm in two halves. A row is multiplied with the gain, rounded, and left ready with its sums of squares, of each 16
// neighbours one; what a projection makes of it is multiplied with the norm's factor, as W (x g r) = r (W (x g)). So the
// factor, for which all of a row must be there, need not be known when its pieces are rounded.
//
// Sums are the same to the bit wherever they are added up: 16 as a tree of neighbours; a row's by lanes, each every 32nd
// in order, then as a tree.
#pragma once

#include "held.cuh"

// Numbers of the widest row that a block's 256 threads keep.
static const int WIDEST_NORMED = 256 * 4 * HELD;

DEVICE int sixteens(int width) { return (width + 15) / 16; }

// By 16 lanes, a square a lane.
DEVICE float sixteen_squares(float sum) {
#pragma unroll
  for (int mask = 1; mask < 16; mask *= 2) {
    sum += shuffle_xor(sum, mask);
  }
  return sum;
}

// By four lanes, each with four neighbours.
DEVICE float sixteen_squares(const float (&numbers)[4]) {
  float sum =
      (numbers[0] * numbers[0] + numbers[1] * numbers[1]) + (numbers[2] * numbers[2] + numbers[3] * numbers[3]);
  sum += shuffle_xor(sum, 1);
  return sum + shuffle_xor(sum, 2);
}

// Those of a row that a block's threads keep.
DEVICE void held_squares(const HeldRow &row, int width, float *to) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
    float sum = sixteen_squares(row.at[k]);
    u32 quad = threadIdx.x + k * blockDim.x;
    if (quad % 4 == 0 && 4 * quad < (u32)width) {
      to[quad / 4] = sum;
    }
  }
}

DEVICE float factor_of(float squares, int width, float epsilon) { return 1.0f / sqrtf(squares / width + epsilon); }

// The factors of COUNT rows, every STRIDEth from `first` on, by a warp; what is no row's is left out.
template <int COUNT, int STRIDE>
DEVICE void norm_factors(const float *squares, int first, int rows, int width, float epsilon, float (&factors)[COUNT]) {
  int each = sixteens(width);
  float sums[COUNT] = {};
#pragma unroll 4
  for (int i = threadIdx.x % 32; i < each; i += 32) {
#pragma unroll
    for (int c = 0; c < COUNT; c++) {
      int row = first + c * STRIDE;
      if (row < rows) {
        sums[c] += squares[row * each + i];
      }
    }
  }
#pragma unroll
  for (int c = 0; c < COUNT; c++) {
    factors[c] = factor_of(warp_sum(sums[c]), width, epsilon);
  }
}

// That of a row, by a warp.
DEVICE float norm_factor(const float *squares, int width, float epsilon) {
  float factors[1];
  norm_factors<1, 1>(squares, 0, 1, width, epsilon, factors);
  return factors[0];
}

// A row without its factor.
DEVICE void norm(HeldRow &row, const HeldRow &gain) {
#pragma unroll
  for (int k = 0; k < HELD; k++) {
#pragma unroll
    for (int i = 0; i < 4; i++) {
      row.at[k][i] = row.at[k][i] * gain.at[k][i];
    }
  }
}
