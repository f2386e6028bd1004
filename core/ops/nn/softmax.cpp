#include "kernels/softmax.h"

#include <algorithm>

#include "base/errors.h"
#include "kernels/copy.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

template <bool logarithm>
kernels::Softmax problem_of(const TensorView& data) {
  kernels::Softmax problem{};
  problem.dtype = data.dtype;
  problem.cols = data.shape[data.rank - 1];
  problem.rows = 1;
  for (int axis = 0; axis + 1 < data.rank; ++axis) problem.rows *= data.shape[axis];
  problem.logarithm = logarithm;
  return problem;
}

// Rows that are neighbours along the last axis but one, as an array of two axes.
TensorView some_rows(const TensorView& array, int64_t first, int64_t count) {
  const int last = array.rank - 1;
  TensorView view{array.data, {count, array.shape[last]}, {}, 2, array.dtype};
  view.strides[0] = last > 0 ? array.strides[last - 1] : 0;
  view.strides[1] = array.strides[last];
  int64_t offset = 0;
  for (int axis = last - 1; axis >= 0; first /= array.shape[axis--])
    offset += first % array.shape[axis] * array.strides[axis];
  view.data = static_cast<char*>(array.data) + offset * size_of(array.dtype);
  return view;
}

// Of an array that lies otherwise, as along another axis. Where rows are dense columns they are
// read as these; else some at a time are brought to where their results will be: there they lie
// densely, and in a cache.
void run_strided(const kernels::Softmax& problem, const KernelCall& call, kernels::Range rows) {
  constexpr int64_t kAtOnce = 64;
  const TensorView &in = call.in[0], &out = call.out[0];
  const int64_t line = in.rank > 1 ? in.shape[in.rank - 2] : 1;
  for (int64_t row = rows.begin; row < rows.end;) {
    int64_t count = std::min(rows.end - row, line - row % line);
    const TensorView to = some_rows(out, row, std::min(count, kAtOnce));
    TensorView from = some_rows(in, row, count);
    if (from.strides[0] == 1 && kernels::takes_columns(problem)) {
      kernels::run_softmax_of_columns(problem, from.data, from.strides[1], to.data, {0, count});
    } else {
      count = from.shape[0] = to.shape[0];
      kernels::run_copy(to, from, {0, kernels::copy_units(to, from)});
      kernels::run_softmax(problem, to.data, to.data, {0, count});
    }
    row += count;
  }
}

template <bool logarithm>
Status run(const KernelCall& call) {
  const auto problem = problem_of<logarithm>(call.in[0]);
  const TensorView& in = call.in[0];
  const bool lies_densely =
      is_dense(shape_of(in), Shape({in.strides, static_cast<size_t>(in.rank)}));
  split_work(problem.rows, 8 * problem.rows * problem.cols, nullptr, 0,
             [&](kernels::Range range, void*) {
               if (lies_densely)
                 kernels::run_softmax(problem, in.data, call.out[0].data, range);
               else
                 run_strided(problem, call, range);
             });
  return {};
}

template <bool logarithm>
Slot slot_of_rows() {
  Slot slot = dense_slot(run<logarithm>);
  slot.strides = Strides::kAny;
  return slot;
}

template <bool logarithm>
Status run_gradient(const KernelCall& call) {
  const auto problem = problem_of<logarithm>(call.in[0]);
  split_work(problem.rows, (logarithm ? 8 : 2) * problem.rows * problem.cols, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_softmax_gradient(problem, call.in[0].data, call.in[1].data,
                                             call.out[0].data, range);
             });
  return {};
}

Result<Types> infer(const InferContext& c) {
  if (c.in[0].shape.rank() == 0)
    return errors::invalid_value(c.op().name, "`", c.op().input_name(0),
                                 "` must have at least one axis; got a scalar");
  return rules::same_as_input(c);
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  if (c.in[0].shape != c.in[1].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `result` ",
                                 c.in[1].shape, " must have one shape");
  return infer(c);
}

const int64_t kLastAxis[] = {-1};

Values softmax_gradient(const GradContext& g) {
  return {g.builder().call("softmax_gradient", {g.dout(), g.out()})};
}
Values log_softmax_gradient(const GradContext& g) {
  return {g.builder().call("log_softmax_gradient", {g.dout(), g.out()})};
}

