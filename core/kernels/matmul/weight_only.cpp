// Packing of int8 and int4 weights with their scales; the product is in weight_only.isa.cpp.

#include "kernels/matmul/weight_only.h"

#include <algorithm>
#include <cstring>

#include "kernels/isa/active.h"
#include "kernels/matmul/weight_only_kernels_impl.h"

namespace weft::kernels {

void run_pack_weight(const WeightPacking& p, Range panels) {
  const int64_t lines = p.bits == 8 ? p.k : p.k / 2;  // bytes of a row of weights
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    const int64_t first = panel * kWeightColumns, width = std::min(kWeightColumns, p.n - first);
    uint8_t* to = p.panels + panel * lines * kWeightColumns;
    float* scales = p.scales + panel * p.groups * kWeightColumns;
    // The last panel may have fewer columns; the others are zero.
    if (width < kWeightColumns) {
      std::memset(to, 0, static_cast<size_t>(lines * kWeightColumns));
      std::fill_n(scales, p.groups * kWeightColumns, 0.0f);
    }
    for (int64_t j = 0; j < width; ++j) {
      for (int64_t i = 0; i < lines; ++i)
        to[i * kWeightColumns + j] = p.weight[(first + j) * lines + i];
      for (int64_t g = 0; g < p.groups; ++g)
        scales[g * kWeightColumns + j] = p.scale[(first + j) * p.groups + g];
    }
  }
}

int64_t weight_only_scratch(const WeightOnlyProduct& p) {
  return std::max<int64_t>(1, p.m) * kWeightColumns * int64_t{sizeof(float)};
}

void run_weight_only_product(Isa isa, const WeightOnlyProduct& p, Range panels, void* scratch) {
  if (panels.begin < panels.end) WEFT_KERNEL_OF(isa, weight_only)(p, panels, scratch);
}
void run_weight_only_product(const WeightOnlyProduct& p, Range panels, void* scratch) {
  run_weight_only_product(active_isa(), p, panels, scratch);
}

}  // namespace weft::kernels
