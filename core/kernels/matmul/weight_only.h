// Products of few float32 rows with int8 or int4 weights, which are widened on the way. Reading the
// weights limits the speed, so a quarter or an eighth of the bytes takes that much of the time.
//
// c[row][j] = sum over blocks of k of scale[j][group of the block] * (even chain + odd chain)
//
// A group is a stretch of k that shares a scale; it is cut into blocks of kWeightBlock. A chain is
// the fused multiply-adds over the even (or odd) elements of a block, in ascending k.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kWeightColumns = 64;  // of a panel
inline constexpr int64_t kWeightBlock = 128;   // elements of k in a block

// The weight in panels of 64 rows of W: [panels][k][64] int8, or [panels][k / 2][64] bytes, whose
// lower half is the even element. Scales are [panels][groups][64]. Where there is no row, both are
// zero.
struct WeightPacking {
  int bits;  // 8 or 4
  int64_t n, k, groups;
  const uint8_t* weight;  // n rows of k elements; with 4 bits, two in a byte
  const float* scale;     // [n][groups]
  uint8_t* panels;
  float* scales;
};
void run_pack_weight(const WeightPacking& packing, Range panels);

struct WeightOnlyProduct {
  int bits;
  int64_t m, n, k, groups;  // k is even and a multiple of groups; groups have even lengths
  const float* a;           // rows of k dense elements
  const uint8_t* panels;
  const float* scales;
  const float* bias;  // n elements; null: none
  float* c;
};
// A unit is a panel.
int64_t weight_only_scratch(const WeightOnlyProduct& problem);  // bytes for each thread
void run_weight_only_product(const WeightOnlyProduct& problem, Range panels, void* scratch);

}  // namespace weft::kernels
