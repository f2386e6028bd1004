// Batch normalisation by the statistics of the batch, and its gradient, by the formulas of
// ops/nn/normalize/batch_norm_training.cpp, one channel at a time.
#include "base/errors.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// Sums of each plane are added up first: the rounding error stays that of short sums. x is (outer,
// channels, inner).
constexpr const char* kBatchNorm = R"(static void weft_batch_norm_f32(
    int32_t outer, int32_t channels, int32_t inner, float eps, const float *x, const float *gamma,
    const float *beta, float *y, float *mean, float *variance)
{
  const float count = outer * inner > 0 ? (float)(outer * inner) : 1;
  for (int32_t c = 0; c < channels; ++c) {
    const float *const from = x + c * inner;
    float *const to = y + c * inner;
    const int32_t next = channels * inner;
    float sum = 0, square = 0;
    for (int32_t o = 0; o < outer; ++o) {
      float part = 0;
      for (int32_t i = 0; i < inner; ++i) part += from[o * next + i];
      sum += part;
    }
    sum /= count;
    for (int32_t o = 0; o < outer; ++o) {
      float part = 0;
      for (int32_t i = 0; i < inner; ++i)
        part += (from[o * next + i] - sum) * (from[o * next + i] - sum);
      square += part;
    }
    square /= count;
    const float scale = gamma[c] / sqrtf(square + eps), shift = beta[c];
    for (int32_t o = 0; o < outer; ++o)
      for (int32_t i = 0; i < inner; ++i)
        to[o * next + i] = (from[o * next + i] - sum) * scale + shift;
    mean[c] = sum;
    variance[c] = square;
  }
}
)";

// With r = 1 / sqrt(variance + eps), c = x - mean and n elements in a channel: dx = gamma r (dy -
// mean(dy) - c r^2 mean(dy c)) + dmean / n + dvariance 2 c / n. The struct keeps the number of
// parameters small.
constexpr const char* kGradient = R"(struct weft_batch_norm_inputs {
  const float *dy, *dmean, *dvariance, *x, *gamma, *mean, *variance;
};
static void weft_batch_norm_gradient_f32(
    int32_t outer, int32_t channels, int32_t inner, float eps,
    const struct weft_batch_norm_inputs *in, float *dx, float *dgamma, float *dbeta)
{
  const float count = outer * inner > 0 ? (float)(outer * inner) : 1;
  for (int32_t c = 0; c < channels; ++c) {
    const float *const x = in->x + c * inner, *const dy = in->dy + c * inner;
    const float mean = in->mean[c], inverse = 1 / sqrtf(in->variance[c] + eps);
    const float scale = in->gamma[c] * inverse;
    const int32_t next = channels * inner;
    float sum = 0, product = 0;
    for (int32_t o = 0; o < outer; ++o) {
      float part = 0, products = 0;
      for (int32_t i = 0; i < inner; ++i) {
        part += dy[o * next + i];
        products += dy[o * next + i] * (x[o * next + i] - mean);
      }
      sum += part;
      product += products;
    }
    const float slope = (2 * in->dvariance[c] - scale * inverse * inverse * product) / count;
    const float shift = (in->dmean[c] - scale * sum) / count;
    for (int32_t o = 0; o < outer; ++o)
      for (int32_t i = 0; i < inner; ++i) {
        const int32_t at = o * next + i;
        dx[c * inner + at] = scale * dy[at] + slope * (x[at] - mean) + shift;
      }
    dgamma[c] = product * inverse;
    dbeta[c] = sum;
  }
}
)";

// The first arguments of both functions: outer, channels, inner, eps.
std::string problem_text(const Call& call, const Shape& x) {
  const auto eps = static_cast<float>(call.attributes().real("eps"));
  int64_t inner = 1;
  for (int axis = 2; axis < x.rank(); ++axis) inner *= x[axis];
  return std::to_string(x[0]) + ", " + std::to_string(x[1]) + ", " + std::to_string(inner) + ", " +
         literal(DType::kFloat32, &eps);
}

Status emit_batch_norm(Call& call) {
  call.source().use_arithmetic();
  call.source().define("weft_batch_norm_f32", kBatchNorm);
  std::string arguments = problem_text(call, call.in(0).shape);
  for (size_t i = 0; i < 3; ++i) arguments += ", " + call.read(i);
  for (size_t i = 0; i < 3; ++i) arguments += ", " + call.write(i);
  call.line("weft_batch_norm_f32(" + arguments + ");");
  return {};
}

Status emit_gradient(Call& call) {
  call.source().use_arithmetic();
  call.source().define("weft_batch_norm_gradient_f32", kGradient);
  std::string inputs, results;
  for (size_t i = 0; i < 7; ++i) inputs += (i ? ", " : "") + call.read(i);
  for (size_t i = 0; i < 3; ++i) results += ", " + call.write(i);
  call.line("const struct weft_batch_norm_inputs in = {" + inputs + "};");
  call.line("weft_batch_norm_gradient_f32(" + problem_text(call, call.in(3).shape) + ", &in" +
            results + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(batch_norm_training, dense_float32, emit_batch_norm);
WEFT_EMITTER(batch_norm_training_gradient, dense_float32, emit_gradient);

}  // namespace weft::c99
