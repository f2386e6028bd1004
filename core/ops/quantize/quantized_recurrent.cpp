// All steps of a gated recurrent unit or a long short-term memory in integers, from states of 0
// (kernels/int8/quantized_recurrent.h). Weights and states are int8, sums int32, gates 16-bit
// numbers from tables of sigmoid and tanh.

#include "kernels/int8/quantized_recurrent.h"

#include <string>

#include "base/errors.h"
#include "ops/quantize/requantization_impl.h"
#include "ops/slots/kernel_call.h"
#include "ops/slots/split_work.h"

namespace weft::ops {
namespace {

// First of the three inputs bias, multiplier and shift.
constexpr size_t kOfData = 3, kOfHidden = 6;

Result<Types> infer(const InferContext& c, int64_t gates) {
  const Shape &x = c.in[0].shape, &w = c.in[1].shape, &v = c.in[2].shape;
  for (size_t i = 0; i < 3; ++i) WEFT_TRY(require_dtype(c, i, DType::kInt8));
  if (x.rank() != 3)
    return errors::invalid_value(c.op().name, "`data` must have shape (T, N, C); got ", x);
  if (v.rank() != 2 || v[0] != gates * v[1])
    return errors::invalid_value(c.op().name, "`h2h_weight` must have shape (", gates,
                                 " H, H); got ", v);
  if (w != Shape{v[0], x[2]})
    return errors::invalid_value(c.op().name, "`i2h_weight` must have shape ", Shape{v[0], x[2]},
                                 " for `data` of shape ", x, "; got ", w);
  for (size_t i = kOfData; i < kOfHidden + 3; ++i) {
    WEFT_TRY(require_dtype(c, i, DType::kInt32));
    if (c.in[i].shape != Shape{v[0]})
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i), "` must have shape (",
                                   v[0], ",); got ", c.in[i].shape);
  }
  return Types{{DType::kInt8, {x[0], x[1], v[1]}}};
}

// Multipliers and shifts are values, so they are checked when the kernel runs.
Result<kernels::QuantizedGates> gates_of(const KernelCall& call, size_t weight, size_t first) {
  const auto numbers = [&](size_t i) { return static_cast<const int32_t*>(call.in[i].data); };
  const kernels::QuantizedGates gates{static_cast<const int8_t*>(call.in[weight].data),
                                      numbers(first), numbers(first + 1), numbers(first + 2)};
  for (int64_t i = 0; i < elements_of(call.in[first]); ++i)
    if (gates.multiplier[i] < 0 || gates.shift[i] < -31 || gates.shift[i] > 30)
      return errors::invalid_value(call.op.name, "`", call.op.input_name(first + 1),
                                   "` must not be negative, and `", call.op.input_name(first + 2),
                                   "` lie between -31 and 30; got ", gates.multiplier[i], " and ",
                                   gates.shift[i]);
  return gates;
}

// `rows` are the rows of a weight: gates times hidden elements.
struct SizesOfSteps {
  int64_t steps, batch, rows, features, hidden;
  int64_t products() const { return steps * batch * rows * (features + hidden); }
  int64_t work() const { return products() / 16 + steps * batch * hidden * 32; }
};
SizesOfSteps sizes_of(const SlotTypes& t) {
  const Shape &x = t.in[0].shape, &v = t.in[2].shape;
  return {x[0], x[1], v[0], x[2], v[1]};
}

template <bool is_lstm>
Status run(const KernelCall& call) {
  const Shape x = shape_of(call.in[0]);
  kernels::QuantizedRecurrent p{};
  p.is_lstm = is_lstm;
  p.reverse = call.op.reader(call.attributes).flag("reverse");
  p.steps = x[0];
  p.batch = x[1];
  p.features = x[2];
  p.hidden = call.in[2].shape[1];
  WEFT_ASSIGN(p.of_data, gates_of(call, 1, kOfData));
  WEFT_ASSIGN(p.of_hidden, gates_of(call, 2, kOfHidden));
  p.sigmoid = kernels::quantized_sigmoid_table();
  p.tanh = kernels::quantized_tanh_table();
  p.x = static_cast<const int8_t*>(call.in[0].data);
  p.arguments = static_cast<int32_t*>(call.scratch);
  p.state = reinterpret_cast<int16_t*>(p.arguments + 2 * p.batch * call.in[1].shape[0]);
  p.y = static_cast<int8_t*>(call.out[0].data);
  const SizesOfSteps sizes{p.steps, p.batch, call.in[1].shape[0], p.features, p.hidden};
  split_work(p.batch, sizes.work(), nullptr, 0,
             [&](kernels::Range images, void*) { kernels::run_quantized_recurrent(p, images); });
  return {};
}

