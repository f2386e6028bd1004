// Cross entropy of scores and labels: -log softmax(data)[label]. Class indices have a kernel that
// keeps no probabilities; its gradient, dout (softmax(data) - 1 at the label), computes them again.

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/nn/normalize/softmax_problem_impl.h"
#include "ops/rules.h"
#include "ops/slots/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Result<Types> check(const InferContext& c) {
  const Shape& data = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), c.op().name, "axis"));
  if (c.has("ignore_index") && !c.flag("sparse_label"))
    return errors::invalid_value(c.op().name,
                                 "`ignore_index` needs labels that are class indices; got "
                                 "`sparse_label` false");
  const Shape labels =
      c.flag("sparse_label") ? rules::reduced_shape(data, uint32_t{1} << axis, false) : data;
  if (c.in[1].shape != labels)
    return errors::invalid_value(c.op().name, "`label` must have shape ", labels,
                                 c.flag("sparse_label") ? ", `data`'s without the axis" : "",
                                 "; got ", c.in[1].shape);
  return Types();
}

// For class indices, which must be at least 0.
Value of_classes(const ComposeContext& c, const Value& label) {
  const Argument strict = Argument::of_string("strict");
  if (c.flag("from_logits"))
    return -c.builder.call("pick", {c.in(0), label},
                           {c.get("axis"), Argument::of_bool(false), strict});
  return c.builder.call("cross_entropy_rows", {c.in(0), label}, {c.get("axis"), strict});
}

// Probabilities as labels need the logarithms of all classes; class indices need one of them.
Values compose(const ComposeContext& c) {
  if (!c.flag("sparse_label")) {
    const Value log_probability =
        c.flag("from_logits") ? c.in(0) : c.builder.call("log_softmax", {c.in(0)}, {c.get("axis")});
    const int64_t axis[] = {c.integer("axis")};
    return {-sum(log_probability * c.in(1), axis, false)};
  }
  const Value label = as_index(c.in(1));
  if (!c.has("ignore_index")) return {of_classes(c, label)};
  // An ignored label is replaced by class 0, and the loss of that by 0.
  const auto whole = [&](int64_t number) { return Value(&c.builder, Argument::of_int(number)); };
  const Value ignored = equal(label, whole(c.integer("ignore_index")));
  const Value loss = of_classes(c, where(ignored, whole(0), label));
  return {where(ignored, scalar(loss, 0), loss)};
}

// ---- rows: the kernels

Status check_rows(const InferContext& c, const TensorType& data, const TensorType& label) {
  const int rank = data.shape.rank();
  if (rank < 1)
    return errors::invalid_value(c.op().name, "`data` must have at least one axis; got a scalar");
  if (label.dtype != DType::kInt64)
    return errors::invalid_type(c.op().name, "`label` must be int64; got ", label.dtype);
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), rank, c.op().name, "axis"));
  WEFT_ASSIGN(const IndexMode mode, read_mode(c));
  if (mode == IndexMode::kClip)
    return errors::invalid_value(c.op().name, "`mode` must be raise or strict; got clip");
  const Shape rows = rules::reduced_shape(data.shape, uint32_t{1} << axis, false);
  if (label.shape == rows) return {};
  return errors::invalid_value(c.op().name, "`label` must have shape ", rows,
                               ", `data`'s without the axis; got ", label.shape);
}

Result<Types> infer_rows(const InferContext& c) {
  WEFT_TRY(check_rows(c, c.in[0], c.in[1]));
  return Types{{c.in[0].dtype, c.in[1].shape}};
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
constexpr int64_t kWork = 8;  // work of one score, in elements of cheap arithmetic: an exponential

// Labels are values, so they are checked when the kernel runs.
Status check_labels(const KernelCall& call) {
  const TensorView& data = call.in[0];
  const AttributeReader a = call.op.reader(call.attributes);
  return check_indices(kName, call.in[1],
                       split_at(data, axis_of(a, data.rank), read_mode(a).value()), "label",
                       "; give what stands for no class as `ignore_index`");
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

// Labels are indices and have no gradient.
Values gradient(const GradContext& g) {
  return {g.builder().call("cross_entropy_rows_gradient", {g.in(0), g.in(1), g.dout()},
                           {g.get("axis"), g.get("mode")}),
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
                     {c.get("axis"), c.get("mode"), Argument::of_ints(data.span())});
  return {reshape(c.in(2), column) * share - chosen};
}

}  // namespace

WEFT_OP(cross_entropy_rows) {
  op.doc("Cross entropy of softmax(data) over an axis and class indices.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype: scores")
      .index_input("label", "int64, data's shape without the axis; negative ones count back")
      .integer("axis", -1, "axis of the classes")
      .text("mode", "raise", "raise: negative labels count back; strict refuses them")
      .promote(Promotion::kFloat)
      .infer(infer_rows)
      .gradient(gradient)
      .kernel(softmax_slot<1>(run_rows))
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 5], [2, 3]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[3], []], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[0, 3], [0]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[2, 3, 5], [2, 5]], "dtypes": [null, "int64"], "axis": 1})")
      .sample(R"({"shapes": [[4, 30], [30]], "dtypes": [null, "int64"], "axis": 0})")
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"], "ranges": [null, [0, 2]],
                  "mode": "strict"})");
}

WEFT_OP(cross_entropy_rows_gradient) {
  op.doc("Gradient of cross_entropy_rows: dout (softmax(data) - one at the label).")
      .in(Namespace::kInternal)
      .input("data", "floating: scores")
      .index_input("label", "int64, data's shape without the axis; negative ones count back")
      .input("dout", "cotangents of the losses")
      .integer("axis", -1, "axis of the classes")
      .text("mode", "raise", "raise: negative labels count back; strict refuses them")
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
      .sample(R"({"shapes": [[4, 30], [30], [30]], "dtypes": [null, "int64", null], "axis": 0})")
      .sample(R"({"shapes": [[4, 3], [4], [4]], "dtypes": [null, "int64", null],
                  "ranges": [null, [0, 2], null], "mode": "strict"})");
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
      .optional(AttributeKind::kInt, "ignore_index",
                "label whose loss is 0, such as -1 for padding; other negative labels are refused")
      .infer(check)
      .compose(compose)
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"]})")
      .sample(R"({"shapes": [[4, 3], [4]], "dtypes": [null, "int64"], "ignore_index": 1})")
      .sample(R"({"shapes": [[4, 3], [4, 3]], "sparse_label": false})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 4]], "dtypes": [null, "int32"], "axis": 1})")
      .sample(
          R"({"shapes": [[2, 3], [2, 3]], "axis": 0, "sparse_label": false, "from_logits": true})");
}

}  // namespace weft::ops
