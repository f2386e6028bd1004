// Fixed-point arithmetic of speech features, by the rules of TensorFlow Lite Micro's signal library
// (signal/src): from the spectrum of a frame to the logarithms of some bands. All of it is in
// integers: every machine gives the same bits.
#pragma once

#include <cstdint>

#include "kernels/range.h"

namespace weft::kernels {

// How far samples can be shifted to the left: 15 less the bits of the largest magnitude, which runs
// through the samples in 16 bits. There -32768 is its own negative, so that the search begins anew
// behind it, and what is shifted may wrap.
int32_t room_above(const int16_t* x, int64_t count);

// Bands of a spectrum that overlap by halves. Channel c, for c = 0 … channels, reads widths[c]
// neighbours from starts[c] on with as many weights from weight_starts[c] on. Output c - 1 is the
// sum by `weight` of channel c and the one by `unweight` of channel c - 1.
struct FilterBank {
  int64_t frequencies, channels, weights;  // weights: their number
  const int16_t *weight, *unweight, *starts, *weight_starts, *widths;
};
// The first channel that reads outside the frequencies or the weights; -1: there is none.
int64_t channel_outside(const FilterBank& bank);
// Rows of dense frequencies; sums wrap in 64 bits.
void run_filter_bank(const FilterBank& bank, const uint32_t* x, uint64_t* y, Range rows);

// The square root rounded to the nearest. Numbers from 65535.5^2 to 2^32 give 65535, which is their
// root in 16 bits.
uint32_t square_root(uint64_t x);

// The table of a gain has two numbers and 31 pieces of four: value, slope and curvature of a
// parabola between two powers of two, and one that is not used; the last lacks that one.
inline constexpr int64_t kGainTable = 125;
// The function in the table, of 16 bits.
int16_t gain_of(uint32_t x, const int16_t* table);
// x times the gain of the noise, divided by 2^shift, and compressed: in 12 bits behind the point it
// is a square divided by 4 below 2, and less by 1 above; the result has 6.
uint32_t compressed(uint32_t x, uint32_t noise, const int16_t* table, int32_t shift);

// Corrections of a logarithm to the base 2, in multiples of 2^-16, at 1 + i / 128: what lies
// between it and the line from 0 to 1.
inline constexpr int64_t kLogCorrections = 129;
void log_corrections(uint16_t (&table)[kLogCorrections]);
// scale * log(x 2^shift), at most 32767, and 0 where x 2^shift is at most 1. The shift wraps.
int16_t scaled_log(uint32_t x, uint32_t scale, int32_t shift, const uint16_t* corrections);

}  // namespace weft::kernels
