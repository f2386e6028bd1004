// C = A B + bias + residual, clamped, where B is packed in panels of 32 columns side by side. So a
// product reads memory in sequence and copies nothing. Weights are packed once and read by every
// call; the panels are the same for every instruction set.
//
// A panel is [k][32]; for bfloat16 it is [ceil(k / 2)][32][2] (bf16x2), the form that its
// instructions read. Columns beyond n, and a row beyond k, are zero. Elements of C have the bits of
// a product (matmul.h) followed by two sums: halves are rounded in between. (Where bf16x2 are
// multiplied, numbers below 2^-126 become zero.)
#pragma once

#include "base/view.h"
#include "kernels/range.h"

namespace weft::kernels {

inline constexpr int64_t kPanelColumns = 32;
// Products of at most so many rows wait for memory, so bfloat16 products are added one by one, not
// two at a time. A row may therefore have other bits in a larger product.
inline constexpr int64_t kFewProductRows = 8;

constexpr int64_t panels_of(int64_t columns) {
  return columns / kPanelColumns + (columns % kPanelColumns != 0);
}
// Dtypes that have packed products.
constexpr bool has_panels(DType dtype) {
  return dtype == DType::kFloat32 || dtype == DType::kBFloat16 || dtype == DType::kFloat16;
}
// Rows of a panel whose elements lie side by side: 2 for bf16x2.
__attribute__((always_inline)) constexpr int64_t paired_rows(DType dtype) {
  return dtype == DType::kBFloat16 ? 2 : 1;
}
// Elements of one panel of k rows.
__attribute__((always_inline)) constexpr int64_t panel_elements(DType dtype, int64_t k) {
  return (k + k % paired_rows(dtype)) * kPanelColumns;
}
// Does packing B pay? Not if there are few rows of B or few columns: most of a panel would be
// padding.
bool panels_pay(int64_t n, int64_t k);

struct PanelPacking {
  DType dtype;
  int64_t n, k;
  const void* b;  // k x n, with any strides
  int64_t b_row, b_col;
  void* panels;  // panels_of(n) panels
};
// Packs some panels; each is written as a whole.
void run_pack_panels(const PanelPacking& packing, Range panels);

struct PanelProduct {
  DType dtype;
  int64_t m, n, k;  // k > 0
  const void* a;    // rows of k dense elements, without gaps
  const void* panels;
  const void* bias;      // n elements; null: none
  const void* residual;  // like C; null: none
  float low, high;       // bounds of the clamp; NaN stays NaN
  void* c;               // rows of n dense elements, without gaps
  // For halves: C has float32 elements, which are not rounded. Then n is whole panels and there is
  // no epilogue.
  bool keeps_sums;
};
// A unit is a panel by some rows of C.
int64_t panel_product_units(const PanelProduct& problem);
int64_t panel_product_scratch(const PanelProduct& problem);  // bytes for each thread, aligned to 64
void run_panel_product(const PanelProduct& problem, Range units, void* scratch);

}  // namespace weft::kernels
