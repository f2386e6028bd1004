// Fourier transforms of rows as C: complex rows in planes, real rows, and the way back.
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/signal/fourier_text.h"
#include "c99/text/text.h"
#include "kernels/signal/real_fourier.h"

namespace weft::c99 {
namespace {

using executor::TargetKernel;
using kernels::FourierPlan;
using ops::SlotTypes;

constexpr std::string_view kRows =
    R"(/* Rows of $length numbers in planes, of which one may be NULL: zeros. */
static void weft_fourier_rows_$length(
    int32_t rows, const float *re, const float *im, float *to_re, float *to_im, float *room)
{
  for (int32_t row = 0; row < rows; ++row) {
    const int32_t at = row * $length;
    for (int32_t j = 0; j < $length; ++j) {
      to_re[at + j] = re ? re[at + j] : 0;
      to_im[at + j] = im ? im[at + j] : 0;
    }
    $transform(to_re + at, to_im + at, room);
  }
}
)";

// Element k and its mirror image of the transform of reals, from that of half as many complex
// numbers: kernels/signal/fourier.isa.cpp, split_pair.
constexpr std::string_view kSplit =
    R"(/* From the transform of n complex numbers to that of the 2n reals which are their parts. */
static void weft_fourier_split(int32_t n, const float *turns, float factor, float *re, float *im)
{
  const float half = 0.5f * factor;
  for (int32_t k = 1; k <= n / 2; ++k) {
    const float c = turns[k], s = turns[k + n / 2 + 1];
    const float even_r = re[k] + re[n - k], even_i = im[k] - im[n - k];
    const float r = im[k] + im[n - k], i = re[n - k] - re[k];
    const float odd_r = r * c - i * s, odd_i = r * s + i * c;
    re[k] = (even_r + odd_r) * half;
    im[k] = (even_i + odd_i) * half;
    re[n - k] = (even_r - odd_r) * half;
    im[n - k] = (odd_i - even_i) * half;
  }
  re[n] = re[0] - im[0];
  re[0] += im[0];
  im[0] = im[n] = 0;
}
)";

constexpr std::string_view kEven =
    R"(/* The first half of the spectra of rows of 2 * $length reals. */
static void weft_real_fourier_$name(
    int32_t rows, float factor, const float *x, float *re, float *im, float *room)
{
  for (; rows > 0; --rows, x += 2 * $length, re += $length + 1, im += $length + 1) {
    for (int32_t j = 0; j < $length; ++j) {
      re[j] = x[2 * j];
      im[j] = x[2 * j + 1];
    }
    $transform(re, im, room);
    weft_fourier_split($length, $turns, factor, re, im);
  }
}
)";

constexpr std::string_view kOdd =
    R"(/* The first half of the spectra of rows of $length reals. */
static void weft_real_fourier_$name(
    int32_t rows, float factor, const float *x, float *re, float *im, float *room)
{
  float *const all_re = room, *const all_im = all_re + $length;
  for (; rows > 0; --rows, x += $length, re += $length / 2 + 1, im += $length / 2 + 1) {
    memcpy(all_re, x, $length * sizeof *x);
    memset(all_im, 0, $length * sizeof *all_im);
    $transform(all_re, all_im, all_im + $length);
    re[0] = all_re[0];
    im[0] = all_im[0];
    for (int32_t k = 1; k <= $length / 2; ++k) {
      re[k] = all_re[k] * factor;
      im[k] = all_im[k] * factor;
    }
  }
}
)";

// The inverse transforms are forward ones with the planes exchanged. `im` may be NULL.
constexpr std::string_view kEvenInverse =
    R"(/* Rows of 2 * $length reals of the first half of their spectra. */
static void weft_real_fourier_inverse_$name(
    int32_t rows, float factor, const float *re, const float *im, float *x, float *room)
{
  float *const to_re = room, *const to_im = to_re + $length;
  for (; rows > 0; --rows, re += $length + 1, x += 2 * $length) {
    to_re[0] = re[0] + re[$length];
    to_im[0] = re[0] - re[$length];
    for (int32_t k = 1, m = $length - 1; k <= m; ++k, --m) {
      const float c = $turns[k], s = $turns[k + $length / 2 + 1];
      const float low = im ? im[k] : 0, high = im ? im[m] : 0;
      const float even_r = re[k] + re[m], even_i = low - high;
      const float odd_r = re[k] - re[m], odd_i = low + high;
      const float turn_r = odd_r * s - odd_i * c, turn_i = odd_r * c + odd_i * s;
      to_re[k] = (even_r + turn_r) * factor;
      to_im[k] = (even_i + turn_i) * factor;
      to_re[m] = (even_r - turn_r) * factor;
      to_im[m] = (turn_i - even_i) * factor;
    }
    $transform(to_im, to_re, to_im + $length);
    for (int32_t j = 0; j < $length; ++j) {
      x[2 * j] = to_re[j];
      x[2 * j + 1] = to_im[j];
    }
    if (im) im += $length + 1;
  }
}
)";

constexpr std::string_view kOddInverse =
    R"(/* Rows of $length reals of the first half of their spectra. */
