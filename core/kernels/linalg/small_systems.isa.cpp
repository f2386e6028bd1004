// Small systems (small_systems.h). Elements of a block of matrices are gathered into vectors, one
// vector for each place of a matrix. Tiles lie on the stack, so loops need no constant bounds and
// one text serves all sizes: the arithmetic hides the loads.
#include "kernels/linalg/small_systems.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

constexpr int kMost = kMostSmallRows;

// The elements of one place in so many matrices, and how they are written back. What is beyond the
// last matrix is that of a unit matrix, which has every factorization.
template <class T>
WEFT_INLINE Vec<T> gathered(const T* x, int64_t apart, int64_t count, T beyond) {
  T lanes[Vec<T>::kLanes];
  for (int64_t l = 0; l < Vec<T>::kLanes; ++l) lanes[l] = l < count ? x[l * apart] : beyond;
  return Memory<T>::load(lanes);
}
template <class T>
WEFT_INLINE void scattered(Vec<T> v, T* y, int64_t apart, int64_t count) {
  T lanes[Vec<T>::kLanes];
  Memory<T>::store(lanes, v);
  for (int64_t l = 0; l < count; ++l) y[l * apart] = lanes[l];
}

// A vector of matrices.
template <class T>
struct Matrices {
  Vec<T> at[kMost][kMost];

  void load(const T* x, int64_t n, int64_t count) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j)
        at[i][j] = gathered<T>(x + i * n + j, n * n, count, T(i == j));
  }
  void store(T* y, int64_t n, int64_t count) const {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) scattered(at[i][j], y + i * n + j, n * n, count);
  }
  // The triangle below the diagonal becomes that above it.
  void turn(int64_t n) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) at[i][j] = at[j][i];
  }
};

template <class V>
WEFT_INLINE void exchange(typename V::Truth where, V& a, V& b) {
  const V first = a;
  a = select(where, b, a);
  b = select(where, first, b);
}

// The number of the first of `count` matrices whose mask is set; -1: none.
template <class T>
int64_t first_of(typename Vec<T>::Truth mask, int64_t count) {
  for (int64_t l = 0; l < count; ++l)
    if (mask.v[l]) return l;
  return -1;
}

// Runs body(first matrix, how many) for the vectors of the units.
template <class T, class Body>
WEFT_INLINE int64_t for_vectors(const SmallSystems& p, Range units, const Body& body) {
  const int64_t end = units.end * kSmallBlock < p.count ? units.end * kSmallBlock : p.count;
  for (int64_t i = units.begin * kSmallBlock; i < end; i += Vec<T>::kLanes) {
    const int64_t left = end - i;
    const int64_t wrong = body(i, left < Vec<T>::kLanes ? left : int64_t(Vec<T>::kLanes));
    if (wrong >= 0) return i + wrong;
  }
  return -1;
}

// Elimination with the largest pivot: the factors L and U of the rows in another order, where a row
// changes places with each later one that has a larger element.
template <class T>
struct Elimination {
  using V = Vec<T>;
  using Truth = typename V::Truth;
  Matrices<T> lu;
  Truth swaps[kMost * (kMost - 1) / 2];
  Truth is_singular;

  void run(int64_t n) {
    auto& a = lu.at;
    Truth* swap = swaps;
    is_singular = V(1) != V(1);
    for (int64_t k = 0; k < n; ++k) {
      for (int64_t r = k + 1; r < n; ++r, ++swap) {
        *swap = abs_(a[r][k]) > abs_(a[k][k]);
        for (int64_t j = 0; j < n; ++j) exchange(*swap, a[k][j], a[r][j]);
      }
      const Truth is_zero = a[k][k] == V(0);
      is_singular = is_singular | is_zero;
      for (int64_t r = k + 1; r < n; ++r) {
        a[r][k] = select(is_zero, V(0), a[r][k] / a[k][k]);
        for (int64_t j = k + 1; j < n; ++j) a[r][j] = a[r][j] - a[r][k] * a[k][j];
      }
    }
  }

