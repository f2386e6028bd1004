#include "base/errors.h"
#include "ops/indexing/axis_index.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

Result<Types> infer(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), "pick", "axis"));
  WEFT_TRY(read_mode(c).status());
  if (c.in[1].dtype != DType::kInt64)
    return errors::invalid_type("pick", "`index` must be int64; got ", c.in[1].dtype);
  const Shape shape = rules::reduced_shape(data, uint32_t{1} << axis, false);
  if (c.in[1].shape != shape)
    return errors::invalid_value("pick", "`index` must have shape ", shape, ", `data`'s ", data,
                                 " without axis ", axis, "; got ", c.in[1].shape);
  return Types{{c.in[0].dtype, shape, {}}};
}

// The cotangent has the shape that picking from data_shape gives.
Result<Types> infer_adjoint(const InferContext& c) {
  const Shape data(c.ints("data_shape"));
  WEFT_TRY(checked_elements(data.span(), "pick_adjoint", "data_shape").status());
  const TensorType picked[] = {{c.in[0].dtype, data, {}}, c.in[1]};
  WEFT_ASSIGN(const Types forward, infer(InferContext(c.op(), picked, c.all())));
  if (c.in[0].shape != forward[0].shape)
    return errors::invalid_value("pick_adjoint", "`dout` must have shape ", forward[0].shape,
                                 "; got ", c.in[0].shape);
  return Types{picked[0]};
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& data = call.in[0];
  const auto problem = split_at(data, axis_of(a, data.rank), read_mode(a).value());
  WEFT_TRY(check_indices("pick", call.in[1], problem));
  split_work(problem.outer, problem.outer * problem.inner, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_pick(problem, data.data, static_cast<const int64_t*>(call.in[1].data),
                                 call.out[0].data, range);
             });
  return {};
}

Status run_adjoint(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const TensorView& out = call.out[0];
  const auto problem = split_at(out, axis_of(a, out.rank), read_mode(a).value());
  WEFT_TRY(check_indices("pick_adjoint", call.in[1], problem));
  split_work(problem.outer, problem.outer * problem.inner * problem.axis, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_pick_adjoint(problem, call.in[0].data,
                                         static_cast<const int64_t*>(call.in[1].data), out.data,
                                         range);
             });
  return {};
}

Values gradient(const GradContext& g) {
  const Shape data = g.in(0).shape();
  return {g.builder().call("pick_adjoint", {g.dout(), g.in(1)},
                           {g.get("axis"), g.get("mode"), Argument::of_ints(data.span())}),
          Value()};
}

Values gradient_adjoint(const GradContext& g) {
  return {g.builder().call("pick_rows", {g.dout(), g.in(1)}, {g.get("axis"), g.get("mode")}),
          Value()};
}

constexpr std::string_view kMode =
    "raise refuses indices outside the axis, clip clamps them, negative ones to 0";

}  // namespace

WEFT_OP(pick_rows) {
  op.doc("One element along an axis for each position of the others.")
      .in(Namespace::kInternal)
      .input("data", "any dtype")
      .index_input("index", "int64, data's shape without the axis; negative ones count back")
      .integer("axis", -1, "axis that the indices count along")
      .text("mode", "raise", kMode)
      .infer(infer)
      .gradient(gradient)
      .kernel(dense_slot(run))
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int64"], "axis": 1,
                  "mode": "clip"})");
}

WEFT_OP(pick_adjoint) {
  op.doc("Zeros with each element added at its index: the adjoint of pick.")
      .in(Namespace::kInternal)
      .input("dout", "any dtype: cotangent of pick")
      .index_input("index", "int64, shape of dout; negative ones count back")
      .integer("axis", -1, "axis that the indices count along")
      .text("mode", "raise", kMode)
      .required(AttributeKind::kInts, "data_shape", "shape of the result")
      .infer(infer_adjoint)
      .gradient(gradient_adjoint)
      .kernel(dense_slot(run_adjoint))
      .sample(R"({"shapes": [[4], [4]], "dtypes": [null, "int64"], "data_shape": [4, 3]})")
      .sample(R"({"shapes": [[2, 4], [2, 4]], "dtypes": [null, "int64"], "axis": 1,
                  "mode": "clip", "data_shape": [2, 3, 4]})")
      .sample(R"({"shapes": [[], []], "dtypes": [null, "int64"], "data_shape": [3]})")
      .sample(R"({"shapes": [[0], [0]], "dtypes": [null, "int64"], "data_shape": [0, 3]})");
}

WEFT_OP(pick) {
  op.doc("One element along an axis for each position of the others: data[i, index[i]].")
      .in(Namespace::kNpx)
      .input("data", "any dtype")
      .index_input("index",
                   "any real dtype, cut to integers, data's shape without the axis; negative ones "
                   "count back")
      .integer("axis", -1, "axis that the indices count along")
      .boolean("keepdims", false, "keep the axis with extent 1")
      .text("mode", "raise", kMode)
      .compose([](const ComposeContext& c) {
        const Value picked = c.builder.call("pick_rows", {c.in(0), cast(c.in(1), DType::kInt64)},
                                            {c.get("axis"), c.get("mode")});
        if (!c.flag("keepdims")) return Values{picked};
        return Values{c.builder.call("expand_dims", {picked}, {c.get("axis")})};
      })
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int32"], "axis": 1,
                  "keepdims": true})")
      .sample(R"({"shapes": [[3, 2], [3]], "dtypes": [null, "int64"], "mode": "clip"})");
}

}  // namespace weft::ops