static void weft_real_fourier_inverse_$name(
    int32_t rows, float factor, const float *re, const float *im, float *x, float *room)
{
  float *const to_re = room, *const to_im = to_re + $length;
  for (; rows > 0; --rows, re += $length / 2 + 1, x += $length) {
    to_re[0] = re[0];
    to_im[0] = 0;
    for (int32_t k = 1; k <= $length / 2; ++k) {
      to_re[k] = to_re[$length - k] = re[k] * factor;
      to_im[k] = im ? im[k] * factor : 0;
      to_im[$length - k] = -to_im[k];
    }
    $transform(to_im, to_re, to_im + $length);
    memcpy(x, to_re, $length * sizeof *x);
    if (im) im += $length / 2 + 1;
  }
}
)";

// The last argument of each function.
std::string room_of(Call& call) { return ", (float *)(void *)" + call.scratch() + ");"; }

int64_t last_of(const Shape& shape) { return shape[shape.rank() - 1]; }

Result<TargetKernel> with_scratch(const SlotTypes& types, int64_t floats) {
  WEFT_TRY(require_float32(types));
  TargetKernel kernel;
  kernel.scratch_bytes = floats * static_cast<int64_t>(sizeof(float));
  return kernel;
}

std::shared_ptr<const FourierPlan> real_plan(int64_t length) {
  return kernels::real_fourier_plan(DType::kFloat32, length);
}

// Real rows of even lengths go through the memory of the results.
Result<TargetKernel> rows_kernel(const SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  const auto plan = kernels::fourier_plan(DType::kFloat32, last_of(types.in[0].shape));
  return with_scratch(types, room_of_fourier(*plan));
}
Result<TargetKernel> real_kernel(const SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  const int64_t length = last_of(types.in[0].shape);
  return with_scratch(types, (length % 2 ? 2 * length : 0) + room_of_fourier(*real_plan(length)));
}
Result<TargetKernel> inverse_kernel(const SlotTypes& types) {
  WEFT_TRY(require_float32(types));
  const auto plan = real_plan(last_of(types.out[0].shape));
  return with_scratch(types, 2 * plan->length + room_of_fourier(*plan));
}

Status emit_rows(Call& call) {
  const Shape& shape = call.out().shape;
  if (shape.elements() == 0) return {};
  const int64_t length = last_of(shape);
  const std::string function = "weft_fourier_rows_" + std::to_string(length);
  const auto plan = kernels::fourier_plan(DType::kFloat32, length);
  std::string text =
      replaced(std::string(kRows), "$transform", define_fourier(call.source(), *plan));
  call.source().define(function, replaced(text, "$length", std::to_string(length)));
  const std::string re = call.read(0), im = call.given(1) ? call.read(1) : "NULL";
  const std::string to_re = call.write(0), to_im = call.write(1);
  const bool is_inverse = call.attributes().flag("inverse");
  call.line(function + "(" + std::to_string(shape.elements() / length) + ", " +
            (is_inverse ? im + ", " + re + ", " + to_im + ", " + to_re
                        : re + ", " + im + ", " + to_re + ", " + to_im) +
            room_of(call));
  return {};
}

// Defines one of the four functions above for a length, and gives its name.
std::string define_real(Source& source, int64_t length, std::string_view text,
                        const std::string& name) {
  const auto plan = real_plan(length);
  const std::string half = std::to_string(plan->length);
  std::string c = replaced(std::string(text), "$transform", define_fourier(source, *plan));
  c = replaced(replaced(c, "$name", std::to_string(length)), "$length", half);
  if (length % 2 == 0)
    c = replaced(c, "$turns", define_table(source, "weft_turns_" + half, plan->turns));
  const std::string function = name + "_" + std::to_string(length);
  source.define(function, c);
  return function;
}

Status emit_real(Call& call) {
  const Shape& shape = call.in(0).shape;
  if (shape.elements() == 0) return {};
  const int64_t length = last_of(shape);
  if (length % 2 == 0) call.source().define("weft_fourier_split", kSplit);
  const std::string function =
      define_real(call.source(), length, length % 2 ? kOdd : kEven, "weft_real_fourier");
  const std::string factor = call.attributes().flag("mirrored") ? "2" : "1";
  call.line(function + "(" + std::to_string(shape.elements() / length) + ", " + factor + ", " +
            call.read(0) + ", " + call.write(0) + ", " + call.write(1) + room_of(call));
  return {};
}

Status emit_real_inverse(Call& call) {
  const Shape& shape = call.out().shape;
  if (shape.elements() == 0) return {};
  const int64_t length = last_of(shape);
  const std::string function = define_real(
      call.source(), length, length % 2 ? kOddInverse : kEvenInverse, "weft_real_fourier_inverse");
  const std::string factor = call.attributes().flag("mirrored") ? "1" : "0.5f";
  call.line(function + "(" + std::to_string(shape.elements() / length) + ", " + factor + ", " +
            call.read(0) + ", " + (call.given(1) ? call.read(1) : "NULL") + ", " + call.write() +
            room_of(call));
  return {};
}

}  // namespace

WEFT_EMITTER(fourier, rows_kernel, emit_rows);
WEFT_EMITTER(real_fourier, real_kernel, emit_real);
WEFT_EMITTER(real_fourier_inverse, inverse_kernel, emit_real_inverse);

}  // namespace weft::c99
