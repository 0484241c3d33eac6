// Rotary embedding, the paged KV cache, and attention over block tables.
//
// A block computes up to eight query heads that read one key head: the heads of a group for one row, or for a
// few neighbouring rows. It goes over positions in pieces of 32, a key to a lane, with an online softmax
// (Dao et al. 2022); after every 256 positions the partial result is closed and merged with those before. A row
// of a long sequence may be cut at those places into work of several blocks (flash-decoding, Dao et al. 2023),
// whose results are merged in the same order by the same formula. So a row comes out the same to the bit
// however rows are cut into steps and work into blocks.
//
// Ladder: 1. a warp a head, K and V through shared memory, float32 (this); 2. tensor cores for half-precision
// caches: not built yet. Times: docs/cuda.md.
#include "common.cuh"

struct RotateArgs {
  const Counts *counts;
  const int *positions;
  const float *frequencies;
  float *turns;  // [row][pair] cosine, sine
  int pairs;
  float magnitude;
};

// Once a step for all layers, in double precision as on the CPU. Grid: rows, ceil(pairs / 128).
KERNEL(rotations, 128)(const RotateArgs a) {
  int pair = blockIdx.y * 128 + threadIdx.x;
  int row = blockIdx.x;
  if (row >= a.counts->rows || pair >= a.pairs) {
    return;
  }
  float angle = a.positions[row] * a.frequencies[pair];
  float *turn = a.turns + ((u64)row * a.pairs + pair) * 2;
  turn[0] = (float)cos((double)angle) * a.magnitude;
  turn[1] = (float)sin((double)angle) * a.magnitude;
}

struct StoreArgs {
  const Counts *counts;
  const int *slots;
  const float *turns;
  const float *query_gain;  // 0: no norm over query heads
  const float *key_gain;
  float *qkv;
  void *keys;    // of the layer: [slot][kv head][dim]
  void *values;
  float *key_scales;  // [slot][kv head]; bytes only
  float *value_scales;
  int heads;
  int kv_heads;
  int dim;
  int pairs;
  int interleaved;
  int bytes;
  float query_epsilon;
  float key_epsilon;
};

DEVICE void write_head(const StoreArgs &a, const float *head, int kv_head, int row, bool key) {
  int lane = threadIdx.x % 32;
  u64 place = (u64)a.slots[row] * a.kv_heads + kv_head;
  void *to = key ? a.keys : a.values;
  if (!a.bytes) {
    for (int i = lane; i < a.dim; i += 32) {
      ((float *)to)[place * a.dim + i] = head[i];
    }
    return;
  }
  float largest = 0;
  for (int i = lane; i < a.dim; i += 32) {
    largest = larger(largest, fabsf(head[i]));
  }
  largest = warp_max(largest);
  float inverse = 127.0f / largest;
  if (!is_finite(inverse)) {
    inverse = 0;
  }
  for (int i = lane; i < a.dim; i += 32) {
    ((signed char *)to)[place * a.dim + i] = (signed char)(int)floorf(head[i] * inverse + 0.5f);
  }
  if (lane == 0) {
    (key ? a.key_scales : a.value_scales)[place] = largest / 127.0f;
  }
}

DEVICE void turn_head(const StoreArgs &a, float *head, int row) {
  const float *turns = a.turns + (u64)row * a.pairs * 2;
  for (int pair = threadIdx.x % 32; pair < a.pairs; pair += 32) {
    int first = a.interleaved ? 2 * pair : pair;
    int second = a.interleaved ? first + 1 : pair + a.pairs;
    float x = head[first];
    float y = head[second];
    float cosine = turns[2 * pair];
    float sine = turns[2 * pair + 1];
    head[first] = x * cosine - y * sine;
    head[second] = x * sine + y * cosine;
  }
}

// Norm over the head, rotation, and the way into the cache; queries stay in place. A warp a head.
// Grid: rows, ceil((heads + 2 kv heads) / 4).
KERNEL(store_kv, 128)(const StoreArgs a) {
  SHARED float heads[4][256];
  int row = blockIdx.x;
  int index = blockIdx.y * 4 + threadIdx.x / 32;
  if (row >= a.counts->rows || index >= a.heads + 2 * a.kv_heads) {
    return;
  }
  int lane = threadIdx.x % 32;
  float *from = a.qkv + ((u64)row * (a.heads + 2 * a.kv_heads) + index) * a.dim;
  float *head = heads[threadIdx.x / 32];
  bool query = index < a.heads;
  bool value = index >= a.heads + a.kv_heads;
  const float *gain = value ? 0 : (query ? a.query_gain : a.key_gain);
  float squares = 0;
  for (int i = lane; i < a.dim; i += 32) {
    head[i] = from[i];
    squares = fused(head[i], head[i], squares);
  }
  squares = warp_sum(squares);
  if (gain) {
    float scale = 1.0f / sqrtf(squares / a.dim + (query ? a.query_epsilon : a.key_epsilon));
    for (int i = lane; i < a.dim; i += 32) {
      head[i] = head[i] * scale * gain[i];
    }
  }
  warp_barrier();
  if (!value) {
    turn_head(a, head, row);
    warp_barrier();
  }
  if (query) {
    for (int i = lane; i < a.dim; i += 32) {
      from[i] = head[i];
    }
  } else {
    write_head(a, head, value ? index - a.heads - a.kv_heads : index - a.heads, row, !value);
  }
}

