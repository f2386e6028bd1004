// Speech features in fixed point as C, with the library's bits (kernels/signal): tables of
// the transform and of the logarithm are computed now and lie in flash.
#include <memory>
#include <vector>

#include "base/errors.h"
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"
#include "kernels/signal/features.h"
#include "kernels/signal/fixed_fft.h"

namespace weft::c99 {
namespace {

using executor::TargetKernel;
using ops::SlotTypes;

Result<TargetKernel> dense(const SlotTypes&) { return TargetKernel{}; }
// Element i is written after the last read of element i of the first input.
Result<TargetKernel> in_place(const SlotTypes&) {
  return TargetKernel{ops::Strides::kDense, 1, 0, {}};
}
// The same for the first two inputs.
Result<TargetKernel> in_either(const SlotTypes&) {
  return TargetKernel{ops::Strides::kDense, 3, 0, {}};
}

constexpr std::string_view kBits =
    R"(/* The number of bits of x, without leading zeros. */
static int32_t weft_bits(uint32_t x)
{
#if defined(__GNUC__)
  return x ? 32 - __builtin_clz(x) : 0;
#else
  int32_t bits = 0;
  for (; x; x >>= 1) ++bits;
  return bits;
#endif
}
)";

constexpr std::string_view kScale =
    R"(/* Shifts rows of samples to the left as far as the largest magnitude allows. In 16 bits -32768 is
   its own negative: the search begins anew behind it, and what is shifted may wrap. */
static void weft_auto_scale(int32_t rows, int32_t count, const int16_t *x, int16_t *y, int32_t *bits)
{
  for (int32_t row = 0; row < rows; ++row, x += count, y += count) {
    int32_t most = 0;
    for (int32_t i = 0; i < count; ++i) {
      if (x[i] > most)
        most = x[i];
      else if (-x[i] > most)
        most = (int16_t)-x[i];
    }
    bits[row] = most <= 0 ? 0 : 15 - weft_bits((uint32_t)most);
    for (int32_t i = 0; i < count; ++i) y[i] = (int16_t)(x[i] * (1 << bits[row]));
  }
}
)";

// Numbers are pairs of int16. They are copied in the order of reversed digits: `from` counts up
// from its highest digit, which belongs to the first stage.
constexpr std::string_view kTransform =
    R"(/* The Fourier transform of real rows in 16 bits: half as many complex numbers, whose stages have
   radix 4, the first one 2 where there is a factor 2 left over; then their parts are split. */
