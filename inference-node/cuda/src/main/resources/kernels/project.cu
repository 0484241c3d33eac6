// A matrix applied to rows that pack.cu made ready: out = W x + bias, or out += that.
//
// Weights lie in panels of 16 outputs, a panel step by step, a step as the 512 bytes that the lanes of a warp
// multiply at once: each lane reads 16 of them, in one piece, once. Eight warps of a block take an eighth of
// the steps each; their sums are added up in order. So a result is the same to the bit however many rows come
// with it: a wider tile only shares the weights' way. Bytes: the products of a group of 32 are summed in
// integers, exactly, then sum = fma(integer sum, weight scale * row scale, sum), group by group.
//
// Ladder: 1. a thread an output (project_f32, which is for tests and tiny models); 2. tensor cores, weights
// straight into registers, rows from L1;
// 3. four panels a block for many rows (the wide ones). Times: docs/cuda.md.
#include "common.cuh"

struct ProjectArgs {
  const Counts *counts;
  const Quad *weights;
  const u16 *weight_scales;  // binary16, [panel][step][16]; bytes only
  const float *bias;         // 0: none
  const void *in;
  const float *in_scales;
  float *out;
  int steps;
  int n;        // outputs
  int add;      // whether to add to what is there
  int outputs;  // whether the batch's outputs count, rather than its rows
  float scale;  // of all weight scales
};

DEVICE int row_count(const ProjectArgs &a) {
  return a.outputs ? a.counts->outputs : a.counts->rows;
}

DEVICE void begin_end(int steps, int &begin, int &end) {
  int warp = threadIdx.x / 32;
  int each = (steps + 7) / 8;
  begin = warp * each;
  end = begin + each < steps ? begin + each : steps;
}

// Adds the warps' sums up, upwards, and writes. `work` has 8 * TILES * 128 places.
template <int TILES>
DEVICE void finish(const ProjectArgs &a, int panel, float (&sums)[TILES][4], float *work, bool row_scaled) {
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  for (int t = 0; t < TILES; t++) {
    for (int c = 0; c < 4; c++) {
      // Place [column of 8][output of 16] of the tile.
      int place = (lane % 4 * 2 + c % 2) * 16 + lane / 4 + c / 2 * 8;
      work[(warp * TILES + t) * 128 + place] = sums[t][c];
    }
  }
  barrier();
  int rows = row_count(a);
  for (int i = threadIdx.x; i < TILES * 128; i += 256) {
    int row = blockIdx.y * TILES * 8 + i / 16;
    int n = panel * 16 + i % 16;
    if (row >= rows || n >= a.n) {
      continue;
    }
    float sum = work[i];
    for (int w = 1; w < 8; w++) {
      sum += work[w * TILES * 128 + i];
    }
    if (row_scaled) {
      sum *= a.in_scales[row];
    }
    if (a.bias) {
      sum += a.bias[n];
    }
    float *out = a.out + (u64)row * a.n + n;
    *out = a.add ? *out + sum : sum;
  }
}

// PANELS neighbouring panels of outputs, TILES tiles of rows: the more, the less often each is read.
template <int PANELS, int TILES>
DEVICE void project_bytes(const ProjectArgs &a) {
  SHARED float work[8 * TILES * 128];
  int first = blockIdx.y * TILES;
  int tiles = (row_count(a) + 7) / 8 - first;
  if (tiles <= 0) {
    return;
  }
  int lane = threadIdx.x % 32;
  int begin, end;
  begin_end(a.steps, begin, end);
  int first_panel = blockIdx.x * PANELS;
  int panels = (a.n + 15) / 16 - first_panel;
  float sums[PANELS][TILES][4] = {};
  const Pair *in = (const Pair *)a.in;
#pragma unroll (PANELS == 1 ? 4 : 1)
  for (int step = begin; step < end; step++) {
    Quad weights[PANELS];
    float upper[PANELS];
    float lower[PANELS];
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      u64 at = (u64)(first_panel + (p < panels ? p : 0)) * a.steps + step;
      weights[p] = stream_quad(a.weights + at * 32 + lane);
      upper[p] = f16_to_f32(a.weight_scales[at * 16 + lane / 4]) * a.scale;
      lower[p] = f16_to_f32(a.weight_scales[at * 16 + lane / 4 + 8]) * a.scale;
    }
#pragma unroll
    for (int t = 0; t < TILES; t++) {
      if (t < tiles) {
        u64 block = (u64)(first + t) * a.steps + step;
        Pair row = in[block * 32 + lane];
        float left = a.in_scales[block * 8 + lane % 4 * 2];
        float right = a.in_scales[block * 8 + lane % 4 * 2 + 1];
#pragma unroll
        for (int p = 0; p < PANELS; p++) {
          int products[4] = {0, 0, 0, 0};
          mma_s8(products, weights[p], row);
          sums[p][t][0] = fused((float)products[0], upper[p] * left, sums[p][t][0]);
          sums[p][t][1] = fused((float)products[1], upper[p] * right, sums[p][t][1]);
          sums[p][t][2] = fused((float)products[2], lower[p] * left, sums[p][t][2]);
          sums[p][t][3] = fused((float)products[3], lower[p] * right, sums[p][t][3]);
        }
      }
    }
  }
