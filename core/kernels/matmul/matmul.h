// C = A B for one or many pairs of matrices, with any strides of A and B: a transposed operand or a
// broadcast batch is a matter of strides.
//
// Each element of C is one chain of fused multiply-adds over k in ascending order. So its bits
// depend neither on blocking nor on threads nor on the width of vectors (where FMA is in hardware).
// Integers wrap; for bool a product is "and", a sum "or". float16 and bfloat16 accumulate in
// float32 and round once.
//
// One exception: bfloat16 products of more than eight rows (unless C is a column) add two products
// at a time, where the processor has a VDPBF16PS or BFDOT that is worth it (bf16x2_impl.h). The
// result is still one chain in k, and within k * 2^-24 of the sum of magnitudes like any other, but
// subnormal numbers count as zero.
//
// Large products run packed panels through a register-blocked kernel. Products of few rows read B
// once, at the speed of memory.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

// One operand.
struct Matrix {
  const void* data;
  int64_t row, col;  // strides in elements
  int64_t batch;     // elements from one matrix of the batch to the next; 0 repeats one
};

// C is m x n, A is m x k, B is k x n.
struct Matmul {
  DType dtype;  // of all operands and of C
  int64_t m, n, k;
  int64_t batches;  // 1 for a single product
  Matrix a, b;
  void* c;        // rows of n dense elements
  int64_t c_row;  // elements from one row to the next, at least n
  int64_t c_batch;
  bool accumulate;  // C += A B
  // Epilogue, after the whole sum: + row_bias[i] + col_bias[j], then max(0, ·). Null: none.
  const void* row_bias;  // m dense elements
  const void* col_bias;  // n dense elements
  bool relu;
};

// A unit is a block of C. Blocks with the same columns are neighbours and share packed panels of B.
int64_t matmul_units(const Matmul& problem);
int64_t matmul_scratch(const Matmul& problem);  // bytes for each thread, aligned to 64
void run_matmul(const Matmul& problem, Range units, void* scratch);

}  // namespace weft::kernels