// Both are linear in dout = in(0); y = in(1), u the cotangent: u is used as dout was, and
// y (dout - Σ dout y) is differentiated by y.
Values softmax_gradient_gradient(const GradContext& g) {
  const Value weighted = sum(g.dout() * g.in(1), kLastAxis, true);
  return {g.builder().call("softmax_gradient", {g.dout(), g.in(1)}),
          g.needs(1)
              ? g.dout() * (g.in(0) - sum(g.in(0) * g.in(1), kLastAxis, true)) - g.in(0) * weighted
              : Value()};
}
Values log_softmax_gradient_gradient(const GradContext& g) {
  const Value share = exp(g.in(1));
  return {g.dout() - sum(g.dout() * share, kLastAxis, true),
          -g.dout() * share * sum(g.in(0), kLastAxis, true)};
}

// Brings `axis` last, applies the rows operator, and back.
Result<Value> along_axis(const ComposeContext& c, std::string_view rows) {
  const int rank = c.in(0).rank();
  Value data = c.in(0);
  if (c.has("temperature")) {
    if (!(c.real("temperature") > 0))
      return errors::invalid_value(c.op().name, "`temperature` must be positive; got ",
                                   c.real("temperature"));
    data = data / c.real("temperature");
  }
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), rank, c.op().name, "axis"));
  if (axis == rank - 1) return c.builder.call(rows, {data});
  const rules::AxisOrder order = rules::axis_last(rank, axis);
  const Value found = c.builder.call(rows, {transpose(data, order.there.span())});
  return transpose(found, order.back.span());
}

Result<Value> softmax(const ComposeContext& c) { return along_axis(c, "softmax_rows"); }
Result<Value> log_softmax(const ComposeContext& c) { return along_axis(c, "log_softmax_rows"); }

void gradient_of_rows(OpDef& op) {
  op.in(Namespace::kInternal)
      .input("dout", "floating, shape (..., C)")
      .input("result", "of the forward pass, shape of dout")
      .promote(Promotion::kExact)
      .infer(infer_gradient)
      .sample(R"({"shapes": [[2, 5], [2, 5]]})")
      .sample(R"({"shapes": [[1], [1]]})")
      .sample(R"({"shapes": [[0, 3], [0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 3, 4]]})");
}

}  // namespace

WEFT_OP(softmax_rows) {
  op.doc("Softmax over the last axis.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype, shape (..., C)")
      .promote(Promotion::kFloat)
      .infer(infer)
      .gradient(softmax_gradient)
      .kernel(slot_of_rows<false>())
      .like("scipy.special.softmax axis=-1")
      .sample(R"({"shapes": [[2, 5]]})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4]]})");
}

WEFT_OP(log_softmax_rows) {
  op.doc("Logarithm of the softmax over the last axis.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype, shape (..., C)")
      .promote(Promotion::kFloat)
      .infer(infer)
      .gradient(log_softmax_gradient)
      .kernel(slot_of_rows<true>())
      .like("scipy.special.log_softmax axis=-1")
      .sample(R"({"shapes": [[2, 5]]})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4]]})");
}

WEFT_OP(softmax_gradient) {
  op.doc("Gradient of the softmax over the last axis, from its result.");
  gradient_of_rows(op);
  op.gradient(softmax_gradient_gradient).kernel(dense_slot(run_gradient<false>));
}

WEFT_OP(log_softmax_gradient) {
  op.doc("Gradient of the logarithm of the softmax over the last axis, from its result.");
  gradient_of_rows(op);
  op.gradient(log_softmax_gradient_gradient).kernel(dense_slot(run_gradient<true>));
}

WEFT_OP(softmax) {
  op.doc("exp(data) divided by its sum over an axis.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype; integers become the default float")
      .integer("axis", -1, "axis that sums to 1")
      .optional(AttributeKind::kFloat, "temperature", "divides `data` first; none: 1")
      .compose(checked<softmax>)
      .sample(R"({"shapes": [[2, 5]], "temperature": 2.5})")
      .sample(R"({"shapes": [[2, 3, 0]], "axis": 1})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 5]], "axis": -1})")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})");
}

WEFT_OP(log_softmax) {
  op.doc("Logarithm of the softmax over an axis, stable for large values.")
      .in(Namespace::kNpx)
      .input("data", "any real dtype; integers become the default float")
      .integer("axis", -1, "axis whose exponentials sum to 1")
      .optional(AttributeKind::kFloat, "temperature", "divides `data` first; none: 1")
      .compose(checked<log_softmax>)
      .sample(R"({"shapes": [[2, 5]], "temperature": 2.5})")
      .sample(R"({"shapes": [[2, 3, 0]], "axis": 1})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 5]], "axis": -1})")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})");
}

}  // namespace weft::ops
