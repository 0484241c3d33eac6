// Stands in for cuBLAS: the functions that Cublas.java calls, with the arguments that it may give, computed by the CPU when
// the stream comes to it. Signatures and numbers: cuBLAS 13.0, cublas_api.h and library_types.h.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern "C" int stub_enqueue(void *stream, void (*run)(void *), void *argument);
extern "C" int stub_lies_inside(uint64_t at, size_t bytes);
extern "C" int stub_complain(const char *what);
extern "C" int stub_has_context();

namespace {

const int NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15;

struct Handle {
  void *stream = nullptr;
  int mode = 0;
};

struct Product {
  int m, n, k, lda, ldb, ldc, type;
  float alpha, beta;
  const uint16_t *a, *b;
  float *c;
};

float value(uint16_t bits, int type) {
  if (type == 2) {
    _Float16 half;
    memcpy(&half, &bits, 2);
    return (float)half;
  }
  uint32_t whole = (uint32_t)bits << 16;
  float number;
  memcpy(&number, &whole, 4);
  return number;
}

// C = alpha A^T B + beta C, column-major.
void compute(void *argument) {
  Product *p = (Product *)argument;
  for (int column = 0; column < p->n; column++) {
    for (int row = 0; row < p->m; row++) {
      double sum = 0;
      for (int i = 0; i < p->k; i++) {
        sum += (double)value(p->a[(size_t)row * p->lda + i], p->type) *
               value(p->b[(size_t)column * p->ldb + i], p->type);
      }
      float &c = p->c[(size_t)column * p->ldc + row];
      c = (float)(p->alpha * sum + (p->beta == 0 ? 0.0 : p->beta * (double)c));
    }
  }
  delete p;
}

int refuse(int status, const char *what) {
  stub_complain(what);
  return status;
}

}  // namespace

extern "C" {

int cublasCreate_v2(Handle **handle) {
  if (!stub_has_context()) {
    return refuse(NOT_INITIALIZED, "cublasCreate: no context is this thread's");
  }
  *handle = new Handle;
  return 0;
}

int cublasDestroy_v2(Handle *handle) {
  delete handle;
  return 0;
}

int cublasGetVersion_v2(Handle *handle, int *version) {
  *version = 130002;
  return handle ? 0 : NOT_INITIALIZED;
}

int cublasSetStream_v2(Handle *handle, void *stream) {
  handle->stream = stream;
  return 0;
}

int cublasSetMathMode(Handle *handle, int mode) {
  handle->mode = mode;
  return mode == 0 || mode == 16 ? 0 : refuse(INVALID_VALUE, "cublasSetMathMode: mode");
}

int cublasGemmEx(Handle *handle, int transa, int transb, int m, int n, int k, const void *alpha, const void *a, int a_type,
                 int lda, const void *b, int b_type, int ldb, const void *beta, void *c, int c_type, int ldc, int compute_type,
                 int algorithm) {
  if (!handle || !handle->stream) {
    return refuse(NOT_INITIALIZED, "cublasGemmEx: no stream was set");
  }
  if (transa != 1 || transb != 0 || c_type != 0 || compute_type != 68 || algorithm != -1 || a_type != b_type ||
      (a_type != 2 && a_type != 14)) {
    return refuse(NOT_SUPPORTED, "cublasGemmEx: other than 16-bit numbers with float32 sums");
  }
  if (m <= 0 || n <= 0 || k <= 0 || lda < k || ldb < k || ldc < m) {
    return refuse(INVALID_VALUE, "cublasGemmEx: sizes");
  }
  if (!stub_lies_inside((uint64_t)a, ((size_t)(m - 1) * lda + k) * 2) ||
      !stub_lies_inside((uint64_t)b, ((size_t)(n - 1) * ldb + k) * 2) ||
      !stub_lies_inside((uint64_t)c, ((size_t)(n - 1) * ldc + m) * 4)) {
    return refuse(INVALID_VALUE, "cublasGemmEx: a matrix that is not in an allocation");
  }
  // Scalars are the host's, and read before the call returns.
  Product *product = new Product{m,    n,    k, lda, ldb, ldc, a_type, *(const float *)alpha, *(const float *)beta,
                                 (const uint16_t *)a, (const uint16_t *)b, (float *)c};
  return stub_enqueue(handle->stream, compute, product) ? INVALID_VALUE : 0;
}

}  // extern "C"
