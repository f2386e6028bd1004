// Backpropagation through the steps of recurrent networks in float32: the formulas of the operators
// *_steps_gradient in core/ops/nn. The gradients of weights are matrix products behind these steps.
#include <initializer_list>

#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

using kernels::FormulaId;

// `carried` is the cotangent of the hidden state before a step; after the last step it is that of
// the first state.
constexpr const char* kProducts =
    R"(/* What a step's sums give back to the hidden state: x weights (rows, n), added to y. */
static void weft_add_rows_f32(
    int32_t rows, int32_t n, const float *x, const float *weight, float *y)
{
  for (int32_t i = 0; i < rows; ++i, weight += n)
    for (int32_t j = 0; j < n; ++j) y[j] = weft_fma_f32(x[i], weight[j], y[j]);
}
)";

// From the last step to the first. `bent` is tanh(c). dsums are the cotangents of the gates' sums.
constexpr const char* kLstm = R"(static void weft_lstm_gradient_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, const float *weight, const float *first,
    const float *cells, const float *gates, const float *dhiddens, const float *dcells,
    const float *dgates, float *dsums, float *carried, float *dcell)
{
  const int32_t all = batch * n;
  for (int32_t i = 0; i < all; ++i) carried[i] = dcell[i] = 0;
  for (int32_t done = steps - 1; done >= 0; --done) {
    const int32_t step = reverse ? steps - 1 - done : done;
    const float *const last = done == 0 ? first : cells + (reverse ? step + 1 : step - 1) * all;
    for (int32_t b = 0; b < batch; ++b) {
      const int32_t row = step * batch + b;
      const float *const gate = gates + row * 4 * n;
      const float *const dgate = dgates ? dgates + row * 4 * n : NULL;
      float *const dsum = dsums + row * 4 * n, *const dh = carried + b * n;
      for (int32_t j = 0; j < n; ++j) {
        const float i = gate[j], f = gate[n + j], g = gate[2 * n + j], o = gate[3 * n + j];
        const float bent = weft_tanh_f32(cells[row * n + j]);
        const float h = dh[j] + (dhiddens ? dhiddens[row * n + j] : 0);
        const float c = dcell[b * n + j] + (dcells ? dcells[row * n + j] : 0) +
                        h * o * (1 - bent * bent);
        dsum[j] = (c * g + (dgate ? dgate[j] : 0)) * i * (1 - i);
        dsum[n + j] = (c * last[b * n + j] + (dgate ? dgate[n + j] : 0)) * f * (1 - f);
        dsum[2 * n + j] = (c * i + (dgate ? dgate[2 * n + j] : 0)) * (1 - g * g);
        dsum[3 * n + j] = (h * bent + (dgate ? dgate[3 * n + j] : 0)) * o * (1 - o);
        dcell[b * n + j] = c * f;
        dh[j] = 0;
      }
      weft_add_rows_f32(4 * n, n, dsum, weight, dh);
    }
  }
}
)";

