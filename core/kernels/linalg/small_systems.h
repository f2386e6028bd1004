// Matrices of at most four rows, many at a time: determinant, inverse, solution, Cholesky factor,
// and eigenvalues of symmetric ones. A lane is a matrix: the kernel of a vector of matrices is the
// plain algorithm of one, with choices in place of branches. Nothing is fused and no lane depends
// on another, so every instruction set and printed C (c99/float/emit_small_systems.cpp) give the
// same bits.
#pragma once

#include "base/view.h"
#include "kernels/isa/declare_kernels.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int kMostSmallRows = 4;
inline constexpr int kMostSmallEigenRows = 3;
// Each sweep of Jacobi's method squares what is left beside the diagonal; after so many sweeps of
// three rows nothing is left in float64 (two rows need one).
inline constexpr int kJacobiSweeps = 6;

// All arrays are dense; matrices lie one after the other.
struct SmallSystems {
  int64_t count;    // how many
  int64_t rows;     // of a matrix, which is square
  int64_t columns;  // of a right side
  bool upper;       // the triangle that is read (and, of Cholesky's factor, written)
  const void* a;
  const void* b;  // right sides; null: the inverse is wanted
  void* y;        // solutions, factors, eigenvectors
  void* w;        // determinants, eigenvalues
};
// A unit is a block of so many matrices, or fewer at the end.
inline constexpr int64_t kSmallBlock = 16;
// Gives the number of the first matrix that has no such factorization; -1: all have one.
using SmallSystemsKernel = int64_t (*)(const SmallSystems& problem, Range units);

// By dtype; float32 and float64 alone.
WEFT_KERNELS(extern const SmallSystemsKernel kSmallDeterminants[kNumDTypes];
             extern const SmallSystemsKernel kSmallSolutions[kNumDTypes];
             extern const SmallSystemsKernel kSmallCholesky[kNumDTypes];
             extern const SmallSystemsKernel kSmallEigen[kNumDTypes];)

}  // namespace weft::kernels