struct weft_c16 { int32_t r, i; };
static struct weft_c16 weft_c16_product(struct weft_c16 a, const int16_t *b)
{
  const struct weft_c16 y = {(int16_t)((a.r * b[0] - a.i * b[1] + (1 << 14)) >> 15),
                             (int16_t)((a.r * b[1] + a.i * b[0] + (1 << 14)) >> 15)};
  return y;
}
static struct weft_c16 weft_c16_shared(int32_t r, int32_t i, int32_t factor)
{
  const struct weft_c16 y = {(int16_t)((r * factor + (1 << 14)) >> 15),
                             (int16_t)((i * factor + (1 << 14)) >> 15)};
  return y;
}
static void weft_c16_put(int16_t *y, int32_t r, int32_t i)
{
  y[0] = (int16_t)r;
  y[1] = (int16_t)i;
}
static void weft_c16_join_two(const int16_t *root, int16_t *y, int32_t d)
{
  const struct weft_c16 a = weft_c16_shared(y[0], y[1], 16383);
  const struct weft_c16 b = weft_c16_product(weft_c16_shared(y[2 * d], y[2 * d + 1], 16383), root);
  weft_c16_put(y, a.r + b.r, a.i + b.i);
  weft_c16_put(y + 2 * d, a.r - b.r, a.i - b.i);
}
static void weft_c16_join_four(
    const int16_t *roots, int32_t step, int16_t *y0, int16_t *y1, int16_t *y2, int16_t *y3)
{
  const struct weft_c16 x = weft_c16_shared(y0[0], y0[1], 8191);
  const struct weft_c16 a = weft_c16_product(weft_c16_shared(y1[0], y1[1], 8191), roots + 2 * step);
  const struct weft_c16 b = weft_c16_product(weft_c16_shared(y2[0], y2[1], 8191), roots + 4 * step);
  const struct weft_c16 c = weft_c16_product(weft_c16_shared(y3[0], y3[1], 8191), roots + 6 * step);
  const int32_t even_r = x.r + b.r, even_i = x.i + b.i, odd_r = x.r - b.r, odd_i = x.i - b.i;
  const int32_t sum_r = a.r + c.r, sum_i = a.i + c.i, turn_r = a.i - c.i, turn_i = c.r - a.r;
  weft_c16_put(y0, even_r + sum_r, even_i + sum_i);
  weft_c16_put(y1, odd_r + turn_r, odd_i + turn_i);
  weft_c16_put(y2, even_r - sum_r, even_i - sum_i);
  weft_c16_put(y3, odd_r - turn_r, odd_i - turn_i);
}
static void weft_fixed_fft(
    int32_t points, const int16_t *roots, const int16_t *turns, int32_t rows, int32_t samples,
    const int16_t *x, int16_t *y)
{
  for (int32_t row = 0; row < rows; ++row, x += samples, y += 2 * points + 2) {
    int32_t d = 1, left = points, from = 0;
    while (left % 4 == 0) left /= 4;
    for (int32_t p = 0; p < points; ++p) {
      int32_t step = left == 2 ? points / 2 : points / 4, digit = points - step;
      const int32_t i = 2 * from;
      weft_c16_put(y + 2 * p, i < samples ? x[i] : 0, i + 1 < samples ? x[i + 1] : 0);
      while (step > 0 && (from & digit) == digit) {
        from &= ~digit;
        step /= 4;
        digit = 3 * step;
      }
      from += step;
    }
    if (left == 2) {
      for (int32_t p = 0; p < points; p += 2) weft_c16_join_two(roots, y + 2 * p, 1);
      d = 2;
    }
    for (; d < points; d *= 4) {
      const int32_t step = points / (4 * d);
      for (int32_t part = 0; part < points; part += 4 * d)
        for (int32_t k = 0; k < d; ++k) {
          int16_t *const at = y + 2 * (part + k);
          weft_c16_join_four(roots, k * step, at, at + 2 * d, at + 4 * d, at + 6 * d);
        }
    }
    {
      const struct weft_c16 x0 = weft_c16_shared(y[0], y[1], 16383);
      weft_c16_put(y, x0.r + x0.i, 0);
      weft_c16_put(y + 2 * points, x0.r - x0.i, 0);
    }
    for (int32_t k = 1; k <= points / 2; ++k, turns += 2) {
      int16_t *const low = y + 2 * k, *const high = y + 2 * (points - k);
      const struct weft_c16 a = weft_c16_shared(low[0], low[1], 16383);
      const struct weft_c16 b = weft_c16_shared(high[0], (int16_t)-high[1], 16383);
      const int32_t sum_r = (int16_t)(a.r + b.r), sum_i = (int16_t)(a.i + b.i);
      const struct weft_c16 rest = {(int16_t)(a.r - b.r), (int16_t)(a.i - b.i)};
      const struct weft_c16 turn = weft_c16_product(rest, turns);
      weft_c16_put(low, (sum_r + turn.r) >> 1, (sum_i + turn.i) >> 1);
      weft_c16_put(high, (sum_r - turn.r) >> 1, (turn.i - sum_i) >> 1);
    }
    turns -= points / 2 * 2;
  }
}
)";

// $factor: a weight as a factor of 64 bits.
constexpr std::string_view kBank =
    R"(/* Sums of bands of energies that overlap by halves. Output c is the sum of channel c + 1 by
   `weight` and of channel c by `unweight`. */
static void $name(
    int32_t rows, int32_t frequencies, int32_t bands, const int16_t *weight,
    const int16_t *unweight, const int16_t *starts, const int16_t *weight_starts,
    const int16_t *widths, const uint32_t *x, uint64_t *y)
{
  for (int32_t row = 0; row < rows; ++row, x += frequencies, y += bands) {
    uint64_t kept = 0;
    for (int32_t c = 0; c <= bands; ++c) {
      const uint32_t *const from = x + starts[c];
      const int16_t *const w = weight + weight_starts[c], *const u = unweight + weight_starts[c];
      uint64_t sum = kept;
      kept = 0;
      for (int32_t j = 0; j < widths[c]; ++j) {
        sum += $factorw[j] * from[j];
        kept += $factoru[j] * from[j];
      }
      if (c > 0) y[c - 1] = sum;
    }
  }
}
)";

constexpr std::string_view kRoot =
    R"(/* Square roots, rounded to the nearest; that of 32 bits is at most 65535. */
