// All steps of a gated recurrent unit (Cho et al., 2014), from the sums that the data give to the
// gates (recurrent_steps_impl.h). With r, z the reset and update gate, n the candidate, p = W h + b
// its product:
//   n = tanh(sum + r p),    h' = n + z (h - n).
// Gates are stored in the order r, z, n. T steps, N sequences, H hidden elements.

#include <algorithm>

#include "ops/nn/recurrent/recurrent_steps_impl.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

constexpr kernels::Cell kCell = kernels::Cell::kGru;

template <bool kIsPacked>
Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 0, 3));
  WEFT_TRY(require_shape(c, 1, s.of_states()));
  WEFT_TRY(require_weight(c, 2, 3, s.hidden, kIsPacked));
  WEFT_TRY(require_shape(c, 3, {s.hidden}));
  const DType dtype = c.in[0].dtype;
  return Types{{dtype, s.of_all(1)}, {dtype, s.of_all(3)}, {dtype, s.of_all(1)}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 3, 3));
  WEFT_TRY(require_shape(c, 0, {3 * s.hidden, s.hidden}));
  WEFT_TRY(require_shape(c, 1, s.of_states()));
  for (const size_t input : {2, 4, 5, 7}) WEFT_TRY(require_shape(c, input, s.of_all(1)));
  WEFT_TRY(require_shape(c, 6, s.of_all(3)));
  const DType dtype = c.in[3].dtype;
  return Types{{dtype, s.of_all(3)}, {dtype, s.of_all(1)}, {dtype, s.of_states()}};
}

Status run(const KernelCall& call) {
  const TensorView &hiddens = call.out[0], &gates = call.out[1], &products = call.out[2];
  const kernels::Recurrent p = recurrent_problem(kCell, gates, call.in[2].dtype);
  const StepOrder order = step_order(call, gates);
  run_forward_steps(p, call, 2, order, [&](kernels::RecurrentStep& s, int64_t done, int64_t step) {
    s.bias = call.in[3].data;
    s.sums = at_step(call.in[0], step);
    s.hidden = before_step(hiddens, order, done, call.in[1]);
    s.gates = at_step(gates, step);
    s.product = at_step(products, step);
    s.next_hidden = at_step(hiddens, step);
  });
  return {};
}

// The cotangent of the hidden state is carried from step to step in output 2.
Status run_gradient(const KernelCall& call) {
  const TensorView &hiddens = call.in[2], &gates = call.in[3], &products = call.in[4];
  const TensorView dhiddens = optional_input(call, 5), dgates = optional_input(call, 6),
                   dproducts = optional_input(call, 7);
  const kernels::Recurrent p = recurrent_problem(kCell, gates, gates.dtype);
  const StepOrder order = step_order(call, gates);
  kernels::RecurrentBackStep shared{};
  shared.carried = call.out[2].data;
  std::fill_n(static_cast<char*>(shared.carried), p.batch * p.hidden * size_of(p.dtype), char{0});
  run_backward_steps(p, call, 0, order, shared,
                     [&](kernels::RecurrentBackStep& s, int64_t done, int64_t step) {
                       s.gates = at_step(gates, step);
                       s.product = at_step(products, step);
                       s.last = before_step(hiddens, order, done, call.in[1]);
                       s.dhidden = at_step(dhiddens, step);
                       s.dgates = at_step(dgates, step);
                       s.dproduct = at_step(dproducts, step);
                       s.dsums = at_step(call.out[0], step);
                       s.dproduct_sums = at_step(call.out[1], step);
                     });
  return {};
}

int64_t scratch(const SlotTypes& t, int threads) {
  return forward_scratch(kCell, t.in[0], t.in[2], threads);
}
int64_t scratch_gradient(const SlotTypes& t, int) { return backward_scratch(kCell, t.in[3]); }

Values gradient(const GradContext& g) {
  const Values found = g.builder().call_all(
      "gru_steps_gradient",
      {wide_weight(g, 2), g.in(1), g.out(0), g.out(1), g.out(2), g.dout(0), g.dout(1), g.dout(2)},
      {g.get("reverse")});
  const Value rows = all_rows(found[1]);
  Value dweight, dbias;
  if (g.needs(2)) {
    // The weights of reset and update gate get the cotangents of the sums; those of the candidate
    // get the cotangents of its product, because r acts behind it.
    const int64_t hidden = rows.shape()[1];
    const Value states = states_before(g.in(1), g.out(0), g.flag("reverse"));
    const Value gates = slice(all_rows(found[0]), 1, 0, 2 * hidden);
    dweight = concatenate(
        Values{matmul(swap_last_axes(gates), states), matmul(swap_last_axes(rows), states)}, 0);
  }
  const int64_t first_axis[] = {0};
  if (g.needs(3)) dbias = sum(rows, first_axis, false);
  return {found[0], found[2], narrow_cotangent(g, 2, dweight), dbias};
}

