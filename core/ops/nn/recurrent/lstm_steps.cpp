// All steps of a long short-term memory (Hochreiter and Schmidhuber, 1997, with forget gates), from
// the sums that the data give to the gates (recurrent_steps_impl.h). With gates i, f, g, o in this
// order:
//   c' = f c + i g,    h' = o tanh(c'),    where g is a tanh and the others are sigmoids.
// T steps, N sequences, H hidden elements.

#include <algorithm>

#include "ops/nn/recurrent/recurrent_steps_impl.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

constexpr kernels::Cell kCell = kernels::Cell::kLstm;

template <bool kIsPacked>
Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 0, 4));
  WEFT_TRY(require_shape(c, 1, s.of_states()));
  WEFT_TRY(require_shape(c, 2, s.of_states()));
  WEFT_TRY(require_weight(c, 3, 4, s.hidden, kIsPacked));
  const DType dtype = c.in[0].dtype;
  return Types{{dtype, s.of_all(1)}, {dtype, s.of_all(1)}, {dtype, s.of_all(4)}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 3, 4));
  WEFT_TRY(require_shape(c, 0, {4 * s.hidden, s.hidden}));
  WEFT_TRY(require_shape(c, 1, s.of_states()));
  for (const size_t input : {2, 4, 5}) WEFT_TRY(require_shape(c, input, s.of_all(1)));
  WEFT_TRY(require_shape(c, 6, s.of_all(4)));
  const DType dtype = c.in[3].dtype;
  return Types{{dtype, s.of_all(4)}, {dtype, s.of_states()}, {dtype, s.of_states()}};
}

Status run(const KernelCall& call) {
  const TensorView &hiddens = call.out[0], &cells = call.out[1], &gates = call.out[2];
  const kernels::Recurrent p = recurrent_problem(kCell, gates, call.in[3].dtype);
  const StepOrder order = step_order(call, gates);
  run_forward_steps(p, call, 3, order, [&](kernels::RecurrentStep& s, int64_t done, int64_t step) {
    s.sums = at_step(call.in[0], step);
    s.hidden = before_step(hiddens, order, done, call.in[1]);
    s.cell = before_step(cells, order, done, call.in[2]);
    s.gates = at_step(gates, step);
    s.next_hidden = at_step(hiddens, step);
    s.next_cell = at_step(cells, step);
  });
  return {};
}

// The cotangents of the hidden state and of the cell are carried from step to step, in outputs 1
// and 2.
Status run_gradient(const KernelCall& call) {
  const TensorView &cells = call.in[2], &gates = call.in[3], &dsums = call.out[0];
  const TensorView dhiddens = optional_input(call, 4), dcells = optional_input(call, 5),
                   dgates = optional_input(call, 6);
  const kernels::Recurrent p = recurrent_problem(kCell, gates, gates.dtype);
  const StepOrder order = step_order(call, gates);
  kernels::RecurrentBackStep shared{};
  shared.carried = call.out[1].data;
  shared.dstate = call.out[2].data;
  std::fill_n(static_cast<char*>(shared.dstate), p.batch * p.hidden * size_of(p.dtype), char{0});
  run_backward_steps(p, call, 0, order, shared,
                     [&](kernels::RecurrentBackStep& s, int64_t done, int64_t step) {
                       s.gates = at_step(gates, step);
                       s.cell = at_step(cells, step);
                       s.last = before_step(cells, order, done, call.in[1]);
                       s.dhidden = at_step(dhiddens, step);
                       s.dcell = at_step(dcells, step);
                       s.dgates = at_step(dgates, step);
                       s.dsums = at_step(dsums, step);
                     });
  return {};
}

int64_t scratch(const SlotTypes& t, int threads) {
  return forward_scratch(kCell, t.in[0], t.in[3], threads);
}
int64_t scratch_gradient(const SlotTypes& t, int) { return backward_scratch(kCell, t.in[3]); }

// All steps use one weight matrix, so its gradient is one product over all steps: Σ over t of
// dsums(t)ᵀ h(t - 1).
Values gradient(const GradContext& g) {
  const Values found = g.builder().call_all(
      "lstm_steps_gradient",
      {wide_weight(g, 3), g.in(2), g.out(1), g.out(2), g.dout(0), g.dout(1), g.dout(2)},
      {g.get("reverse")});
  Value dweight;
  if (g.needs(3))
    dweight = matmul(swap_last_axes(all_rows(found[0])),
                     states_before(g.in(1), g.out(0), g.flag("reverse")));
  return {found[0], found[1], found[2], narrow_cotangent(g, 3, dweight)};
}

