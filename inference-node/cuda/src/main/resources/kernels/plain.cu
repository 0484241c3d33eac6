// For cuBLAS, which takes matrices row by row: weights and rows out of the order in which tensor cores read
// them, and what follows a product. Only for steps of many rows, and only where somebody asked for it.
// Ladder: 1. a warp a step of a panel, words written as its lanes hold them (this); neighbouring steps make up
// whole lines in L2.
#include "common.cuh"

struct PlainWeightsArgs {
  const Quad *weights;  // panels of project.cu, of 16-bit numbers
  u32 *out;             // [output][16 * steps] of them
  int steps;
  int n;       // outputs
  int paired;  // whether outputs i and i + n / 2 lie in one panel
};

// Grid: panels, ceil(steps / 8).
KERNEL(plain_weights, 256)(const PlainWeightsArgs a) {
  follow();
  int lane = threadIdx.x % 32;
  int step = blockIdx.y * 8 + threadIdx.x / 32;
  if (step >= a.steps) {
    return;
  }
  Quad quad = stream_quad(a.weights + ((u64)blockIdx.x * a.steps + step) * 32 + lane);
  u32 words[4] = {quad.x, quad.y, quad.z, quad.w};
#pragma unroll
  for (int w = 0; w < 4; w++) {
    int output = a.paired ? blockIdx.x * 8 + lane / 4 + w % 2 * (a.n / 2) : blockIdx.x * 16 + lane / 4 + w % 2 * 8;
    if (output < a.n) {
      a.out[((u64)output * a.steps + step) * 8 + w / 2 * 4 + lane % 4] = words[w];
    }
  }
}

struct PlainRowsArgs {
  const Counts *counts;
  const u32 *in;  // tiles of pack.cu, of 16-bit numbers
  u32 *out;       // [part][row][16 * steps] of them
  int steps;
  int parts;
};

// Grid: rows, parts.
KERNEL(plain_rows, 256)(const PlainRowsArgs a) {
  follow();
  int row = blockIdx.x;
  if (row >= a.counts->rows) {
    return;
  }
  u32 *out = a.out + ((u64)blockIdx.y * gridDim.x + row) * a.steps * 8;
  for (int i = threadIdx.x; i < a.steps * 8; i += 256) {
    u64 block = ((u64)(row / 8) * a.steps + i / 8) * a.parts + blockIdx.y;
    out[i] = a.in[(block * 32 + row % 8 * 4 + i % 4) * 2 + i % 8 / 4];
  }
}

struct PlainSumsArgs {
  const Counts *counts;
  const float *sums;        // [row][output]
  const float *row_scales;  // 0: none
  const float *bias;        // 0: none
  float *out;
  int n;    // outputs
  int add;  // whether to add to what is there
};

// out = sums * scale + bias, or out += that. Grid: rows, ceil(n / 256).
KERNEL(plain_sums, 256)(const PlainSumsArgs a) {
  follow();
  int row = blockIdx.x;
  int n = blockIdx.y * 256 + threadIdx.x;
  if (row >= a.counts->rows || n >= a.n) {
    return;
  }
  u64 at = (u64)row * a.n + n;
  float sum = a.sums[at];
  if (a.row_scales) {
    sum *= a.row_scales[row];
  }
  if (a.bias) {
    sum += a.bias[n];
  }
  a.out[at] = a.add ? a.out[at] + sum : sum;
}
