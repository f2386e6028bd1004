// Recurrent networks: cells, which make one step, and sequences, which make all steps of one layer
// in one direction.
//
// The weights of all gates lie below each other, as in Gluon. A sequence multiplies the data of all
// steps at once; the steps of an LSTM are one operator (lstm_steps.cpp), the others are unrolled.
#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

struct State {
  Value hidden;
  Value cell;  // of an LSTM
};

// What one step does with the gates' sums, (N, gates H) from the data and from the hidden state.
using Step = State (*)(const ComposeContext& c, const Value& from_data, const Value& from_hidden,
                       const State& last);

struct Network {
  int64_t gates;
  size_t states;
  Step step;
};

Value sigmoid(const Value& x) { return x.builder().call("sigmoid", {x}); }
Value tanh(const Value& x) { return x.builder().call("tanh", {x}); }

Values split(const Value& x, int64_t count, int axis) {
  return x.builder().call_all("split", {x}, {Argument::of_int(count), Argument::of_int(axis)});
}

State plain_step(const ComposeContext& c, const Value& from_data, const Value& from_hidden,
                 const State&) {
  const Value sum = from_data + from_hidden;
  return {c.text("activation") == "relu" ? c.builder.call("relu", {sum}) : tanh(sum), {}};
}

State lstm_step(const ComposeContext&, const Value& from_data, const Value& from_hidden,
                const State& last) {
  const Values sums = split(from_data + from_hidden, 4, 1);
  const Value cell = sigmoid(sums[1]) * last.cell + sigmoid(sums[0]) * tanh(sums[2]);
  return {sigmoid(sums[3]) * tanh(cell), cell};
}

// The reset gate acts behind the product with the hidden weights: so all three are one product.
State gru_step(const ComposeContext&, const Value& from_data, const Value& from_hidden,
               const State& last) {
  const Values data = split(from_data, 3, 1), hidden = split(from_hidden, 3, 1);
  const Value reset = sigmoid(data[0] + hidden[0]), update = sigmoid(data[1] + hidden[1]);
  const Value next = tanh(data[2] + reset * hidden[2]);
  return {next + update * (last.hidden - next), {}};
}

constexpr Network kPlain{1, 1, plain_step};
constexpr Network kLstm{4, 2, lstm_step};
constexpr Network kGru{3, 1, gru_step};

Status check_activation(const ComposeContext& c) {
  for (const AttributeDef& attribute : c.op().attributes)
    if (attribute.name == "activation" && c.text("activation") != "tanh" &&
        c.text("activation") != "relu")
      return errors::invalid_value(c.op().name, "`activation` must be 'tanh' or 'relu'; got '",
                                   c.text("activation"), "'");
  return {};
}

// The inputs are the data, the states, then the weights: data weight, hidden weight, data bias,
// hidden bias.
Status check(const ComposeContext& c, const Network& network, bool is_sequence) {
  WEFT_TRY(check_activation(c));
  const TensorType given = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&given, 1}, c.all()), 0));
  const Shape data = c.in(0).shape(), hidden = c.in(1).shape();
  const int axes = is_sequence ? 3 : 2;
  if (data.rank() != axes || hidden.rank() != 2 || hidden[0] != data[axes - 2])
    return errors::invalid_value(c.op().name, "`data` and `hidden` must have shapes ",
                                 is_sequence ? "(T, N, C)" : "(N, C)", " and (N, H); got ", data,
                                 " and ", hidden);
  if (network.states > 1 && c.in(2).shape() != hidden)
    return errors::invalid_value(c.op().name, "`cell` must have the shape of `hidden`, ", hidden,
                                 "; got ", c.in(2).shape());
  const int64_t rows = network.gates * hidden[1];
  const Shape wanted[] = {{rows, data[axes - 1]}, {rows, hidden[1]}, {rows}, {rows}};
  for (size_t i = 0; i < 4; ++i) {
    const size_t input = 1 + network.states + i;
    if (c.in(input).shape() != wanted[i])
      return errors::invalid_value(c.op().name, "`", c.op().input_name(input), "` must have shape ",
                                   wanted[i], " for `data` of shape ", data,
                                   " and `hidden` of shape ", hidden, "; got ",
                                   c.in(input).shape());
  }
  return {};
}

State first_state(const ComposeContext& c, const Network& network) {
  return {c.in(1), network.states > 1 ? c.in(2) : Value()};
}

