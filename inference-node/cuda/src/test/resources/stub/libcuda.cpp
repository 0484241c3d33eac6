// Stands in for NVIDIA's driver where there is none: the functions that BytedecoDriver calls, and no others, so that a call
// beyond them ends the process as an old driver would. Work is done as late as the documentation allows (CUDA driver API
// 13.0): at a synchronization, in order, so that a result that is read too early, or a source that changes too soon, shows.
// Kernels are checked against their cubin (architecture, name, bytes of arguments, threads of a block) and computed by the
// same sources compiled for the CPU. Each misuse gives the error that the driver documents and a line in $STUB_REPORT.
#include <dlfcn.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

typedef int Result;
typedef uint64_t DevicePtr;
typedef std::function<void()> Work;
enum {
  OK = 0,
  INVALID_VALUE = 1,
  OUT_OF_MEMORY = 2,
  NOT_INITIALIZED = 3,
  NO_DEVICE = 100,
  INVALID_DEVICE = 101,
  INVALID_IMAGE = 200,
  INVALID_CONTEXT = 201,
  NO_BINARY = 209,
  INVALID_HANDLE = 400,
  NOT_FOUND = 500,
  NOT_READY = 600,
  ILLEGAL_ADDRESS = 700,
  NOT_IN_CAPTURE = 900,
  CAPTURE_INVALIDATED = 901,
};

