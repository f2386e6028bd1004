// Softmax and its logarithm over an axis, computed from the largest element of each row, so that
// exp cannot overflow. Gradients use the result y only:
//   softmax: dx = y (dy - Σ dy y),    log_softmax: dx = dy - exp(y) Σ dy.

#include "base/errors.h"
#include "ops/nn/normalize/softmax_problem_impl.h"
#include "ops/rules.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// An exponential costs about as much as 8 elements of cheap arithmetic.
template <bool logarithm>
Status run(const KernelCall& call) {
  const auto problem = softmax_problem(call, logarithm);
  split_work(problem.rows, 8 * problem.rows * problem.cols, call.scratch,
             kernels::softmax_scratch(problem, 1), [&](kernels::Range range, void* scratch) {
               kernels::run_softmax(problem, call.in[0].data, call.out[0].data, range, scratch);
             });
  return {};
}

template <bool logarithm>
Status run_gradient(const KernelCall& call) {
  const auto problem = softmax_problem(call, logarithm);
  split_work(problem.rows, (logarithm ? 8 : 2) * problem.rows * problem.cols, call.scratch,
             kernels::softmax_scratch(problem, 2), [&](kernels::Range range, void* scratch) {
               kernels::run_softmax_gradient(problem, call.in[0].data, call.in[1].data,
                                             call.out[0].data, range, scratch);
             });
  return {};
}

Result<Types> infer(const InferContext& c) {
  const int rank = c.in[0].shape.rank();
  if (rank == 0)
    return errors::invalid_value(c.op().name, "`", c.op().input_name(0),
                                 "` must have at least one axis; got a scalar");
  WEFT_TRY(normalize_axis(c.integer("axis"), rank, c.op().name, "axis").status());
  return rules::same_as_input(c);
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_TRY(rules::require_floating(c, 0));
  if (c.in[0].shape != c.in[1].shape)
    return errors::invalid_value(c.op().name, "`dout` ", c.in[0].shape, " and `result` ",
                                 c.in[1].shape, " must have one shape");
  return infer(c);
}

Values softmax_gradient(const GradContext& g) {
  return {g.builder().call("softmax_gradient", {g.dout(), g.out()}, {g.get("axis")})};
}
Values log_softmax_gradient(const GradContext& g) {
  return {g.builder().call("log_softmax_gradient", {g.dout(), g.out()}, {g.get("axis")})};
}

// Gradients of the gradient. With d = in(0) (dout), y = in(1) and u the cotangent: the gradient is
// linear in d with a symmetric matrix, so u goes through the same formula; y (d - Σ d y) is
// differentiated by y.
Values softmax_gradient_gradient(const GradContext& g) {
  const int64_t axis[] = {g.integer("axis")};
  const Value weighted = sum(g.dout() * g.in(1), axis, true);
  return {g.builder().call("softmax_gradient", {g.dout(), g.in(1)}, {g.get("axis")}),
          g.needs(1)
              ? g.dout() * (g.in(0) - sum(g.in(0) * g.in(1), axis, true)) - g.in(0) * weighted
              : Value()};
}
Values log_softmax_gradient_gradient(const GradContext& g) {
  const int64_t axis[] = {g.integer("axis")};
  const Value share = exp(g.in(1));
  return {g.dout() - sum(g.dout() * share, axis, true),
          -g.dout() * share * sum(g.in(0), axis, true)};
}

// The last axis is always written as -1, so that passes that only know rows in memory find it.
Result<Value> along_axis(const ComposeContext& c, std::string_view rows) {
  Value data = c.in(0);
  if (c.has("temperature")) {
    if (!(c.real("temperature") > 0))
      return errors::invalid_value(c.op().name, "`temperature` must be positive; got ",
                                   c.real("temperature"));
    data = data / c.real("temperature");
  }
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), data.rank(), c.op().name, "axis"));
  return c.builder.call(rows, {data}, {Argument::of_int(axis == data.rank() - 1 ? -1 : axis)});
}

Result<Value> softmax(const ComposeContext& c) { return along_axis(c, "softmax_rows"); }
Result<Value> log_softmax(const ComposeContext& c) { return along_axis(c, "log_softmax_rows"); }

void gradient_of_rows(OpDef& op) {
  op.in(Namespace::kInternal)
      .input("dout", "floating")
      .input("result", "of the forward pass, shape of dout")
      .promote(Promotion::kExact)
      .integer("axis", -1, "axis of the rows")
      .infer(infer_gradient)
      .sample(R"({"shapes": [[2, 5], [2, 5]]})")
      .sample(R"({"shapes": [[1], [1]]})")
      .sample(R"({"shapes": [[0, 3], [0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 4], [2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[3, 20, 5], [3, 20, 5]], "axis": -2})")
      .sample(R"({"shapes": [[4, 70], [4, 70]], "axis": 0})")
      .sample(R"({"shapes": [[2, 0, 3], [2, 0, 3]], "axis": 1})");
}

}  // namespace

WEFT_OP(softmax_rows) {
  op.doc("Softmax over an axis.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype")
      .integer("axis", -1, "axis of the rows")
      .promote(Promotion::kFloat)
      .infer(infer)
      .gradient(softmax_gradient)
      .kernel(softmax_slot<1>(run<false>))
      .like("scipy.special.softmax axis=-1")
      .sample(R"({"shapes": [[2, 5]]})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[3, 20, 5]], "axis": -2})")
      .sample(R"({"shapes": [[4, 70]], "axis": 0})")
      .sample(R"({"shapes": [[2, 0, 3]], "axis": 1})");
}

WEFT_OP(log_softmax_rows) {
  op.doc("Logarithm of the softmax over an axis.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype")
      .integer("axis", -1, "axis of the rows")
      .promote(Promotion::kFloat)
      .infer(infer)
      .gradient(log_softmax_gradient)
      .kernel(softmax_slot<1>(run<true>))
      .like("scipy.special.log_softmax axis=-1")
      .sample(R"({"shapes": [[2, 5]]})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4]]})")
      .sample(R"({"shapes": [[2, 3, 4]], "axis": 1})")
      .sample(R"({"shapes": [[3, 20, 5]], "axis": -2})")
      .sample(R"({"shapes": [[4, 70]], "axis": 0})")
      .sample(R"({"shapes": [[2, 0, 3]], "axis": 1})");
}

WEFT_OP(softmax_gradient) {
  op.doc("Gradient of the softmax over an axis, from its result.");
  gradient_of_rows(op);
  op.gradient(softmax_gradient_gradient).kernel(softmax_slot<2>(run_gradient<false>));
}

WEFT_OP(log_softmax_gradient) {
  op.doc("Gradient of the logarithm of the softmax over an axis, from its result.");
  gradient_of_rows(op);
  op.gradient(log_softmax_gradient_gradient).kernel(softmax_slot<2>(run_gradient<true>));
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