// The weights of the data or of the hidden state.
struct Affine {
  Value transposed, bias;
  Affine(const ComposeContext& c, size_t weight)
      : transposed(swap_last_axes(c.in(weight))), bias(c.in(weight + 2)) {}
  Value operator()(const Value& x) const { return matmul(x, transposed) + bias; }
};

Result<Values> cell_of(const ComposeContext& c, const Network& network) {
  WEFT_TRY(check(c, network, false));
  const Affine of_data(c, 1 + network.states), of_hidden(c, 2 + network.states);
  const State next = network.step(c, of_data(c.in(0)), of_hidden(c.in(1)), first_state(c, network));
  return network.states > 1 ? Values{next.hidden, next.cell} : Values{next.hidden};
}

// An LSTM's steps have a kernel, for float32 and float64; it computes halves in float32.
Result<Values> lstm_of(const ComposeContext& c) {
  const Shape data = c.in(0).shape(), hidden = c.in(1).shape();
  const DType dtype = c.in(0).dtype();
  const DType lanes = dtype == DType::kFloat64 ? dtype : DType::kFloat32;
  const Value flat = reshape(c.in(0), {data[0] * data[1], data[2]});
  const Value sums = matmul(flat, swap_last_axes(c.in(3))) + (c.in(5) + c.in(6));
  const Values found =
      c.builder.call_all("lstm_steps",
                         {cast(reshape(sums, {data[0], data[1], 4 * hidden[1]}), lanes),
                          cast(c.in(1), lanes), cast(c.in(2), lanes), cast(c.in(4), lanes)},
                         {c.get("reverse")});
  WEFT_TRY(c.builder.status());
  const auto last = [&](const Value& all) {
    const Value step = slice(all, 0, c.flag("reverse") ? 0 : data[0] - 1, 1);
    return c.builder.call("copy", {cast(reshape(step, hidden), dtype)});
  };
  return Values{cast(found[0], dtype), last(found[0]), last(found[1])};
}

Result<Values> sequence_of(const ComposeContext& c, const Network& network) {
  WEFT_TRY(check(c, network, true));
  const Shape data = c.in(0).shape(), hidden = c.in(1).shape();
  const int64_t steps = data[0];
  if (steps > static_cast<int64_t>(kMostListed))
    return errors::invalid_value(c.op().name, "`data` must have at most ", kMostListed,
                                 " steps; got shape ", data);
  if (network.step == lstm_step && steps > 0) return lstm_of(c);
  State state = first_state(c, network);
  Values outputs(static_cast<size_t>(steps));
  if (steps > 0) {
    const Affine of_data(c, 1 + network.states), of_hidden(c, 2 + network.states);
    const Values from_data = split(of_data(reshape(c.in(0), {steps * data[1], data[2]})), steps, 0);
    for (int64_t done = 0; done < steps; ++done) {
      const auto step = static_cast<size_t>(c.flag("reverse") ? steps - 1 - done : done);
      state = network.step(c, from_data[step], of_hidden(state.hidden), state);
      WEFT_TRY(c.builder.status());
      outputs[step] = reshape(state.hidden, {1, hidden[0], hidden[1]});
    }
  }
  // Without steps the results are still arrays of their own.
  const auto result = [&](const Value& x) { return steps > 0 ? x : c.builder.call("copy", {x}); };
  Values results{steps > 0 ? concatenate(outputs, 0)
                           : zeros(c.in(0), {c.in(1).dtype(), {0, hidden[0], hidden[1]}, {}}),
                 result(state.hidden)};
  if (network.states > 1) results.push_back(result(state.cell));
  return results;
}

// The composition of an operator with so many results.
template <Result<Values> (*compose)(const ComposeContext&, const Network&), const Network& network,
          size_t count>
Values composed(const ComposeContext& c) {
  Result<Values> results = compose(c, network);
  if (results.ok()) return results.take();
  c.builder.fail(results.status());
  return Values(count, c.in(0));
}

void states(OpDef& op, bool has_cell) {
  op.input("hidden", "shape (N, H)");
  if (has_cell) op.input("cell", "shape (N, H)");
}

void weights(OpDef& op) {
  op.input("i2h_weight", "rows for each gate, shape (gates H, C)")
      .input("h2h_weight", "shape (gates H, H)")
      .input("i2h_bias", "shape (gates H,)")
      .input("h2h_bias", "shape (gates H,)")
      .promote(Promotion::kExact)
      .in(Namespace::kNpx);
}

