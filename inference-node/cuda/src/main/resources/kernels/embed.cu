// Token embeddings in the type that the checkpoint has them in, decoded as they are read, in float32 and in the
// order of the reference (ggml-quants.c), so that values are its to the bit.
// Ladder: 1. a thread for each element; 2. decoded before the kernels before have ended, as table and tokens are
// copies, and floats in one load (this).
#include "common.cuh"

struct EmbedArgs {
  const Counts *counts;
  const int *tokens;
  const u8 *table;
  float *out;
  int width;
  int type;  // ordinal of DType: F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q5_K, Q6_K
  int row_bytes;
  float scale;
};

DEVICE u16 half_at(const u8 *at) { return (u16)(at[0] | at[1] << 8); }

DEVICE int group_scale(const u8 *packed, int group) {
  return group < 4 ? packed[group] & 63 : (packed[group + 4] & 15) | (packed[group - 4] >> 6 << 4);
}

DEVICE int group_least(const u8 *packed, int group) {
  return group < 4 ? packed[group + 4] & 63 : (packed[group + 4] >> 4) | (packed[group] >> 6 << 4);
}

DEVICE float decode_k(const u8 *row, int i, bool five) {
  const u8 *block = row + i / 256 * (five ? 176 : 144);
  int group = i % 256 / 32;
  int within = i % 32;
  float step = f16_to_f32(half_at(block)) * group_scale(block + 4, group);
  float least = f16_to_f32(half_at(block + 2)) * group_least(block + 4, group);
  const u8 *low = block + (five ? 48 : 16) + group / 2 * 32;
  int quant = (low[within] >> (group % 2 * 4)) & 15;
  if (five) {
    quant |= ((block[16 + within] >> group) & 1) << 4;
  }
  return step * quant - least;
}

DEVICE float decode_q6(const u8 *row, int i) {
  const u8 *block = row + i / 256 * 210;
  int group = i % 256 / 16;
  int half = group / 8;
  int quarter = group % 8 / 2;
  int within = group % 2 * 16 + i % 16;
  float step = f16_to_f32(half_at(block + 208)) * (signed char)block[192 + group];
  int low = (block[half * 64 + quarter % 2 * 32 + within] >> (quarter / 2 * 4)) & 15;
  int high = (block[128 + half * 32 + within] >> (quarter * 2)) & 3;
  return step * ((low | (high << 4)) - 32);
}

DEVICE float decode(const u8 *row, int i, int type) {
  switch (type) {
    case 0:
      return ((const float *)row)[i];
    case 1:
      return f16_to_f32(((const u16 *)row)[i]);
    case 2:
      return bf16_to_f32(((const u16 *)row)[i]);
    case 3: {
      const u8 *block = row + i / 32 * 34;
      return f16_to_f32(half_at(block)) * (signed char)block[2 + i % 32];
    }
    case 4: {
      const u8 *block = row + i / 32 * 18;
      int pair = block[2 + i % 16];
      return ((i % 32 < 16 ? pair & 15 : pair >> 4) - 8) * f16_to_f32(half_at(block));
    }
    case 5:
      return decode_k(row, i, false);
    case 6:
      return decode_k(row, i, true);
    default:
      return decode_q6(row, i);
  }
}

// Grid: rows, ceil(width / 256).
KERNEL(embed, 256)(const EmbedArgs a) {
  let_next_begin();
  int row = blockIdx.x;
  int i = blockIdx.y * 256 + threadIdx.x;
  bool mine = row < a.counts->rows && i < a.width;
  float number = 0;
  if (mine) {
    const u8 *from = a.table + (u64)a.tokens[row] * (u64)a.row_bytes;
    number = a.scale * decode(from, i, a.type);
  }
  await_previous();
  if (mine) {
    a.out[(u64)row * a.width + i] = number;
  }
}