#pragma unroll
  for (int p = 0; p < PANELS; p++) {
    if (p < panels) {
      barrier();
      finish<TILES>(a, first_panel + p, sums[p], work, false);
    }
  }
}

// PARTS 16-bit numbers add up to each number of a row.
template <int PANELS, int TILES, int PARTS>
DEVICE void project_halves(const ProjectArgs &a) {
  SHARED float work[8 * TILES * 128];
  int first = blockIdx.y * TILES;
  int tiles = (row_count(a) + 7) / 8 - first;
  if (tiles <= 0) {
    return;
  }
  int lane = threadIdx.x % 32;
  int begin, end;
  begin_end(a.steps, begin, end);
  int first_panel = blockIdx.x * PANELS;
  int panels = (a.n + 15) / 16 - first_panel;
  float sums[PANELS][TILES][4] = {};
  const Pair *in = (const Pair *)a.in;
#pragma unroll (PANELS == 1 ? 4 : 1)
  for (int step = begin; step < end; step++) {
    Quad weights[PANELS];
#pragma unroll
    for (int p = 0; p < PANELS; p++) {
      u64 at = (u64)(first_panel + (p < panels ? p : 0)) * a.steps + step;
      weights[p] = stream_quad(a.weights + at * 32 + lane);
    }
#pragma unroll
    for (int t = 0; t < TILES; t++) {
      if (t < tiles) {
        u64 block = ((u64)(first + t) * a.steps + step) * PARTS;
#pragma unroll
        for (int part = PARTS - 1; part >= 0; part--) {
          Pair row = in[(block + part) * 32 + lane];
#pragma unroll
          for (int p = 0; p < PANELS; p++) {
            if (PARTS == 3) {
              mma_bf16(sums[p][t], weights[p], row);
            } else {
              mma_f16(sums[p][t], weights[p], row);
            }
          }
        }
      }
    }
  }
#pragma unroll
  for (int p = 0; p < PANELS; p++) {
    if (p < panels) {
      barrier();
      finish<TILES>(a, first_panel + p, sums[p], work, PARTS == 2);
    }
  }
}

// Grid of all: panels (of the wide ones a quarter), ceil(rows / (8 * tiles)).
KERNEL(project_int8_1, 256)(const ProjectArgs a) { project_bytes<1, 1>(a); }
KERNEL(project_int8_2, 256)(const ProjectArgs a) { project_bytes<1, 2>(a); }
KERNEL(project_int8_4, 256)(const ProjectArgs a) { project_bytes<1, 4>(a); }
KERNEL(project_int8_8, 256)(const ProjectArgs a) { project_bytes<1, 8>(a); }
KERNEL(project_int8_wide, 256)(const ProjectArgs a) { project_bytes<4, 8>(a); }
KERNEL(project_bf16_1, 256)(const ProjectArgs a) { project_halves<1, 1, 3>(a); }
KERNEL(project_bf16_2, 256)(const ProjectArgs a) { project_halves<1, 2, 3>(a); }
KERNEL(project_bf16_4, 256)(const ProjectArgs a) { project_halves<1, 4, 3>(a); }
KERNEL(project_bf16_8, 256)(const ProjectArgs a) { project_halves<1, 8, 3>(a); }
KERNEL(project_bf16_wide, 256)(const ProjectArgs a) { project_halves<4, 8, 3>(a); }
KERNEL(project_f16_1, 256)(const ProjectArgs a) { project_halves<1, 1, 2>(a); }
KERNEL(project_f16_2, 256)(const ProjectArgs a) { project_halves<1, 2, 2>(a); }
KERNEL(project_f16_4, 256)(const ProjectArgs a) { project_halves<1, 4, 2>(a); }
KERNEL(project_f16_8, 256)(const ProjectArgs a) { project_halves<1, 8, 2>(a); }
KERNEL(project_f16_wide, 256)(const ProjectArgs a) { project_halves<4, 8, 2>(a); }

// Weights [panel][input][16], rows [tile][input][8]; a step is an input. Grid: panels, ceil(rows / 8).
KERNEL(project_f32, 256)(const ProjectArgs a) {
  SHARED float work[8 * 128];
  if ((int)blockIdx.y * 8 >= row_count(a)) {
    return;
  }
  int lane = threadIdx.x % 32;
  int begin, end;
  begin_end(a.steps, begin, end);
  float sums[1][4] = {};
  const float *weights = (const float *)a.weights + (u64)blockIdx.x * a.steps * 16;
  const float *in = (const float *)a.in + (u64)blockIdx.y * a.steps * 8;
  for (int i = begin; i < end; i++) {
    float upper = weights[(u64)i * 16 + lane / 4];
    float lower = weights[(u64)i * 16 + lane / 4 + 8];
    float left = in[(u64)i * 8 + lane % 4 * 2];
    float right = in[(u64)i * 8 + lane % 4 * 2 + 1];
    sums[0][0] = fused(upper, left, sums[0][0]);
    sums[0][1] = fused(upper, right, sums[0][1]);
    sums[0][2] = fused(lower, left, sums[0][2]);
    sums[0][3] = fused(lower, right, sums[0][3]);
  }
  finish<1>(a, blockIdx.x, sums, work, false);
}
