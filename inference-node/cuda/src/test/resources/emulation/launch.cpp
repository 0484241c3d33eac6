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

// Runs a launch to its end. 0, or 1 if the threads of a block wait for each other for ever.
#define X(name)                                                                                           \
  extern "C" int emulated_##name(int grid_x, int grid_y, int threads, const void *arguments, int order) { \
    using namespace emulation;                                                                            \
    entry = call<decltype(argument_of(name)), name>;                                                      \
    emulation::arguments = arguments;                                                                     \
    grid_size = {(unsigned)grid_x, (unsigned)grid_y, 1};                                                  \
    block_size = {(unsigned)threads, 1, 1};                                                               \
    for (int y = 0; y < grid_y; y++) {                                                                    \
      for (int x = 0; x < grid_x; x++) {                                                                  \
        block_index = {(unsigned)x, (unsigned)y, 0};                                                      \
        if (!run_block(threads, order)) {                                                                 \
          return 1;                                                                                       \
        }                                                                                                 \
      }                                                                                                   \
    }                                                                                                     \
    return 0;                                                                                             \
  }
KERNELS
#undef X
