// A product whose right operand was packed before, fused with a bias, the addition of an array and
// a clamp. Only the pass `pack` puts it into graphs; everything else uses matmul.

#include <algorithm>
#include <limits>

#include "base/errors.h"
#include "kernels/matmul/panels.h"
#include "ops/op.h"
#include "ops/problems/packed_products.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// Panels of columns, each with its k rows one behind the other.
Shape packed_shape(DType dtype, int64_t k, int64_t n) {
  return panel_shape({kernels::panels_of(n)}, dtype, k);
}

Status require_panels(const InferContext& c) {
  if (kernels::has_panels(c.in[0].dtype)) return {};
  return errors::invalid_type(c.op().name, "`", c.op().inputs[0].name,
                              "` must be float32 or a half type; got ", c.in[0].dtype);
}

// ---- packing

Result<Types> infer_pack(const InferContext& c) {
  WEFT_TRY(require_panels(c));
  const Shape& b = c.in[0].shape;
  if (b.rank() != 2 || b.elements() == 0)
    return errors::invalid_value(c.op().name, "`x2` must have two axes and elements; got shape ",
                                 b);
  return Types{{c.in[0].dtype, packed_shape(c.in[0].dtype, b[0], b[1])}};
}

// Reads any strides: the weight of a layer is packed from its transpose.
Status run_pack(const KernelCall& call) {
  const TensorView& b = call.in[0];
  const kernels::PanelPacking packing{b.dtype,      b.shape[1],   b.shape[0],      b.data,
                                      b.strides[0], b.strides[1], call.out[0].data};
  split_work(kernels::panels_of(packing.n), elements_of(call.out[0]), nullptr, 0,
             [&](kernels::Range panels, void*) { kernels::run_pack_panels(packing, panels); });
  return {};
}

Slot pack_slot() {
  Slot s;
  s.run = run_pack;
  return s;
}

// ---- the product

Shape result_shape(const AttributeReader& a, const Shape& x) {
  Shape shape(x.span().first(static_cast<size_t>(x.rank() - 1)));
  shape.push_back(a.integer("columns"));
  return shape;
}

Result<Types> infer(const InferContext& c) {
  WEFT_TRY(require_panels(c));
  const Shape& x = c.in[0].shape;
  const DType dtype = c.in[0].dtype;
  if (x.rank() < 1 || x[x.rank() - 1] < 1)
    return errors::invalid_value(c.op().name, "`x1` must have columns; got shape ", x);
  const int64_t k = x[x.rank() - 1], columns = c.integer("columns");
  if (columns < 1 || c.in[1].shape != packed_shape(dtype, k, columns))
    return errors::invalid_value(c.op().name, "`x2` must come from pack_matmul for `x1` ", x,
                                 " and ", columns, " `columns`; got shape ", c.in[1].shape);
  if (c.given(2) && c.in[2].shape != Shape{columns})
    return errors::invalid_value(c.op().name, "`bias` must have shape (", columns, ",); got ",
                                 c.in[2].shape);
  const Shape result = result_shape(c, x);
  if (c.given(3) && c.in[3].shape != result)
    return errors::invalid_value(c.op().name, "`residual` must have shape ", result, "; got ",
                                 c.in[3].shape);
  return Types{{dtype, result}};
}

// The sizes and the bounds of a call; its addresses are set in `run`.
kernels::PanelProduct problem_of(const AttributeReader& a, DType dtype, const Shape& x) {
  constexpr float kOpen = std::numeric_limits<float>::infinity();
  kernels::PanelProduct p{};
  p.dtype = dtype;
  p.k = x[x.rank() - 1];
  p.m = x.elements() / p.k;
  p.n = a.integer("columns");
  p.low = a.has("low") ? static_cast<float>(a.real("low")) : -kOpen;
  p.high = a.has("high") ? static_cast<float>(a.real("high")) : kOpen;
  return p;
}
kernels::PanelProduct problem_of(const SlotTypes& t) {
  return problem_of(t.op.reader(t.attributes), t.in[0].dtype, t.in[0].shape);
}

// With few rows, the time is that of reading the panels.
int64_t work_of(const kernels::PanelProduct& p) {
  return p.m == 0 ? 0 : std::max<int64_t>(p.m, 4) * p.n * p.k / 8;
}

Status run(const KernelCall& call) {
  kernels::PanelProduct p =
      problem_of(call.op.reader(call.attributes), call.in[0].dtype, shape_of(call.in[0]));
  const auto array = [&](size_t i) { return call.in.size() > i ? call.in[i].data : nullptr; };
  p.a = array(0);
  p.panels = array(1);
  p.bias = array(2);
  p.residual = array(3);
  p.c = call.out[0].data;
  split_work(
      kernels::panel_product_units(p), work_of(p), call.scratch, kernels::panel_product_scratch(p),
      [&](kernels::Range units, void* scratch) { kernels::run_panel_product(p, units, scratch); });
  return {};
}

Slot slot() {
  Slot s = dense_slot(run);
  s.scratch_bytes = [](const SlotTypes& t, int threads) {
    return threads * kernels::panel_product_scratch(problem_of(t));
  };
  s.cost = [](const SlotTypes& t) {
    const kernels::PanelProduct p = problem_of(t);
    Cost cost{2 * static_cast<double>(p.m) * static_cast<double>(p.n) * static_cast<double>(p.k),
              static_cast<double>(t.out[0].bytes())};
    for (const TensorType& type : t.in)
      if (type.shape.rank() >= 0) cost.bytes += static_cast<double>(type.bytes());
    return cost;
  };
  s.pieces = [](const SlotTypes& t) {
    const kernels::PanelProduct p = problem_of(t);
    return pieces_of_work(kernels::panel_product_units(p), work_of(p));
  };
  // Input 3, the residual: sums wait in scratch.
  s.overwrites = [](const SlotTypes&) { return 1u << 3; };
  return s;
}

}  // namespace

WEFT_OP(pack_matmul) {
  op.doc("The right side of a product in the order that matmul_packed reads it in.")
      .in(Namespace::kInternal)
      .input("x2", "float32 or half types, shape (K, N)")
      .infer(infer_pack)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(pack_slot())
      .sample(R"({"shapes": [[5, 40]], "dtypes": ["float32"]})")
      .sample(R"({"shapes": [[37, 32]], "dtypes": ["float32"]})");
}

WEFT_OP(matmul_packed) {
  op.doc("Product with a packed right side; then a bias, an array that is added, and bounds.")
      .in(Namespace::kInternal)
      .input("x1", "float32 or half types, shape (..., K)")
      .input("x2", "from pack_matmul")
      .optional_input("bias", "shape (N,)")
      .optional_input("residual", "added to the result, of its shape")
      .promote(Promotion::kExact)
      .required(AttributeKind::kInt, "columns", "N")
      .optional(AttributeKind::kFloat, "low", "lower bound of the result; none leaves it open")
      .optional(AttributeKind::kFloat, "high", "upper bound of the result; none leaves it open")
      .infer(infer)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(slot())
      .sample(R"({"shapes": [[3, 7, 5], [2, 5, 32], [40], [3, 7, 40]],
                  "dtypes": ["float32", "float32", "float32", "float32"],
                  "columns": 40, "low": 0})")
      .sample(R"({"shapes": [[30, 17], [1, 17, 32]], "dtypes": ["float32", "float32"],
                  "columns": 9})")
      .sample(R"({"shapes": [[15, 6], [1, 6, 32], null, [15, 32]],
                  "dtypes": ["float32", "float32", null, "float32"],
                  "columns": 32, "low": -1, "high": 1})");
}

}  // namespace weft::ops
