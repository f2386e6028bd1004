// Slices along an axis at computed indices. The adjoint adds each slice to zeros at its index; with
// `sparse_grad` the cotangent of the table stays a sum of rows (row_sum.h).

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/row_sum.h"
#include "ops/rules.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// The axis is replaced by the axes of the indices.
Result<Types> infer(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), "take", "axis"));
  WEFT_TRY(read_mode(c).status());
  if (c.in[1].dtype != DType::kInt64)
    return errors::invalid_type("take", "`index` must be int64; got ", c.in[1].dtype);
  if (data.rank() - 1 + c.in[1].shape.rank() > kMaxRank)
    return errors::rank_too_large("take", "index", data.rank() - 1 + c.in[1].shape.rank());
  Shape shape;
  for (int i = 0; i < axis; ++i) shape.push_back(data[i]);
  for (int64_t extent : c.in[1].shape) shape.push_back(extent);
  for (int i = axis + 1; i < data.rank(); ++i) shape.push_back(data[i]);
  return Types{{c.in[0].dtype, shape}};
}

// With `sparse_grad` only rows (axis 0) can be looked up, and no index may be clamped to another
// row.
Result<Types> infer_take(const InferContext& c) {
  WEFT_ASSIGN(Types types, infer(c));
  if (!c.flag("sparse_grad")) return types;
  WEFT_ASSIGN(const IndexMode mode, read_mode(c));
  const auto axis = c.integer("axis");
  if (mode != IndexMode::kClip && (axis == 0 || axis == -c.in[0].shape.rank())) return types;
  return errors::invalid_value("take",
                               "`sparse_grad` needs `axis` 0 and `mode` raise or strict; got ",
                               axis, " and ", c.text("mode"));
}

// The cotangent must have the shape that taking from data_shape gives.
Result<Types> infer_adjoint(const InferContext& c) {
  const Shape data(c.ints("data_shape"));
  WEFT_TRY(checked_elements(data.span(), "take_adjoint", "data_shape").status());
  const TensorType taken[] = {{c.in[0].dtype, data}, c.in[1]};
  WEFT_ASSIGN(const Types forward, infer(InferContext(c.op(), taken, c.all())));
  if (c.in[0].shape != forward[0].shape)
    return errors::invalid_value("take_adjoint", "`dout` must have shape ", forward[0].shape,
                                 "; got ", c.in[0].shape);
  return Types{taken[0]};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& data = call.in[0];
  const auto problem = split_at(data, axis_of(a, data.rank), read_mode(a).value());
  WEFT_TRY(check_indices("take", call.in[1], problem));
  if (elements_of(call.out[0]) == 0) return {};  // however many rows without elements there are
  const int64_t count = elements_of(call.in[1]);
  split_work(problem.outer * count, problem.outer * count * problem.inner, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_take(problem, data.data, static_cast<const int64_t*>(call.in[1].data),
                                 count, call.out[0].data, range);
             });
  return {};
}

// Each unit owns a part of the result and goes over all indices, so repeated ones are added in
// order.
Status run_adjoint(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& out = call.out[0];
  const auto problem = split_at(out, axis_of(a, out.rank), read_mode(a).value());
  WEFT_TRY(check_indices("take_adjoint", call.in[1], problem));
  if (elements_of(out) == 0) return {};
  const int64_t count = elements_of(call.in[1]);
  split_work(kernels::take_adjoint_units(problem),
             problem.outer * (count + problem.axis) * problem.inner, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_take_adjoint(problem, call.in[0].data,
                                         static_cast<const int64_t*>(call.in[1].data), count,
                                         out.data, range);
             });
  return {};
}

Values gradient(const GradContext& g) {
  if (g.flag("sparse_grad")) return {row_sum(g.in(0).type(), g.in(1), g.dout()), Value()};
  const Shape data = g.in(0).shape();
  return {take_adjoint(g.dout(), g.in(1),
                       {g.get("axis"), g.get("mode"), Argument::of_ints(data.span())}),
          Value()};
}

Values gradient_adjoint(const GradContext& g) {
  return {g.builder().call("take_rows", {g.dout(), g.in(1)}, {g.get("axis"), g.get("mode")}),
          Value()};
}

// Without an axis the indices count in the flat array.
Result<Value> take(const ComposeContext& c) {
  if (!is_integer(c.in(1).dtype()))
    return errors::invalid_type("take", "`indices` must be integers; got ", c.in(1).dtype());
  const Value index = as_index(c.in(1));
  if (c.has("axis"))
    return c.builder.call("take_rows", {c.in(0), index}, {c.get("axis"), c.get("mode")});
  const Value flat = reshape(c.in(0), {c.in(0).shape().elements()});
  return c.builder.call("take_rows", {flat, index}, {Argument::of_int(0), c.get("mode")});
}

}  // namespace

WEFT_OP(take_rows) {
  op.doc("Slices along an axis at int64 indices.")
      .in(Namespace::kInternal)
      .input("data", "any dtype")
      .index_input("index", "int64, any shape; negative ones count back")
      .integer("axis", 0, "axis that the indices count along")
      .text("mode", "raise", kModeDoc)
      .boolean("sparse_grad", false, "the gradient is a sum of rows, not an array of data's shape")
      .infer(infer_take)
      .gradient(gradient)
      .kernel(dense_slot(run))
      .sample(R"({"shapes": [[4, 3], [2, 2]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 4, 3], [5]], "dtypes": [null, "int64"], "axis": -2,
                  "mode": "clip"})")
      .sample(R"({"shapes": [[4, 3], [2, 2]], "dtypes": [null, "int64"], "sparse_grad": true})");
}

WEFT_OP(take_adjoint) {
  op.doc("Zeros with each slice added at its index: the adjoint of take.")
      .in(Namespace::kInternal)
      .input("dout", "any dtype: cotangent of take")
      .index_input("index", "int64, any shape; negative ones count back")
      .integer("axis", 0, "axis that the indices count along")
      .text("mode", "raise", kModeDoc)
      .required(AttributeKind::kInts, "data_shape", "shape of the result")
      .infer(infer_adjoint)
      .gradient(gradient_adjoint)
      .kernel(dense_slot(run_adjoint))
      .sample(R"({"shapes": [[2, 2, 3], [2, 2]], "dtypes": [null, "int64"], "data_shape": [4, 3]})")
      .sample(R"({"shapes": [[2, 5, 3], [5]], "dtypes": [null, "int64"], "axis": 1,
                  "mode": "clip", "data_shape": [2, 4, 3]})");
}

WEFT_OP(take) {
  op.doc("Elements or slices along an axis at the given indices; none takes from the flat array.")
      .input("a", "any dtype")
      .index_input("indices", "integers of any shape; negative ones count back")
      .optional(AttributeKind::kInt, "axis", "axis that the indices count along")
      .text("mode", "raise", kModeDoc)
      .compose(checked<take>)
      .like("numpy.take")
      .sample(R"({"shapes": [[4, 3], [2, 2]], "dtypes": [null, "int64"], "axis": 0})")
      .sample(R"({"shapes": [[2, 4, 3], [3]], "dtypes": [null, "int32"], "axis": 1})")
      .sample(R"({"shapes": [[4, 3], [5]], "dtypes": [null, "int64"]})")
      .sample(
          R"({"shapes": [[2, 4], [3]], "dtypes": [null, "int64"], "axis": -1, "mode": "clip"})");
}

}  // namespace weft::ops
