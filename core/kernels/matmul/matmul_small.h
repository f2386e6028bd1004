// Which products lay rows of A down in scratch, and how much of it that takes: kernels and who
// reserves scratch agree on it. Strides are known to kernels alone.
#pragma once

#include "kernels/isa/table_impl.h"
#include "kernels/matmul/matmul.h"

namespace weft::kernels {

// Operands that caches hold beside each other: a copy at the distance of large ones would take as
// much again.
inline constexpr int64_t kSmallOperands = 65536;  // bytes

// `bytes`: of an element. Halves are widened, which is a copy.
__attribute__((always_inline)) constexpr bool is_small(const Matmul& p, int64_t bytes) {
  return bytes >= 4 && (p.m + p.n) * p.k * bytes <= kSmallOperands;
}

// Rows of a tile: of large products, at the distance that tiles know; of small ones that are dense
// neither in rows nor in columns, side by side as columns, of which the last may be followed by the
// rest of a vector.
__attribute__((always_inline)) constexpr int64_t matmul_copy_bytes(const Matmul& p, int64_t bytes) {
  if (!is_small(p, bytes)) return kMatmulPanelRows * kMatmulCopiedRowBytes;
  const int64_t maximum = kMatmulRowBytes / bytes, depth = p.k < maximum ? p.k : maximum;
  return (kMatmulPanelRows * depth * bytes + 127) / 64 * 64;
}

}  // namespace weft::kernels
