// All steps of recurrent cells in integers, by the equations of kernels/int8/quantized_recurrent.h,
// which also gives the scale of every value. Unlike the float cells, these multiply the data, too.
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "kernels/int8/quantized_recurrent.h"

namespace weft::c99 {
namespace {

// The argument of a gate saturates to 16 bits, multiples of 2^-12; a gate is looked up with linear
// interpolation between 513 entries. weft_times rounds a product to the nearest.
constexpr std::string_view kGates =
    R"(/* Weights of a product, biases and factors: sums become multiples of 2^-12. */
struct weft_gates_i8 {
  const int8_t *weight;
  const int32_t *bias, *multiplier, *shift;
};

#if WEFT_DSP
static int32_t weft_dot_i8(const int8_t *a, const int8_t *b, int32_t count)
{
  int32_t sum = 0;
  for (; count >= 4; count -= 4, a += 4, b += 4) {
    uint32_t u, v, x, y;
    memcpy(&u, a, 4);
    memcpy(&v, b, 4);
    __asm__("sxtb16 %1, %3\n\t"
            "sxtb16 %2, %4\n\t"
            "smlad %0, %1, %2, %0\n\t"
            "sxtb16 %1, %3, ror #8\n\t"
            "sxtb16 %2, %4, ror #8\n\t"
            "smlad %0, %1, %2, %0"
            : "+r"(sum), "=&r"(x), "=&r"(y)
            : "r"(u), "r"(v));
  }
  for (; count > 0; --count) sum += *a++ * *b++;
  return sum;
}
#else
static int32_t weft_dot_i8(const int8_t *a, const int8_t *b, int32_t count)
{
  int32_t sum = 0;
  for (int32_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}
#endif

/* Of one row of the weights. */
static int32_t weft_argument(
    const struct weft_gates_i8 *p, int32_t row, const int8_t *x, int32_t count)
{
  const uint32_t sum = (uint32_t)p->bias[row] +
                       (x ? (uint32_t)weft_dot_i8(p->weight + row * count, x, count) : 0);
  return weft_clamp(
      weft_rescale((int32_t)sum, p->multiplier[row], p->shift[row]), -32768, 32767);
}

/* A table of 513 results with lines between, of multiples of 2^-12. */
static int32_t weft_gate(const int16_t *table, int32_t x)
{
  const int32_t narrow = weft_clamp(x, -32768, 32767);
  const int16_t *const at = table + 256 + (narrow >> 7);
  return at[0] + (((at[1] - at[0]) * (narrow & 127) + 64) >> 7);
}

static inline int32_t weft_times(int32_t a, int32_t b, int32_t bits)
{
  return (a * b + (1 << (bits - 1))) >> bits;
}
)";

// $cell computes h from u, the data of the step, and `last`, the hidden state before (NULL: zeros).
constexpr std::string_view kSteps =
    R"(/* h: multiples of 2^-15; y of 2^-7. */
static void $name(
    int32_t steps, int32_t batch, int32_t features, int32_t n, int reverse,
    const struct weft_gates_i8 *data, const struct weft_gates_i8 *hidden, const int8_t *x,
    int16_t *state, int8_t *y)
{
  for (int32_t image = 0; image < batch; ++image, state += n) {
    const int8_t *last = NULL;
    for (int32_t j = 0; j < n; ++j) state[j] = 0;
    for (int32_t done = 0; done < steps; ++done) {
      const int32_t row = (reverse ? steps - 1 - done : done) * batch + image;
      const int8_t *const u = x + row * features;
      for (int32_t j = 0; j < n; ++j) {
$cell
        y[row * n + j] = (int8_t)weft_clamp((h + 128) >> 8, -128, 127);
      }
      last = y + row * n;
    }
  }
}
)";

// n = tanh(a_n + r q), h = n + z (state - n). The state keeps 16 bits, more than y has.
constexpr std::string_view kGru =
    R"(        const int32_t r = weft_gate(weft_sigmoid_table, weft_argument(data, j, u, features) +
                                                            weft_argument(hidden, j, last, n));
        const int32_t z =
            weft_gate(weft_sigmoid_table, weft_argument(data, n + j, u, features) +
                                              weft_argument(hidden, n + j, last, n));
        const int32_t q = weft_argument(hidden, 2 * n + j, last, n);
        const int32_t m = weft_gate(weft_tanh_table, weft_argument(data, 2 * n + j, u, features) +
                                                         weft_times(r, q, 15));
        const int32_t h = m + weft_times(z, state[j] - m, 15);
        state[j] = (int16_t)h;)";

