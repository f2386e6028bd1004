// All steps of a long short-term memory, from the sums that the data give to the gates. Both
// directions through time are kernels; the gradient of the hidden weights is one product over all
// steps, and gradients of the gradient are those of its formula in operators.
#include <algorithm>

#include "base/errors.h"
#include "kernels/lstm.h"
#include "ops/kernel_call.h"
#include "ops/rules.h"
#include "ops/split_work.h"
#include "ops/vjp.h"

namespace weft::ops {
namespace {

Status check_shape(const InferContext& c, size_t input, const Shape& wanted) {
  if (!c.given(input) || c.in[input].shape == wanted) return {};
  return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape ",
                               wanted, "; got ", c.in[input].shape);
}

// Steps, batch and hidden elements, from an array (T, N, gates H).
struct Sizes {
  int64_t steps, batch, hidden;
  Shape of_states() const { return {batch, hidden}; }
  Shape of_all(int64_t gates) const { return {steps, batch, gates * hidden}; }
};

Result<Sizes> sizes_of(const InferContext& c, size_t input) {
  WEFT_TRY(rules::require_lanes(c, 0));
  const Shape& shape = c.in[input].shape;
  if (shape.rank() != 3 || shape[2] % 4 != 0 || shape[0] < 1)
    return errors::invalid_value(c.op().name, "`", c.op().input_name(input),
                                 "` must have shape (T, N, 4 H) with at least one step; got ",
                                 shape);
  return Sizes{shape[0], shape[1], shape[2] / 4};
}

Result<Types> infer(const InferContext& c) {
  WEFT_ASSIGN(const Sizes s, sizes_of(c, 0));
  WEFT_TRY(check_shape(c, 1, s.of_states()));
  WEFT_TRY(check_shape(c, 2, s.of_states()));
  WEFT_TRY(check_shape(c, 3, {4 * s.hidden, s.hidden}));
  const DType dtype = c.in[0].dtype;
  return Types{{dtype, s.of_all(1), {}}, {dtype, s.of_all(1), {}}, {dtype, s.of_all(4), {}}};
}

Result<Types> infer_gradient(const InferContext& c) {
  WEFT_ASSIGN(const Sizes s, sizes_of(c, 3));
  WEFT_TRY(check_shape(c, 0, {4 * s.hidden, s.hidden}));
  WEFT_TRY(check_shape(c, 1, s.of_states()));
  WEFT_TRY(check_shape(c, 2, s.of_all(1)));
  WEFT_TRY(check_shape(c, 4, s.of_all(1)));
  WEFT_TRY(check_shape(c, 5, s.of_all(1)));
  WEFT_TRY(check_shape(c, 6, s.of_all(4)));
  const DType dtype = c.in[3].dtype;
  return Types{{dtype, s.of_all(4), {}}, {dtype, s.of_states(), {}}, {dtype, s.of_states(), {}}};
}

kernels::Lstm problem_of(const TensorView& gates) {
  return {gates.dtype, gates.shape[1], gates.shape[2] / 4};
}

// body(units) over a step's units; the work is that of the product, in elements of cheap
// arithmetic.
template <class Body>
void over_units(const kernels::Lstm& p, const Body& body) {
  split_work(kernels::lstm_units(p), p.batch * p.hidden * (p.hidden / 4 + 32), nullptr, 0,
             [&](kernels::Range units, void*) { body(units); });
}

// The part of an array (T, N, x) or of an absent one that belongs to a step.
char* at_step(const TensorView& view, int64_t step) {
  if (!view.data) return nullptr;
  const int64_t elements = view.shape[1] * view.shape[2];
  return static_cast<char*>(view.data) + step * elements * size_of(view.dtype);
}

Status run(const KernelCall& call) {
  const TensorView &hiddens = call.out[0], &cells = call.out[1], &gates = call.out[2];
  const kernels::Lstm p = problem_of(gates);
  const int64_t steps = gates.shape[0];
  const bool reverse = call.op.reader(call.attributes).flag("reverse");
  over_units(p, [&](kernels::Range units) {
    kernels::run_lstm_pack(p, call.in[3].data, false, call.scratch, units);
  });
  kernels::LstmStep s{};
  s.packed = call.scratch;
  s.next_hidden = call.in[1].data;
  s.next_cell = call.in[2].data;
  for (int64_t done = 0; done < steps; ++done) {
    const int64_t step = reverse ? steps - 1 - done : done;
    s.sums = at_step(call.in[0], step);
    s.hidden = s.next_hidden;
    s.cell = s.next_cell;
    s.gates = at_step(gates, step);
    s.next_hidden = at_step(hiddens, step);
    s.next_cell = at_step(cells, step);
    over_units(p, [&](kernels::Range units) { kernels::run_lstm_step(p, s, units); });
  }
  return {};
}

TensorView optional(const KernelCall& call, size_t input) {
  if (input < call.in.size()) return call.in[input];
  return TensorView{};
}

// The cotangent of the cell runs in dcell, that of the hidden state in dhidden.
Status run_gradient(const KernelCall& call) {
  const TensorView &cells = call.in[2], &gates = call.in[3], &dsums = call.out[0];
  const TensorView dhiddens = optional(call, 4), dcells = optional(call, 5),
                   dgates = optional(call, 6);
  const kernels::Lstm p = problem_of(gates);
  const int64_t steps = gates.shape[0];
  const bool reverse = call.op.reader(call.attributes).flag("reverse");
  over_units(p, [&](kernels::Range units) {
    kernels::run_lstm_pack(p, call.in[0].data, true, call.scratch, units);
  });
  kernels::LstmBackStep s{};
  s.packed = call.scratch;
  s.carried = call.out[1].data;
  s.dstate = call.out[2].data;
  std::fill_n(static_cast<char*>(s.dstate), p.batch * p.hidden * size_of(p.dtype), char{0});
  for (int64_t left = steps - 1; left >= 0; --left) {
    const int64_t step = reverse ? steps - 1 - left : left;
    s.gates = at_step(gates, step);
    s.cell = at_step(cells, step);
    s.last_cell = left == 0 ? call.in[1].data : at_step(cells, reverse ? step + 1 : step - 1);
    s.dhidden = at_step(dhiddens, step);
    s.dcell = at_step(dcells, step);
    s.dgates = at_step(dgates, step);
    s.dsums = at_step(dsums, step);
    over_units(p, [&](kernels::Range units) { kernels::run_lstm_back_step(p, s, units); });
    s.later = s.dsums;
  }
  s.gates = nullptr;
  over_units(p, [&](kernels::Range units) { kernels::run_lstm_back_step(p, s, units); });
  return {};
}

int64_t scratch_of_gates(const TensorType& gates) {
  return kernels::lstm_packed_bytes({gates.dtype, gates.shape[1], gates.shape[2] / 4});
}
int64_t scratch(const SlotTypes& t, int) { return scratch_of_gates(t.in[0]); }
int64_t scratch_gradient(const SlotTypes& t, int) { return scratch_of_gates(t.in[3]); }

Slot slot_of(KernelFunction function, int64_t (*bytes)(const SlotTypes&, int)) {
  Slot slot = dense_slot(function);
  slot.scratch_bytes = bytes;
  return slot;
}

// Gates may take the place of the sums, which alone have their shape.
Slot forward_slot() {
  Slot slot = slot_of(run, scratch);
  slot.lead = Lead::kSameIndex;
  return slot;
}

Value step_of(const Value& x, int64_t step) {
  const Shape shape = x.shape();
  return reshape(slice(x, 0, step, 1), Shape(shape.span().subspan(1)));
}

// The hidden states that the steps began with, (T N, H): what the weights were multiplied with.
Value states_before(const GradContext& g, int64_t steps) {
  const Shape states = g.in(1).shape();
  const Value first = reshape(g.in(1), {1, states[0], states[1]});
  Values parts{first};
  const bool reverse = g.flag("reverse");
  if (steps > 1) parts.push_back(slice(g.out(0), 0, reverse ? 1 : 0, steps - 1));
  if (reverse && steps > 1) std::swap(parts[0], parts[1]);
  return reshape(concatenate(parts, 0), {steps * states[0], states[1]});
}

Values gradient(const GradContext& g) {
  const Shape sums = g.in(0).shape();
  const Values found = g.builder().call_all(
      "lstm_steps_gradient",
      {g.in(3), g.in(2), g.out(1), g.out(2), g.dout(0), g.dout(1), g.dout(2)}, {g.get("reverse")});
  Value dweight;
  if (g.needs(3))
    dweight = matmul(swap_last_axes(reshape(found[0], {sums[0] * sums[1], sums[2]})),
                     states_before(g, sums[0]));
  return {found[0], found[1], found[2], dweight};
}

// What the gradient's kernel computes: kernels/cpu/lstm.isa.cpp.
Values formula(const ComposeContext& c) {
  const auto given = [&](size_t input) { return c.inputs.size() > input && c.in(input); };
  const Shape shape = c.in(3).shape();
  const int64_t steps = shape[0], hidden = shape[2] / 4;
  const bool reverse = c.flag("reverse");
  Value dhidden, dcell;
  Values dsums(static_cast<size_t>(steps));
  const auto add = [](const Value& a, const Value& b) { return !a ? b : !b ? a : a + b; };
  for (int64_t left = steps - 1; left >= 0; --left) {
    const int64_t step = reverse ? steps - 1 - left : left;
    const auto of = [&](size_t input) {
      return given(input) ? step_of(c.in(input), step) : Value();
    };
    const Value gates = of(3),
                last = left == 0 ? c.in(1) : step_of(c.in(2), reverse ? step + 1 : step - 1);
    const auto gate = [&](const Value& x, int64_t i) { return slice(x, 1, i * hidden, hidden); };
    const Value bent = c.builder.call("tanh", {of(2)});
    Value dh = add(dhidden, of(4));
    if (!dh) dh = bent * 0.0;
    const Value dc = add(add(dcell, of(5)), dh * gate(gates, 3) * (1.0 - bent * bent));
    const Value outside = of(6);
    Values parts{dc * gate(gates, 2), dc * last, dc * gate(gates, 0), dh * bent};
    for (int64_t i = 0; i < 4; ++i) {
      const Value value = gate(gates, i), inner = outside ? gate(outside, i) : Value();
      parts[static_cast<size_t>(i)] = add(parts[static_cast<size_t>(i)], inner) *
                                      (i == 2 ? 1.0 - value * value : value * (1.0 - value));
    }
    const Value sums = concatenate(parts, 1);
    dsums[static_cast<size_t>(step)] = reshape(sums, {1, shape[1], shape[2]});
    dhidden = matmul(sums, c.in(0));
    dcell = dc * gate(gates, 1);
  }
  return {concatenate(dsums, 0), dhidden, dcell};
}

}  // namespace

