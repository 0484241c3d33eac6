// A head's way from the projection of queries, keys and values to attention: norm, rotation, the paged cache.
// Loops here stand in every projection, so that they are kept short: all but the one that waits for memory.
#pragma once

#include "common.cuh"

static const int WIDEST_HEAD = 256;

struct Heads {
  const int *slots;
  const float *turns;        // [row][pair] cosine, sine
  const float *query_gain;   // 0: no norm over query heads
  const float *key_gain;
  float *qkv;                // [row][heads, kv heads, kv heads][dim]; queries stay there
  void *keys;                // of the layer: [slot][kv head][dim]
  void *values;
  float *key_scales;         // [slot][kv head]; bytes only
  float *value_scales;
  int heads;
  int kv_heads;
  int dim;
  int pairs;
  int interleaved;
  int kind;                  // of the cache: 0 float32, 1 bytes, 2 binary16
  float query_epsilon;
  float key_epsilon;
};

DEVICE int all_heads(const Heads &a) { return a.heads + 2 * a.kv_heads; }

// Where a row's heads go: its place in the cache, its rotations.
struct Way {
  int slot;
  const float *turns;
};

DEVICE Way way_of(const Heads &a, int row) { return {a.slots[row], a.turns + (u64)row * a.pairs * 2}; }

// The same by a warp, in shared memory, where there is room for a widest head's: for whoever has something else to wait
// for meanwhile.
DEVICE Way way_ahead(const Heads &a, int row, float *room) {
  Way way = way_of(a, row);
#pragma unroll 4
  for (int i = threadIdx.x % 32; i < 2 * a.pairs; i += 32) {
    room[i] = way.turns[i];
  }
  way.turns = room;
  return way;
}

DEVICE void write_head(const Heads &a, const float *head, int kv_head, int slot, bool key) {
  int lane = threadIdx.x % 32;
  u64 place = (u64)slot * a.kv_heads + kv_head;
  void *to = key ? a.keys : a.values;
  if (a.kind != 1) {
#pragma unroll 1
    for (int i = lane; i < a.dim; i += 32) {
      if (a.kind == 0) {
        ((float *)to)[place * a.dim + i] = head[i];
      } else {
        ((u16 *)to)[place * a.dim + i] = f32_to_f16(head[i]);
      }
    }
    return;
  }
  u32 most = 0;
#pragma unroll 1
  for (int i = lane; i < a.dim; i += 32) {
    most = more_of(most, magnitude(head[i]));
  }
  float largest = bits_to_f32(warp_most(most));
  float inverse = 127.0f / largest;
  if (!is_finite(inverse)) {
    inverse = 0;
  }
#pragma unroll 1
  for (int i = lane; i < a.dim; i += 32) {
    ((signed char *)to)[place * a.dim + i] = (signed char)(int)floorf(head[i] * inverse + 0.5f);
  }
  if (lane == 0) {
    (key ? a.key_scales : a.value_scales)[place] = largest / 127.0f;
  }
}

DEVICE void turn_head(const Heads &a, float *head, const float *turns) {
#pragma unroll 1
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

DEVICE bool is_query(const Heads &a, int index) { return index < a.heads; }

DEVICE bool is_value(const Heads &a, int index) { return index >= a.heads + a.kv_heads; }

// What a head's norm multiplies with; 0 if it has none.
DEVICE const float *gain_of(const Heads &a, int index) {
  return is_value(a, index) ? 0 : (is_query(a, index) ? a.query_gain : a.key_gain);
}

DEVICE float *head_of(const Heads &a, int row, int index) {
  return a.qkv + ((u64)row * all_heads(a) + index) * a.dim;
}

// Norm over a head in shared memory that this warp wrote, rotation, and the way into the cache; queries go in place.
DEVICE void finish_head(const Heads &a, float *head, int row, int index, const Way &way, const float *gain) {
  int lane = threadIdx.x % 32;
  bool query = is_query(a, index);
  bool value = is_value(a, index);
  if (gain) {
    float squares = 0;
#pragma unroll 1
    for (int i = lane; i < a.dim; i += 32) {
      squares = fused(head[i], head[i], squares);
    }
    squares = warp_sum(squares);
    float scale = 1.0f / sqrtf(squares / a.dim + (query ? a.query_epsilon : a.key_epsilon));
#pragma unroll 1
    for (int i = lane; i < a.dim; i += 32) {
      head[i] = head[i] * scale * gain[i];
    }
  }
  warp_barrier();
  if (!value) {
    turn_head(a, head, way.turns);
    warp_barrier();
  }
  if (query) {
    float *to = head_of(a, row, index);
#pragma unroll 1
    for (int i = lane; i < a.dim; i += 32) {
      to[i] = head[i];
    }
  } else {
    write_head(a, head, value ? index - a.heads - a.kv_heads : index - a.heads, way.slot, !value);
  }
  warp_barrier();
}

// The same for a head that blocks of this kernel may have written. By a warp, with room for a head in shared memory.
DEVICE void store_head(const Heads &a, float *head, int row, int index, const Way &way) {
  const float *from = head_of(a, row, index);
#pragma unroll 4
  for (int i = threadIdx.x % 32; i < a.dim; i += 32) {
    head[i] = fresh(from + i);
  }
  finish_head(a, head, row, index, way, gain_of(a, index));
}
