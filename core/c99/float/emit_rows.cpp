// Operators over rows: softmax and its logarithm along any axis, layer and RMS normalisation.
#include "c99/float/arithmetic.h"
#include "c99/program/emitter.h"

namespace weft::c99 {
namespace {

using kernels::FormulaId;

// Row r begins at (r / inner) * columns * inner + r % inner. The maximum is subtracted before
// exp(), so that no exponential exceeds one; a row of -inf gives zeros, because 0 is subtracted
// there.
constexpr const char* kSoftmax = R"(/* Elements of a row lie inner apart. */
static void weft_softmax_f32(
    int32_t rows, int32_t columns, int32_t inner, int is_logarithm, const float *from, float *to)
{
  for (int32_t row = 0; row < rows; ++row) {
    const int32_t end = columns * inner, first = row / inner * end + row % inner;
    const float *const x = from + first;
    float *const y = to + first;
    float most = x[0], sum = 0;
    for (int32_t i = inner; i < end; i += inner)
      if (x[i] > most || x[i] != x[i]) most = x[i];
    if (most == -INFINITY) most = 0;
    if (is_logarithm) {
      for (int32_t i = 0; i < end; i += inner) sum += weft_exp_f32(x[i] - most);
      sum = sum == 0 ? 0 : weft_log_f32(sum);
      for (int32_t i = 0; i < end; i += inner) y[i] = x[i] - most - sum;
      continue;
    }
    for (int32_t i = 0; i < end; i += inner) {
      y[i] = weft_exp_f32(x[i] - most);
      sum += y[i];
    }
    sum = sum == 0 ? 0 : 1 / sum;
    for (int32_t i = 0; i < end; i += inner) y[i] *= sum;
  }
}
)";

// (x - mean) / sqrt(variance + eps) * gamma + beta over the last axis; is_centred is 0 for RMS
// norm, whose mean is 0. gamma and beta may be NULL.
constexpr const char* kNormalize = R"(static void weft_normalize_f32(
    int32_t rows, int32_t columns, int is_centred, float eps, const float *x, const float *gamma,
    const float *beta, float *y)
{
  for (int32_t row = 0; row < rows; ++row, x += columns, y += columns) {
    float mean = 0, square = 0;
    if (is_centred) {
      for (int32_t i = 0; i < columns; ++i) mean += x[i];
      mean /= (float)columns;
    }
    for (int32_t i = 0; i < columns; ++i) square += (x[i] - mean) * (x[i] - mean);
    const float inverse = 1 / sqrtf(square / (float)columns + eps);
    for (int32_t i = 0; i < columns; ++i) {
      const float v = (x[i] - mean) * inverse * (gamma ? gamma[i] : 1);
      y[i] = beta ? v + beta[i] : v;
    }
  }
}
)";

// The result may lie over the input: a row is read as a whole before its elements are written.
Result<executor::TargetKernel> in_place(const ops::SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  return executor::TargetKernel{ops::Strides::kDense, ops::kEveryInput, 0};
}

template <bool is_logarithm>
Status emit_softmax(Call& call) {
  call.source().formula(FormulaId::kExp, DType::kFloat32);
  call.source().formula(FormulaId::kLog, DType::kFloat32);
  call.source().define("weft_softmax_f32", kSoftmax);
  call.line("weft_softmax_f32(" + rows_along_axis(call) + (is_logarithm ? ", 1, " : ", 0, ") +
            call.read(0) + ", " + call.write() + ");");
  return {};
}

Status emit_normalize(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const auto eps = static_cast<float>(a.real("eps"));
  call.source().use_arithmetic();
  call.source().define("weft_normalize_f32", kNormalize);
  call.line("weft_normalize_f32(" + rows_text(call.in(0).shape) +
            (a.flag("centred") ? ", 1, " : ", 0, ") + literal(DType::kFloat32, &eps) + ", " +
            call.read(0) + ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

}  // namespace

std::string rows_text(const Shape& x) {
  const int64_t columns = x[x.rank() - 1];
  return std::to_string(columns ? x.elements() / columns : 0) + ", " + std::to_string(columns);
}

std::string rows_along_axis(const Call& call) {
  const Shape& x = call.in(0).shape;
  const int64_t given = call.attributes().integer("axis");
  const auto axis = static_cast<int>(given < 0 ? given + x.rank() : given);
  int64_t inner = 1;
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x[i];
  const int64_t rows = x[axis] ? x.elements() / x[axis] : 0;
  return std::to_string(rows) + ", " + std::to_string(x[axis]) + ", " + std::to_string(inner);
}

WEFT_EMITTER(softmax_rows, in_place, emit_softmax<false>);
WEFT_EMITTER(log_softmax_rows, in_place, emit_softmax<true>);
WEFT_EMITTER(normalize_rows, in_place, emit_normalize);

}  // namespace weft::c99