namespace {

const size_t FENCE = 512;
const size_t CAPACITY = size_t(1) << 31;
const unsigned char GARBAGE = 0xb5;
const unsigned FEWER_THREADS = 256;

struct Memory {
  unsigned char *block;
  size_t bytes;
};

struct Graph {
  std::vector<Work> work;
};

struct Stream {
  std::vector<Work> waiting;
  uint64_t enqueued = 0;
  uint64_t done = 0;
  bool capturing = false;
  bool broken = false;  // the capture was invalidated
  Graph captured;
};

struct Event {
  bool timed = true;
  Stream *stream = nullptr;
  uint64_t recorded = 0;  // the number of its mark in that stream; 0: never
};

struct Kernel {
  std::string name;
  unsigned argument_bytes = 0;
  unsigned threads = 0;
  unsigned cluster = 1;  // blocks of it, in the second dimension
  int (*run)(int, int, int, int, const void *, int) = nullptr;
  unsigned most_shared = 0;  // that launches may ask for
  int own_shared = 0;        // that it has anyway
  bool counts_threads = false;  // cannot be computed by fewer threads
};

struct Module {
  std::map<std::string, Kernel> kernels;
};

struct Context {};

std::recursive_mutex lock;
bool initialized;
int retained;
Context primary;
thread_local Context *current;
std::map<DevicePtr, Memory> memories;
std::map<unsigned char *, size_t> pinned;
size_t allocated;
std::set<Stream *> streams;
std::set<Event *> events;
std::set<Graph *> graphs, executables;
std::set<Module *> modules;
std::set<Kernel *> functions;
std::map<std::string, long> calls;
void *kernels;

FILE *report() {
  static FILE *file = getenv("STUB_REPORT") ? fopen(getenv("STUB_REPORT"), "w") : stderr;
  return file;
}

Result complain(Result code, const char *format, ...) {
  va_list list;
  va_start(list, format);
  fputs("misuse: ", report());
  vfprintf(report(), format, list);
  fputs("\n", report());
  fflush(report());
  va_end(list);
  return code;
}

struct AtEnd {
  ~AtEnd() {
    for (auto &call : calls) {
      fprintf(report(), "call: %s %ld\n", call.first.c_str(), call.second);
    }
    fprintf(report(), "left: %zu allocations, %zu pinned, %zu streams, %zu events, %zu graphs, %zu executables, %zu modules\n",
            memories.size(), pinned.size(), streams.size(), events.size(), graphs.size(), executables.size(), modules.size());
    fprintf(report(), "end\n");
    fflush(report());
  }
} at_end;

bool anyone_captures() {
  for (Stream *stream : streams) {
    if (stream->capturing) {
      return true;
    }
  }
  return false;
}

Result enter(const char *name, bool context = true) {
  calls[name]++;
  if (!initialized) {
    return complain(NOT_INITIALIZED, "%s: before cuInit", name);
  }
  if (context && (!current || !retained)) {
    return complain(INVALID_CONTEXT, "%s: no context is this thread's", name);
  }
  return OK;
}

// What would wait, or change memory, while a stream is captured.
Result not_captured(const char *name) {
  if (!anyone_captures()) {
    return OK;
  }
  for (Stream *stream : streams) {
    stream->broken |= stream->capturing;
  }
  return complain(NOT_IN_CAPTURE, "%s: while a stream is captured", name);
}

#define ENTER(name)                      \
  std::lock_guard<std::recursive_mutex> guard(lock); \
  if (Result code = enter(name)) return code
#define ENTER_FREELY(name)               \
  std::lock_guard<std::recursive_mutex> guard(lock); \
  if (Result code = enter(name, false)) return code
#define UNCAPTURED(name) \
  if (Result code = not_captured(name)) return code
#define KNOWN(set, what, name) \
  if (!set.count(what)) return complain(INVALID_HANDLE, "%s: a handle that is not one, or was freed", name)

void catch_up(Stream *stream, uint64_t to) {
  size_t count = 0;
  while (stream->done < to && count < stream->waiting.size()) {
    stream->waiting[count++]();
    stream->done++;
  }
  stream->waiting.erase(stream->waiting.begin(), stream->waiting.begin() + count);
}

void enqueue(Stream *stream, Work work) {
  if (stream->capturing) {
    stream->captured.work.push_back(work);
    return;
  }
  stream->waiting.push_back(work);
  stream->enqueued++;
}

bool lies_inside(DevicePtr at, size_t bytes) {
  auto after = memories.upper_bound(at);
  if (after == memories.begin()) {
    return false;
  }
  auto memory = std::prev(after);
  return at + bytes <= memory->first + memory->second.bytes;
}

bool is_pinned(const void *at, size_t bytes) {
  auto after = pinned.upper_bound((unsigned char *)at);
  if (after == pinned.begin()) {
    return false;
  }
  auto memory = std::prev(after);
  return (unsigned char *)at + bytes <= memory->first + memory->second;
}

Result free_memory(DevicePtr at) {
  Memory memory = memories[at];
  Result code = OK;
  for (size_t i = 0; i < FENCE; i++) {
    if (memory.block[i] != GARBAGE || memory.block[FENCE + memory.bytes + i] != GARBAGE) {
      code = complain(ILLEGAL_ADDRESS, "somebody wrote beyond an allocation of %zu bytes", memory.bytes);
      break;
    }
  }
  free(memory.block);
  allocated -= memory.bytes;
  memories.erase(at);
  return code;
}

// --- cubins: ELF64, with what a kernel needs in the sections .nv.info.KERNEL ---

const int CUDA_MACHINE = 190;
const int ARGUMENT_BYTES = 0x19;
const int MOST_THREADS = 0x05;
const int BLOCKS_OF_CLUSTER = 0x3d;
const int RESERVED_SHARED = 1024;  // of a block's, on an sm_90
const int MOST_SHARED = 232448;

template <class T>
T at(const unsigned char *from, size_t offset) {
  T value;
  memcpy(&value, from + offset, sizeof value);
  return value;
}

void read_needs(const unsigned char *info, size_t size, Kernel &kernel) {
  for (size_t i = 0; i + 4 <= size;) {
    unsigned format = info[i], attribute = info[i + 1], value = at<uint16_t>(info, i + 2);
    if (format == 3 && attribute == ARGUMENT_BYTES) {
      kernel.argument_bytes = value;
    }
    if (format == 4 && attribute == MOST_THREADS) {
      kernel.threads = at<uint32_t>(info, i + 4) * at<uint32_t>(info, i + 8) * at<uint32_t>(info, i + 12);
    }
    if (format == 4 && attribute == BLOCKS_OF_CLUSTER) {
      kernel.cluster = at<uint32_t>(info, i + 8);
    }
    i += 4 + (format == 4 ? value : 0);
  }
}

Result read_cubin(const unsigned char *image, Module &module) {
  if (memcmp(image, "\x7f" "ELF\x02", 5) || at<uint16_t>(image, 18) != CUDA_MACHINE) {
    return INVALID_IMAGE;
  }
  int architecture = at<uint32_t>(image, 48) >> 8 & 0xff;
  if (architecture != 90) {
    return complain(NO_BINARY, "cuModuleLoadData: a cubin for sm_%d on an sm_90", architecture);
  }
  size_t headers = at<uint64_t>(image, 40);
  int count = at<uint16_t>(image, 60);
  size_t names = at<uint64_t>(image, headers + at<uint16_t>(image, 62) * 64 + 24);
  for (int i = 0; i < count; i++) {
    size_t header = headers + i * 64;
    std::string name = (const char *)image + names + at<uint32_t>(image, header);
    if (name.rfind(".nv.shared.", 0) == 0) {
      module.kernels[name.substr(11)].own_shared = (int)at<uint64_t>(image, header + 32) - RESERVED_SHARED;
    }
    if (name.rfind(".nv.info.", 0) == 0) {
      Kernel &kernel = module.kernels[name.substr(9)];
      kernel.name = name.substr(9);
      read_needs(image + at<uint64_t>(image, header + 24), at<uint64_t>(image, header + 32), kernel);
    }
  }
  return OK;
}

Result find_emulation(Kernel &kernel) {
  if (!kernels) {
    kernels = dlopen(getenv("STUB_KERNELS"), RTLD_NOW | RTLD_LOCAL);
  }
  kernel.run = kernels ? (decltype(kernel.run))dlsym(kernels, ("emulated_" + kernel.name).c_str()) : nullptr;
  const int *size = kernels ? (const int *)dlsym(kernels, ("emulated_size_" + kernel.name).c_str()) : nullptr;
  if (!kernel.run || !size) {
    return complain(NOT_FOUND, "%s: not among the emulated kernels", kernel.name.c_str());
  }
  if ((unsigned)*size != kernel.argument_bytes) {
    return complain(INVALID_IMAGE, "%s: %u bytes of arguments in the cubin, %d in its source", kernel.name.c_str(),
                    kernel.argument_bytes, *size);
  }
  kernel.counts_threads = kernel.name == "sample";
  return OK;
}

// The block of arguments out of cuLaunchKernel's "extra"; the words are CU_LAUNCH_PARAM_BUFFER_POINTER and its like.
Result read_extra(void **extra, const void *&block, size_t &bytes) {
  for (int i = 0; extra[i]; i += 2) {
    if (extra[i] == (void *)1) {
      block = extra[i + 1];
    } else if (extra[i] == (void *)2) {
      bytes = *(size_t *)extra[i + 1];
    } else {
      return complain(INVALID_VALUE, "cuLaunchKernel: a word in extra that is none");
    }
  }
  return block ? OK : complain(INVALID_VALUE, "cuLaunchKernel: no arguments");
}

}  // namespace

