// All steps of a plain recurrent network, h' = f(sum + W h) with f = tanh or relu, from the sums
// that the data give (recurrent_steps_impl.h). The derivative follows from the result: 1 - h'², or
// 1 where h' > 0.

#include "ops/nn/recurrent/recurrent_steps_impl.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

kernels::Cell cell_of(const AttributeReader& a) {
  return a.flag("relu") ? kernels::Cell::kRelu : kernels::Cell::kTanh;
}

template <bool kIsPacked>
Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 0, 1));
  WEFT_TRY(require_shape(c, 1, s.of_states()));
  WEFT_TRY(require_weight(c, 2, 1, s.hidden, kIsPacked));
  return Types{{c.in[0].dtype, s.of_all(1)}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_ASSIGN(const StepSizes s, step_sizes(c, 1, 1));
  WEFT_TRY(require_shape(c, 0, {s.hidden, s.hidden}));
  WEFT_TRY(require_shape(c, 2, s.of_all(1)));
  const DType dtype = c.in[1].dtype;
  return Types{{dtype, s.of_all(1)}, {dtype, s.of_states()}};
}

Status run(const KernelCall& call) {
  const TensorView& hiddens = call.out[0];
  const kernels::Recurrent p =
      recurrent_problem(cell_of(call.op.reader(call.attributes)), hiddens, call.in[2].dtype);
  const StepOrder order = step_order(call, hiddens);
  run_forward_steps(p, call, 2, order, [&](kernels::RecurrentStep& s, int64_t done, int64_t step) {
    s.sums = at_step(call.in[0], step);
    s.hidden = before_step(hiddens, order, done, call.in[1]);
    s.next_hidden = at_step(hiddens, step);
  });
  return {};
}

Status run_gradient(const KernelCall& call) {
  const TensorView &hiddens = call.in[1], &dsums = call.out[0];
  const kernels::Recurrent p =
      recurrent_problem(cell_of(call.op.reader(call.attributes)), hiddens, hiddens.dtype);
  const StepOrder order = step_order(call, hiddens);
  kernels::RecurrentBackStep shared{};
  shared.carried = call.out[1].data;
  run_backward_steps(p, call, 0, order, shared,
                     [&](kernels::RecurrentBackStep& s, int64_t, int64_t step) {
                       s.gates = at_step(hiddens, step);
                       s.dhidden = at_step(call.in[2], step);
                       s.dsums = at_step(dsums, step);
                     });
  return {};
}

int64_t scratch(const SlotTypes& t, int threads) {
  return forward_scratch(kernels::Cell::kTanh, t.in[0], t.in[2], threads);
}
int64_t scratch_gradient(const SlotTypes& t, int) {
  return backward_scratch(kernels::Cell::kTanh, t.out[0]);
}

Values gradient(const GradContext& g) {
  const Values found =
      g.builder().call_all("rnn_steps_gradient", {wide_weight(g, 2), g.out(0), g.dout(0)},
                           {g.get("relu"), g.get("reverse")});
  Value dweight;
  if (g.needs(2))
    dweight = matmul(swap_last_axes(all_rows(found[0])),
                     states_before(g.in(1), g.out(0), g.flag("reverse")));
  return {found[0], found[1], narrow_cotangent(g, 2, dweight)};
}

// What the gradient's kernel computes (kernels/recurrent/recurrent.isa.cpp), step by step
// backwards.
Values formula(const ComposeContext& c) {
  const BackwardSteps back{c, c.in(1).shape()[0], c.flag("reverse")};
  Value dhidden;
  Values dsums(static_cast<size_t>(back.steps));
  back.run([&](int64_t, int64_t step) {
    const Value state = back.at(1, step);
    const Value dh = add_given(dhidden, back.at(2, step));
    const Value zero = scalar(dh, 0);
    const Value sums =
        c.flag("relu") ? where(greater(state, zero), dh, zero) : dh * (1.0 - state * state);
    dsums[static_cast<size_t>(step)] = sums;
    dhidden = matmul(sums, c.in(0));
  });
  return {stacked_steps(dsums), dhidden};
}

OpDef& options(OpDef& op) {
  return op.in(Namespace::kInternal)
      .boolean("relu", false, "in place of tanh")
      .boolean("reverse", false, "from the last step to the first");
}

OpDef& define(OpDef& op, std::string_view weight) {
  op.input("sums", "float32 or float64, shape (T, N, H): from the data, with the biases")
      .input("hidden", "shape (N, H)")
      .input("weight", weight);
  return options(op).promote(Promotion::kKeep);
}

}  // namespace

WEFT_OP(rnn_steps) {
  op.doc("Hidden states of all steps of a plain recurrent network.");
  define(op, "of the hidden state, shape (H, H), for float32 also a half")
      .computes(Precision::kNarrow)
      .infer(infer<false>)
      .gradient(gradient)
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 3], [2, 3], [3, 3]]})")
      .sample(R"({"shapes": [[3, 1, 2], [1, 2], [2, 2]], "reverse": true})")
      .sample(R"({"shapes": [[3, 1, 2], [1, 2], [2, 2]], "relu": true})")
      .sample(R"({"shapes": [[2, 0, 1], [0, 1], [1, 1]]})");
}

WEFT_OP(rnn_steps_packed) {
  op.doc("rnn_steps with packed weights.");
  define(op, "from pack_recurrent, of one gate")
      .infer(infer<true>)
      .no_gradient("the pass that makes it runs behind the gradients")
      .kernel(recurrent_forward_slot(run, scratch))
      .sample(R"({"shapes": [[2, 2, 3], [2, 3], [1, 1, 3, 32]], "relu": true})")
      .sample(R"({"shapes": [[3, 1, 40], [1, 40], [2, 1, 40, 32]], "reverse": true,
                  "ranges": [null, null, [-0.2, 0.2]]})");
}

WEFT_OP(rnn_steps_gradient) {
  op.doc("Gradients of rnn_steps, of sums and hidden.")
      .input("weight", "float32 or float64, of the hidden state, shape (H, H)")
      .input("hiddens", "after each step, shape (T, N, H)")
      .input("dhiddens", "cotangents, shape of hiddens");
  options(op)
      .promote(Promotion::kExact)
      .computes(Precision::kNarrow)
      .outputs(2)
      .infer(infer_gradient)
      .gradient([](const GradContext& g) { return vjp(g, formula); })
      .kernel(recurrent_slot(run_gradient, scratch_gradient))
      .domain(0.1, 0.9)  // hidden states that relu gives, too
      .sample(R"({"shapes": [[3, 3], [2, 2, 3], [2, 2, 3]]})")
      .sample(R"({"shapes": [[2, 2], [3, 1, 2], [3, 1, 2]], "reverse": true})")
      .sample(R"({"shapes": [[2, 2], [3, 1, 2], [3, 1, 2]], "relu": true})")
      .sample(R"({"shapes": [[1, 1], [2, 0, 1], [2, 0, 1]]})");
}

}  // namespace weft::ops
