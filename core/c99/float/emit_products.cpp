// Matrix products in float32. In plain C an element is one chain of fused multiply-adds in
// ascending k, as in kernels/matmul/matmul.h, so both give the same bits.
#include <algorithm>

#include "c99/float/float_rows.h"
#include "c99/float/loops.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

constexpr const char* kMatmul = R"(/* c[m][n] = a[m][k] b[k][n]; the distances are of elements. */
struct weft_matmul {
  int32_t m, n, k;
  int32_t a_row, a_col, b_row, b_col, c_row;
};
)";

// Rows of B are dense: a row of C adds up multiples of them, in loops that compilers vectorise.
constexpr const char* kByRows = R"(static void weft_matmul_rows(
    const struct weft_matmul *p, const float *a, const float *b, float *c)
{
  for (int32_t i = 0; i < p->m; ++i) {
    float *const row = c + i * p->c_row;
    for (int32_t j = 0; j < p->n; ++j) row[j] = 0;
    for (int32_t l = 0; l < p->k; ++l) {
      const float x = a[i * p->a_row + l * p->a_col];
      const float *const y = b + l * p->b_row;
      weft_add_row_f32(row, y, x, p->n);
    }
  }
}
)";

// Columns of B are dense, or nothing is: four dot products at a time, because each chain waits for
// itself.
constexpr const char* kByColumns = R"(static void weft_matmul_columns(
    const struct weft_matmul *p, const float *a, const float *b, float *c)
{
  for (int32_t i = 0; i < p->m; ++i) {
    const float *const x = a + i * p->a_row;
    int32_t j = 0;
    for (; j + 4 <= p->n; j += 4) {
      if (p->a_col == 1 && p->b_row == 1) {
        weft_four_dots_f32(x, b + j * p->b_col, p->b_col, p->k, c + i * p->c_row + j);
        continue;
      }
      const float *const y0 = b + j * p->b_col, *const y1 = y0 + p->b_col;
      const float *const y2 = y1 + p->b_col, *const y3 = y2 + p->b_col;
      float s0 = 0, s1 = 0, s2 = 0, s3 = 0;
      for (int32_t l = 0; l < p->k; ++l) {
        const float v = x[l * p->a_col];
        s0 = weft_fma_f32(v, y0[l * p->b_row], s0);
        s1 = weft_fma_f32(v, y1[l * p->b_row], s1);
        s2 = weft_fma_f32(v, y2[l * p->b_row], s2);
        s3 = weft_fma_f32(v, y3[l * p->b_row], s3);
      }
      c[i * p->c_row + j] = s0;
      c[i * p->c_row + j + 1] = s1;
      c[i * p->c_row + j + 2] = s2;
      c[i * p->c_row + j + 3] = s3;
    }
    for (; j < p->n; ++j) {
      float sum = 0;
      for (int32_t l = 0; l < p->k; ++l)
        sum = weft_fma_f32(x[l * p->a_col], b[l * p->b_row + j * p->b_col], sum);
      c[i * p->c_row + j] = sum;
    }
  }
}
)";

// One side of the product: strides between rows and columns, in elements. A vector is a row on the
// left and a column on the right.
struct Side {
  Shape shape, strides;
  int64_t row, col;
};

Side side_of(const Operand& operand, bool is_left) {
  Side side{operand.shape, operand.strides, 0, 0};
  const int last = side.shape.rank() - 1;
  if (last == 0) {
    (is_left ? side.col : side.row) = side.strides[0];
  } else {
    side.row = side.strides[last - 1];
    side.col = side.strides[last];
  }
  return side;
}

// The batch axes.
Shape leading(const Shape& shape) {
  return Shape(shape.span().first(static_cast<size_t>(std::max(0, shape.rank() - 2))));
}

std::string field(const char* name, int64_t value) {
  return std::string(".") + name + " = " + std::to_string(value);
}

Status emit_matmul(Call& call) {
  Source& source = call.source();
  source.use_arithmetic();
  const Side a = side_of(call.in(0), true), b = side_of(call.in(1), false);
  const bool is_row = a.shape.rank() == 1, is_column = b.shape.rank() == 1;
  const int64_t k = a.shape[a.shape.rank() - 1];
  const int64_t m = is_row ? 1 : a.shape[a.shape.rank() - 2];
  const int64_t n = is_column ? 1 : b.shape[b.shape.rank() - 1];
  // With one column, dot products are better.
  const bool by_rows = b.col == 1 && n > 1;
  source.define("weft_matmul", kMatmul);
  if (by_rows) {
    define_add_row(source);
  } else {
    define_four_dots(source);
  }
  source.define(by_rows ? "weft_matmul_rows" : "weft_matmul_columns",
                by_rows ? kByRows : kByColumns);
  // The batch axes broadcast; each has a loop around the call.
  const Shape& y = call.out().shape;
  Shape batch = y;
  batch.resize(y.rank() - (is_row ? 0 : 1) - (is_column ? 0 : 1), 0);
  const auto strides_of = [&](const Side& side) {
    const Shape lead = leading(side.shape);
    Operand operand;
    operand.shape = lead;
    operand.strides = Shape(side.strides.span().first(static_cast<size_t>(lead.rank())));
    return broadcast_strides(operand, batch);
  };
  Shape results = dense_strides(batch);
  for (int axis = 0; axis < results.rank(); ++axis) results[axis] *= m * n;
  const LoopNest nest(batch, all_axes(batch), {strides_of(a), strides_of(b), results}, 'i');
  source.add_multiply_adds(batch.elements() * m * n * k);
  call.line("static const struct weft_matmul p = {");
  call.line("  " + field("m", m) + ", " + field("n", n) + ", " + field("k", k) + ",");
  call.line("  " + field("a_row", a.row) + ", " + field("a_col", a.col) + ", " +
            field("b_row", b.row) + ", " + field("b_col", b.col) + ", " + field("c_row", n) + ",");
  call.line("};");
  nest.open(call);
  call.line(std::string(by_rows ? "weft_matmul_rows" : "weft_matmul_columns") + "(&p, " +
            at(call.read(0), nest.index(0)) + ", " + at(call.read(1), nest.index(1)) + ", " +
            at(call.write(), nest.index(2)) + ");");
  nest.close(call);
  return {};
}

}  // namespace

WEFT_EMITTER(matmul, strided_float32, emit_matmul);

}  // namespace weft::c99
