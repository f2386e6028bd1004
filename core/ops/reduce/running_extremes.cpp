// Running maxima and minima along an axis, with a loop of their own.

#include "kernels/reduce/running_extremes.h"
#include "kernels/divide_up.h"
#include "kernels/isa/active.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const TensorType& x = c.in[0];
  WEFT_TRY(normalize_axis(c.integer("axis"), x.shape.rank(), c.op().name, "axis").status());
  return Types{x};
}

// Each line along the axis is one chain of dependent steps; threads take different lines.
template <bool kSmallest>
Status run(const KernelCall& call) {
  const TensorView& x = call.in[0];
  const AttributeReader a = call.op.reader(call.attributes);
  const int axis = normalize_axis(a.integer("axis"), x.rank, call.op.name, "axis").value();
  if (elements_of(x) == 0) return {};
  kernels::RunningExtreme problem{1, x.shape[axis], 1};
  for (int i = 0; i < axis; ++i) problem.outer *= x.shape[i];
  for (int i = axis + 1; i < x.rank; ++i) problem.inner *= x.shape[i];
  const auto kernel =
      kernels::entry_of(WEFT_ACTIVE_TABLE(x.dtype, kRunningExtremes)[kSmallest], x.dtype);
  split_work(problem.outer * kernels::divide_up(problem.inner, kernels::kRunningColumns),
             2 * elements_of(x), nullptr, 0, [&](kernels::Range units, void*) {
               kernel(problem, x.data, call.out[0].data, units);
             });
  return {};
}

// An element of the result is an element of x: the last one that was as large as all before it, as
// PyTorch has it; a NaN counts as larger. The numbers of these elements rise, so the number of the
// last one is a running maximum, too. Many cotangents may meet in one element: halves are added up
// in float32.
Values gradient(const GradContext& g) {
  const Value& x = g.in(0);
  const Shape shape = x.shape();
  const int axis = normalize_axis(g.integer("axis"), x.rank(), g.op().name, "axis").value();
  Shape along;
  along.resize(shape.rank(), 1);
  along[axis] = shape[axis];
  Builder& builder = g.builder();
  const Value numbers = broadcast_to(reshape(iota(builder, 0, shape[axis]), along), shape);
  const Value is_nan = builder.call("not_equal", {x, x});
  const Value is_extreme = builder.call("logical_or", {equal(x, g.out()), is_nan});
  const Value last =
      builder.call("cummax", {numbers * cast(is_extreme, DType::kInt64)}, {Argument::of_int(axis)});
  const DType dtype = g.dout().dtype();
  const Value dout = is_half(dtype) ? cast(g.dout(), DType::kFloat32) : g.dout();
  const Value sums = builder.call(
      "pick_adjoint", {dout, last},
      {Argument::of_int(axis), Argument::of_string("strict"), Argument::of_ints(shape.span())});
  return {cast(sums, dtype)};
}

OpDef& running(OpDef& op, KernelFunction kernel) {
  return op.in(Namespace::kNpx)
      .input("x", "any real dtype, at least one axis")
      .integer("axis", -1, "axis to run along")
      .infer(infer)
      .gradient(gradient)
      .kernel(exact_dense_slot(kernel))
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[6, 7]]})")
      .sample(R"({"shapes": [[5, 70]], "axis": 0})")
      .sample(R"({"shapes": [[2, 0]], "axis": 1})");
}

}  // namespace

WEFT_OP(cummax) {
  running(op, run<false>);
  op.doc("Running maximum along an axis: the largest element so far, NaN from the first NaN on.");
}

WEFT_OP(cummin) {
  running(op, run<true>);
  op.doc("Running minimum along an axis: the smallest element so far, NaN from the first NaN on.");
}

}  // namespace weft::ops