void activation(OpDef& op) { op.text("activation", "tanh", "'tanh' or 'relu'"); }

OpDef& cell(OpDef& op, bool has_cell) {
  op.input("data", "floating, shape (N, C)");
  states(op, has_cell);
  weights(op);
  return op;
}

OpDef& sequence(OpDef& op, bool has_cell) {
  op.input("data", "floating, shape (T, N, C): all steps");
  states(op, has_cell);
  weights(op);
  return op.boolean("reverse", false, "from the last step to the first");
}

}  // namespace

WEFT_OP(rnn_cell) {
  op.doc("One step of a plain recurrent network: the next hidden state.");
  activation(cell(op, false));
  op.compose(composed<cell_of, kPlain, 1>)
      .sample(R"({"shapes": [[2, 3], [2, 2], [2, 3], [2, 2], [2], [2]]})")
      .sample(R"({"shapes": [[2, 3], [2, 4], [4, 3], [4, 4], [4], [4]], "activation": "relu"})");
}

WEFT_OP(lstm_cell) {
  op.doc("One step of a long short-term memory: the next hidden state and the next cell.");
  cell(op, true)
      .outputs(2)
      .compose(composed<cell_of, kLstm, 2>)
      .sample(R"({"shapes": [[2, 3], [2, 2], [2, 2], [8, 3], [8, 2], [8], [8]]})")
      .sample(R"({"shapes": [[1, 1], [1, 3], [1, 3], [12, 1], [12, 3], [12], [12]]})")
      .sample(R"({"shapes": [[0, 2], [0, 1], [0, 1], [4, 2], [4, 1], [4], [4]]})");
}

WEFT_OP(gru_cell) {
  op.doc("One step of a gated recurrent unit: the next hidden state.");
  cell(op, false)
      .compose(composed<cell_of, kGru, 1>)
      .sample(R"({"shapes": [[2, 3], [2, 2], [6, 3], [6, 2], [6], [6]]})")
      .sample(R"({"shapes": [[3, 1], [3, 3], [9, 1], [9, 3], [9], [9]]})")
      .sample(R"({"shapes": [[0, 2], [0, 1], [3, 2], [3, 1], [3], [3]]})");
}

WEFT_OP(rnn) {
  op.doc("A plain recurrent network: the hidden states of all steps, and the last.");
  activation(sequence(op, false));
  op.outputs(2)
      .compose(composed<sequence_of, kPlain, 2>)
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [2, 3], [2, 2], [2], [2]]})")
      .sample(R"({"shapes": [[3, 2, 1], [2, 4], [4, 1], [4, 4], [4], [4]], "reverse": true})")
      .sample(R"({"shapes": [[2, 1, 3], [1, 2], [2, 3], [2, 2], [2], [2]],
                  "activation": "relu"})")
      .sample(R"({"shapes": [[0, 2, 3], [2, 2], [2, 3], [2, 2], [2], [2]]})");
}

WEFT_OP(lstm) {
  op.doc(
      "A long short-term memory: the hidden states of all steps, the last hidden state and cell.");
  sequence(op, true)
      .outputs(3)
      .compose(composed<sequence_of, kLstm, 3>)
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [2, 2], [8, 3], [8, 2], [8], [8]]})")
      .sample(R"({"shapes": [[4, 1, 2], [1, 3], [1, 3], [12, 2], [12, 3], [12], [12]],
                  "reverse": true})")
      .sample(R"({"shapes": [[1, 3, 2], [3, 1], [3, 1], [4, 2], [4, 1], [4], [4]]})")
      .sample(R"({"shapes": [[0, 2, 3], [2, 2], [2, 2], [8, 3], [8, 2], [8], [8]]})");
}

WEFT_OP(gru) {
  op.doc("A gated recurrent unit: the hidden states of all steps, and the last.");
  sequence(op, false)
      .outputs(2)
      .compose(composed<sequence_of, kGru, 2>)
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [6, 3], [6, 2], [6], [6]]})")
      .sample(R"({"shapes": [[4, 1, 2], [1, 3], [9, 2], [9, 3], [9], [9]], "reverse": true})")
      .sample(R"({"shapes": [[1, 3, 2], [3, 1], [3, 2], [3, 1], [3], [3]]})")
      .sample(R"({"shapes": [[0, 2, 3], [2, 2], [6, 3], [6, 2], [6], [6]]})");
}

}  // namespace weft::ops
