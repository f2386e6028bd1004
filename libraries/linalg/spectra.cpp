// Eigenvalues, singular values, and orthogonal columns.
#include <cmath>

#include "batches.h"

namespace weft_linalg {
namespace {

char kWithVectors[] = "V", kNoVectors[] = "N", kUpper[] = "U", kLower[] = "L";
char kAllColumns[] = "A", kSomeColumns[] = "S";

// A negative size of work asks a routine what it needs.
constexpr int64_t kAsk = -1;

// Iterations of LAPACK may go on for ever where a number is infinite, so such matrices are refused.
template <class R>
bool is_finite(R x) {
  return std::isfinite(x);
}
template <class R>
bool is_finite(Complex<R> x) {
  return std::isfinite(x.re) && std::isfinite(x.im);
}
template <class T>
bool are_finite(const T* x, int64_t count) {
  for (int64_t k = 0; k < count; ++k)
    if (!is_finite(x[k])) return false;
  return true;
}

// Of the transpose, which is Hermitian as well: its vectors are conjugated.
template <class T>
struct SymmetricEigen {
  const weft_kernel_call& kernel_call;
  Batch a;
  bool is_upper;
  int64_t work = 1, part_work = 1, integer_work = 1;

  int64_t factorize(T* vectors, Part<T>* values, T* of_work, Part<T>* of_part_work,
                    int64_t* integers, int64_t sizes[3]) const {
    int64_t n = a.rows, info = 0;
    char* const triangle = is_upper ? kLower : kUpper;
    if constexpr (kIsComplex<T>)
      call<T>(kSyevd, kWithVectors, triangle, &n, vectors, &n, values, of_work, &sizes[0],
              of_part_work, &sizes[1], integers, &sizes[2], &info);
    else
      call<T>(kSyevd, kWithVectors, triangle, &n, vectors, &n, values, of_work, &sizes[0], integers,
              &sizes[2], &info);
    return given(&info, 0);
  }
  void ask() {
    T first{};
    Part<T> part_first{}, values{};
    int64_t integers = 0, sizes[3] = {kAsk, kAsk, kAsk};
    factorize(&first, &values, &first, &part_first, &integers, sizes);
    work = asked(first);
    part_work = kIsComplex<T> ? asked(part_first) : 1;
    integer_work = given(&integers, 0) + 1;
  }
  bool run(int64_t i, Room& room) const {
    T* const vectors = room.take<T>(a.size());
    T* const of_work = room.take<T>(work);
    Part<T>* const of_part_work = room.take<Part<T>>(part_work);
    int64_t* const integers = room.integers(integer_work);
    if (!vectors || a.rows == 0) return true;
    const T* const x = input<T>(kernel_call, 0, i, a.size());
    for (int64_t r = 0; r < a.rows; ++r)
      if (!are_finite(x + r * a.rows + (is_upper ? r : 0), is_upper ? a.rows - r : r + 1))
        return false;
    std::memcpy(static_cast<void*>(vectors), x, static_cast<size_t>(a.size()) * sizeof(T));
    int64_t sizes[3] = {work, part_work, integer_work};
    if (factorize(vectors, output<Part<T>>(kernel_call, 0, i, a.rows), of_work, of_part_work,
                  integers, sizes))
      return false;
    transpose(vectors, a.rows, a.rows, output<T>(kernel_call, 1, i, a.size()), true);
    return true;
  }
  static weft_status compute(const weft_kernel_call& c) {
    SymmetricEigen job{c, Batch(c.in[0]), c.attributes[0].as.integer != 0};
    if (job.a.rows) job.ask();
    return for_matrices(job, job.a, "finite matrices whose eigenvalues converge");
  }
};

// Of matrices by columns. LAPACK gives real matrices' values in two parts, and the vectors of a
// pair of values as real and imaginary columns.
template <class T>
struct Eigen {
  using R = Part<T>;
  using Z = Complex<R>;
  const weft_kernel_call& kernel_call;
  Batch a;
  int64_t work = 1;