static void weft_square_root(const uint64_t *x, uint32_t *y, int32_t count)
{
  for (int32_t i = 0; i < count; ++i) {
    if (x[i] >> 32 == 0) {
      uint32_t rest = (uint32_t)x[i], root = 0;
      for (uint32_t bit = UINT32_C(1) << ((weft_bits(rest | 1) - 1) & 30); bit; bit >>= 2) {
        const uint32_t least = root + bit;
        root >>= 1;
        if (rest >= least) {
          rest -= least;
          root += bit;
        }
      }
      y[i] = rest > root && root != 0xFFFF ? root + 1 : root;
    } else {
      uint64_t rest = x[i], root = 0;
      for (uint64_t bit = UINT64_C(1) << ((weft_bits((uint32_t)(rest >> 32)) + 31) & 62); bit;
           bit >>= 2) {
        const uint64_t least = root + bit;
        root >>= 1;
        if (rest >= least) {
          rest -= least;
          root += bit;
        }
      }
      y[i] = (uint32_t)(rest > root && root != 0xFFFFFFFF ? root + 1 : root);
    }
  }
}
)";

constexpr std::string_view kGain =
    R"(/* Energies by the gain that a table has for their noise, compressed. A piece of the table is a
   parabola between two powers of two. */
static void weft_gain(
    const uint32_t *x, const uint32_t *noise, const int16_t *table, int32_t shift, uint32_t *y,
    int32_t count)
{
  for (int32_t i = 0; i < count; ++i) {
    int16_t gain = 0;
    uint32_t ratio = 0;
    if (noise[i] <= 2) {
      gain = table[noise[i]];
    } else {
      const int32_t bits = weft_bits(noise[i]);
      const int16_t *const piece = table + 4 * bits - 6;
      const uint32_t part =
          (bits < 11 ? noise[i] << (11 - bits) : noise[i] >> (bits - 11)) & 0x3FF;
      const int32_t curve = (piece[2] * (int32_t)part) >> 5;
      const uint32_t slope = (uint32_t)curve + ((uint32_t)piece[1] << 5);
      gain = (int16_t)(((int32_t)(slope * part + (1 << 14)) >> 15) + piece[0]);
    }
    ratio = (uint32_t)(((uint64_t)(uint32_t)gain * x[i]) >> shift);
    y[i] = ratio < 8192 ? (ratio * ratio) >> 20 : (ratio >> 6) - 64;
  }
}
)";

constexpr std::string_view kLog =
    R"(/* scale * log(x 2^shift) by a table of what lies between a logarithm and the line below it. */
static void weft_log_u32(
    const uint32_t *x, uint32_t scale, int32_t shift, const uint16_t *table, int16_t *y,
    int32_t count)
{
  for (int32_t i = 0; i < count; ++i) {
    const uint32_t value = x[i] << shift;
    if (value <= 1) {
      y[i] = 0;
    } else {
      const int32_t whole = weft_bits(value) - 1;
      const uint32_t behind = value - (UINT32_C(1) << whole);
      const int32_t part =
          (int32_t)(whole < 16 ? behind << (16 - whole) : behind >> (whole - 16));
      const int32_t piece = part >> 9, low = table[piece], high = table[piece + 1];
      const int32_t sum = part + low + (((high - low) * (part - (piece << 9))) >> 16);
      const uint32_t log2 = ((uint32_t)whole << 16) + (uint32_t)sum;
      const uint32_t natural = (uint32_t)((UINT64_C(45426) * log2 + 32768) >> 16);
      const uint32_t scaled = (scale * natural + 32768) >> 16;
      y[i] = (int16_t)(scaled < 32767 ? scaled : 32767);
    }
  }
}
)";

int64_t last(const Shape& shape) { return shape[shape.rank() - 1]; }

std::string list(std::initializer_list<std::string> arguments) {
  std::string text;
  for (const std::string& argument : arguments) text += (text.empty() ? "" : ", ") + argument;
  return text;
}

Status emit_scale(Call& call) {
  const Shape& x = call.in(0).shape;
  if (x.elements() == 0) return {};
  call.source().define("weft_bits", kBits);
  call.source().define("weft_auto_scale", kScale);
  call.line("weft_auto_scale(" +
            list({std::to_string(x.elements() / last(x)), std::to_string(last(x)), call.read(0),
                  call.write(0), call.write(1)}) +
            ");");
  return {};
}

