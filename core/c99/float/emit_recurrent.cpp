// All steps of a recurrent network in float32, by the equations of kernels/recurrent/recurrent.h.
// The products with the data are made before, by a matrix product; `sums` has them, (steps, batch,
// gates n).
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

using kernels::FormulaId;

// A dot product in one chain of fused multiply-adds in ascending order, as the library has it.
constexpr const char* kDot =
    R"(static float weft_dot_f32(const float *a, const float *b, int32_t count)
{
  float sum = 0;
  for (int32_t i = 0; i < count; ++i) sum = weft_fma_f32(a[i], b[i], sum);
  return sum;
}
)";

// The gates i, f, g and o; weight is (4 n, n). hidden and cell are the states before the first
// step.
constexpr const char* kLstm =
    R"(/* Of each step and image the gates of i, f, g and o side by side, which may lie over the sums. */
static void weft_lstm_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, const float *sums, const float *hidden,
    const float *cell, const float *weight, float *hiddens, float *cells, float *gates)
{
  for (int32_t done = 0; done < steps; ++done) {
    const int32_t step = reverse ? steps - 1 - done : done;
    float *const next = hiddens + step * batch * n, *const next_cell = cells + step * batch * n;
    for (int32_t b = 0; b < batch; ++b) {
      const float *const h = hidden + b * n, *const c = cell + b * n;
      const float *const a = sums + (step * batch + b) * 4 * n;
      float *const gate = gates + (step * batch + b) * 4 * n;
      for (int32_t j = 0; j < n; ++j) {
        const float i = weft_sigmoid_f32(a[j] + weft_dot_f32(weight + j * n, h, n));
        const float f = weft_sigmoid_f32(a[n + j] + weft_dot_f32(weight + (n + j) * n, h, n));
        const float g = weft_tanh_f32(a[2 * n + j] + weft_dot_f32(weight + (2 * n + j) * n, h, n));
        const float o =
            weft_sigmoid_f32(a[3 * n + j] + weft_dot_f32(weight + (3 * n + j) * n, h, n));
        const float kept = weft_fma_f32(f, c[j], i * g);
        gate[j] = i;
        gate[n + j] = f;
        gate[2 * n + j] = g;
        gate[3 * n + j] = o;
        next_cell[b * n + j] = kept;
        next[b * n + j] = o * weft_tanh_f32(kept);
      }
    }
    hidden = next;
    cell = next_cell;
  }
}
)";

// The gates r, z and n; weight is (3 n, n). `products` keeps the part of the new state that r
// multiplies, for the gradient.
constexpr const char* kGru =
    R"(/* Of each step and image the gates of r, z and n side by side, which may lie over the sums. */
static void weft_gru_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, const float *sums, const float *hidden,
    const float *weight, const float *bias, float *hiddens, float *gates, float *products)
{
  for (int32_t done = 0; done < steps; ++done) {
    const int32_t step = reverse ? steps - 1 - done : done;
    float *const next = hiddens + step * batch * n;
    for (int32_t b = 0; b < batch; ++b) {
      const float *const h = hidden + b * n;
      const float *const a = sums + (step * batch + b) * 3 * n;
      float *const gate = gates + (step * batch + b) * 3 * n;
      for (int32_t j = 0; j < n; ++j) {
        const float r = weft_sigmoid_f32(a[j] + weft_dot_f32(weight + j * n, h, n));
        const float z = weft_sigmoid_f32(a[n + j] + weft_dot_f32(weight + (n + j) * n, h, n));
        const float q = weft_dot_f32(weight + (2 * n + j) * n, h, n) + bias[j];
        const float m = weft_tanh_f32(weft_fma_f32(r, q, a[2 * n + j]));
        gate[j] = r;
        gate[n + j] = z;
        gate[2 * n + j] = m;
        products[(step * batch + b) * n + j] = q;
        next[b * n + j] = weft_fma_f32(z, h[j] - m, m);
      }
    }
    hidden = next;
  }
}
)";

// One gate: h = tanh(a + W h) or relu.
constexpr const char* kPlain = R"(static void weft_rnn_f32(
    int32_t steps, int32_t batch, int32_t n, int reverse, int is_relu, const float *sums,
    const float *hidden, const float *weight, float *hiddens)
{
  for (int32_t done = 0; done < steps; ++done) {
    const int32_t step = reverse ? steps - 1 - done : done;
    float *const next = hiddens + step * batch * n;
    for (int32_t b = 0; b < batch; ++b)
      for (int32_t j = 0; j < n; ++j) {
        const float a = sums[(step * batch + b) * n + j] +
                        weft_dot_f32(weight + j * n, hidden + b * n, n);
        next[b * n + j] = is_relu ? weft_relu_f32(a) : weft_tanh_f32(a);
      }
    hidden = next;
  }
}
)";

// The first arguments: steps, images, hidden elements, and the direction.
std::string sizes_of(Call& call, int64_t gates) {
  const Shape& sums = call.in(0).shape;
  const int64_t hidden = sums[2] / gates;
  call.source().add_multiply_adds(sums.elements() * hidden);
  const auto number = [](int64_t value) { return std::to_string(value) + ", "; };
  return number(sums[0]) + number(sums[1]) + number(hidden) +
         number(call.attributes().flag("reverse"));
}

void define_cell(Call& call, std::initializer_list<FormulaId> formulas, const char* name,
                 const char* text) {
  for (const FormulaId id : formulas) call.source().formula(id, DType::kFloat32);
  call.source().define("weft_dot_f32", kDot);
  call.source().define(name, text);
}

// The gates may lie over the sums, which alone have their shape: the sums of an element are read
// before its gates are written.
Result<executor::TargetKernel> over_sums(const ops::SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  return executor::TargetKernel{ops::Strides::kDense, ops::kEveryInput, 0};
}

// Calls a cell with gates: four operands, three results.
void call_cell(Call& call, const char* name, int64_t gates) {
  std::string text = std::string(name) + "(" + sizes_of(call, gates);
  for (size_t i = 0; i < 4; ++i) text += call.read(i) + ", ";
  call.line(text + call.write(0) + ", " + call.write(1) + ", " + call.write(2) + ");");
}

Status emit_lstm(Call& call) {
  define_cell(call, {FormulaId::kSigmoid, FormulaId::kTanh}, "weft_lstm_f32", kLstm);
  call_cell(call, "weft_lstm_f32", 4);
  return {};
}

Status emit_gru(Call& call) {
  define_cell(call, {FormulaId::kSigmoid, FormulaId::kTanh}, "weft_gru_f32", kGru);
  call_cell(call, "weft_gru_f32", 3);
  return {};
}

Status emit_plain(Call& call) {
  define_cell(call, {FormulaId::kTanh, FormulaId::kRelu}, "weft_rnn_f32", kPlain);
  call.line("weft_rnn_f32(" + sizes_of(call, 1) + (call.attributes().flag("relu") ? "1, " : "0, ") +
            call.read(0) + ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(lstm_steps, over_sums, emit_lstm);
WEFT_EMITTER(gru_steps, over_sums, emit_gru);
WEFT_EMITTER(rnn_steps, over_sums, emit_plain);

}  // namespace weft::c99