// dproduct is the cotangent of the part that the reset gate multiplies.
constexpr const char* kGru = R"(static void weft_gru_gradient_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, const float *weight, const float *first,
    const float *hiddens, const float *gates, const float *products, const float *dhiddens,
    const float *dgates, const float *dproducts, float *dsums, float *dproduct_sums,
    float *carried)
{
  const int32_t all = batch * n;
  for (int32_t i = 0; i < all; ++i) carried[i] = 0;
  for (int32_t done = steps - 1; done >= 0; --done) {
    const int32_t step = reverse ? steps - 1 - done : done;
    const float *const last = done == 0 ? first : hiddens + (reverse ? step + 1 : step - 1) * all;
    for (int32_t b = 0; b < batch; ++b) {
      const int32_t row = step * batch + b;
      const float *const gate = gates + row * 3 * n;
      const float *const dgate = dgates ? dgates + row * 3 * n : NULL;
      float *const dsum = dsums + row * 3 * n, *const dproduct = dproduct_sums + row * n;
      float *const dh = carried + b * n;
      for (int32_t j = 0; j < n; ++j) {
        const float r = gate[j], z = gate[n + j], m = gate[2 * n + j];
        const float h = dh[j] + (dhiddens ? dhiddens[row * n + j] : 0);
        const float update = h * (last[b * n + j] - m) + (dgate ? dgate[n + j] : 0);
        const float next = (h * (1 - z) + (dgate ? dgate[2 * n + j] : 0)) * (1 - m * m);
        const float reset = next * products[row * n + j] + (dgate ? dgate[j] : 0);
        dsum[j] = reset * r * (1 - r);
        dsum[n + j] = update * z * (1 - z);
        dsum[2 * n + j] = next;
        dproduct[j] = next * r + (dproducts ? dproducts[row * n + j] : 0);
        dh[j] = h * z;
      }
      weft_add_rows_f32(2 * n, n, dsum, weight, dh);
      weft_add_rows_f32(n, n, dproduct, weight + 2 * n * n, dh);
    }
  }
}
)";

// tanh' = 1 - h^2; relu' is 1 where h > 0.
constexpr const char* kPlain = R"(static void weft_rnn_gradient_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, int is_relu, const float *weight,
    const float *hiddens, const float *dhiddens, float *dsums, float *carried)
{
  for (int32_t i = 0; i < batch * n; ++i) carried[i] = 0;
  for (int32_t done = steps - 1; done >= 0; --done)
    for (int32_t b = 0; b < batch; ++b) {
      const int32_t row = (reverse ? steps - 1 - done : done) * batch + b;
      float *const dsum = dsums + row * n, *const dh = carried + b * n;
      for (int32_t j = 0; j < n; ++j) {
        const float h = hiddens[row * n + j], d = dh[j] + dhiddens[row * n + j];
        dsum[j] = !is_relu ? d * (1 - h * h) : h > 0 ? d : 0;
        dh[j] = 0;
      }
      weft_add_rows_f32(n, n, dsum, weight, dh);
    }
}
)";

// Writes the call: sizes, direction and option, then operands in order (NULL for absent ones), then
// results.
Status emit(Call& call, const char* name, const char* text, const Shape& states, size_t inputs,
            const std::string& option) {
  Source& source = call.source();
  source.formula(FormulaId::kTanh, DType::kFloat32);
  source.use_arithmetic();
  source.define("weft_add_rows_f32", kProducts);
  source.define(name, text);
  source.add_multiply_adds(states[0] * states[1] * call.in(0).shape.elements());
  std::string line = std::string(name) + "(";
  for (int axis = 0; axis < 3; ++axis) line += std::to_string(states[axis]) + ", ";
  line += (call.attributes().flag("reverse") ? "1" : "0") + option;
  for (size_t i = 0; i < inputs; ++i) line += ", " + (call.given(i) ? call.read(i) : "NULL");
  for (size_t i = 0; i < call.outputs(); ++i) line += ", " + call.write(i);
  call.line(line + ");");
  return {};
}

Status emit_lstm(Call& call) {
  return emit(call, "weft_lstm_gradient_f32", kLstm, call.in(2).shape, 7, "");
}
Status emit_gru(Call& call) {
  return emit(call, "weft_gru_gradient_f32", kGru, call.in(2).shape, 8, "");
}
Status emit_plain(Call& call) {
  return emit(call, "weft_rnn_gradient_f32", kPlain, call.in(1).shape, 3,
              call.attributes().flag("relu") ? ", 1" : ", 0");
}

}  // namespace

WEFT_EMITTER(lstm_steps_gradient, dense_float32, emit_lstm);
WEFT_EMITTER(gru_steps_gradient, dense_float32, emit_gru);
WEFT_EMITTER(rnn_steps_gradient, dense_float32, emit_plain);

}  // namespace weft::c99
