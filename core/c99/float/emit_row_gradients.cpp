// Gradients over rows: of softmax and its logarithm along any axis, and of layer and RMS
// normalisation.
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

using kernels::FormulaId;

// softmax: dx = y (dy - Σ dy y); its logarithm: dx = dy - exp(y) Σ dy.
constexpr const char* kSoftmax =
    R"(/* From the cotangent and the result; elements of a row lie inner apart. */
static void weft_softmax_gradient_f32(
    int32_t rows, int32_t columns, int32_t inner, int is_logarithm, const float *dy, const float *y,
    float *dx)
{
  for (int32_t row = 0; row < rows; ++row) {
    const int32_t first = row / inner * columns * inner + row % inner;
    const int32_t end = first + columns * inner;
    float sum = 0;
    for (int32_t i = first; i < end; i += inner) sum += is_logarithm ? dy[i] : dy[i] * y[i];
    for (int32_t i = first; i < end; i += inner)
      dx[i] = is_logarithm ? dy[i] - weft_exp_f32(y[i]) * sum : y[i] * (dy[i] - sum);
  }
}
)";

// With s = (x - mean) / deviation: dx = (dy gamma - mean(dy gamma) - s mean(dy gamma s)) /
// deviation; without centring the middle term is 0.
constexpr const char* kNormalize = R"(static void weft_normalize_gradient_f32(
    int32_t rows, int32_t columns, int is_centred, float eps, const float *dy, const float *x,
    const float *gamma, float *dx, float *dgamma, float *dbeta)
{
  const float count = (float)columns;
  for (int32_t i = 0; dgamma && i < columns; ++i) dgamma[i] = dbeta[i] = 0;
  for (int32_t row = 0; row < rows; ++row, dy += columns, x += columns, dx += columns) {
    float mean = 0, square = 0, sum = 0, product = 0;
    for (int32_t i = 0; is_centred && i < columns; ++i) mean += x[i];
    mean /= count;
    for (int32_t i = 0; i < columns; ++i) square += (x[i] - mean) * (x[i] - mean);
    const float inverse = 1 / sqrtf(square / count + eps);
    for (int32_t i = 0; i < columns; ++i) {
      const float standard = (x[i] - mean) * inverse, scaled = gamma ? dy[i] * gamma[i] : dy[i];
      sum += scaled;
      product += scaled * standard;
      if (dgamma) dgamma[i] += dy[i] * standard;
      if (dgamma) dbeta[i] += dy[i];
    }
    sum = is_centred ? sum / count : 0;
    product /= count;
    for (int32_t i = 0; i < columns; ++i) {
      const float standard = (x[i] - mean) * inverse, scaled = gamma ? dy[i] * gamma[i] : dy[i];
      dx[i] = inverse * (scaled - sum - standard * product);
    }
  }
}
)";

template <bool is_logarithm>
Status emit_softmax(Call& call) {
  call.source().formula(FormulaId::kExp, DType::kFloat32);
  call.source().define("weft_softmax_gradient_f32", kSoftmax);
  call.line("weft_softmax_gradient_f32(" + rows_along_axis(call) +
            (is_logarithm ? ", 1, " : ", 0, ") + call.read(0) + ", " + call.read(1) + ", " +
            call.write() + ");");
  return {};
}

Status emit_normalize(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const auto eps = static_cast<float>(a.real("eps"));
  const bool affine = a.flag("affine");
  call.source().use_arithmetic();
  call.source().define("weft_normalize_gradient_f32", kNormalize);
  call.line("weft_normalize_gradient_f32(" + rows_text(call.in(0).shape) +
            (a.flag("centred") ? ", 1, " : ", 0, ") + literal(DType::kFloat32, &eps) + ", " +
            call.read(0) + ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ", " +
            (affine ? call.write(1) + ", " + call.write(2) : "NULL, NULL") + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(softmax_gradient, dense_float32, emit_softmax<false>);
WEFT_EMITTER(log_softmax_gradient, dense_float32, emit_softmax<true>);
WEFT_EMITTER(normalize_rows_gradient, dense_float32, emit_normalize);

}  // namespace weft::c99