int64_t scratch(const SlotTypes& t, int) {
  const SizesOfSteps s = sizes_of(t);
  return s.batch * (2 * s.rows * static_cast<int64_t>(sizeof(int32_t)) +
                    s.hidden * static_cast<int64_t>(sizeof(int16_t)));
}

Cost cost(const SlotTypes& t) {
  const SizesOfSteps s = sizes_of(t);
  return {2.0 * static_cast<double>(s.products()),
          static_cast<double>(t.in[1].bytes() + t.in[2].bytes())};
}

int64_t pieces(const SlotTypes& t) {
  const SizesOfSteps s = sizes_of(t);
  return pieces_of_work(s.batch, s.work());
}

OpDef& recurrent(OpDef& op, KernelFunction function) {
  op.in(Namespace::kNpx)
      .input("data", "int8, shape (T, N, C): all steps")
      .input("i2h_weight", "int8, rows for each gate, shape (gates H, C)")
      .input("h2h_weight", "int8, shape (gates H, H)");
  const char* const of_data =
      "int32, shape (gates H,): of the sums, with what the zero point of data takes from them";
  for (const std::string of : {"i2h", "h2h"})
    op.index_input(of + "_bias", of == "i2h" ? of_data : "int32, shape (gates H,)")
        .index_input(of + "_multiplier", "int32: to multiples of 2^-12, see quantized_multiplier")
        .index_input(of + "_shift", "int32, of the multiplier");
  Slot slot = exact_dense_slot(function);
  slot.scratch_bytes = scratch;
  slot.cost = cost;
  slot.pieces = pieces;
  return op.boolean("reverse", false, "from the last step to the first")
      .promote(Promotion::kKeep)
      .no_gradient("integers")
      .kernel(slot);
}

// Sums of some thousands become arguments around 1.
std::string sample(const std::string& shapes, const std::string& rest) {
  const std::string whole = "[-127, 127]", bias = "[-3000, 3000]",
                    multiplier = "[1500000000, 2000000000]";
  return R"({"shapes": )" + shapes + R"(, "dtypes": ["int8", "int8", "int8", "int32", "int32",
      "int32", "int32", "int32", "int32"], "ranges": [)" +
         whole + ", " + whole + ", " + whole + ", " + bias + ", " + multiplier + ", [-2, 1], " +
         bias + ", " + multiplier + ", [-2, 1]]" + rest + "}";
}

}  // namespace

WEFT_OP(quantized_gru) {
  op.doc(
      "A gated recurrent unit in integers, from a hidden state of 0: its hidden states after all "
      "steps, int8, multiples of 2^-7. Gates have 16 bits.");
  recurrent(op, run<false>)
      .infer([](const InferContext& c) { return infer(c, 3); })
      .sample(sample("[[3, 2, 5], [6, 5], [6, 2], [6], [6], [6], [6], [6], [6]]", ""))
      .sample(sample("[[4, 1, 19], [51, 19], [51, 17], [51], [51], [51], [51], [51], [51]]",
                     R"(, "reverse": true)"))
      .sample(sample("[[0, 2, 3], [3, 3], [3, 1], [3], [3], [3], [3], [3], [3]]", ""));
}

WEFT_OP(quantized_lstm) {
  op.doc(
      "A long short-term memory in integers, from states of 0: its hidden states after all steps, "
      "int8, multiples of 2^-7. Gates and cells have 16 bits; a cell reaches from -16 to 16.");
  recurrent(op, run<true>)
      .infer([](const InferContext& c) { return infer(c, 4); })
      .sample(sample("[[3, 2, 5], [8, 5], [8, 2], [8], [8], [8], [8], [8], [8]]", ""))
      .sample(sample("[[4, 1, 19], [68, 19], [68, 17], [68], [68], [68], [68], [68], [68]]",
                     R"(, "reverse": true)"))
      .sample(sample("[[0, 2, 3], [4, 3], [4, 1], [4], [4], [4], [4], [4], [4]]", ""));
}

}  // namespace weft::ops
