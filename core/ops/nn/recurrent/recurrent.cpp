// Recurrent networks: cells make one step; sequences make all steps of one layer in one direction.
//
// The weights of all gates lie one below the other, as in Gluon. A sequence multiplies the data of
// all steps in one product; the steps themselves are one operator (recurrent_steps_impl.h).
// Letters: T steps, N sequences, C features, H hidden elements.

#include <optional>

#include "base/errors.h"
#include "ops/indexing/axis_index_impl.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

struct State {
  Value hidden;
  Value cell;  // only an LSTM has one
};

// One step, from the gates' sums (N, gates H): those from the data and those from the hidden state.
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

// The reset gate acts on the product with the hidden weights, so all three gates share one product.
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

// The inputs are the data, the states, then data weight, hidden weight, data bias and hidden bias.
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

// One weight matrix with its bias, for the data or for the hidden state.
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

// Sequences of different lengths in one batch: which steps exist, and where a step lies when each
// sequence is reversed by itself.
class Lengths {
 public:
  Lengths(const ComposeContext& c, const Value& lengths)
      : b_(c.builder), steps_(c.in(0).shape()[0]), batch_(c.in(0).shape()[1]) {
    lengths_ =
        b_.call("bounded_integers", {as_index(lengths)},
                {Argument::of_int(0), Argument::of_int(steps_), Argument::of_string(c.op().name),
                 Argument::of_string("`sequence_length`")});
    times_ = reshape(iota(b_, 0, steps_), {steps_, 1});
  }
  // Sets steps (axis 0) that do not exist to zero.
  Value mask(const Value& x) const {
    const Value there = reshape(greater(lengths_, times_), {steps_, batch_, 1});
    return where(there, x, scalar(x, 0));
  }
  // Reverses the existing steps of each sequence; padding stays where it is.
  Value reversed(const Value& x) const {
    const Value back = where(greater(lengths_, times_), lengths_ - times_ - whole(1), times_);
    return rows(x, back);
  }
  // The last existing step of x, in the order in which x was run; `first` for a sequence without
  // steps.
  Value last(const Value& x, const Value& first) const {
    const Shape shape = first.shape();
    const Value nearest = b_.call("maximum", {lengths_ - whole(1), whole(0)});
    const Value found = reshape(rows(x, reshape(nearest, {1, batch_})), shape);
    const Value any = reshape(greater(lengths_, whole(0)), {batch_, 1});
    return where(any, found, first);
  }

 private:
  Value whole(int64_t number) const { return {&b_, Argument::of_int(number)}; }
  // Row n of step times[t][n], for all t and n.
  Value rows(const Value& x, const Value& times) const {
    const Shape shape = x.shape();
    const Value places = times * whole(batch_) + iota(b_, 0, batch_);
    const Value flat = reshape(x, {shape[0] * batch_, shape[2]});
    return b_.call("take", {flat, places}, {Argument::of_int(0)});
  }

  Builder& b_;
  int64_t steps_, batch_;
  Value lengths_, times_;
};

// The kernels' results for all steps: first the hidden states, then the cells. They compute in
// float32 or float64; halves are widened to float32, except in the products with their weights.
Values run_steps(const ComposeContext& c, const Network& network, const Value& x, bool reverse) {
  const Shape data = x.shape();
  const int64_t hidden = c.in(1).shape()[1], rows = network.gates * hidden;
  const DType lanes = x.dtype() == DType::kFloat64 ? x.dtype() : DType::kFloat32;
  const size_t weights = 1 + network.states;
  const auto lane = [&](const Value& v) { return cast(v, lanes); };
  const Value weight = c.in(weights + 1);
  const Argument backwards = Argument::of_bool(reverse);
  // The GRU's candidate has a bias of its own, added to the hidden product (gru_steps).
  const bool has_own = network.step == gru_step;
  Value bias = c.in(weights + 3), own;
  if (has_own) {
    own = lane(slice(bias, 0, 2 * hidden, hidden));
    bias = concatenate(Values{slice(bias, 0, 0, 2 * hidden), zeros(bias, {bias.dtype(), {hidden}})},
                       0);
  }
  const Value flat = reshape(x, {data[0] * data[1], data[2]});
  const Value sums = matmul(flat, swap_last_axes(c.in(weights))) + (c.in(weights + 2) + bias);
  const Value all = lane(reshape(sums, {data[0], data[1], rows}));
  if (has_own)
    return c.builder.call_all("gru_steps", {all, lane(c.in(1)), weight, own}, {backwards});
  if (network.states > 1)
    return c.builder.call_all("lstm_steps", {all, lane(c.in(1)), lane(c.in(2)), weight},
                              {backwards});
  const Argument relu = Argument::of_bool(c.text("activation") == "relu");
  return c.builder.call_all("rnn_steps", {all, lane(c.in(1)), weight}, {relu, backwards});
}