// For libraries that enqueue work of their own on a stream, as cuBLAS does.
extern "C" int stub_enqueue(void *stream, void (*run)(void *), void *argument) {
  ENTER("a library's launch");
  KNOWN(streams, (Stream *)stream, "a library's launch");
  enqueue((Stream *)stream, [=] { run(argument); });
  return OK;
}
extern "C" int stub_lies_inside(DevicePtr at, size_t bytes) { return lies_inside(at, bytes); }
extern "C" int stub_complain(const char *what) { return complain(INVALID_VALUE, "%s", what); }
extern "C" int stub_has_context() { return current != nullptr; }

extern "C" {

Result cuInit(unsigned flags) {
  calls["cuInit"]++;
  if (getenv("STUB_DEVICES") && !strcmp(getenv("STUB_DEVICES"), "0")) {
    return NO_DEVICE;
  }
  initialized = true;
  return flags ? complain(INVALID_VALUE, "cuInit: flags") : OK;
}

Result cuGetErrorName(Result code, const char **name) {
  static const std::map<int, const char *> names = {
      {1, "CUDA_ERROR_INVALID_VALUE"}, {2, "CUDA_ERROR_OUT_OF_MEMORY"}, {100, "CUDA_ERROR_NO_DEVICE"},
      {400, "CUDA_ERROR_INVALID_HANDLE"}, {500, "CUDA_ERROR_NOT_FOUND"}, {200, "CUDA_ERROR_INVALID_IMAGE"},
      {209, "CUDA_ERROR_NO_BINARY_FOR_GPU"}, {900, "CUDA_ERROR_STREAM_CAPTURE_UNSUPPORTED"},
      {901, "CUDA_ERROR_STREAM_CAPTURE_INVALIDATED"}};
  calls["cuGetErrorName"]++;
  auto found = names.find(code);
  *name = found == names.end() ? nullptr : found->second;
  return *name ? OK : INVALID_VALUE;
}

Result cuDriverGetVersion(int *version) {
  calls["cuDriverGetVersion"]++;
  *version = 13000;
  return OK;
}

Result cuDeviceGetCount(int *count) {
  ENTER_FREELY("cuDeviceGetCount");
  *count = 1;
  return OK;
}

Result cuDeviceGet(int *device, int ordinal) {
  ENTER_FREELY("cuDeviceGet");
  *device = 0;
  return ordinal == 0 ? OK : complain(INVALID_DEVICE, "cuDeviceGet: %d", ordinal);
}

Result cuDeviceGetName(char *name, int length, int device) {
  ENTER_FREELY("cuDeviceGetName");
  snprintf(name, length, "stub of a device");
  return device == 0 ? OK : complain(INVALID_DEVICE, "cuDeviceGetName: %d", device);
}

Result cuDeviceTotalMem_v2(size_t *bytes, int device) {
  ENTER_FREELY("cuDeviceTotalMem");
  *bytes = CAPACITY;
  return device == 0 ? OK : complain(INVALID_DEVICE, "cuDeviceTotalMem: %d", device);
}

Result cuDeviceGetAttribute(int *value, int attribute, int device) {
  ENTER_FREELY("cuDeviceGetAttribute");
  switch (attribute) {
    case 16: *value = 132; break;
    case 97: *value = 232448; break;
    case 75: *value = 9; break;
    case 76: *value = 0; break;
    default: return complain(INVALID_VALUE, "cuDeviceGetAttribute: %d", attribute);
  }
  return device == 0 ? OK : complain(INVALID_DEVICE, "cuDeviceGetAttribute: %d", device);
}

Result cuDevicePrimaryCtxRetain(Context **context, int device) {
  ENTER_FREELY("cuDevicePrimaryCtxRetain");
  retained++;
  *context = &primary;
  return device == 0 ? OK : complain(INVALID_DEVICE, "cuDevicePrimaryCtxRetain: %d", device);
}

Result cuCtxSetCurrent(Context *context) {
  ENTER_FREELY("cuCtxSetCurrent");
  if (context && context != &primary) {
    return complain(INVALID_CONTEXT, "cuCtxSetCurrent: no context");
  }
  current = context;
  return OK;
}

Result cuStreamCreate(Stream **stream, unsigned flags) {
  ENTER("cuStreamCreate");
  if (flags > 1) {
    return complain(INVALID_VALUE, "cuStreamCreate: flags %u", flags);
  }
  streams.insert(*stream = new Stream);
  return OK;
}

Result cuStreamDestroy_v2(Stream *stream) {
  ENTER("cuStreamDestroy");
  KNOWN(streams, stream, "cuStreamDestroy");
  catch_up(stream, stream->enqueued);
  streams.erase(stream);
  delete stream;
  return OK;
}

Result cuStreamSynchronize(Stream *stream) {
  ENTER("cuStreamSynchronize");
  KNOWN(streams, stream, "cuStreamSynchronize");
  UNCAPTURED("cuStreamSynchronize");
  catch_up(stream, stream->enqueued);
  return OK;
}

Result cuMemAlloc_v2(DevicePtr *address, size_t bytes) {
  ENTER("cuMemAlloc");
  UNCAPTURED("cuMemAlloc");
  if (bytes == 0) {
    return complain(INVALID_VALUE, "cuMemAlloc: 0 bytes");
  }
  if (allocated + bytes > CAPACITY) {
    return OUT_OF_MEMORY;
  }
  size_t whole = (2 * FENCE + bytes + 255) / 256 * 256;
  unsigned char *block = (unsigned char *)aligned_alloc(256, whole);
  memset(block, GARBAGE, whole);
  *address = (DevicePtr)(block + FENCE);
  memories[*address] = {block, bytes};
  allocated += bytes;
  return OK;
}

Result cuMemFree_v2(DevicePtr address) {
  ENTER("cuMemFree");
  UNCAPTURED("cuMemFree");
  if (!memories.count(address)) {
    return complain(INVALID_VALUE, "cuMemFree: no allocation, or freed before");
  }
  for (Stream *stream : streams) {
    // The documentation does not promise that freeing waits.
    if (!stream->waiting.empty()) {
      complain(OK, "cuMemFree: with work enqueued that was not waited for");
      catch_up(stream, stream->enqueued);
    }
  }
  return free_memory(address);
}

Result cuMemAllocHost_v2(void **address, size_t bytes) {
  ENTER("cuMemAllocHost");
  UNCAPTURED("cuMemAllocHost");
  if (bytes == 0) {
    return complain(INVALID_VALUE, "cuMemAllocHost: 0 bytes");
  }
  unsigned char *block = (unsigned char *)aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
  memset(block, GARBAGE, bytes);
  pinned[block] = bytes;
  *address = block;
  return OK;
}

Result cuMemFreeHost(void *address) {
  ENTER("cuMemFreeHost");
  UNCAPTURED("cuMemFreeHost");
  if (!pinned.erase((unsigned char *)address)) {
    return complain(INVALID_VALUE, "cuMemFreeHost: not pinned, or freed before");
  }
  free(address);
  return OK;
}

Result cuMemcpyHtoDAsync_v2(DevicePtr to, const void *from, size_t bytes, Stream *stream) {
  ENTER("cuMemcpyHtoDAsync");
  KNOWN(streams, stream, "cuMemcpyHtoDAsync");
  if (!lies_inside(to, bytes)) {
    return complain(INVALID_VALUE, "cuMemcpyHtoDAsync: %zu bytes, not in an allocation", bytes);
  }
  if (is_pinned(from, bytes)) {
    enqueue(stream, [=] { memcpy((void *)to, from, bytes); });
    return OK;
  }
  UNCAPTURED("cuMemcpyHtoDAsync from pageable memory");
  // From pageable memory the source is staged before the call returns.
  auto staged = std::make_shared<std::vector<char>>((const char *)from, (const char *)from + bytes);
  enqueue(stream, [=] { memcpy((void *)to, staged->data(), bytes); });
  return OK;
}

Result cuMemcpyDtoHAsync_v2(void *to, DevicePtr from, size_t bytes, Stream *stream) {
  ENTER("cuMemcpyDtoHAsync");
  KNOWN(streams, stream, "cuMemcpyDtoHAsync");
  if (!lies_inside(from, bytes)) {
    return complain(INVALID_VALUE, "cuMemcpyDtoHAsync: %zu bytes, not in an allocation", bytes);
  }
  if (!is_pinned(to, bytes)) {
    UNCAPTURED("cuMemcpyDtoHAsync to pageable memory");
    catch_up(stream, stream->enqueued);
    memcpy(to, (void *)from, bytes);
    return OK;
  }
  enqueue(stream, [=] { memcpy(to, (void *)from, bytes); });
  return OK;
}

Result cuMemcpyDtoDAsync_v2(DevicePtr to, DevicePtr from, size_t bytes, Stream *stream) {
  ENTER("cuMemcpyDtoDAsync");
  KNOWN(streams, stream, "cuMemcpyDtoDAsync");
  if (!lies_inside(from, bytes) || !lies_inside(to, bytes)) {
    return complain(INVALID_VALUE, "cuMemcpyDtoDAsync: %zu bytes, not in an allocation", bytes);
  }
  enqueue(stream, [=] { memmove((void *)to, (void *)from, bytes); });
  return OK;
}

Result cuMemsetD8Async(DevicePtr to, unsigned char value, size_t bytes, Stream *stream) {
  ENTER("cuMemsetD8Async");
  KNOWN(streams, stream, "cuMemsetD8Async");
  if (!lies_inside(to, bytes)) {
    return complain(INVALID_VALUE, "cuMemsetD8Async: %zu bytes, not in an allocation", bytes);
  }
  enqueue(stream, [=] { memset((void *)to, value, bytes); });
  return OK;
}

Result cuModuleLoadData(Module **module, const void *image) {
  ENTER("cuModuleLoadData");
  UNCAPTURED("cuModuleLoadData");
  Module *loaded = new Module;
  if (Result code = read_cubin((const unsigned char *)image, *loaded)) {
    delete loaded;
    return code;
  }
  modules.insert(*module = loaded);
  return OK;
}

Result cuModuleUnload(Module *module) {
  ENTER("cuModuleUnload");
  UNCAPTURED("cuModuleUnload");
  KNOWN(modules, module, "cuModuleUnload");
  for (auto &kernel : module->kernels) {
    functions.erase(&kernel.second);
  }
  modules.erase(module);
  delete module;
  return OK;
}

Result cuModuleGetFunction(Kernel **function, Module *module, const char *name) {
  ENTER("cuModuleGetFunction");
  KNOWN(modules, module, "cuModuleGetFunction");
  auto found = module->kernels.find(name);
  if (found == module->kernels.end()) {
    return NOT_FOUND;
  }
  if (Result code = find_emulation(found->second)) {
    return code;
  }
  functions.insert(*function = &found->second);
  return OK;
}

Result cuFuncSetAttribute(Kernel *kernel, int attribute, int value) {
  ENTER("cuFuncSetAttribute");
  KNOWN(functions, kernel, "cuFuncSetAttribute");
  bool shared = attribute == 8 && value >= 0 && value + kernel->own_shared <= MOST_SHARED;
  if (shared) {
    kernel->most_shared = value;
  }
  if (!shared && !(attribute == 9 && value >= 0 && value <= 100)) {
    return complain(INVALID_VALUE, "cuFuncSetAttribute: %d of attribute %d", value, attribute);
  }
  return OK;
}

static Result launch(Kernel *kernel, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y,
                      unsigned threads_z, unsigned shared, Stream *stream, void **parameters, void **extra) {
  KNOWN(streams, stream, "a launch");
  KNOWN(functions, kernel, "a launch");
  const char *name = kernel->name.c_str();
  if (!x || !y || z != 1 || x > 0x7fffffffu || y > 65535 || threads_y != 1 || threads_z != 1) {
    return complain(INVALID_VALUE, "%s: a grid of %u x %u x %u blocks", name, x, y, z);
  }
  if (y % kernel->cluster) {
    return complain(INVALID_VALUE, "%s: %u blocks, in clusters of %u", name, y, kernel->cluster);
  }
  if (!threads || threads > 1024 || threads % 32 || (kernel->threads && threads > kernel->threads)) {
    return complain(INVALID_VALUE, "%s: %u threads of a block, %u in the cubin", name, threads, kernel->threads);
  }
  if (shared > kernel->most_shared) {
    return complain(INVALID_VALUE, "%s: %u bytes of dynamic shared memory", name, shared);
  }
  const void *block = nullptr;
  size_t bytes = 0;
  if (parameters || !extra) {
    return complain(INVALID_VALUE, "%s: arguments one by one", name);
  }
  if (Result code = read_extra(extra, block, bytes)) {
    return code;
  }
  if (bytes != kernel->argument_bytes) {
    return complain(INVALID_VALUE, "%s: %zu bytes of arguments, %u in the cubin", name, bytes, kernel->argument_bytes);
  }
  std::vector<uint64_t> copy(bytes / 8 + 1);
  memcpy(copy.data(), block, bytes);
  int used = kernel->counts_threads || threads < FEWER_THREADS ? threads : FEWER_THREADS;
  auto run = kernel->run;
  std::string label = kernel->name;
  enqueue(stream, [=] {
    if (int fault = run(x, y, used, shared, copy.data(), 0)) {
      complain(OK, "%s: fault %d of emulation/launch.cpp", label.c_str(), fault);
    }
  });
  return OK;
}

Result cuLaunchKernel(Kernel *kernel, unsigned x, unsigned y, unsigned z, unsigned threads, unsigned threads_y,
                      unsigned threads_z, unsigned shared, Stream *stream, void **parameters, void **extra) {
  ENTER("cuLaunchKernel");
  return launch(kernel, x, y, z, threads, threads_y, threads_z, shared, stream, parameters, extra);
}

// CUlaunchConfig and CUlaunchAttribute of cuda.h.
struct Attribute {
  int id;
  char padding[4];
  union {
    char bytes[64];
    int value;
  };
};
struct Launch {
  unsigned x, y, z, threads, threads_y, threads_z, shared;
  Stream *stream;
  Attribute *attributes;
  unsigned count;
};

Result cuLaunchKernelEx(const Launch *config, Kernel *kernel, void **parameters, void **extra) {
  ENTER("cuLaunchKernelEx");
  for (unsigned i = 0; i < config->count; i++) {
    if (config->attributes[i].id != 6 || config->attributes[i].value != 1) {
      return complain(INVALID_VALUE, "cuLaunchKernelEx: attribute %d, other than programmatic serialization",
                      config->attributes[i].id);
    }
  }
  return launch(kernel, config->x, config->y, config->z, config->threads, config->threads_y, config->threads_z,
                config->shared, config->stream, parameters, extra);
}

Result cuStreamBeginCapture_v2(Stream *stream, int mode) {
  ENTER("cuStreamBeginCapture");
  KNOWN(streams, stream, "cuStreamBeginCapture");
  if (stream->capturing || mode < 0 || mode > 2) {
    return complain(INVALID_VALUE, "cuStreamBeginCapture: twice, or mode %d", mode);
  }
  stream->capturing = true;
  stream->broken = false;
  stream->captured = Graph();
  return OK;
}

Result cuStreamEndCapture(Stream *stream, Graph **graph) {
  ENTER("cuStreamEndCapture");
  KNOWN(streams, stream, "cuStreamEndCapture");
  if (!stream->capturing) {
    return complain(INVALID_VALUE, "cuStreamEndCapture: nothing is captured");
  }
  stream->capturing = false;
  if (stream->broken) {
    *graph = nullptr;
    return CAPTURE_INVALIDATED;
  }
  graphs.insert(*graph = new Graph(stream->captured));
  return OK;
}

Result cuGraphInstantiateWithFlags(Graph **executable, Graph *graph, unsigned long long flags) {
  ENTER("cuGraphInstantiate");
  KNOWN(graphs, graph, "cuGraphInstantiate");
  if (flags) {
    return complain(INVALID_VALUE, "cuGraphInstantiate: flags");
  }
  executables.insert(*executable = new Graph(*graph));
  return OK;
}

Result cuGraphDestroy(Graph *graph) {
  ENTER("cuGraphDestroy");
  KNOWN(graphs, graph, "cuGraphDestroy");
  graphs.erase(graph);
  delete graph;
  return OK;
}

Result cuGraphExecDestroy(Graph *executable) {
  ENTER("cuGraphExecDestroy");
  KNOWN(executables, executable, "cuGraphExecDestroy");
  executables.erase(executable);
  delete executable;
  return OK;
}

Result cuGraphLaunch(Graph *executable, Stream *stream) {
  ENTER("cuGraphLaunch");
  KNOWN(streams, stream, "cuGraphLaunch");
  KNOWN(executables, executable, "cuGraphLaunch");
  for (Work &work : executable->work) {
    enqueue(stream, work);
  }
  return OK;
}

Result cuEventCreate(Event **event, unsigned flags) {
  ENTER("cuEventCreate");
  events.insert(*event = new Event);
  (*event)->timed = !(flags & 2);
  return flags > 7 ? complain(INVALID_VALUE, "cuEventCreate: flags %u", flags) : OK;
}

Result cuEventDestroy_v2(Event *event) {
  ENTER("cuEventDestroy");
  KNOWN(events, event, "cuEventDestroy");
  events.erase(event);
  delete event;
  return OK;
}

Result cuEventRecord(Event *event, Stream *stream) {
  ENTER("cuEventRecord");
  KNOWN(events, event, "cuEventRecord");
  KNOWN(streams, stream, "cuEventRecord");
  enqueue(stream, [] {});
  event->stream = stream;
  event->recorded = stream->enqueued;
  return OK;
}

Result cuEventSynchronize(Event *event) {
  ENTER("cuEventSynchronize");
  KNOWN(events, event, "cuEventSynchronize");
  UNCAPTURED("cuEventSynchronize");
  if (streams.count(event->stream)) {
    catch_up(event->stream, event->recorded);
  }
  return OK;
}

Result cuEventElapsedTime_v2(float *millis, Event *from, Event *to) {
  ENTER("cuEventElapsedTime");
  KNOWN(events, from, "cuEventElapsedTime");
  KNOWN(events, to, "cuEventElapsedTime");
  if (!from->timed || !to->timed || !from->recorded || !to->recorded) {
    return complain(INVALID_HANDLE, "cuEventElapsedTime: an event without a time");
  }
  if (streams.count(to->stream) && to->stream->done < to->recorded) {
    return complain(NOT_READY, "cuEventElapsedTime: before the second mark was passed");
  }
  *millis = 1;
  return OK;
}

}  // extern "C"