Status emit_transform(Call& call) {
  const Shape &x = call.in(0).shape, &y = call.out().shape;
  if (y.elements() == 0) return {};
  const int64_t length = call.attributes().integer("length");
  const kernels::FixedFft fft = kernels::fixed_fft(length);
  const auto table = [&](const char* name, const std::vector<kernels::Complex16>& numbers) {
    const auto count = static_cast<int64_t>(numbers.size());
    const std::string place = std::string(name) + "_" + std::to_string(length);
    return call.source().array(place, nullptr, DType::kInt16, Shape{2 * count}, numbers.data());
  };
  call.source().define("weft_fixed_fft", kTransform);
  const std::string roots = table("roots", fft.roots), turns = table("turns", fft.turns);
  call.line("weft_fixed_fft(" +
            list({std::to_string(fft.points), roots, turns, std::to_string(y.elements() / last(y)),
                  std::to_string(last(x)), call.read(0), call.write()}) +
            ");");
  return {};
}

// The C does not look whether channels lie within the energies, so their places must be known.
Status emit_bank(Call& call) {
  const Shape &x = call.in(0).shape, &y = call.out().shape;
  if (y.elements() == 0) return {};
  const auto content = [&](size_t i) { return static_cast<const int16_t*>(call.in(i).content); };
  for (size_t i = 1; i < call.inputs(); ++i)
    if (content(i) == nullptr)
      return errors::unsupported(call.op().name, "`", call.in(i).name,
                                 "` must be a constant in C; got an array that is computed");
  const kernels::FilterBank bank{last(x),    last(y),    call.in(1).shape[0], content(1),
                                 content(2), content(3), content(4),          content(5)};
  if (const int64_t c = kernels::channel_outside(bank); c >= 0)
    return errors::invalid_value(call.op().name, "`widths` must keep channels within ", last(x),
                                 " frequencies and ", bank.weights, " weights; got channel ", c);
  bool is_positive = true;
  for (int64_t i = 0; i < bank.weights; ++i)
    is_positive = is_positive && bank.weight[i] >= 0 && bank.unweight[i] >= 0;
  const std::string name = is_positive ? "weft_filter_bank" : "weft_filter_bank_signed";
  std::string text = replaced(std::string(kBank), "$name", name);
  call.source().define(
      name,
      replaced(text, "$factor", is_positive ? "(uint64_t)(uint32_t)" : "(uint64_t)(int64_t)"));
  call.line(name + "(" +
            list({std::to_string(x.elements() / last(x)), std::to_string(last(x)),
                  std::to_string(last(y)), call.read(1), call.read(2), call.read(3), call.read(4),
                  call.read(5), call.read(0), call.write()}) +
            ");");
  return {};
}

Status emit_root(Call& call) {
  call.source().define("weft_bits", kBits);
  call.source().define("weft_square_root", kRoot);
  call.line("weft_square_root(" + list({call.read(0), call.write(), call.count()}) + ");");
  return {};
}

Status emit_gain(Call& call) {
  call.source().define("weft_bits", kBits);
  call.source().define("weft_gain", kGain);
  call.line("weft_gain(" +
            list({call.read(0), call.read(1), call.read(2),
                  std::to_string(call.attributes().integer("shift")), call.write(), call.count()}) +
            ");");
  return {};
}

Status emit_log(Call& call) {
  uint16_t corrections[kernels::kLogCorrections];
  kernels::log_corrections(corrections);
  call.source().define("weft_bits", kBits);
  call.source().define("weft_log_u32", kLog);
  const std::string table =
      call.source().array("log_corrections", nullptr, DType::kUInt16,
                          Shape{kernels::kLogCorrections}, static_cast<const void*>(corrections));
  call.line(
      "weft_log_u32(" +
      list({call.read(0), "UINT32_C(" + std::to_string(call.attributes().integer("scale")) + ")",
            std::to_string(call.attributes().integer("shift")), table, call.write(),
            call.count()}) +
      ");");
  return {};
}

}  // namespace

WEFT_EMITTER(signal_auto_scale, in_place, emit_scale);
WEFT_EMITTER(signal_rfft, dense, emit_transform);
WEFT_EMITTER(signal_filter_bank, dense, emit_bank);
WEFT_EMITTER(signal_square_root, dense, emit_root);
WEFT_EMITTER(signal_gain, in_either, emit_gain);
WEFT_EMITTER(signal_log, dense, emit_log);

}  // namespace weft::c99
