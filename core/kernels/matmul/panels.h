// C = A B + bias + residual, held between bounds, where B lies in panels: 32 columns side by side,
// so that a product reads memory as it lies and copies nothing. Weights are packed once and read by
// every call; the panels are the same for every instruction set.
//
// Panels are [panels][k][32], those of bfloat16 [panels][ceil(k / 2)][32][2], as instructions that
// multiply pairs read them; columns beyond n and a row beyond k are zero. Elements of C are those
// of matmul.h followed by two sums, in every bit: half types are rounded in between. (Where pairs
// of bfloat16 are multiplied, numbers below 2^-126 become zero.)
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kPanelColumns = 32;
// Products of at most so many rows wait for memory, so that those of bfloat16 are added one by one,
// not in pairs: a row may have other bits in a larger product.
inline constexpr int64_t kFewProductRows = 8;

constexpr int64_t panels_of(int64_t columns) {
  return columns / kPanelColumns + (columns % kPanelColumns != 0);
}
constexpr bool has_panels(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kBFloat16 || dtype == DType::kFloat16;
}
// Rows of a panel that lie side by side, element by element.
__attribute__((always_inline)) constexpr int64_t paired_rows(DType dtype) {
  return dtype == DType::kBFloat16 ? 2 : 1;
}
__attribute__((always_inline)) constexpr int64_t panel_elements(DType dtype, int64_t k) {
  return (k + k % paired_rows(dtype)) * kPanelColumns;
}
// Does a packed B pay? Few rows are read at the speed of memory, many at that of arithmetic;
// columns of nothing would be most of a narrow one.
bool panels_pay(int64_t n, int64_t k);

struct PanelPacking {
  DType dtype;
  int64_t n, k;
  const void* b;  // k rows, n columns
  int64_t b_row, b_col;
  void* panels;
};
void run_pack_panels(const PanelPacking& packing, Range panels);

struct PanelProduct {
  DType dtype;
  int64_t m, n, k;  // k > 0
  const void* a;    // rows of k dense elements, one after the other
  const void* panels;
  const void* bias;      // n elements; null: none
  const void* residual;  // like C; null: none
  float low, high;       // bounds; NaN stays
  void* c;               // rows of n dense elements, one after the other
  // Of halves: C has float32 elements. Then columns are whole panels, without an epilogue.
  bool keeps_sums;
};
// A unit is a panel by some rows of C.
int64_t panel_product_units(const PanelProduct& problem);
int64_t panel_product_scratch(const PanelProduct& problem);  // bytes per thread, 64-byte aligned
void run_panel_product(const PanelProduct& problem, Range units, void* scratch);

}  // namespace weft::kernels
