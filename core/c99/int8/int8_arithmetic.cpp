// What the int8 kernels of a program share: the rescaling of sums, and lanes of 16 bits.
#include "c99/int8/int8_text.h"

namespace weft::c99 {
namespace {

// The double rounding of gemmlowp and TensorFlow Lite, as in kernels/int8/quantized.h: (x *
// multiplier + 2^30) >> 31, then a division by 2^right with halves away from zero.
constexpr std::string_view kRescale =
    R"(/* x * multiplier * 2^(shift - 31), rounded twice, halves of the second time away from zero. */
static inline int32_t weft_rescale(int32_t x, int32_t multiplier, int32_t shift)
{
  const int32_t left = shift > 0 ? shift : 0, right = shift < 0 ? -shift : 0;
  const int64_t wide = (int64_t)(int32_t)((uint32_t)x << left) * multiplier + (1 << 30);
  const int32_t high = (int32_t)(wide >> 31);
  const uint32_t mask = ((uint32_t)1 << right) - 1;
  const uint32_t rest = (uint32_t)high & mask, half = (mask >> 1) + (high < 0 ? 1u : 0u);
  return (high >> right) + (rest > half ? 1 : 0);
}

static inline int32_t weft_clamp(int32_t x, int32_t low, int32_t high)
{
  return x < low ? low : x > high ? high : x;
}
)";

// The short form for sums with a proven bound. Floors nest (floor(floor(a) / b) = floor(a / b)), so
// both roundings and the zero point become one addition and one shift. It takes twice the sum,
// because the instruction gives the upper 32 of 64 bits.
constexpr std::string_view kPlace =
    R"(/* As weft_rescale of x = twice / 2, then the zero point and the bounds of int8: for sums whose
 * amount is proven to be less than 2^30, and shifts from -22 to -1. right: -shift - 1. */
static inline int8_t weft_place(int32_t twice, int32_t multiplier, int32_t right, int32_t zero2)
{
#if WEFT_DSP
  int32_t high, y;
  __asm__("smmulr %0, %1, %2" : "=r"(high) : "r"(twice), "r"(multiplier));
  high = (high + zero2 * (1 << right) + (twice >> 31)) >> right;
  __asm__("ssat %0, #8, %1, asr #1" : "=r"(y) : "r"(high));
  return (int8_t)y;
#else
  const int32_t high = (int32_t)(((int64_t)twice * multiplier + 0x80000000) >> 32);
  const int32_t y = ((high + zero2 * (1 << right) - (twice < 0 ? 1 : 0)) >> right) >> 1;
  return (int8_t)(y < -128 ? -128 : y > 127 ? 127 : y);
#endif
}

static inline int32_t weft_low(uint32_t x) { return (int16_t)(x & 0xffffu); }
static inline int32_t weft_high(uint32_t x) { return (int16_t)(x >> 16); }
static inline int32_t weft_low_byte(uint32_t x) { return (int8_t)(x & 0xffu); }
)";

constexpr std::string_view kWiden =
    R"(/* Four elements as pairs of 16 bits, the first with the third: in two words, $distance words apart. */
#if WEFT_DSP
static inline void weft_widen_$distance(uint32_t *to, const int8_t *x)
{
  uint32_t four, pair;
  memcpy(&four, x, 4);
  __asm__("sxtb16 %0, %1" : "=r"(pair) : "r"(four));
  to[0] = pair;
  __asm__("sxtb16 %0, %1, ror #8" : "=r"(pair) : "r"(four));
  to[$distance] = pair;
}
#else
static inline void weft_widen_$distance(uint32_t *to, const int8_t *x)
{
  to[0] = ((uint32_t)x[0] & 0xffffu) | (uint32_t)x[2] << 16;
  to[$distance] = ((uint32_t)x[1] & 0xffffu) | (uint32_t)x[3] << 16;
}
#endif
)";

}  // namespace

std::string replaced(std::string_view text, std::string_view name, std::string_view value) {
  std::string out(text);
  for (size_t at = 0; (at = out.find(name, at)) != std::string::npos; at += value.size())
    out.replace(at, name.size(), value);
  return out;
}

std::string assembly(std::string_view listing) {
  std::string out;
  while (!listing.empty()) {
    const size_t end = listing.find('\n');
    const std::string_view line = listing.substr(0, end);
    if (!line.empty()) out += "    \"" + std::string(line) + "\\n\"\n";
    listing.remove_prefix(end == std::string_view::npos ? listing.size() : end + 1);
  }
  return out;
}

void define_rescale(Source& source) { source.define("weft_rescale", kRescale); }
void define_place(Source& source) {
  define_forms(source);
  source.define("weft_place", kPlace);
}
void define_widen(Source& source, int distance) {
  define_forms(source);
  const std::string number = std::to_string(distance);
  source.define("weft_widen_" + number, replaced(kWiden, "$distance", number));
}

}  // namespace weft::c99