WEFT_OP(lstm_steps) {
  op.doc("Hidden states, cells and gates of all steps of a long short-term memory.")
      .in(Namespace::kInternal)
      .input("sums", "float32 or float64, shape (T, N, 4 H): from the data, with the biases")
      .input("hidden", "shape (N, H)")
      .input("cell", "shape (N, H)")
      .input("weight", "of the hidden state, shape (4 H, H)")
      .boolean("reverse", false, "from the last step to the first")
      .promote(Promotion::kExact)
      .computes(Precision::kNarrow)
      .outputs(3)
      .infer(infer)
      .gradient(gradient)
      .absent_cotangents()
      .kernel(forward_slot())
      .sample(R"({"shapes": [[2, 2, 8], [2, 2], [2, 2], [8, 2]]})")
      .sample(R"({"shapes": [[3, 1, 4], [1, 1], [1, 1], [4, 1]], "reverse": true})")
      .sample(R"({"shapes": [[1, 2, 12], [2, 3], [2, 3], [12, 3]]})")
      .sample(R"({"shapes": [[2, 0, 4], [0, 1], [0, 1], [4, 1]]})");
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
      .kernel(slot_of(run_gradient, scratch_gradient))
      .domain(0.1, 0.9)  // as gates are
      .sample(R"({"shapes": [[8, 2], [2, 2], [2, 2, 2], [2, 2, 8], [2, 2, 2], [2, 2, 2],
                             [2, 2, 8]]})")
      .sample(R"({"shapes": [[4, 1], [1, 1], [3, 1, 1], [3, 1, 4], [3, 1, 1]],
                  "reverse": true})")
      .sample(R"({"shapes": [[12, 3], [1, 3], [1, 1, 3], [1, 1, 12], null, [1, 1, 3]]})")
      .sample(R"({"shapes": [[4, 1], [0, 1], [2, 0, 1], [2, 0, 4], [2, 0, 1]]})");
}

}  // namespace weft::ops
