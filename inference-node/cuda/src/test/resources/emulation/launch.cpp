// One library of all kernels. KERNELS lists them: X(name) for each.
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;
#include "device.h"

#include "embed.cu"
#include "pack.cu"
#include "project.cu"
#include "attention.cu"
#include "sample.cu"
#include "random.cu"
#include "plain.cu"

template <class A, void (*kernel)(const A)>
static void call(const void *arguments) {
  kernel(*(const A *)arguments);
}

template <class A>
static constexpr A argument_of(void (*)(const A));

#define X(name) extern "C" const int emulated_size_##name = sizeof(decltype(argument_of(name)));
KERNELS
#undef X

// The block, or cluster, whose turn it is: upwards, downwards, or those of even number first.
static int block_at(int turn, int blocks, int order) {
  if (order == 0) {
    return turn;
  }
  int evens = (blocks + 1) / 2;
  return order == 1 ? blocks - 1 - turn : (turn < evens ? 2 * turn : 2 * (turn - evens) + 1);
}

// Whether nothing was written behind a variable of a block, but what is right behind it.
static bool fenced() {
  for (const emulation::Fenced *f = emulation::all_fenced; f; f = f->next) {
    if (!f->whole()) {
      return false;
    }
  }
  return true;
}

// Whether nothing was written behind the shared memory that was launched.
static bool fenced(const emulation::Block &block, int shared) {
  using namespace emulation;
  for (const u8 *at = (const u8 *)(block.launched + shared / 16); at < (const u8 *)(block.launched + MOST_LAUNCHED); at++) {
    if (*at != FENCE) {
      return false;
    }
  }
  return true;
}

static int run_blocks(int grid_x, int grid_y, int cluster, int threads, int shared, int order) {
  using namespace emulation;
  if (grid_y % cluster || cluster * threads > (int)(sizeof fibres / sizeof *fibres)) {
    return 5;
  }
  grid_size = {(unsigned)grid_x, (unsigned)grid_y, 1};
  block_size = {(unsigned)threads, 1, 1};
  fault = 0;
  for (int i = 0; i < cluster; i++) {
    memset(blocks[i].launched + shared / 16, FENCE, sizeof blocks[i].launched - shared / 16 * 16);
  }
  int clusters = grid_x * grid_y / cluster;
  for (int turn = 0; turn < clusters; turn++) {
    int at = block_at(turn, clusters, order);
    for (int i = 0; i < cluster; i++) {
      begin_block(i, threads, {(unsigned)(at % grid_x), (unsigned)(at / grid_x * cluster + i), 0});
      // What nobody wrote is no number. Of what was launched with, which is much, in one order only.
      memset(blocks[i].launched, UNWRITTEN, order == 2 ? shared / 16 * 16 : 0);
      for (const Fenced *f = all_fenced; f; f = f->next) {
        f->forget(i);
      }
    }
    if (!run_cluster(cluster, shared / 16 * 16, order)) {
      return 1;
    }
  }
  for (int i = 0; i < cluster; i++) {
    if (!fenced(blocks[i], shared)) {
      return 4;
    }
  }
  return fenced() ? fault : 4;
}

// Runs a launch to its end. 0; 1 if the threads of a block wait for each other for ever; 2 if one of them did not wait
// for the kernels before; 3 if something was copied that is not 16 bytes at a multiple of 16; 4 if a block wrote beyond the
// shared memory that it was launched with, or beyond a variable; 5 if there is no whole number of clusters; 6 if other blocks' memory
// was asked for that is not what was launched.
#define X(name)                                                                                           \
  extern "C" int emulated_##name(                                                              \
      int grid_x, int grid_y, int threads, int shared, const void *arguments, int order) {     \
    emulation::entry = call<decltype(argument_of(name)), name>;                                \
    emulation::arguments = arguments;                                                          \
    return run_blocks(grid_x, grid_y, cluster_of_##name, threads, shared, order);             \
  }
KERNELS
#undef X
