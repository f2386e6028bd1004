// The passes as text. A pass takes an array [radix][blocks][run] to one [blocks][radix][run]; its
// result k of block p is turned by the root number p * k * step of `length` roots, whose real parts
// stand before their imaginary parts. Roots of block 0 are 1.
#include "c99/signal/fourier_text.h"

#include <map>

#include "c99/int8/int8_text.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

using kernels::FourierPlan;

constexpr std::string_view kPut =
    R"(/* Of Fourier transforms: stores a number times a root. */
static void weft_fourier_put(float r, float i, float c, float s, float *re, float *im)
{
  *re = r * c - i * s;
  *im = r * s + i * c;
}
)";

// The frame of the passes with few inputs: $load reads and computes y0 and the others, $store
// writes result k.
constexpr std::string_view kPass =
    R"(static void weft_fourier_pass$radix(
    int32_t blocks, int32_t run, int32_t step, int32_t length, const float *roots,
    const float *re, const float *im, float *to_re, float *to_im)
{
  const int32_t apart = blocks * run;
  for (int32_t p = 0; p < blocks; ++p, re += run, im += run, to_re += $radix * run,
               to_im += $radix * run) {
$roots    for (int32_t i = 0; i < run; ++i) {
$compute      to_re[i] = y0r;
      to_im[i] = y0i;
$store    }
  }
}
)";

constexpr std::string_view kRoot =
    R"(    const float c$k = roots[$k * p * step], s$k = roots[$k * p * step + length];
)";
constexpr std::string_view kStore =
    R"(      weft_fourier_put(y$kr, y$ki, c$k, s$k, to_re + i + $k * run, to_im + i + $k * run);
)";
constexpr std::string_view kInput =
    R"(      const float x$kr = re[i + $k * apart], x$ki = im[i + $k * apart];
)";

// What a butterfly computes of inputs x0 and others. The constants are cosines and sines of thirds
// and fifths of a turn.
constexpr std::string_view kTwo =
    R"(      const float y0r = x0r + x1r, y0i = x0i + x1i, y1r = x0r - x1r, y1i = x0i - x1i;
)";
constexpr std::string_view kThree =
    R"(      const float sum_r = x1r + x2r, sum_i = x1i + x2i;
      const float turn_r = (x1i - x2i) * 0.866025404f, turn_i = (x2r - x1r) * 0.866025404f;
      const float middle_r = x0r - 0.5f * sum_r, middle_i = x0i - 0.5f * sum_i;
      const float y0r = x0r + sum_r, y0i = x0i + sum_i;
      const float y1r = middle_r + turn_r, y1i = middle_i + turn_i;
      const float y2r = middle_r - turn_r, y2i = middle_i - turn_i;
)";
constexpr std::string_view kFour =
    R"(      const float even_r = x0r + x2r, even_i = x0i + x2i, left_r = x0r - x2r, left_i = x0i - x2i;
      const float odd_r = x1r + x3r, odd_i = x1i + x3i, turn_r = x1i - x3i, turn_i = x3r - x1r;
      const float y0r = even_r + odd_r, y0i = even_i + odd_i;
      const float y1r = left_r + turn_r, y1i = left_i + turn_i;
      const float y2r = even_r - odd_r, y2i = even_i - odd_i;
      const float y3r = left_r - turn_r, y3i = left_i - turn_i;
)";
constexpr std::string_view kFive =
    R"(      const float sum1_r = x1r + x4r, sum1_i = x1i + x4i, sum2_r = x2r + x3r, sum2_i = x2i + x3i;
      const float left1_r = x1i - x4i, left1_i = x4r - x1r;
      const float left2_r = x2i - x3i, left2_i = x3r - x2r;
      const float middle1_r = x0r + sum1_r * 0.309016994f - sum2_r * 0.809016994f;
      const float middle1_i = x0i + sum1_i * 0.309016994f - sum2_i * 0.809016994f;
      const float middle2_r = x0r - sum1_r * 0.809016994f + sum2_r * 0.309016994f;
      const float middle2_i = x0i - sum1_i * 0.809016994f + sum2_i * 0.309016994f;
      const float turn1_r = left1_r * 0.951056516f + left2_r * 0.587785252f;
      const float turn1_i = left1_i * 0.951056516f + left2_i * 0.587785252f;
      const float turn2_r = left1_r * 0.587785252f - left2_r * 0.951056516f;
      const float turn2_i = left1_i * 0.587785252f - left2_i * 0.951056516f;
      const float y0r = x0r + sum1_r + sum2_r, y0i = x0i + sum1_i + sum2_i;
      const float y1r = middle1_r + turn1_r, y1i = middle1_i + turn1_i;
      const float y2r = middle2_r + turn2_r, y2i = middle2_i + turn2_i;
      const float y3r = middle2_r - turn2_r, y3i = middle2_i - turn2_i;
      const float y4r = middle1_r - turn1_r, y4i = middle1_i - turn1_i;
)";

