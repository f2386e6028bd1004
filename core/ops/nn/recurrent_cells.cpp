// One step of recurrent layers. The weights of all gates lie below each other, as in Gluon.
#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

Value affine(const Value& x, const Value& weight, const Value& bias) {
  return x.builder().call("fully_connected", {x, weight, bias}, {Argument::of_bool(false)});
}

// The gates' pre-activations side by side in axis 1, from the data and from the hidden state.
struct Gates {
  Value from_data, from_hidden;
};

// `first` is the input of the weights: data weight, hidden weight, data bias, hidden bias.
Result<Gates> gates_of(const ComposeContext& c, size_t first, int64_t count) {
  const TensorType data = c.in(0).type();
  WEFT_TRY(rules::require_floating(InferContext(c.op(), {&data, 1}, c.all()), 0));
  const Shape hidden = c.in(1).shape();
  if (c.in(0).rank() != 2 || hidden.rank() != 2 || hidden[0] != c.in(0).shape()[0])
    return errors::invalid_value(c.op().name,
                                 "`data` and `hidden` must have shapes (N, C) and "
                                 "(N, H); got ",
                                 c.in(0).shape(), " and ", hidden);
  const int64_t rows = count * hidden[1];
  const Shape wanted[] = {{rows, c.in(0).shape()[1]}, {rows, hidden[1]}, {rows}, {rows}};
  for (size_t i = 0; i < 4; ++i)
    if (c.in(first + i).shape() != wanted[i])
      return errors::invalid_value(
          c.op().name, "`", c.op().input_name(first + i), "` must have shape ", wanted[i], ", ",
          count, " rows for each element of `hidden`; got ", c.in(first + i).shape());
  return Gates{affine(c.in(0), c.in(first), c.in(first + 2)),
               affine(c.in(1), c.in(first + 1), c.in(first + 3))};
}

Value part(const Value& gates, int64_t number, int64_t count) {
  const int64_t size = gates.shape()[1] / count;
  return slice(gates, 1, number * size, size);
}
Value sigmoid(const Value& x) { return x.builder().call("sigmoid", {x}); }
Value tanh(const Value& x) { return x.builder().call("tanh", {x}); }

Result<Values> lstm_cell(const ComposeContext& c) {
  if (c.in(2).shape() != c.in(1).shape())
    return errors::invalid_value("lstm_cell", "`cell` must have the shape of `hidden`, ",
                                 c.in(1).shape(), "; got ", c.in(2).shape());
  WEFT_ASSIGN(const Gates gates, gates_of(c, 3, 4));
  WEFT_TRY(c.builder.status());
  const Value sums = gates.from_data + gates.from_hidden;
  const Value in = sigmoid(part(sums, 0, 4)), forget = sigmoid(part(sums, 1, 4));
  const Value cell = forget * c.in(2) + in * tanh(part(sums, 2, 4));
  return Values{sigmoid(part(sums, 3, 4)) * tanh(cell), cell};
}

Result<Value> gru_cell(const ComposeContext& c) {
  WEFT_ASSIGN(const Gates gates, gates_of(c, 2, 3));
  WEFT_TRY(c.builder.status());
  const auto sums = [&](int64_t gate) {
    return part(gates.from_data, gate, 3) + part(gates.from_hidden, gate, 3);
  };
  const Value reset = sigmoid(sums(0)), update = sigmoid(sums(1));
  const Value next = tanh(part(gates.from_data, 2, 3) + reset * part(gates.from_hidden, 2, 3));
  return next + update * (c.in(1) - next);
}

void weights(OpDef& op) {
  op.input("i2h_weight", "rows for each gate, shape (gates H, C)")
      .input("h2h_weight", "shape (gates H, H)")
      .input("i2h_bias", "shape (gates H,)")
      .input("h2h_bias", "shape (gates H,)")
      .promote(Promotion::kExact)
      .in(Namespace::kNpx);
}

}  // namespace

WEFT_OP(lstm_cell) {
  op.doc("One step of a long short-term memory: the next hidden state and the next cell.")
      .input("data", "floating, shape (N, C)")
      .input("hidden", "shape (N, H)")
      .input("cell", "shape (N, H)");
  weights(op);
  op.outputs(2)
      .compose([](const ComposeContext& c) {
        Result<Values> result = lstm_cell(c);
        if (result.ok()) return result.take();
        c.builder.fail(result.status());
        return Values{c.in(0), c.in(0)};
      })
      .sample(R"({"shapes": [[2, 3], [2, 2], [2, 2], [8, 3], [8, 2], [8], [8]]})")
      .sample(R"({"shapes": [[1, 1], [1, 3], [1, 3], [12, 1], [12, 3], [12], [12]]})")
      .sample(R"({"shapes": [[0, 2], [0, 1], [0, 1], [4, 2], [4, 1], [4], [4]]})");
}

WEFT_OP(gru_cell) {
  op.doc("One step of a gated recurrent unit: the next hidden state.")
      .input("data", "floating, shape (N, C)")
      .input("hidden", "shape (N, H)");
  weights(op);
  op.compose(checked<gru_cell>)
      .sample(R"({"shapes": [[2, 3], [2, 2], [6, 3], [6, 2], [6], [6]]})")
      .sample(R"({"shapes": [[1, 1], [1, 3], [9, 1], [9, 3], [9], [9]]})")
      .sample(R"({"shapes": [[0, 2], [0, 1], [3, 2], [3, 1], [3], [3]]})");
}

}  // namespace weft::ops
