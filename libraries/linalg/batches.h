// Batches of matrices: one call of LAPACK for each, shared by threads, with memory for work.
#pragma once

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "lapack.h"

namespace weft_linalg {

// The extents of an operand.
struct Batch {
  explicit Batch(const weft_view& view) {
    rows = view.shape[view.rank - 2];
    columns = view.shape[view.rank - 1];
    count = 1;
    for (int32_t axis = 0; axis + 2 < view.rank; ++axis) count *= view.shape[axis];
  }
  int64_t count, rows, columns;
  int64_t least() const { return rows < columns ? rows : columns; }
  int64_t most() const { return rows < columns ? columns : rows; }
  int64_t size() const { return rows * columns; }
};

// A piece of memory that is handed out in parts; a null one only counts.
class Room {
 public:
  explicit Room(char* memory) : memory_(memory) {}
  template <class U>
  U* take(int64_t count) {
    char* const part = memory_ ? memory_ + used_ : nullptr;
    used_ += (static_cast<size_t>(count) * sizeof(U) + 63) / 64 * 64;
    return reinterpret_cast<U*>(part);
  }
  int64_t* integers(int64_t count) { return take<int64_t>(count); }  // of either width
  size_t used() const { return used_; }

 private:
  char* memory_;
  size_t used_ = 0;
};

// Matrix i of an operand.
template <class T>
const T* input(const weft_kernel_call& call, size_t operand, int64_t i, int64_t size) {
  return static_cast<const T*>(call.in[operand].data) + i * size;
}
template <class T>
T* output(const weft_kernel_call& call, size_t operand, int64_t i, int64_t size) {
  return static_cast<T*>(call.out[operand].data) + i * size;
}

template <class R>
R conjugate(R x) {
  return x;
}
template <class R>
Complex<R> conjugate(Complex<R> x) {
  return {x.re, -x.im};
}

// y (columns, rows) is x (rows, columns) transposed: a matrix by rows becomes one by columns.
template <class T>
void transpose(const T* x, int64_t rows, int64_t columns, T* y, bool is_conjugated = false) {
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      const T element = x[i * columns + j];
      y[j * rows + i] = is_conjugated ? conjugate(element) : element;
    }
}

template <class T>
void set_unit(T* y, int64_t n) {
  std::memset(static_cast<void*>(y), 0, static_cast<size_t>(n * n) * sizeof(T));
  for (int64_t i = 0; i < n; ++i) *reinterpret_cast<Part<T>*>(y + i * n + i) = 1;
}

// The size of work that a routine asks for in its first element. A float may have rounded it.
template <class T>
int64_t asked(const T& first) {
  const double size = static_cast<double>(*reinterpret_cast<const Part<T>*>(&first));
  return static_cast<int64_t>(size * (sizeof(Part<T>) == 4 ? 1.000001 : 1.0)) + 1;
}

// `job.run(i, room)` factorizes matrix i with memory from `room`, and says whether there is such a
// factorization. Run with a null room it must only take memory.
template <class Job>
struct Shared {
  const Job& job;
  size_t bytes;
  std::atomic<int64_t> wrong{INT64_MAX};
  std::atomic<bool> lacks_memory{false};

  static void run(void* context, int64_t begin, int64_t end, int32_t) {
    auto& shared = *static_cast<Shared*>(context);
    char* const memory = static_cast<char*>(std::malloc(shared.bytes + 64));
    if (!memory) {
      shared.lacks_memory = true;
      return;
    }
    for (int64_t i = begin; i < end; ++i) {
      Room room(memory);
      if (shared.job.run(i, room)) continue;
      int64_t known = shared.wrong.load();
      while (i < known && !shared.wrong.compare_exchange_weak(known, i)) {
      }
      break;
    }
    std::free(memory);
  }
};

// Runs a job for all matrices of its first operand. `rule`: what these must be.
template <class Job>
weft_status for_matrices(const Job& job, const Batch& batch, const char* rule) {
  if (!has_wide_integers() && batch.most() > INT32_MAX / 8)
    return weft_fail(WEFT_UNSUPPORTED,
                     "this LAPACK counts in 32 bits; a larger matrix needs "
                     "`pip install scipy-openblas64`");
  Room counted(nullptr);
  if (batch.count > 0) job.run(0, counted);
  Shared<Job> shared{job, counted.used()};
  const int64_t work = 1 + batch.size() * batch.least();
  const int64_t grain = work > 100000 ? 1 : 100000 / work;
  weft_parallel_for(batch.count, grain, &shared, Shared<Job>::run);
  if (shared.lacks_memory) return weft_fail(WEFT_OUT_OF_MEMORY, "out of memory for LAPACK's work");
  const int64_t wrong = shared.wrong.load();
  if (wrong == INT64_MAX) return WEFT_OK;
  char text[200];
  std::snprintf(text, sizeof text, "`a` must be %s; got matrix %lld of %lld, which is not", rule,
                static_cast<long long>(wrong), static_cast<long long>(batch.count));
  return weft_fail(WEFT_NO_FACTORIZATION, text);
}

// Has no result an element? Then there is nothing to do, however many matrices there are.
inline bool makes_nothing(const weft_kernel_call& call) {
  for (size_t i = 0; i < call.nout; ++i) {
    const weft_view& out = call.out[i];
    int32_t axis = 0;
    while (axis < out.rank && out.shape[axis] != 0) ++axis;
    if (axis == out.rank) return false;
  }
  return true;
}

// Runs Job<T> with the type of the first operand's numbers.
template <template <class> class Job>
weft_status kernel(void*, const weft_kernel_call* call) {
  if (makes_nothing(*call)) return WEFT_OK;
  switch (call->in[0].dtype) {
    case WEFT_FLOAT32: return Job<float>::compute(*call);
    case WEFT_FLOAT64: return Job<double>::compute(*call);
    case WEFT_COMPLEX64: return Job<Complex<float>>::compute(*call);
    case WEFT_COMPLEX128: return Job<Complex<double>>::compute(*call);
    default: return weft_fail(WEFT_INVALID_TYPE, "`a` must be float32, float64 or complex");
  }
}

// Kernels, by the name of their operator behind `lapack_`.
using Kernel = weft_status (*)(void*, const weft_kernel_call*);
extern const Kernel kInverse, kSolution, kDeterminant, kLogDeterminant, kCholesky, kTriangular;
extern const Kernel kSymmetricEigen, kEigen, kSingular, kWholeSingular, kOrthogonal,
    kWholeOrthogonal;

}  // namespace weft_linalg