// What the gradient's kernel computes (kernels/recurrent/recurrent.isa.cpp), step by step
// backwards. The derivative of a gate is that of tanh (1 - g²) or of the sigmoid, g (1 - g).
Values formula(const ComposeContext& c) {
  const Shape shape = c.in(3).shape();
  const int64_t hidden = shape[2] / 4;
  const BackwardSteps back{c, shape[0], c.flag("reverse")};
  Value dhidden, dcell;
  Values dsums(static_cast<size_t>(shape[0]));
  back.run([&](int64_t done, int64_t step) {
    const Value gates = back.at(3, step), last = back.before(2, done, c.in(1));
    const auto gate = [&](const Value& x, int64_t i) { return slice(x, 1, i * hidden, hidden); };
    const Value bent = c.builder.call("tanh", {back.at(2, step)});
    Value dh = add_given(dhidden, back.at(4, step));
    if (!dh) dh = bent * 0.0;
    const Value dc =
        add_given(add_given(dcell, back.at(5, step)), dh * gate(gates, 3) * (1.0 - bent * bent));
    const Value outside = back.at(6, step);
    Values parts{dc * gate(gates, 2), dc * last, dc * gate(gates, 0), dh * bent};
    for (int64_t i = 0; i < 4; ++i) {
      Value& part = parts[static_cast<size_t>(i)];
      const Value value = gate(gates, i);
      part = add_given(part, outside ? gate(outside, i) : Value()) *
             (i == 2 ? 1.0 - value * value : value * (1.0 - value));
    }
    const Value sums = concatenate(parts, 1);
    dsums[static_cast<size_t>(step)] = sums;
    dhidden = matmul(sums, c.in(0));
    dcell = dc * gate(gates, 1);
  });
  return {stacked_steps(dsums), dhidden, dcell};
}

OpDef& define(OpDef& op, std::string_view weight) {
  return op.in(Namespace::kInternal)
      .input("sums", "float32 or float64, shape (T, N, 4 H): from the data, with the biases")
      .input("hidden", "shape (N, H)")
      .input("cell", "shape (N, H)")
      .input("weight", weight)
      .boolean("reverse", false, "from the last step to the first")
      .promote(Promotion::kKeep)
      .outputs(3);
}

}  // namespace

WEFT_OP(lstm_steps) {
  op.doc("Hidden states, cells and gates of all steps of a long short-term memory.");
  define(op, "of the hidden state, shape (4 H, H), for float32 also a half")
      .computes(Precision::kNarrow)
      .infer(infer<false>)
      .gradient(gradient)
      .absent_cotangents()
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 8], [2, 2], [2, 2], [8, 2]]})")
      .sample(R"({"shapes": [[3, 1, 4], [1, 1], [1, 1], [4, 1]], "reverse": true})")
      .sample(R"({"shapes": [[1, 2, 12], [2, 3], [2, 3], [12, 3]]})")
      .sample(R"({"shapes": [[2, 0, 4], [0, 1], [0, 1], [4, 1]]})");
}

WEFT_OP(lstm_steps_packed) {
  op.doc("lstm_steps with packed weights.");
  define(op, "from pack_recurrent, of 4 gates")
      .infer(infer<true>)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 8], [2, 2], [2, 2], [1, 4, 2, 32]]})")
      .sample(R"({"shapes": [[3, 1, 160], [1, 40], [1, 40], [2, 4, 40, 32]], "reverse": true,
                  "ranges": [null, null, null, [-0.2, 0.2]]})");
}

WEFT_OP(lstm_steps_gradient) {
  op.doc("Gradients of lstm_steps, of sums, hidden and cell.")
      .in(Namespace::kInternal)
      .input("weight", "float32 or float64, of the hidden state, shape (4 H, H)")
      .input("cell", "before the first step, shape (N, H)")
      .input("cells", "after each step, shape (T, N, H)")
      .input("gates", "shape (T, N, 4 H)")
      .optional_input("dhiddens", "cotangents, shape of cells; absent: zero")
      .optional_input("dcells", "cotangents, shape of cells; absent: zero")
      .optional_input("dgates", "cotangents, shape of gates; absent: zero")
      .boolean("reverse", false, "the steps ran from the last to the first")
      .promote(Promotion::kExact)
      .computes(Precision::kNarrow)
      .outputs(3)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(recurrent_slot(run_gradient, scratch_gradient))
      .domain(0.1, 0.9)  // as gates are
      .sample(R"({"shapes": [[8, 2], [2, 2], [2, 2, 2], [2, 2, 8], [2, 2, 2], [2, 2, 2],
                             [2, 2, 8]]})")
      .sample(R"({"shapes": [[4, 1], [1, 1], [3, 1, 1], [3, 1, 4], [3, 1, 1]],
                  "reverse": true})")
      .sample(R"({"shapes": [[12, 3], [1, 3], [1, 1, 3], [1, 1, 12], null, [1, 1, 3]]})")
      .sample(R"({"shapes": [[4, 1], [0, 1], [2, 0, 1], [2, 0, 4], [2, 0, 1]]})");
}

}  // namespace weft::ops
