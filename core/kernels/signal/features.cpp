// Arithmetic of speech features in integers. Results are cut to their width where the signal
// library cuts them; arithmetic that could overflow is done without signs.

#include "kernels/signal/features.h"

#include <algorithm>
#include <bit>
#include <cmath>

namespace weft::kernels {

int32_t room_above(const int16_t* x, int64_t count) {
  int16_t most = 0;
  for (int64_t i = 0; i < count; ++i) {
    if (x[i] > most)
      most = x[i];
    else if (-x[i] > most)
      most = static_cast<int16_t>(-x[i]);
  }
  // No samples but zeros, or a negative magnitude, count as 32 bits.
  return most <= 0 ? 0 : 15 - static_cast<int32_t>(std::bit_width(static_cast<uint32_t>(most)));
}

int64_t channel_outside(const FilterBank& bank) {
  for (int64_t c = 0; c <= bank.channels; ++c) {
    const int64_t width = bank.widths[c], from = bank.starts[c], weight = bank.weight_starts[c];
    if (width <= 0) continue;
    if (from < 0 || from + width > bank.frequencies || weight < 0 || weight + width > bank.weights)
      return c;
  }
  return -1;
}

void run_filter_bank(const FilterBank& bank, const uint32_t* x, uint64_t* y, Range rows) {
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const uint32_t* const frequencies = x + row * bank.frequencies;
    uint64_t* const out = y + row * bank.channels;
    uint64_t kept = 0;
    for (int64_t c = 0; c <= bank.channels; ++c) {
      uint64_t sum = kept;
      kept = 0;
      const int64_t from = bank.starts[c], weights = bank.weight_starts[c];
      for (int64_t j = 0; j < bank.widths[c]; ++j) {
        const uint64_t energy = frequencies[from + j];
        sum += static_cast<uint64_t>(int64_t{bank.weight[weights + j]}) * energy;
        kept += static_cast<uint64_t>(int64_t{bank.unweight[weights + j]}) * energy;
      }
      if (c > 0) out[c - 1] = sum;
    }
  }
}

// Bit by bit from the highest; what is left over tells how to round.
uint32_t square_root(uint64_t x) {
  if (x == 0) return 0;
  uint64_t rest = x, root = 0;
  for (uint64_t bit = uint64_t{1} << ((std::bit_width(x) - 1) & ~1); bit != 0; bit >>= 2) {
    const bool fits = rest >= root + bit;
    if (fits) rest -= root + bit;
    root = (root >> 1) + (fits ? bit : 0);
  }
  const uint64_t most = x >> 32 == 0 ? 0xFFFF : 0xFFFFFFFF;
  return static_cast<uint32_t>(rest > root && root != most ? root + 1 : root);
}

int16_t gain_of(uint32_t x, const int16_t* table) {
  if (x <= 2) return table[x];
  const int bits = static_cast<int>(std::bit_width(x));
  const int16_t* const piece = table + 4 * bits - 6;
  const uint32_t fraction = (bits < 11 ? x << (11 - bits) : x >> (bits - 11)) & 0x3FF;
  const int32_t curve = (piece[2] * static_cast<int32_t>(fraction)) >> 5;
  const uint32_t slope = static_cast<uint32_t>(curve) + (static_cast<uint32_t>(piece[1]) << 5);
  const auto product = static_cast<int32_t>(slope * fraction + (1 << 14));
  return static_cast<int16_t>((product >> 15) + piece[0]);
}

uint32_t compressed(uint32_t x, uint32_t noise, const int16_t* table, int32_t shift) {
  const auto gain = static_cast<uint32_t>(gain_of(noise, table));
  const auto ratio = static_cast<uint32_t>((uint64_t{x} * gain) >> shift);
  return ratio < 2 << 12 ? (ratio * ratio) >> 20 : (ratio >> 6) - 64;
}

void log_corrections(uint16_t (&table)[kLogCorrections]) {
  for (int i = 0; i < kLogCorrections; ++i)
    table[i] = static_cast<uint16_t>(std::lround(65536 * (std::log2(1 + i / 128.0) - i / 128.0)));
}

int16_t scaled_log(uint32_t x, uint32_t scale, int32_t shift, const uint16_t* corrections) {
  const uint32_t value = x << shift;
  if (value <= 1) return 0;
  const int whole = static_cast<int>(std::bit_width(value)) - 1;
  const uint32_t behind = value - (uint32_t{1} << whole);
  const auto fraction = static_cast<int32_t>(whole < 16 ? behind << (16 - whole)  //
                                                        : behind >> (whole - 16));
  const int32_t piece = fraction >> 9;
  const int32_t low = corrections[piece], high = corrections[piece + 1];
  const int32_t correction = low + (((high - low) * (fraction - (piece << 9))) >> 16);
  const uint32_t log2 = (static_cast<uint32_t>(whole) << 16) +  //
                        static_cast<uint32_t>(fraction + correction);
  constexpr uint64_t kLogOfTwo = 45426, kHalf = 1 << 15;  // in multiples of 2^-16
  const auto log = static_cast<uint32_t>((kLogOfTwo * log2 + kHalf) >> 16);
  const uint32_t scaled = (scale * log + static_cast<uint32_t>(kHalf)) >> 16;
  return static_cast<int16_t>(std::min<uint32_t>(scaled, 32767));
}

}  // namespace weft::kernels
