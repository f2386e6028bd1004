// The uniform numbers of one element: as many as its distribution needs, from blocks of Philox of
// its own with the counter {number of the element, number of the block, ordinal} and the key seed.
// So results depend on neither threads nor their division.
#pragma once

#include "kernels/random/random.h"

namespace weft::kernels {

class Uniforms {
 public:
  Uniforms(const RandomStream& stream, int64_t element)
      : key_{uint32_t(stream.seed), uint32_t(stream.seed >> 32)},
        counter_{uint32_t(element), uint32_t(element >> 32), uint32_t(stream.ordinal),
                 uint32_t(stream.ordinal >> 32)} {}

  // In (0, 1), of 32 bits.
  double next() { return (double(word()) + 0.5) * 0x1p-32; }
  // In (0, 1), of 52 bits: for what becomes part of a result.
  double next_fine() {
    const double high = double(word() >> 6) * 67108864.0;
    return (high + double(word() >> 6) + 0.5) * 0x1p-52;
  }
  // After so many blocks they would repeat. Who still rejects then, once in ages, gives a number in
  // the middle of the distribution.
  bool is_exhausted() const { return blocks_ >= 0xffff; }

 private:
  uint32_t word() {
    if (used_ == 4) {
      philox4x32(counter_, key_, words_);
      counter_[1] += 1u << 16;  // the next block; an array has fewer than 2^48 elements
      ++blocks_;
      used_ = 0;
    }
    return words_[used_++];
  }

  uint32_t key_[2], counter_[4], words_[4];
  int used_ = 4;
  uint32_t blocks_ = 0;
};

}  // namespace weft::kernels
