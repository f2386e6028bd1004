// Group normalisation and its gradient, by the formulas of ops/nn/normalize/normalize_groups.cpp,
// one group of one sample at a time.
#include <algorithm>

#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

// Sums of each plane are added up first: the rounding error stays that of short sums.
constexpr const char* kMoments = R"(static void weft_group_moments_f32(
    int32_t planes, int32_t inner, float eps, const float *x, float *mean, float *inverse)
{
  const float count = planes * inner > 0 ? (float)(planes * inner) : 1;
  float sum = 0, square = 0;
  for (int32_t p = 0; p < planes; ++p) {
    float part = 0;
    for (int32_t i = 0; i < inner; ++i) part += x[p * inner + i];
    sum += part;
  }
  sum /= count;
  for (int32_t p = 0; p < planes; ++p) {
    float part = 0;
    for (int32_t i = 0; i < inner; ++i)
      part += (x[p * inner + i] - sum) * (x[p * inner + i] - sum);
    square += part;
  }
  *mean = sum;
  *inverse = 1 / sqrtf(square / count + eps);
}
)";

// x is (samples, groups planes, inner); gamma and beta, one for each channel, may be NULL.
constexpr const char* kGroupNorm = R"(static void weft_group_norm_f32(
    int32_t samples, int32_t groups, int32_t planes, int32_t inner, float eps, const float *x,
    const float *gamma, const float *beta, float *y)
{
  for (int32_t group = 0; group < samples * groups; ++group) {
    float mean, inverse;
    weft_group_moments_f32(planes, inner, eps, x, &mean, &inverse);
    for (int32_t p = 0; p < planes; ++p, x += inner, y += inner) {
      const int32_t c = group % groups * planes + p;
      const float scale = gamma ? gamma[c] * inverse : inverse, shift = beta ? beta[c] : 0;
      for (int32_t i = 0; i < inner; ++i) y[i] = (x[i] - mean) * scale + shift;
    }
  }
}
)";

// With r = 1 / sqrt(variance + eps), c = x - mean, g = dy gamma, and means over the group: dx = r g
// - c r^3 mean(g c) - r mean(g).
constexpr const char* kGradient = R"(static void weft_group_norm_gradient_f32(
    int32_t samples, int32_t groups, int32_t planes, int32_t inner, float eps, const float *dy,
    const float *x, const float *gamma, float *dx, float *dgamma, float *dbeta)
{
  const float count = planes * inner > 0 ? (float)(planes * inner) : 1;
  for (int32_t c = 0; dgamma && c < groups * planes; ++c) dgamma[c] = dbeta[c] = 0;
  for (int32_t group = 0; group < samples * groups; ++group) {
    const int32_t first = group % groups * planes;
    float mean, inverse, all = 0, products = 0;
    weft_group_moments_f32(planes, inner, eps, x, &mean, &inverse);
    for (int32_t p = 0; p < planes; ++p) {
      float sum = 0, product = 0;
      for (int32_t i = 0; i < inner; ++i) {
        sum += dy[p * inner + i];
        product += dy[p * inner + i] * (x[p * inner + i] - mean);
      }
      all += gamma ? gamma[first + p] * sum : sum;
      products += gamma ? gamma[first + p] * product : product;
      if (dgamma) dgamma[first + p] += product * inverse;
      if (dgamma) dbeta[first + p] += sum;
    }
    const float slope = -inverse * inverse * inverse * products / count;
    const float shift = -inverse * all / count;
    for (int32_t p = 0; p < planes; ++p, dy += inner, x += inner, dx += inner) {
      const float scale = gamma ? gamma[first + p] * inverse : inverse;
      for (int32_t i = 0; i < inner; ++i) dx[i] = scale * dy[i] + slope * (x[i] - mean) + shift;
    }
  }
}
)";

// The first arguments of both functions: samples, groups, planes of a group, elements of a plane,
// eps.
std::string problem_text(const Call& call, const Shape& x) {
  const ops::AttributeReader a = call.attributes();
  const int64_t groups = a.integer("num_groups");
  const auto eps = static_cast<float>(a.real("eps"));
  return std::to_string(x[0]) + ", " + std::to_string(groups) + ", " +
         std::to_string(x[1] / groups) + ", " +
         std::to_string(x.elements() / std::max<int64_t>(1, x[0] * x[1])) + ", " +
         literal(DType::kFloat32, &eps);
}

Status emit_group_norm(Call& call) {
  call.source().use_arithmetic();
  call.source().define("weft_group_moments_f32", kMoments);
  call.source().define("weft_group_norm_f32", kGroupNorm);
  call.line("weft_group_norm_f32(" + problem_text(call, call.in(0).shape) + ", " + call.read(0) +
            ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

Status emit_gradient(Call& call) {
  const bool affine = call.attributes().flag("affine");
  call.source().use_arithmetic();
  call.source().define("weft_group_moments_f32", kMoments);
  call.source().define("weft_group_norm_gradient_f32", kGradient);
  call.line("weft_group_norm_gradient_f32(" + problem_text(call, call.in(1).shape) + ", " +
            call.read(0) + ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ", " +
            (affine ? call.write(1) + ", " + call.write(2) : "NULL, NULL") + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(normalize_groups, dense_float32, emit_group_norm);
WEFT_EMITTER(normalize_groups_gradient, dense_float32, emit_gradient);

}  // namespace weft::c99