// Without steps the results are still new arrays, with the history that steps would have given
// them: one step of zero sequences, whose sum (zero) is added to the states.
Values no_steps(const ComposeContext& c, const Network& network) {
  const Shape data = c.in(0).shape(), hidden = c.in(1).shape();
  const Affine of_data(c, 1 + network.states), of_hidden(c, 2 + network.states);
  const auto none = [](const Value& state) { return state ? slice(state, 0, 0, 0) : Value(); };
  const State first = first_state(c, network);
  const State step =
      network.step(c, of_data(reshape(c.in(0), {0, data[2]})), of_hidden(none(first.hidden)),
                   {none(first.hidden), none(first.cell)});
  const Value output = reshape(step.hidden, {0, hidden[0], hidden[1]});
  const int64_t steps[] = {0};
  const Value nothing = sum(output, steps, false);
  Values results{output};
  for (size_t i = 1; i <= network.states; ++i) results.push_back(c.in(i) + nothing);
  return results;
}

Status check_lengths(const ComposeContext& c, const Value& lengths) {
  const Shape wanted{c.in(0).shape()[1]};
  if (!lengths || lengths.shape() == wanted) return {};
  return errors::invalid_value(c.op().name, "`sequence_length` must have shape ", wanted,
                               " for `data` of shape ", c.in(0).shape(), "; got ", lengths.shape());
}

// Sequences with lengths that run backwards are each reversed first. So all of them begin with the
// kernel's first step, and what padding gives is never read.
Result<Values> sequence_of(const ComposeContext& c, const Network& network) {
  WEFT_TRY(check(c, network, true));
  const size_t at = 5 + network.states;
  const Value given = c.inputs.size() > at ? c.in(at) : Value();
  WEFT_TRY(check_lengths(c, given));
  const int64_t steps = c.in(0).shape()[0];
  if (steps == 0) return no_steps(c, network);
  const Shape hidden = c.in(1).shape();
  const DType dtype = c.in(0).dtype();
  const bool reverse = c.flag("reverse");
  std::optional<Lengths> lengths;
  if (given && c.in(0).shape()[1] > 0) lengths.emplace(c, given);
  Value x = c.in(0);
  if (lengths) x = lengths->mask(x);
  if (lengths && reverse) x = lengths->reversed(x);
  const Values found = run_steps(c, network, x, reverse && !lengths);
  WEFT_TRY(c.builder.status());
  const auto last = [&](size_t state) {
    const Value& all = found[state];
    if (lengths) return cast(lengths->last(all, cast(c.in(1 + state), all.dtype())), dtype);
    const Value step = slice(all, 0, reverse ? 0 : steps - 1, 1);
    return c.builder.call("copy", {cast(reshape(step, hidden), dtype)});
  };
  Value outputs = found[0];
  if (lengths && reverse) outputs = lengths->reversed(outputs);
  if (lengths) outputs = lengths->mask(outputs);
  Values results{cast(outputs, dtype)};
  for (size_t state = 0; state < network.states; ++state) results.push_back(last(state));
  return results;
}

// Turns one of the functions above into a composition with `count` results.
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
  op.optional_input("sequence_length",
                    "any real dtype, shape (N,): how many steps each sequence has, at most T; "
                    "outputs behind it are zero, and the last states those of its last step");
  op.inputs.back().keeps_dtype = true;
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
                  "activation": "relu",
                  "ranges": [null, null, null, [-0.4, 0.4], null, null]})")
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [2, 3], [2, 2], [2], [2], [2]],
                  "dtypes": [null, null, null, null, null, null, "int64"], "reverse": true})")
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
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [2, 2], [8, 3], [8, 2], [8], [8], [2]],
                  "dtypes": [null, null, null, null, null, null, null, "int32"]})")
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
      .sample(R"({"shapes": [[3, 2, 3], [2, 2], [6, 3], [6, 2], [6], [6], [2]],
                  "dtypes": [null, null, null, null, null, null, "int64"], "reverse": true})")
      .sample(R"({"shapes": [[0, 2, 3], [2, 2], [6, 3], [6, 2], [6], [6]]})");
}

}  // namespace weft::ops
