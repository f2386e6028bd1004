// Inverses, solutions, determinants and Cholesky factors.
//
// LAPACK reads matrices by columns and Weft stores them by rows, so what LAPACK sees of `a` is its
// transpose. Mostly this saves work: the inverse of the transpose is the transpose of the inverse,
// and one triangle takes the place of the other.
#include <cmath>

#include "batches.h"

namespace weft_linalg {
namespace {

char kUpper[] = "U", kLower[] = "L", kPlain[] = "N", kTransposed[] = "T";

// The factors of a's transpose, in `lu`. False: a pivot is zero.
template <class T>
bool eliminate(const T* a, int64_t n, T* lu, int64_t* pivots) {
  int64_t info = 0;
  std::memcpy(static_cast<void*>(lu), a, static_cast<size_t>(n * n) * sizeof(T));
  call<T>(kGetrf, &n, &n, lu, &n, pivots, &info);
  return given(&info, 0) == 0;
}

constexpr const char* kRegular = "matrices that have an inverse";

template <class T>
struct Inverse {
  const weft_kernel_call& kernel_call;
  Batch a;

  bool run(int64_t i, Room& room) const {
    T* const lu = room.take<T>(a.size());
    int64_t* const pivots = room.integers(a.rows);
    if (!lu || a.rows == 0) return true;
    if (!eliminate(input<T>(kernel_call, 0, i, a.size()), a.rows, lu, pivots)) return false;
    T* const y = output<T>(kernel_call, 0, i, a.size());
    set_unit(y, a.rows);
    int64_t n = a.rows, info = 0;
    call<T>(kGetrs, kPlain, &n, &n, lu, &n, pivots, y, &n, &info);
    return true;
  }
  static weft_status compute(const weft_kernel_call& c) {
    const Inverse job{c, Batch(c.in[0])};
    return for_matrices(job, job.a, kRegular);
  }
};

template <class T>
struct Solution {
  const weft_kernel_call& kernel_call;
  Batch a, b;

  bool run(int64_t i, Room& room) const {
    T* const lu = room.take<T>(a.size());
    T* const x = room.take<T>(b.size());
    int64_t* const pivots = room.integers(a.rows);
    if (!lu || a.rows == 0) return true;
    if (!eliminate(input<T>(kernel_call, 0, i, a.size()), a.rows, lu, pivots)) return false;
    int64_t n = a.rows, sides = b.columns, info = 0;
    transpose(input<T>(kernel_call, 1, i, b.size()), n, sides, x);
    call<T>(kGetrs, kTransposed, &n, &sides, lu, &n, pivots, x, &n, &info);
    transpose(x, sides, n, output<T>(kernel_call, 0, i, b.size()));
    return true;
  }
  static weft_status compute(const weft_kernel_call& c) {
    const Solution job{c, Batch(c.in[0]), Batch(c.in[1])};
    return for_matrices(job, job.a, kRegular);
  }
};

// A product of numbers as a number of absolute value 1 (or 0) and a logarithm.
struct Product {
  Complex<double> sign{1, 0};
  double logarithm = 0;

  void times(Complex<double> z) {
    const double size = std::hypot(z.re, z.im);
    logarithm += std::log(size);
    if (size == 0) {
      sign = {0, 0};
      return;
    }
    z = {z.re / size, z.im / size};
    sign = {sign.re * z.re - sign.im * z.im, sign.re * z.im + sign.im * z.re};
  }
};
template <class R>
Complex<double> wide(R x) {
  return {static_cast<double>(x), 0};
}
template <class R>
Complex<double> wide(Complex<R> x) {
  return {static_cast<double>(x.re), static_cast<double>(x.im)};
}
template <class R>
void set(R& to, Complex<double> x) {
  to = static_cast<R>(x.re);
}
template <class R>
void set(Complex<R>& to, Complex<double> x) {
  to = {static_cast<R>(x.re), static_cast<R>(x.im)};
}

// Of the elimination's diagonal. A zero pivot is no mistake: the determinant is zero.
template <class T, bool kLogarithm>
struct DeterminantOf {
  const weft_kernel_call& kernel_call;
  Batch a;