  V determinant(int64_t n) const {
    V product(1);
    for (int64_t k = 0; k < n; ++k) product = product * lu.at[k][k];
    for (int64_t s = 0; s < n * (n - 1) / 2; ++s) product = select(swaps[s], -product, product);
    return product;
  }

  // A right side becomes the solution.
  void solve(int64_t n, V* x) const {
    const Truth* swap = swaps;
    for (int64_t k = 0; k < n; ++k)
      for (int64_t r = k + 1; r < n; ++r, ++swap) exchange(*swap, x[k], x[r]);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) x[i] = x[i] - lu.at[i][j] * x[j];
    for (int64_t i = n; i-- > 0;) {
      for (int64_t j = i + 1; j < n; ++j) x[i] = x[i] - lu.at[i][j] * x[j];
      x[i] = x[i] / lu.at[i][i];
    }
  }
};

template <class T>
int64_t determinants(const SmallSystems& p, Range units) {
  const int64_t n = p.rows;
  return for_vectors<T>(p, units, [&](int64_t first, int64_t count) WEFT_LAMBDA {
    Elimination<T> elimination;
    elimination.lu.load((const T*)p.a + first * n * n, n, count);
    elimination.run(n);
    scattered(elimination.determinant(n), (T*)p.w + first, 1, count);
    return int64_t(-1);
  });
}

template <class T>
int64_t solutions(const SmallSystems& p, Range units) {
  const int64_t n = p.rows, size = n * p.columns;
  return for_vectors<T>(p, units, [&](int64_t first, int64_t count) WEFT_LAMBDA {
    Elimination<T> elimination;
    elimination.lu.load((const T*)p.a + first * n * n, n, count);
    elimination.run(n);
    const T* b = p.b ? (const T*)p.b + first * size : nullptr;
    for (int64_t j = 0; j < p.columns; ++j) {
      Vec<T> x[kMost];
      for (int64_t i = 0; i < n; ++i)
        x[i] = b ? gathered<T>(b + i * p.columns + j, size, count, T(0)) : Vec<T>(T(i == j));
      elimination.solve(n, x);
      for (int64_t i = 0; i < n; ++i)
        scattered(x[i], (T*)p.y + first * size + i * p.columns + j, size, count);
    }
    return first_of<T>(elimination.is_singular, count);
  });
}

// Column by column, as Cholesky did; NaN on the diagonal is not positive.
template <class T>
int64_t cholesky(const SmallSystems& p, Range units) {
  using V = Vec<T>;
  const int64_t n = p.rows;
  return for_vectors<T>(p, units, [&](int64_t first, int64_t count) WEFT_LAMBDA {
    Matrices<T> a;
    a.load((const T*)p.a + first * n * n, n, count);
    if (p.upper) a.turn(n);
    typename V::Truth is_wrong = V(1) != V(1);
    for (int64_t j = 0; j < n; ++j) {
      V square = a.at[j][j];
      for (int64_t k = 0; k < j; ++k) square = square - a.at[j][k] * a.at[j][k];
      is_wrong = is_wrong | !(square > V(0));
      a.at[j][j] = sqrt_(square);
      for (int64_t i = j + 1; i < n; ++i) {
        V rest = a.at[i][j];
        for (int64_t k = 0; k < j; ++k) rest = rest - a.at[i][k] * a.at[j][k];
        a.at[i][j] = rest / a.at[j][j];
      }
    }
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j) {
        if (p.upper) a.at[j][i] = a.at[i][j];
        (p.upper ? a.at[i][j] : a.at[j][i]) = V(0);
      }
    a.store((T*)p.y + first * n * n, n, count);
    return first_of<T>(is_wrong, count);
  });
}