// What a block computes: rows of one sequence over some partitions of its positions.
struct Item {
  int row;       // first row of the batch
  int rows;      // neighbours, at most 8 / min(8, heads of a group)
  int position;  // of the first row
  int table;     // where the sequence's block ids begin
  int first;     // first partition
  int end;       // partition behind the last
  int scratch;   // where the one partition's result goes; -1: all are merged here
  int unused;
};

struct AttendArgs {
  const Counts *counts;
  const Item *items;
  const int *tables;
  const float *qkv;
  const void *keys;
  const void *values;
  const float *key_scales;
  const float *value_scales;
  float *out;
  float *scratch;  // [place][head][dim + 2]
  int heads;
  int kv_heads;
  int dim;
  int block_size;
  int window;
  int bytes;
  float scale;
  float cap;
};

static const int PARTITION = 256;
static const int PIECE = 32;

template <int LANES>
struct Softmax {
  float max;
  float sum;
  float out[LANES];

  DEVICE void clear() {
    max = minus_infinity();
    sum = 0;
#pragma unroll
    for (int i = 0; i < LANES; i++) {
      out[i] = 0;
    }
  }

  DEVICE void merge(const Softmax &next) {
    if (next.sum == 0) {
      return;
    }
    if (sum == 0) {
      *this = next;
      return;
    }
    float top = larger(max, next.max);
    float mine = expf(max - top);
    float others = expf(next.max - top);
    max = top;
    sum = fused(next.sum, others, sum * mine);
#pragma unroll
    for (int i = 0; i < LANES; i++) {
      out[i] = fused(next.out[i], others, out[i] * mine);
    }
  }
};

template <int D>
DEVICE void stage(const AttendArgs &a, const Item &item, int piece, int kv_head, float (*to)[D + 1], bool key) {
  int limit = item.position + item.rows;
  const void *from = key ? a.keys : a.values;
  for (int e = threadIdx.x; e < PIECE * D; e += 128) {
    int position = piece + e / D;
    int i = e % D;
    float number = 0;
    if (position < limit && i < a.dim) {
      int slot = a.tables[item.table + position / a.block_size] * a.block_size + position % a.block_size;
      u64 place = (u64)slot * a.kv_heads + kv_head;
      number = a.bytes ? ((const signed char *)from)[place * a.dim + i] * (key ? a.key_scales : a.value_scales)[place]
                       : ((const float *)from)[place * a.dim + i];
    }
    to[e / D][i] = number;
  }
}