  int64_t factorize(T* matrix, T* values, R* parts, T* vectors, T* of_work, int64_t size) const {
    int64_t n = a.rows, info = 0;
    if constexpr (kIsComplex<T>)
      call<T>(kGeev, kNoVectors, kWithVectors, &n, matrix, &n, values, vectors, &n, vectors, &n,
              of_work, &size, parts, &info);
    else
      call<T>(kGeev, kNoVectors, kWithVectors, &n, matrix, &n, values, parts, vectors, &n, vectors,
              &n, of_work, &size, &info);
    return given(&info, 0);
  }
  void ask() {
    T first{}, other{};
    R part{};
    factorize(&other, &other, &part, &other, &first, kAsk);
    work = asked(first);
  }
  bool run(int64_t i, Room& room) const {
    T* const matrix = room.take<T>(a.size());
    T* const vectors = room.take<T>(a.size());
    T* const values = room.take<T>(a.rows);
    R* const parts = room.take<R>(2 * a.rows);
    T* const of_work = room.take<T>(work);
    if (!matrix || a.rows == 0) return true;
    const T* const x = input<T>(kernel_call, 0, i, a.size());
    if (!are_finite(x, a.size())) return false;
    transpose(x, a.rows, a.rows, matrix);
    if (factorize(matrix, values, parts, vectors, of_work, work)) return false;
    write(values, parts, vectors, output<Z>(kernel_call, 0, i, a.rows),
          output<Z>(kernel_call, 1, i, a.size()));
    return true;
  }
  void write(const T* values, const R* parts, const T* vectors, Z* w, Z* v) const {
    const int64_t n = a.rows;
    if constexpr (kIsComplex<T>) {
      std::memcpy(static_cast<void*>(w), values, static_cast<size_t>(n) * sizeof(Z));
      transpose(vectors, n, n, v);
    } else {
      for (int64_t j = 0; j < n; ++j) {
        w[j] = {values[j], parts[j]};
        // The first of a pair has a positive imaginary part, and the second is its conjugate.
        const bool is_second = parts[j] < 0;
        const T* const re = vectors + (is_second ? j - 1 : j) * n;
        for (int64_t r = 0; r < n; ++r)
          v[r * n + j] = {re[r], parts[j] == 0 ? R(0) : is_second ? -re[n + r] : re[n + r]};
      }
    }
  }
  static weft_status compute(const weft_kernel_call& c) {
    Eigen job{c, Batch(c.in[0])};
    if (job.a.rows) job.ask();
    return for_matrices(job, job.a, "finite matrices whose eigenvalues converge");
  }
};

// LAPACK sees the transpose: what it takes for V^H are U's columns as Weft stores them, and the
// other way round. So both are written where they belong.
template <class T, bool kWhole>
struct SingularOf {
  const weft_kernel_call& kernel_call;
  Batch a;
  int64_t work = 1;

  int64_t left() const { return kWhole ? a.rows : a.least(); }      // columns of U
  int64_t right() const { return kWhole ? a.columns : a.least(); }  // rows of V^H

