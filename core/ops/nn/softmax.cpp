#include "kernels/softmax.h"

#include "base/errors.h"
#include "ops/rules.h"
#include "ops/split_work.h"

namespace weft::ops {
namespace {

template <bool logarithm>
Status run(const KernelCall& call) {
  const TensorView& in = call.in[0];
  kernels::Softmax problem{};
  problem.dtype = in.dtype;
  problem.cols = in.shape[in.rank - 1];
  problem.rows = 1;
  for (int axis = 0; axis + 1 < in.rank; ++axis) problem.rows *= in.shape[axis];
  problem.logarithm = logarithm;
  split_work(problem.rows, 8 * problem.rows * problem.cols, nullptr, 0,
             [&](kernels::Range range, void*) {
               kernels::run_softmax(problem, in.data, call.out[0].data, range);
             });
  return {};
}

Result<Types> infer(const InferContext& c) {
  if (c.in[0].shape.rank() == 0)
    return errors::invalid_value(c.op().name, "`data` must have at least one axis; got a scalar");
  return rules::same_as_input(c);
}

const int64_t kLastAxis[] = {-1};

Values softmax_gradient(const GradContext& g) {
  const Value weighted = g.dout() * g.out();
  return {weighted - g.out() * sum(weighted, kLastAxis, true)};
}

Values log_softmax_gradient(const GradContext& g) {
  return {g.dout() - exp(g.out()) * sum(g.dout(), kLastAxis, true)};
}

// Brings `axis` last, applies the rows operator, and back.
Result<Value> along_axis(const ComposeContext& c, std::string_view rows) {
  const int rank = c.in(0).rank();
  Value data = c.in(0);
  if (c.has("temperature")) {
    if (!(c.real("temperature") > 0))
      return errors::invalid_value(c.op().name, "`temperature` must be positive; got ",
                                   std::to_string(c.real("temperature")));
    data = data / c.real("temperature");
  }
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), rank, c.op().name, "axis"));
  if (axis == rank - 1) return c.builder.call(rows, {data});
  int64_t swap[kMaxRank];
  for (int i = 0; i < rank; ++i) swap[i] = i;
  std::swap(swap[axis], swap[rank - 1]);
  const std::span<const int64_t> axes(swap, static_cast<size_t>(rank));
  return transpose(c.builder.call(rows, {transpose(data, axes)}), axes);
}

Result<Value> softmax(const ComposeContext& c) { return along_axis(c, "softmax_rows"); }
Result<Value> log_softmax(const ComposeContext& c) { return along_axis(c, "log_softmax_rows"); }

template <bool logarithm>
Slot slot() {
  Slot s;
  s.run = run<logarithm>;
  s.strides = Strides::kDense;
  return s;
}

}  // namespace

WEFT_OP(softmax_rows) {
  op.doc("Softmax over the last axis.")
      .in(Namespace::kInternal)
      .input("data", "any real dtype, shape (..., C)")
      .promote(Promotion::kFloat)
      .infer(infer)
      .gradient(softmax_gradient)
      .kernel(slot<false>())
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
      .kernel(slot<true>())
      .like("scipy.special.log_softmax axis=-1")
      .sample(R"({"shapes": [[2, 5]]})")
      .sample(R"({"shapes": [[1]]})")
      .sample(R"({"shapes": [[0, 3]]})")
      .sample(R"({"shapes": [[2, 3, 4]]})");
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
