// Cross entropy of scores and labels. Class indices have a kernel, which keeps no probabilities:
// its gradient computes them again.
#include "base/errors.h"
#include "ops/nn/softmax_problem.h"
#include "ops/rules.h"
#include "ops/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Result<Types> check(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), c.op().name, "axis"));
  const Shape labels =
      c.flag("sparse_label") ? rules::reduced_shape(data, uint32_t{1} << axis, false) : data;
  if (c.in[1].shape != labels)
    return errors::invalid_value(c.op().name, "`label` must have shape ", labels,
                                 c.flag("sparse_label") ? ", `data`'s without the axis" : "",
                                 "; got ", c.in[1].shape);
  return Types();
}

Values compose(const ComposeContext& c) {
  if (c.flag("sparse_label") && !c.flag("from_logits"))
    return {c.builder.call("cross_entropy_rows", {c.in(0), cast(c.in(1), DType::kInt64)},
                           {c.get("axis")})};
  const Value log_probability =
      c.flag("from_logits") ? c.in(0) : c.builder.call("log_softmax", {c.in(0)}, {c.get("axis")});
  if (c.flag("sparse_label"))
    return {-c.builder.call("pick", {log_probability, c.in(1)}, {c.get("axis")})};
  const int64_t axis[] = {c.integer("axis")};
  return {-sum(log_probability * c.in(1), axis, false)};
}

// ---- rows

Status check_rows(const InferContext& c, const TensorType& data, const TensorType& label) {
  const int rank = data.shape.rank();
  if (rank < 1)
    return errors::invalid_value(c.op().name, "`data` must have at least one axis; got a scalar");
  if (label.dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`label` must be int64; got ", label.dtype);
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), rank, c.op().name, "axis"));
  const Shape rows = rules::reduced_shape(data.shape, uint32_t{1} << axis, false);
  if (label.shape == rows) return {};
  return errors::invalid_value(c.op().name, "`label` must have shape ", rows,
                               ", `data`'s without the axis; got ", label.shape);
}

Result<Types> infer_rows(const InferContext& c) {
  WEFT_TRY(check_rows(c, c.in[0], c.in[1]));
  return Types{{c.in[0].dtype, c.in[1].shape, {}}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  WEFT_TRY(check_rows(c, c.in[0], c.in[1]));
  if (c.in[2].shape != c.in[1].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[2].shape, " and `label` ",
                                 c.in[1].shape, " must have one shape");
  return Types{c.in[0]};
}

constexpr std::string_view kName = "softmax_cross_entropy";
constexpr int64_t kWork = 8;  // of one score, in elements of cheap arithmetic

Status check_labels(const KernelCall& call) {
  const TensorView& data = call.in[0];
  const int axis = axis_of(call.op.reader(call.attributes), data.rank);
  return check_indices(kName, call.in[1], split_at(data, axis, false), "label");
}

Status run_rows(const KernelCall& call) {
  WEFT_TRY(check_labels(call));
  const auto problem = softmax_problem(call);
  split_work(problem.rows, kWork * problem.rows * problem.cols, call.scratch,
             kernels::softmax_scratch(problem, 1), [&](kernels::Range range, void* scratch) {
               kernels::run_cross_entropy(problem, call.in[0].data,
                                          static_cast<const int64_t*>(call.in[1].data),
                                          call.out[0].data, range, scratch);
             });
  return {};
}

Status run_gradient(const KernelCall& call) {
  WEFT_TRY(check_labels(call));
  const auto problem = softmax_problem(call);
  split_work(problem.rows, 2 * kWork * problem.rows * problem.cols, call.scratch,
             kernels::softmax_scratch(problem, 1), [&](kernels::Range range, void* scratch) {
               kernels::run_cross_entropy_gradient(problem, call.in[2].data, call.in[0].data,
                                                   static_cast<const int64_t*>(call.in[1].data),
                                                   call.out[0].data, range, scratch);
             });
  return {};
}

Values gradient(const GradContext& g) {
  return {g.builder().call("cross_entropy_rows_gradient", {g.in(0), g.in(1), g.dout()},
                           {g.get("axis")}),
          Value()};
}

// What the gradient's kernel computes, in operators.
Values formula(const ComposeContext& c) {
  const Shape data = c.in(0).shape();
  Shape column = data;
  column[axis_of(c, data.rank())] = 1;
  const Value share = c.builder.call("softmax_rows", {c.in(0)}, {c.get("axis")});
  const Value chosen =
      c.builder.call("pick_adjoint", {c.in(2), c.in(1)},
                     {c.get("axis"), Argument::of_string("raise"), Argument::of_ints(data.span())});
  return {reshape(c.in(2), column) * share - chosen};
}

}  // namespace

WEFT_OP(cross_entropy_rows) {
  op.doc("Cross entropy of softmax(data) over an axis and class indices.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype: scores")
      .index_input("label", "int64, data's shape without the axis; negative ones count back")
      .integer("axis", -1, "axis of the classes")
      .promote(Promotion::kFloat)
      .infer(infer_rows)
      .gradient(gradient)
      .kernel(softmax_slot<1>(run_rows))
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 5], [2, 3]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[3], []], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[0, 3], [0]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 5], [2, 5]], "dtypes": [null, "int64"], "axis": 1})")
      .sample(R"({"shapes": [[4, 30], [30]], "dtypes": [null, "int64"], "axis": 0})");
}

WEFT_OP(cross_entropy_rows_gradient) {
  op.doc("Gradient of cross_entropy_rows: dout (softmax(data) - one at the label).")
      .in(Namespace::kInternal)
      .input("data", "floating: scores")
      .index_input("label", "int64, data's shape without the axis; negative ones count back")
      .input("dout", "cotangents of the losses")
      .integer("axis", -1, "axis of the classes")
      .promote(Promotion::kExact)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(softmax_slot<1>(run_gradient))
      .sample(R"({"shapes": [[4, 3], [4], [4]], "dtypes": [null, "int64", null]})")
      .sample(R"({"shapes": [[2, 3, 5], [2, 3], [2, 3]], "dtypes": [null, "int64", null]})")
      .sample(R"({"shapes": [[3], [], []], "dtypes": [null, "int64", null]})")
      .sample(R"({"shapes": [[0, 3], [0], [0]], "dtypes": [null, "int64", null]})")
      .sample(
          R"({"shapes": [[2, 3, 5], [2, 5], [2, 5]], "dtypes": [null, "int64", null], "axis": 1})")
      .sample(R"({"shapes": [[4, 30], [30], [30]], "dtypes": [null, "int64", null], "axis": 0})");
}

WEFT_OP(softmax_cross_entropy) {
  op.doc("Cross entropy of softmax(data) and labels, one loss per sample.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype: scores, shape (..., C) when axis is -1")
      .index_input(
          "label",
          "any real dtype: class indices without the axis, or probabilities of data's shape")
      .integer("axis", -1, "axis of the classes")
      .boolean("sparse_label", true, "labels are class indices")
      .boolean("from_logits", false, "data holds log-probabilities already")
      .infer(check)
      .compose(compose)
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[4, 3], [4, 3]], "sparse_label": false})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int32"], "axis": 1})")
      .sample(
          R"({"shapes": [[2, 3], [2, 3]], "axis": 0, "sparse_label": false, "from_logits": true})");
}

}  // namespace weft::ops