// gate: i, f, g, o. The cell has multiples of 2^-11, so tanh's argument is twice it.
constexpr std::string_view kLstm =
    R"(        int32_t gate[4];
        for (int32_t k = 0; k < 4; ++k)
          gate[k] = weft_gate(k == 2 ? weft_tanh_table : weft_sigmoid_table,
                              weft_argument(data, k * n + j, u, features) +
                                  weft_argument(hidden, k * n + j, last, n));
        const int32_t cell = weft_clamp(
            weft_times(gate[1], state[j], 15) + weft_times(gate[0], gate[2], 19), -32768, 32767);
        const int32_t h = weft_times(gate[3], weft_gate(weft_tanh_table, cell * 2), 15);
        state[j] = (int16_t)cell;)";

// Adds a table of the library as a const array.
void define_table(Source& source, const char* name, const int16_t* table) {
  std::string text = "static const int16_t " + std::string(name) + "[" +
                     std::to_string(kernels::kGateTable) + "] = {\n";
  append_elements(text, DType::kInt16, table, kernels::kGateTable);
  source.define(name, text + "};\n");
}

// Writes a struct weft_gates_i8: input `weight` is i2h or h2h, `first` the first of its bias,
// multiplier and shift.
void gates(Call& call, const char* name, size_t weight, size_t first) {
  std::string text = "const struct weft_gates_i8 " + std::string(name) + " = {" + call.read(weight);
  for (size_t i = first; i < first + 3; ++i) text += ", " + call.read(i);
  call.line(text + "};");
}

Status emit(Call& call, const char* name, std::string_view cell) {
  Source& source = call.source();
  const Shape &x = call.in(0).shape, &v = call.in(2).shape;
  define_forms(source);
  define_rescale(source);
  source.define("weft_gates_i8", kGates);
  define_table(source, "weft_sigmoid_table", kernels::quantized_sigmoid_table());
  define_table(source, "weft_tanh_table", kernels::quantized_tanh_table());
  source.define(name, replaced(replaced(kSteps, "$name", name), "$cell", cell));
  source.add_multiply_adds(x[0] * x[1] * v[0] * (x[2] + v[1]));
  gates(call, "of_data", 1, 3);
  gates(call, "of_hidden", 2, 6);
  std::string text = std::string(name) + "(";
  for (const int64_t number : {x[0], x[1], x[2], v[1]}) text += std::to_string(number) + ", ";
  call.line(text + (call.attributes().flag("reverse") ? "1" : "0") + ", &of_data, &of_hidden, " +
            call.read(0) + ", (int16_t *)(void *)" + call.scratch() + ", " + call.write() + ");");
  return {};
}

Status emit_gru(Call& call) { return emit(call, "weft_gru_i8", kGru); }
Status emit_lstm(Call& call) { return emit(call, "weft_lstm_i8", kLstm); }

// Scratch: one int16 state for each hidden element of each image.
Result<executor::TargetKernel> with_state(const ops::SlotTypes& types) {
  const int64_t elements = types.in[0].shape[1] * types.in[2].shape[1];
  return executor::TargetKernel{ops::Strides::kDense, ops::kNoInput,
                                elements * static_cast<int64_t>(sizeof(int16_t))};
}

}  // namespace

WEFT_EMITTER(quantized_gru, with_state, emit_gru);
WEFT_EMITTER(quantized_lstm, with_state, emit_lstm);

}  // namespace weft::c99