// Jacobi's method: turns of two axes that make an element beside the diagonal zero (Golub and Van
// Loan, "Matrix Computations", 8.5). The smaller angle is taken, so turns converge.
template <class T>
struct Jacobi {
  using V = Vec<T>;
  Matrices<T> a, vectors;

  void turn(int64_t n, int64_t p, int64_t q) {
    const V beside = a.at[p][q];
    const V ratio = (a.at[q][q] - a.at[p][p]) / (beside + beside);
    const V slope = copysign_(V(1), ratio) / (abs_(ratio) + sqrt_(ratio * ratio + V(1)));
    const V tangent = select(beside == V(0), V(0), slope);
    const V cosine = V(1) / sqrt_(tangent * tangent + V(1)), sine = tangent * cosine;
    const V change = tangent * beside;
    a.at[p][p] = a.at[p][p] - change;
    a.at[q][q] = a.at[q][q] + change;
    a.at[p][q] = a.at[q][p] = V(0);
    for (int64_t r = 0; r < n; ++r) {
      turn_pair(vectors.at[r][p], vectors.at[r][q], cosine, sine);
      if (r == p || r == q) continue;
      turn_pair(a.at[r][p], a.at[r][q], cosine, sine);
      a.at[p][r] = a.at[r][p];
      a.at[q][r] = a.at[r][q];
    }
  }
  static void turn_pair(V& x, V& y, V cosine, V sine) {
    const V before = x;
    x = cosine * before - sine * y;
    y = sine * before + cosine * y;
  }

  void run(int64_t n) {
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < n; ++j) vectors.at[i][j] = V(T(i == j));
    for (int sweep = 0; sweep < (n == 2 ? 1 : kJacobiSweeps); ++sweep)
      for (int64_t p = 0; p < n; ++p)
        for (int64_t q = p + 1; q < n; ++q) turn(n, p, q);
    // In ascending order: the largest of those left goes to the end.
    for (int64_t end = n; end-- > 1;)
      for (int64_t i = 0; i < end; ++i) {
        const auto is_larger = a.at[i][i] > a.at[i + 1][i + 1];
        exchange(is_larger, a.at[i][i], a.at[i + 1][i + 1]);
        for (int64_t r = 0; r < n; ++r) exchange(is_larger, vectors.at[r][i], vectors.at[r][i + 1]);
      }
  }
};

template <class T>
int64_t eigen(const SmallSystems& p, Range units) {
  const int64_t n = p.rows;
  return for_vectors<T>(p, units, [&](int64_t first, int64_t count) WEFT_LAMBDA {
    Jacobi<T> jacobi;
    jacobi.a.load((const T*)p.a + first * n * n, n, count);
    for (int64_t i = 0; i < n; ++i)
      for (int64_t j = 0; j < i; ++j)
        (p.upper ? jacobi.a.at[i][j] : jacobi.a.at[j][i]) =
            p.upper ? jacobi.a.at[j][i] : jacobi.a.at[i][j];
    jacobi.run(n);
    for (int64_t i = 0; i < n; ++i) scattered(jacobi.a.at[i][i], (T*)p.w + first * n + i, n, count);
    jacobi.vectors.store((T*)p.y + first * n * n, n, count);
    return int64_t(-1);
  });
}

#define WEFT_SMALL(kernel)                                                                    \
  {                                                                                           \
    nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, \
        nullptr, WEFT_ENTRY(float, kernel<float>), WEFT_ENTRY(double, kernel<double>)         \
  }
const SmallSystemsKernel kSmallDeterminants[kNumDTypes] = WEFT_SMALL(determinants);
const SmallSystemsKernel kSmallSolutions[kNumDTypes] = WEFT_SMALL(solutions);
const SmallSystemsKernel kSmallCholesky[kNumDTypes] = WEFT_SMALL(cholesky);
const SmallSystemsKernel kSmallEigen[kNumDTypes] = WEFT_SMALL(eigen);

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
