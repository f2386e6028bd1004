// Products of few floating rows with int8 or int4 weights, which are widened on the way: reading
// the weights is what costs, so a quarter or an eighth of the bytes is that much of the time.
//
//   c[row][j] = sum over blocks of k of scale[j][group of the block] * (even chain + odd chain)
//
// A block is a group of k that shares a scale, cut into pieces of kWeightBlock; a chain is one of
// fused multiply-adds in ascending k over the even (odd) elements of the block.
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kWeightColumns = 64;  // of a panel
inline constexpr int64_t kWeightBlock = 128;

// The weight in panels of 64 rows, [panels][k][64] int8, or [panels][k / 2][64] bytes of which the
// lower half is an even element. Zero where there is nothing; scales are [panels][groups][64].
struct WeightPacking {
  int bits;  // 8 or 4
  int64_t n, k, groups;
  const uint8_t* weight;  // rows of k elements; of 4 bits, two in a byte
  const float* scale;     // [n][groups]
  uint8_t* panels;
  float* scales;
};
void run_pack_weight(const WeightPacking& packing, Range panels);

struct WeightOnlyProduct {
  int bits;
  int64_t m, n, k, groups;  // k is even, and a multiple of groups; groups are even
  const float* a;           // rows of k dense elements
  const uint8_t* panels;
  const float* scales;
  const float* bias;  // n; null: none
  float* c;
};
// A unit is a panel.
int64_t weight_only_scratch(const WeightOnlyProduct& problem);  // bytes per thread
void run_weight_only_product(const WeightOnlyProduct& problem, Range panels, void* scratch);

}  // namespace weft::kernels