// What the gradient's kernel computes (kernels/recurrent/recurrent.isa.cpp), step by step
// backwards.
Values formula(const ComposeContext& c) {
  const Shape shape = c.in(3).shape();
  const int64_t hidden = shape[2] / 3;
  const BackwardSteps back{c, shape[0], c.flag("reverse")};
  Value dhidden;
  Values dsums(static_cast<size_t>(shape[0])), dproducts(static_cast<size_t>(shape[0]));
  back.run([&](int64_t done, int64_t step) {
    const Value gates = back.at(3, step), outside = back.at(6, step);
    const auto part = [&](const Value& x, int64_t i) {
      return x ? slice(x, 1, i * hidden, hidden) : Value();
    };
    const Value reset = part(gates, 0), update = part(gates, 1), next = part(gates, 2);
    const Value last = back.before(2, done, c.in(1));
    Value dh = add_given(dhidden, back.at(5, step));
    if (!dh) dh = next * 0.0;
    const Value dupdate = add_given(dh * (last - next), part(outside, 1));
    const Value dsum = add_given(dh * (1.0 - update), part(outside, 2)) * (1.0 - next * next);
    const Value dreset = add_given(dsum * back.at(4, step), part(outside, 0));
    const Value dproduct = add_given(dsum * reset, back.at(7, step));
    const Value of_gates =
        concatenate(Values{dreset * reset * (1.0 - reset), dupdate * update * (1.0 - update)}, 1);
    dsums[static_cast<size_t>(step)] = concatenate(Values{of_gates, dsum}, 1);
    dproducts[static_cast<size_t>(step)] = dproduct;
    dhidden = dh * update + matmul(concatenate(Values{of_gates, dproduct}, 1), c.in(0));
  });
  return {stacked_steps(dsums), stacked_steps(dproducts), dhidden};
}

OpDef& define(OpDef& op, std::string_view weight) {
  return op.in(Namespace::kInternal)
      .input("sums", "float32 or float64, shape (T, N, 3 H): from the data, with the biases")
      .input("hidden", "shape (N, H)")
      .input("weight", weight)
      .input("bias", "of the candidate's product with the hidden state, shape (H,)")
      .boolean("reverse", false, "from the last step to the first")
      .promote(Promotion::kKeep)
      .outputs(3);
}

}  // namespace

WEFT_OP(gru_steps) {
  op.doc("Hidden states, gates and products of all steps of a gated recurrent unit.");
  define(op, "of the hidden state, shape (3 H, H), for float32 also a half")
      .computes(Precision::kNarrow)
      .infer(infer<false>)
      .gradient(gradient)
      .absent_cotangents()
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 6], [2, 2], [6, 2], [2]]})")
      .sample(R"({"shapes": [[3, 1, 3], [1, 1], [3, 1], [1]], "reverse": true})")
      .sample(R"({"shapes": [[1, 2, 9], [2, 3], [9, 3], [3]]})")
      .sample(R"({"shapes": [[2, 0, 3], [0, 1], [3, 1], [1]]})");
}

WEFT_OP(gru_steps_packed) {
  op.doc("gru_steps with packed weights.");
  define(op, "from pack_recurrent, of 3 gates")
      .infer(infer<true>)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 6], [2, 2], [1, 3, 2, 32], [2]]})")
      .sample(R"({"shapes": [[3, 1, 120], [1, 40], [2, 3, 40, 32], [40]], "reverse": true,
                  "ranges": [null, null, [-0.2, 0.2], null]})");
}

WEFT_OP(gru_steps_gradient) {
  op.doc("Gradients of gru_steps, of sums, products and hidden.")
      .in(Namespace::kInternal)
      .input("weight", "float32 or float64, of the hidden state, shape (3 H, H)")
      .input("hidden", "before the first step, shape (N, H)")
      .input("hiddens", "after each step, shape (T, N, H)")
      .input("gates", "shape (T, N, 3 H)")
      .input("products", "of the candidate, with the bias, shape of hiddens")
      .optional_input("dhiddens", "cotangents, shape of hiddens; absent: zero")
      .optional_input("dgates", "cotangents, shape of gates; absent: zero")
      .optional_input("dproducts", "cotangents, shape of hiddens; absent: zero")
      .boolean("reverse", false, "the steps ran from the last to the first")
      .promote(Promotion::kExact)
      .computes(Precision::kNarrow)
      .outputs(3)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(recurrent_slot(run_gradient, scratch_gradient))
      .domain(0.1, 0.9)  // as gates are
      .sample(R"({"shapes": [[6, 2], [2, 2], [2, 2, 2], [2, 2, 6], [2, 2, 2], [2, 2, 2],
                             [2, 2, 6], [2, 2, 2]]})")
      .sample(R"({"shapes": [[3, 1], [1, 1], [3, 1, 1], [3, 1, 3], [3, 1, 1], [3, 1, 1]],
                  "reverse": true})")
      .sample(R"({"shapes": [[9, 3], [1, 3], [1, 1, 3], [1, 1, 9], [1, 1, 3], null,
                             [1, 1, 9]]})")
      .sample(R"({"shapes": [[3, 1], [0, 1], [2, 0, 1], [2, 0, 3], [2, 0, 1], [2, 0, 1]]})");
}

}  // namespace weft::ops