  int64_t factorize(T* matrix, Part<T>* values, T* u, T* vh, T* of_work, int64_t size,
                    Part<T>* parts, int64_t* integers) const {
    int64_t m = a.columns, n = a.rows, leading = left(), info = 0;
    char* const job = kWhole ? kAllColumns : kSomeColumns;
    if constexpr (kIsComplex<T>)
      call<T>(kGesdd, job, &m, &n, matrix, &m, values, vh, &m, u, &leading, of_work, &size, parts,
              integers, &info);
    else
      call<T>(kGesdd, job, &m, &n, matrix, &m, values, vh, &m, u, &leading, of_work, &size,
              integers, &info);
    return given(&info, 0);
  }
  void ask() {
    T first{}, other{};
    Part<T> part{};
    int64_t integer = 0;
    factorize(&other, &part, &other, &other, &first, kAsk, &part, &integer);
    work = asked(first);
  }
  bool run(int64_t i, Room& room) const {
    const int64_t k = a.least(), most = a.most();
    T* const matrix = room.take<T>(a.size());
    T* const of_work = room.take<T>(work);
    // Of complex matrices alone; as LAPACK's page of zgesdd says.
    const int64_t of_parts = 5 * k * k + 7 * k, of_both = 2 * most * k + 2 * k * k + k;
    Part<T>* const parts = room.take<Part<T>>(!kIsComplex<T> ? 1 : of_parts + of_both);
    int64_t* const integers = room.integers(8 * k);
    if (!matrix) return true;
    T* const u = output<T>(kernel_call, 0, i, a.rows * left());
    T* const vh = output<T>(kernel_call, 2, i, right() * a.columns);
    if (k == 0) {
      if (kWhole) set_unit(u, a.rows), set_unit(vh, a.columns);
      return true;
    }
    const T* const x = input<T>(kernel_call, 0, i, a.size());
    if (!are_finite(x, a.size())) return false;
    std::memcpy(static_cast<void*>(matrix), x, static_cast<size_t>(a.size()) * sizeof(T));
    return factorize(matrix, output<Part<T>>(kernel_call, 1, i, k), u, vh, of_work, work, parts,
                     integers) == 0;
  }
  static weft_status compute(const weft_kernel_call& c) {
    SingularOf job{c, Batch(c.in[0])};
    if (job.a.least()) job.ask();
    return for_matrices(job, job.a, "finite matrices whose singular values converge");
  }
};
template <class T>
using Singular = SingularOf<T, false>;
template <class T>
using WholeSingular = SingularOf<T, true>;

// The transpose of Q R is a lower triangle times rows that are orthogonal, which LAPACK has as LQ.
// Memory by columns of the one is memory by rows of the other.
template <class T, bool kWhole>
struct OrthogonalOf {
  const weft_kernel_call& kernel_call;
  Batch a;
  int64_t work = 1;

  int64_t columns() const { return kWhole ? a.rows : a.least(); }  // of Q

  void reduce(T* matrix, T* factors, T* of_work, int64_t size) const {
    int64_t m = a.columns, n = a.rows, info = 0;
    call<T>(kGelqf, &m, &n, matrix, &m, factors, of_work, &size, &info);
  }
  void expand(T* q, T* factors, T* of_work, int64_t size) const {
    int64_t m = columns(), n = a.rows, k = a.least(), info = 0;
    call<T>(kOrglq, &m, &n, &k, q, &m, factors, of_work, &size, &info);
  }
  void ask() {
    T first{}, second{}, other{};
    reduce(&other, &other, &first, kAsk);
    expand(&other, &other, &second, kAsk);
    work = asked(first) > asked(second) ? asked(first) : asked(second);
  }
  bool run(int64_t i, Room& room) const {
    const int64_t k = a.least(), n = a.columns, of_q = columns();
    T* const matrix = room.take<T>(a.size());
    T* const factors = room.take<T>(k);
    T* const of_work = room.take<T>(work);
    if (!matrix) return true;
    T* const q = output<T>(kernel_call, 0, i, a.rows * of_q);
    T* const r = output<T>(kernel_call, 1, i, of_q * n);
    if (k == 0) {
      if (kWhole) set_unit(q, a.rows);
      return true;
    }
    std::memcpy(static_cast<void*>(matrix), input<T>(kernel_call, 0, i, a.size()),
                static_cast<size_t>(a.size()) * sizeof(T));
    reduce(matrix, factors, of_work, work);
    for (int64_t row = 0; row < of_q; ++row)
      for (int64_t j = 0; j < n; ++j) r[row * n + j] = j >= row ? matrix[row * n + j] : T{};
    for (int64_t row = 0; row < a.rows; ++row)
      for (int64_t j = 0; j < of_q; ++j) q[row * of_q + j] = j < k ? matrix[row * n + j] : T{};
    expand(q, factors, of_work, work);
    return true;
  }
  static weft_status compute(const weft_kernel_call& c) {
    OrthogonalOf job{c, Batch(c.in[0])};
    if (job.a.least()) job.ask();
    return for_matrices(job, job.a, "");
  }
};
template <class T>
using Orthogonal = OrthogonalOf<T, false>;
template <class T>
using WholeOrthogonal = OrthogonalOf<T, true>;

}  // namespace

const Kernel kSymmetricEigen = kernel<SymmetricEigen>, kEigen = kernel<Eigen>;
const Kernel kSingular = kernel<Singular>, kWholeSingular = kernel<WholeSingular>;
const Kernel kOrthogonal = kernel<Orthogonal>, kWholeOrthogonal = kernel<WholeOrthogonal>;

}  // namespace weft_linalg
