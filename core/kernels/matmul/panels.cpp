// The division of products with packed weights into units, and their scratch; panels.isa.cpp has
// the kernels.

#include "kernels/matmul/panels.h"

#include <algorithm>

#include "kernels/divide_up.h"
#include "kernels/isa/active.h"
#include "kernels/matmul/panels_kernels_impl.h"

namespace weft::kernels {
namespace {

constexpr int64_t kSmallest = 16;     // fewer rows or columns do not pay for packing
constexpr int64_t kWantedUnits = 16;  // units that a product should have, so that threads find work
constexpr int64_t kMinRows = 28;      // rows of a unit: two tiles

// Rows of a unit. Their part of A stays in the second-level cache while panels pass by. Products
// with few panels have smaller units, so that more threads find work.
int64_t unit_rows(const PanelProduct& p) {
  int64_t blocks = std::max<int64_t>(1, divide_up(p.m, kPanelRows));
  while (blocks * panels_of(p.n) < kWantedUnits && p.m / (2 * blocks) >= kMinRows) blocks *= 2;
  return std::max<int64_t>(1, divide_up(p.m, blocks));
}

}  // namespace

bool panels_pay(int64_t n, int64_t k) { return n >= kSmallest && k >= kSmallest; }

void run_pack_panels(const PanelPacking& packing, Range panels) {
  WEFT_ACTIVE(kPanels)[static_cast<int>(packing.dtype)].pack(packing, panels);
}

int64_t panel_product_units(const PanelProduct& p) {
  return p.m == 0 || p.n == 0 ? 0 : divide_up(p.m, unit_rows(p)) * panels_of(p.n);
}

// Sums of one unit, and what AMX needs to fill up tiles and steps.
int64_t panel_product_scratch(const PanelProduct& p) {
  const int64_t sums = whole_tiles(unit_rows(p)) * kPanelColumns * int64_t{sizeof(float)};
  const bool has_tiles = p.dtype == DType::kBFloat16 && uses(Extra::kAmxBf16);
  return has_tiles ? sums + kTiledStepBytes + kTiledSpareBytes : sums;
}

void run_panel_product(Isa isa, const PanelProduct& p, Range units, void* scratch) {
  if (units.begin >= units.end) return;
  WEFT_KERNEL_OF(isa, kPanels)[static_cast<int>(p.dtype)].multiply(p, unit_rows(p), units, scratch);
}
void run_panel_product(const PanelProduct& p, Range units, void* scratch) {
  run_panel_product(active_isa(), p, units, scratch);
}

}  // namespace weft::kernels
