// Stands in for a device: the threads of a block are fibres of one host thread, which change places at
// barriers and wherever a warp acts together. Blocks run one after another, those of a cluster until they wait for
// each other. The order in which threads and blocks
// get their turn is chosen by the launch, so that a race shows as a difference between two orders. Kernels do not
// overlap here; what is checked is that every thread waits for the kernels before.
#pragma once

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

static const bool CLUSTERS = true;
#define CLUSTER_KERNEL(name, blocks, ...) \
  static const int cluster_of_##name = blocks; \
  extern "C" void name
#define KERNEL(name, ...) CLUSTER_KERNEL(name, 1)
#define DEVICE inline
#define SHARED(type, name, dimensions)                      \
  static emulation::Apart<type dimensions> name##_of_blocks; \
  auto &name = name##_of_blocks.mine()
#define LAUNCHED_SHARED(name) Quad *name = emulation::block->launched

struct alignas(16) Quad {
  u32 x, y, z, w;
};
struct alignas(8) Pair {
  u32 x, y;
};

namespace emulation {

struct Index {
  unsigned x, y, z;
};

struct Slot {
  Quad a;
  Pair b;
  float value;
};

struct Warp {
  Slot slots[2][32];
  unsigned turn;
  int arrived;
  int live;
};

// A copy on its way takes effect as late as it may: when a thread waits for it.
struct Copy {
  void *to;
  const void *from;
  int group;
};

static const int MOST_COPIES = 512;

struct Fibre {
  void *stack;
  void *sp;
  Index thread;
  int lane;
  Warp *warp;
  bool done;
  bool waited;
  Copy copies[MOST_COPIES];
  int begun;  // copies
  int groups;
};

static const int MOST_THREADS = 1024;
static const int MOST_CLUSTERED = 8;  // blocks, of a quarter as many threads
static const size_t STACK = 64 * 1024;

// What launches ask for. Bytes behind that are fenced.
static const int MOST_LAUNCHED = 256 * 1024 / 16;
static const u8 FENCE = 0xff;
static const u8 UNWRITTEN = 0xff;
static const u8 ENDED = 0x7f;  // what a block's shared memory is full of when it has ended

struct Block {
  alignas(16) Quad launched[MOST_LAUNCHED];
  Index index;
  Fibre *fibres;
  Warp *warps;
  int threads;
  int live;
  int at_barrier;
  int at_cluster_barrier;
  unsigned barrier_turn;
};

// A variable of each block, between bytes that nobody may write.
struct Fenced {
  const Fenced *next;
  u8 *all;
  size_t before;
  size_t bytes;
  size_t each;

  void forget(int block) const { memset(all + block * each + before, UNWRITTEN, bytes); }

  bool whole() const {
    bool same = true;
    for (const u8 *at = all; at < all + each * MOST_CLUSTERED; at += each) {
      for (size_t i = 0; i < before; i++) {
        same &= at[i] == FENCE;
      }
      for (size_t i = before + bytes; i < each; i++) {
        same &= at[i] == FENCE;
      }
    }
    return same;
  }
};
static const Fenced *all_fenced;

static Index block_size, grid_size;
static Fibre fibres[MOST_CLUSTERED * MOST_THREADS / 4];
static Warp warps[MOST_CLUSTERED * MOST_THREADS / 4 / 32];
static Block blocks[MOST_CLUSTERED];
static Block *block;
static Fibre *now;
static void *scheduler;
static unsigned cluster_turn;
static bool progress;
static int fault;
static void (*entry)(const void *);
static const void *arguments;

#if defined(__x86_64__)
extern "C" void emulation_switch(void **from, void *to);
asm(".text\n"
    ".globl emulation_switch\n"
    "emulation_switch:\n"
    "  pushq %rbp\n  pushq %rbx\n  pushq %r12\n  pushq %r13\n  pushq %r14\n  pushq %r15\n"
    "  movq %rsp, (%rdi)\n"
    "  movq %rsi, %rsp\n"
    "  popq %r15\n  popq %r14\n  popq %r13\n  popq %r12\n  popq %rbx\n  popq %rbp\n"
    "  ret\n");
#else
#error "the emulation switches stacks on x86-64 only"
#endif

template <class T>
struct Apart {
  static const size_t BEFORE = 64;
  static const size_t EACH = (BEFORE + sizeof(T) + 127) / 64 * 64;
  alignas(64) u8 bytes[MOST_CLUSTERED * EACH];
  Fenced fenced;