template <int D>
DEVICE void attend(const AttendArgs &a) {
  SHARED float queries[8][D];
  SHARED float staged[PIECE][D + 1];
  if ((int)blockIdx.x >= a.counts->items) {
    return;
  }
  Item item = a.items[blockIdx.x];
  int group = a.heads / a.kv_heads;
  int together = group < 8 ? group : 8;
  int chunks = (group + together - 1) / together;
  int kv_head = blockIdx.y / chunks;
  int warp = threadIdx.x / 32;
  int lane = threadIdx.x % 32;
  int head_of[2];
  int position_of[2];
  int row_of[2];
#pragma unroll
  for (int k = 0; k < 2; k++) {
    int place = warp + 4 * k;
    int within = blockIdx.y % chunks * together + place % together;
    bool used = place / together < item.rows && place < 8 / together * together && within < group;
    head_of[k] = used ? kv_head * group + within : -1;
    row_of[k] = item.row + place / together;
    position_of[k] = used ? item.position + place / together : -1;
    for (int i = lane; i < D; i += 32) {
      queries[place][i] = used && i < a.dim
          ? a.qkv[(u64)row_of[k] * (a.heads + 2 * a.kv_heads) * a.dim + head_of[k] * a.dim + i]
          : 0;
    }
  }
  Softmax<D / 32> merged[2];
  merged[0].clear();
  merged[1].clear();
  int lowest = a.window == 0 ? 0 : item.position - a.window + 1;
  for (int partition = item.first; partition < item.end; partition++) {
    Softmax<D / 32> partial[2];
    partial[0].clear();
    partial[1].clear();
    int end = (partition + 1) * PARTITION;
    end = end < item.position + item.rows ? end : item.position + item.rows;
    for (int piece = partition * PARTITION; piece < end; piece += PIECE) {
      if (piece + PIECE <= lowest) {
        continue;
      }
      barrier();
      stage<D>(a, item, piece, kv_head, staged, true);
      barrier();
      float weight[2];
#pragma unroll
      for (int k = 0; k < 2; k++) {
        float score = 0;
        for (int i = 0; i < D; i++) {
          score = fused(queries[warp + 4 * k][i], staged[lane][i], score);
        }
        score *= a.scale;
        if (a.cap != 0) {
          score = a.cap * tanhf(score / a.cap);
        }
        int position = piece + lane;
        bool seen = position <= position_of[k] && (a.window == 0 || position > position_of[k] - a.window);
        float top = larger(partial[k].max, warp_max(seen ? score : minus_infinity()));
        weight[k] = seen ? expf(score - top) : 0;
        if (top != minus_infinity()) {
          float correction = expf(partial[k].max - top);
          partial[k].max = top;
          partial[k].sum = fused(partial[k].sum, correction, warp_sum(weight[k]));
#pragma unroll
          for (int i = 0; i < D / 32; i++) {
            partial[k].out[i] *= correction;
          }
        }
      }
      barrier();
      stage<D>(a, item, piece, kv_head, staged, false);
      barrier();
#pragma unroll
      for (int k = 0; k < 2; k++) {
        for (int j = 0; j < PIECE; j++) {
          float share = shuffle(weight[k], j);
#pragma unroll
          for (int i = 0; i < D / 32; i++) {
            partial[k].out[i] = fused(share, staged[j][lane + 32 * i], partial[k].out[i]);
          }
        }
      }
    }
    merged[0].merge(partial[0]);
    merged[1].merge(partial[1]);
  }
#pragma unroll
  for (int k = 0; k < 2; k++) {
    if (head_of[k] < 0) {
      continue;
    }
    if (item.scratch >= 0) {
      float *to = a.scratch + ((u64)item.scratch * a.heads + head_of[k]) * (a.dim + 2);
      if (lane == 0) {
        to[0] = merged[k].max;
        to[1] = merged[k].sum;
      }
#pragma unroll
      for (int i = 0; i < D / 32; i++) {
        if (lane + 32 * i < a.dim) {
          to[2 + lane + 32 * i] = merged[k].out[i];
        }
      }
    } else {
      float *to = a.out + ((u64)row_of[k] * a.heads + head_of[k]) * a.dim;
#pragma unroll
      for (int i = 0; i < D / 32; i++) {
        if (lane + 32 * i < a.dim) {
          to[lane + 32 * i] = merged[k].out[i] / merged[k].sum;
        }
      }
    }
  }
}

// Grid: items, kv heads times chunks of eight heads of a group.
KERNEL(attend_64, 128)(const AttendArgs a) { attend<64>(a); }
KERNEL(attend_128, 128)(const AttendArgs a) { attend<128>(a); }
KERNEL(attend_256, 128)(const AttendArgs a) { attend<256>(a); }

// A row whose partitions were computed apart.
struct Split {
  int row;
  int scratch;
  int parts;
  int unused;
};

struct CombineArgs {
  const Counts *counts;
  const Split *splits;
  const float *scratch;
  float *out;
  int heads;
  int dim;
};

// Grid: splits, heads.
KERNEL(combine, 32)(const CombineArgs a) {
  if ((int)blockIdx.x >= a.counts->splits) {
    return;
  }
  Split split = a.splits[blockIdx.x];
  int lane = threadIdx.x;
  Softmax<8> merged;
  merged.clear();
  for (int part = 0; part < split.parts; part++) {
    const float *from = a.scratch + ((u64)(split.scratch + part) * a.heads + blockIdx.y) * (a.dim + 2);
    Softmax<8> next;
    next.max = from[0];
    next.sum = from[1];
    for (int i = 0; i < 8; i++) {
      next.out[i] = lane + 32 * i < a.dim ? from[2 + lane + 32 * i] : 0;
    }
    merged.merge(next);
  }
  float *to = a.out + ((u64)split.row * a.heads + blockIdx.y) * a.dim;
  for (int i = 0; i < 8; i++) {
    if (lane + 32 * i < a.dim) {
      to[lane + 32 * i] = merged.out[i] / merged.sum;
    }
  }
}
