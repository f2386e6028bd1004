// Which products copy rows of A into scratch, and how much of it that takes. Kernels and the
// function that reserves scratch must agree on it. (Only kernels know the strides, so this does not
// use them.)
#pragma once

#include "kernels/matmul/matmul.h"
#include "kernels/matmul/matmul_kernels_impl.h"

namespace weft::kernels {

// Operands that fit into a cache together. For these a copy with the row distance of large products
// would cost as much again as the product.
inline constexpr int64_t kSmallOperands = 65536;  // bytes

// `bytes`: of an element. Halves are never small here: widening them is a copy.
__attribute__((always_inline)) constexpr bool is_small(const Matmul& p, int64_t bytes) {
  return bytes >= 4 && (p.m + p.n) * p.k * bytes <= kSmallOperands;
}

// Scratch for the rows of A of one tile. In large products rows have a fixed distance. In small
// ones with no dense axis they are packed as columns; behind the last column a vector may end.
__attribute__((always_inline)) constexpr int64_t matmul_copy_bytes(const Matmul& p, int64_t bytes) {
  if (!is_small(p, bytes)) return kMatmulPanelRows * kMatmulCopiedRowBytes;
  const int64_t maximum = kMatmulRowBytes / bytes, depth = p.k < maximum ? p.k : maximum;
  return (kMatmulPanelRows * depth * bytes + 127) / 64 * 64;
}

}  // namespace weft::kernels