  Apart() : fenced{all_fenced, bytes, BEFORE, sizeof(T), EACH} {
    memset(bytes, FENCE, sizeof bytes);
    all_fenced = &fenced;
  }

  T &mine() { return *(T *)(bytes + (block - blocks) * EACH + BEFORE); }
};

inline void yield() { emulation_switch(&now->sp, scheduler); }

inline void release_barrier() {
  if (block->live > 0 && block->at_barrier == block->live) {
    block->at_barrier = 0;
    block->barrier_turn++;
    progress = true;
  }
}

inline void release_warp(Warp *warp) {
  if (warp->live > 0 && warp->arrived == warp->live) {
    warp->arrived = 0;
    warp->turn++;
    progress = true;
  }
}

static void run_fibre() {
  entry(arguments);
  if (!now->waited) {
    fault = 2;
  }
  now->done = true;
  block->live--;
  now->warp->live--;
  progress = true;
  release_barrier();
  release_warp(now->warp);
  yield();
  abort();
}

inline void start(Fibre *f) {
  if (!f->stack) {
    f->stack = mmap(0, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  }
  void **top = (void **)((char *)f->stack + STACK);
  *--top = 0;  // as after a call: the stack is aligned but for a return address
  *--top = (void *)run_fibre;
  for (int i = 0; i < 6; i++) {
    *--top = 0;
  }
  f->sp = top;
  f->done = false;
  f->waited = false;
  f->begun = f->groups = 0;
}

// Ready to run, as the block of a cluster at that place.
inline void begin_block(int place, int threads, Index index) {
  Block *b = &blocks[place];
  b->index = index;
  b->fibres = fibres + place * threads;
  b->warps = warps + place * threads / 32;
  b->threads = b->live = threads;
  b->at_barrier = b->at_cluster_barrier = 0;
  b->barrier_turn = 0;
  memset(b->warps, 0, threads / 32 * sizeof(Warp));
  for (int i = 0; i < threads; i++) {
    Fibre *f = &b->fibres[i];
    f->thread = {(unsigned)i, 0, 0};
    f->lane = i % 32;
    f->warp = &b->warps[i / 32];
    f->warp->live++;
    start(f);
  }
}

// Until all of its threads have ended or wait for the cluster. False if they wait for each other for ever.
static bool run_block(int order) {
  int warp_count = block->threads / 32;
  while (block->live > block->at_cluster_barrier) {
    progress = false;
    for (int w = 0; w < warp_count; w++) {
      int warp = order == 0 ? w : warp_count - 1 - w;
      for (int l = 0; l < 32; l++) {
        int lane = order == 0 ? l : (order == 1 ? 31 - l : (l * 13 + 5) % 32);
        now = &block->fibres[warp * 32 + lane];
        if (!now->done) {
          emulation_switch(&scheduler, now->sp);
        }
      }
    }
    if (!progress) {
      return false;
    }
  }
  return true;
}

// False if they wait for each other for ever, or for a block that has ended. `shared` bytes were launched.
static bool run_cluster(int count, int shared, int order) {
  int ended = 0;
  while (ended == 0) {
    for (int i = 0; i < count; i++) {
      block = &blocks[order == 0 ? i : (order == 1 ? count - 1 - i : (i * 3 + 1) % count)];
      if (!run_block(order)) {
        return false;
      }
      if (block->live == 0) {
        ended++;
        memset(block->launched, ENDED, count > 1 ? shared : 0);
      }
    }
    for (int i = 0; i < count; i++) {
      blocks[i].at_cluster_barrier = 0;
    }
    cluster_turn++;
  }
  return ended == count;
}

// All live lanes of the warp come here before any goes on. Gives the slots of this meeting.
inline Slot *meet(const Slot &mine) {
  Warp *warp = now->warp;
  unsigned turn = warp->turn;
  Slot *slots = warp->slots[turn % 2];
  slots[now->lane] = mine;
  warp->arrived++;
  release_warp(warp);
  while (warp->turn == turn) {
    yield();
  }
  return slots;
}

inline float half_value(u16 bits) {
  _Float16 value;
  memcpy(&value, &bits, 2);
  return (float)value;
}

}  // namespace emulation

#define threadIdx (emulation::now->thread)
#define blockIdx (emulation::block->index)
#define blockDim (emulation::block_size)
#define gridDim (emulation::grid_size)

DEVICE float f16_to_f32(u16 bits) { return emulation::half_value(bits); }

DEVICE u16 f32_to_f16(float value) {
  _Float16 half = (_Float16)value;
  u16 bits;
  memcpy(&bits, &half, 2);
  return bits;
}

DEVICE float reciprocal(float x) { return 1.0f / x; }
DEVICE u32 two_f16(float low, float high) { return f32_to_f16(low) | (u32)f32_to_f16(high) << 16; }

DEVICE u16 f32_to_bf16(float value);  // common.cuh
// As devices do, that have one bit pattern for all that is no number.
DEVICE u16 f32_to_bf16(float value) {
  u32 bits;
  memcpy(&bits, &value, 4);
  return (bits & 0x7fffffffu) > 0x7f800000u ? 0x7fff : (u16)((bits + 0x7fffu + ((bits >> 16) & 1u)) >> 16);
}
DEVICE u32 two_bf16(float low, float high) { return f32_to_bf16(low) | (u32)f32_to_bf16(high) << 16; }

DEVICE u32 permute(u32 a, u32 b, u32 selector) {
  u64 bytes = (u64)b << 32 | a;
  u32 word = 0;
  for (int i = 0; i < 4; i++) {
    word |= (u32)(u8)(bytes >> (selector >> 4 * i & 7) * 8) << 8 * i;
  }
  return word;
}

DEVICE u32 subtract_halves(u32 a, u32 b) {
  u32 low = f32_to_f16(f16_to_f32((u16)a) - f16_to_f32((u16)b));
  return low | (u32)f32_to_f16(f16_to_f32((u16)(a >> 16)) - f16_to_f32((u16)(b >> 16))) << 16;
}

DEVICE float bits_to_f32(u32 bits) {
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

DEVICE u32 f32_to_bits(float value) {
  u32 bits;
  memcpy(&bits, &value, 4);
  return bits;
}

DEVICE void barrier() {
  using namespace emulation;
  unsigned turn = block->barrier_turn;
  block->at_barrier++;
  release_barrier();
  while (block->barrier_turn == turn) {
    yield();
  }
}

DEVICE void cluster_barrier() {
  using namespace emulation;
  unsigned turn = cluster_turn;
  block->at_cluster_barrier++;
  progress = true;
  while (cluster_turn == turn) {
    yield();
  }
}

DEVICE void cluster_end() { cluster_barrier(); }

DEVICE const float *of_block(const float *mine, u32 place) {
  using namespace emulation;
  if ((const Quad *)mine < block->launched || (const Quad *)mine >= block->launched + MOST_LAUNCHED) {
    fault = 6;
    return mine;
  }
  return (const float *)((const u8 *)mine - (const u8 *)block->launched + (const u8 *)blocks[place].launched);
}

DEVICE void warp_barrier() { emulation::meet({}); }

DEVICE float shuffle(float value, int lane) {
  emulation::Slot mine = {};
  mine.value = value;
  return emulation::meet(mine)[lane].value;
}

DEVICE u64 shuffle64(u64 value, int lane) {
  emulation::Slot mine = {};
  mine.b = {(u32)value, (u32)(value >> 32)};
  const Pair &theirs = emulation::meet(mine)[lane].b;
  return theirs.x | (u64)theirs.y << 32;
}

DEVICE float shuffle_xor(float value, int mask) { return shuffle(value, emulation::now->lane ^ mask); }
DEVICE u32 warp_most(u32 value) {
  for (int mask = 16; mask > 0; mask >>= 1) {
    float other;
    memcpy(&other, &value, 4);
    other = shuffle_xor(other, mask);
    u32 bits;
    memcpy(&bits, &other, 4);
    value = bits > value ? bits : value;
  }
  return value;
}

DEVICE u32 add_shared(u32 *at, u32 value) {
  u32 before = *at;
  *at += value;
  return before;
}
DEVICE void least_shared(u32 *at, u32 value) { *at = value < *at ? value : *at; }
DEVICE int arrive(int *at) { return (*at)++; }
DEVICE float fresh(const float *at) { return *at; }
DEVICE Quad fresh_quad(const Quad *at) { return *at; }
DEVICE void let_next_begin() {}
DEVICE void await_previous() { emulation::now->waited = true; }

DEVICE void keep(u32 &) {}
template <class T>
DEVICE void keep(const T *&) {}
DEVICE void begin_copy(void *to, const void *from, bool there) {
  using namespace emulation;
  static const Quad nothing = {0, 0, 0, 0};
  if ((uintptr_t)to % 16 || (uintptr_t)from % 16 || now->begun == MOST_COPIES) {
    fault = 3;
    return;
  }
  now->copies[now->begun++] = {to, there ? from : &nothing, now->groups};
}

DEVICE void end_copies() { emulation::now->groups++; }

template <int MOST>
DEVICE void await_copies() {
  using namespace emulation;
  int kept = 0;
  for (int i = 0; i < now->begun; i++) {
    const Copy &copy = now->copies[i];
    if (copy.group < now->groups - MOST) {
      memcpy(copy.to, copy.from, 16);
    } else {
      now->copies[kept++] = copy;
    }
  }
  now->begun = kept;
}

DEVICE void fetch_ahead(const void *) {}
DEVICE Quad stream_quad(const Quad *at) { return *at; }

// The layouts of PTX ISA, "Matrix fragments for mma.m16n8k32" and "for mma.m16n8k16 with floating point type".
DEVICE u32 emulated_word(const Quad &q, int i) { return i == 0 ? q.x : (i == 1 ? q.y : (i == 2 ? q.z : q.w)); }

DEVICE void mma_s8(int (&d)[4], const Quad &a, const Pair &b, const Quad &c) {
  emulation::Slot mine = {};
  mine.a = a;
  mine.b = b;
  const emulation::Slot *slots = emulation::meet(mine);
  int lane = emulation::now->lane;
  for (int i = 0; i < 4; i++) {
    int column = lane % 4 * 2 + i % 2;
    d[i] = (int)emulated_word(c, i);
    for (int k = 0; k < 32; k++) {
      u32 left = emulated_word(slots[lane / 4 * 4 + k % 16 / 4].a, k / 16 * 2 + i / 2);
      const Pair &right = slots[column * 4 + k % 16 / 4].b;
      d[i] += (int8_t)(left >> (k % 4 * 8)) * (int8_t)((k < 16 ? right.x : right.y) >> (k % 4 * 8));
    }
  }
}

template <class Convert>
DEVICE void mma_halves(float (&d)[4], const Quad &a, const Pair &b, Convert convert) {
  emulation::Slot mine = {};
  mine.a = a;
  mine.b = b;
  const emulation::Slot *slots = emulation::meet(mine);
  int lane = emulation::now->lane;
  for (int c = 0; c < 4; c++) {
    int column = lane % 4 * 2 + c % 2;
    double sum = 0;
    for (int k = 0; k < 16; k++) {
      u32 left = emulated_word(slots[lane / 4 * 4 + k % 8 / 2].a, k / 8 * 2 + c / 2);
      const Pair &right = slots[column * 4 + k % 8 / 2].b;
      sum += (double)convert((u16)(left >> (k % 2 * 16))) * convert((u16)((k < 8 ? right.x : right.y) >> (k % 2 * 16)));
    }
    d[c] = (float)(d[c] + sum);
  }
}

DEVICE void mma_bf16(float (&d)[4], const Quad &a, const Pair &b) {
  mma_halves(d, a, b, [](u16 bits) { return bits_to_f32((u32)bits << 16); });
}

DEVICE void mma_f16(float (&d)[4], const Quad &a, const Pair &b) {
  mma_halves(d, a, b, [](u16 bits) { return emulation::half_value(bits); });
}