  bool run(int64_t i, Room& room) const {
    T* const lu = room.take<T>(a.size());
    int64_t* const pivots = room.integers(a.rows);
    if (!lu && a.size()) return true;
    if (kernel_call.out[0].data == nullptr) return true;
    if (a.rows) eliminate(input<T>(kernel_call, 0, i, a.size()), a.rows, lu, pivots);
    Product logarithmic;
    Complex<double> plain{1, 0};
    for (int64_t k = 0; k < a.rows; ++k) {
      Complex<double> z = wide(lu[k * a.rows + k]);
      if (given(pivots, k) != k + 1) z = {-z.re, -z.im};
      if (kLogarithm) logarithmic.times(z);
      plain = {plain.re * z.re - plain.im * z.im, plain.re * z.im + plain.im * z.re};
    }
    set(*output<T>(kernel_call, 0, i, 1), kLogarithm ? logarithmic.sign : plain);
    if (kLogarithm)
      *output<Part<T>>(kernel_call, 1, i, 1) = static_cast<Part<T>>(logarithmic.logarithm);
    return true;
  }
  static weft_status compute(const weft_kernel_call& c) {
    const DeterminantOf job{c, Batch(c.in[0])};
    return for_matrices(job, job.a, "");
  }
};
template <class T>
using Determinant = DeterminantOf<T, false>;
template <class T>
using LogDeterminant = DeterminantOf<T, true>;

template <class T>
struct Cholesky {
  const weft_kernel_call& kernel_call;
  Batch a;
  bool is_upper;

  bool run(int64_t i, Room& room) const {
    if (!room.take<char>(1) || a.rows == 0) return true;
    T* const y = output<T>(kernel_call, 0, i, a.size());
    const T* const x = input<T>(kernel_call, 0, i, a.size());
    int64_t n = a.rows, info = 0;
    for (int64_t r = 0; r < n; ++r)
      for (int64_t k = 0; k < n; ++k)
        y[r * n + k] = (is_upper ? k >= r : k <= r) ? x[r * n + k] : T{};
    call<T>(kPotrf, is_upper ? kLower : kUpper, &n, y, &n, &info);
    return given(&info, 0) == 0;
  }
  static weft_status compute(const weft_kernel_call& c) {
    const Cholesky job{c, Batch(c.in[0]), c.attributes[0].as.integer != 0};
    return for_matrices(job, job.a, "Hermitian matrices that are positive");
  }
};

// The adjoint of `a` is the conjugate of what LAPACK sees, so right sides and solutions are
// conjugated there.
template <class T>
struct Triangular {
  const weft_kernel_call& kernel_call;
  Batch a, b;
  bool is_upper, is_turned;

  bool run(int64_t i, Room& room) const {
    T* const x = room.take<T>(b.size());
    if (!x || a.rows == 0) return true;
    int64_t n = a.rows, sides = b.columns, info = 0;
    transpose(input<T>(kernel_call, 1, i, b.size()), n, sides, x, is_turned);
    call<T>(kTrtrs, is_upper ? kLower : kUpper, is_turned ? kPlain : kTransposed, kPlain, &n,
            &sides, const_cast<T*>(input<T>(kernel_call, 0, i, a.size())), &n, x, &n, &info);
    transpose(x, sides, n, output<T>(kernel_call, 0, i, b.size()), is_turned);
    return given(&info, 0) == 0;
  }
  static weft_status compute(const weft_kernel_call& c) {
    const Triangular job{c, Batch(c.in[0]), Batch(c.in[1]), c.attributes[0].as.integer != 0,
                         c.attributes[1].as.integer != 0};
    return for_matrices(job, job.a, "triangles without a zero on the diagonal");
  }
};

}  // namespace

const Kernel kInverse = kernel<Inverse>, kSolution = kernel<Solution>;
const Kernel kDeterminant = kernel<Determinant>, kLogDeterminant = kernel<LogDeterminant>;
const Kernel kCholesky = kernel<Cholesky>, kTriangular = kernel<Triangular>;

}  // namespace weft_linalg