// Any radix: each result is a sum over all inputs.
constexpr std::string_view kAnyPass =
    R"(static void weft_fourier_pass(
    int32_t radix, int32_t blocks, int32_t run, int32_t step, int32_t length, const float *roots,
    const float *re, const float *im, float *to_re, float *to_im)
{
  const int32_t apart = blocks * run, turn = length / radix;
  for (int32_t p = 0; p < blocks; ++p)
    for (int32_t k = 0; k < radix; ++k, to_re += run, to_im += run)
      for (int32_t i = 0; i < run; ++i) {
        float sum_r = 0, sum_i = 0;
        for (int32_t j = 0; j < radix; ++j) {
          const int32_t from = p * run + i + j * apart, root = j * k % radix * turn;
          const float c = roots[root], s = roots[root + length];
          sum_r += re[from] * c - im[from] * s;
          sum_i += re[from] * s + im[from] * c;
        }
        weft_fourier_put(sum_r, sum_i, roots[p * k * step], roots[p * k * step + length],
                         to_re + i, to_im + i);
      }
}
)";

constexpr std::string_view kScale =
    R"(/* Multiplies complex numbers by those of a table. */
static void weft_fourier_scale(
    int32_t count, const float *by, const float *re, const float *im, float *to_re, float *to_im)
{
  for (int32_t i = 0; i < count; ++i)
    weft_fourier_put(re[i], im[i], by[i], by[i + count], to_re + i, to_im + i);
}
)";

constexpr std::string_view kConvolution =
    R"(static void $name(float *re, float *im, float *room)
{
  float *const x = room, *const y = room + $size;
  memset(room, 0, 2 * $size * sizeof *room);
  weft_fourier_scale($length, $chirp, re, im, x, y);
  $inner(x, y, room + 2 * $size);
  weft_fourier_scale($size, $filter, x, y, x, y);
  $inner(y, x, room + 2 * $size);
  weft_fourier_scale($length, $chirp, x, y, re, im);
}
)";

std::string numbered(std::string_view line, int32_t from, int32_t end) {
  std::string text;
  for (int32_t k = from; k < end; ++k) text += replaced(std::string(line), "$k", std::to_string(k));
  return text;
}

std::string pass_text(int32_t radix) {
  const std::map<int32_t, std::string_view> butterflies = {
      {2, kTwo}, {3, kThree}, {4, kFour}, {5, kFive}};
  const auto found = butterflies.find(radix);
  if (found == butterflies.end()) return std::string(kAnyPass);
  std::string text = replaced(std::string(kPass), "$radix", std::to_string(radix));
  text = replaced(text, "$roots", numbered(kRoot, 1, radix));
  text = replaced(text, "$compute", numbered(kInput, 0, radix) + std::string(found->second));
  return replaced(text, "$store", numbered(kStore, 1, radix));
}

// Passes go to and fro between the row and the room behind it.
std::string passes_text(Source& source, const std::string& name, const FourierPlan& plan) {
  const std::string length = std::to_string(plan.length);
  const std::string roots =
      plan.radices.empty() ? "" : define_table(source, "weft_roots_" + length, plan.roots);
  std::string text = "static void " + name + "(float *re, float *im, float *room)\n{\n";
  const std::string row = "re, im", other = "room, room + " + length;
  int64_t done = 1;
  bool is_there = false;
  for (const int32_t radix : plan.radices) {
    const bool is_small = radix <= 5;
    const std::string pass = "weft_fourier_pass" + (is_small ? std::to_string(radix) : "");
    source.define("weft_fourier_put", kPut);
    source.define(pass, pass_text(radix));
    text += "  " + pass + "(" + (is_small ? "" : std::to_string(radix) + ", ") +
            std::to_string(plan.length / done / radix) + ", " + std::to_string(done) + ", " +
            std::to_string(done) + ", " + length + ", " + roots + ",\n      " +
            (is_there ? other + ", " + row : row + ", " + other) + ");\n";
    done *= radix;
    is_there = !is_there;
  }
  if (is_there)
    text += "  memcpy(re, room, " + length + " * sizeof *re);\n  memcpy(im, room + " + length +
            ", " + length + " * sizeof *im);\n";
  if (plan.radices.empty()) text += "  (void)re, (void)im, (void)room;\n";
  return text + "}\n";
}

std::string convolution_text(Source& source, const std::string& name, const FourierPlan& plan) {
  const std::string length = std::to_string(plan.length);
  const std::string inner = define_fourier(source, *plan.convolution);
  source.define("weft_fourier_put", kPut);
  source.define("weft_fourier_scale", kScale);
  std::string text = replaced(std::string(kConvolution), "$name", name);
  text = replaced(text, "$size", std::to_string(plan.convolution->length));
  text = replaced(text, "$length", length);
  text = replaced(text, "$chirp", define_table(source, "weft_chirp_" + length, plan.chirp));
  text = replaced(text, "$filter", define_table(source, "weft_filter_" + length, plan.filter));
  return replaced(text, "$inner", inner);
}

}  // namespace

std::string define_table(Source& source, const std::string& name, const std::vector<char>& floats) {
  const auto count = static_cast<int64_t>(floats.size() / sizeof(float));
  std::string text = "static const float " + name + "[" + std::to_string(count) + "] = {\n";
  append_elements(text, DType::kFloat32, floats.data(), count);
  source.define(name, text + "};\n");
  return name;
}

int64_t room_of_fourier(const FourierPlan& plan) {
  return plan.convolution ? 4 * plan.convolution->length : 2 * plan.length;
}

std::string define_fourier(Source& source, const FourierPlan& plan) {
  const std::string name = "weft_fourier_" + std::to_string(plan.length);
  source.define(name, plan.convolution ? convolution_text(source, name, plan)
                                       : passes_text(source, name, plan));
  return name;
}

}  // namespace weft::c99
