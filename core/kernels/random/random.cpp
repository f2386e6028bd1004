// Random integers and permutations, and one block of Philox for tests; the other distributions are
// in random.isa.cpp.

#include "kernels/random/random.h"

#include "kernels/isa/active.h"
#include "kernels/random/random_kernels_impl.h"

namespace weft::kernels {
namespace {

// The high 64 bits of a b: it maps a uniform a to 0 .. b - 1 without a division.
uint64_t multiply_high(uint64_t a, uint64_t b) {
  const uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const uint64_t other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

// Draws of 64 bits, a piece at a time: draw i is made of words 2i and 2i + 1.
constexpr int64_t kPiece = 256;

class Draws {
 public:
  Draws(const RandomStream& stream, int64_t first, int64_t end) : first_(first) {
    // The pointer is moved back, because words are written at their numbers.
    run_random_words(stream, words_ - 2 * first, {2 * first, 2 * end});
  }
  uint64_t at(int64_t i) const {
    const uint32_t* pair = words_ + 2 * (i - first_);
    return uint64_t(pair[0]) << 32 | pair[1];
  }

 private:
  int64_t first_;
  uint32_t words_[2 * kPiece];
};

}  // namespace

// The scalar form of philox_blocks().
void philox4x32(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3];
  uint32_t k0 = key[0], k1 = key[1];
  for (int round = 0; round < 10; ++round) {
    const uint64_t p0 = uint64_t(0xD2511F53) * c0;
    const uint64_t p1 = uint64_t(0xCD9E8D57) * c2;
    c0 = uint32_t(p1 >> 32) ^ c1 ^ k0;
    c1 = uint32_t(p1);
    c2 = uint32_t(p0 >> 32) ^ c3 ^ k1;
    c3 = uint32_t(p0);
    k0 += 0x9E3779B9;
    k1 += 0xBB67AE85;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

void run_random_words(const RandomStream& stream, uint32_t* out, Range elements) {
  WEFT_ACTIVE(random_words)(stream, out, elements);
}

void run_random_uniform(const RandomStream& stream, DType dtype, double low, double high, void* out,
                        Range elements) {
  entry_of(WEFT_ACTIVE(kUniforms), dtype)(stream, low, high, out, elements);
}

void run_random_normal(const RandomStream& stream, DType dtype, double mean, double deviation,
                       void* out, Range elements) {
  entry_of(WEFT_ACTIVE(kNormals), dtype)(stream, mean, deviation, out, elements);
}

void run_random_exponential(const RandomStream& stream, DType dtype, double scale, void* out,
                            Range elements) {
  entry_of(WEFT_ACTIVE(kExponentials), dtype)(stream, scale, 0, out, elements);
}

void run_random_integers(const RandomStream& stream, int64_t low, uint64_t span, int64_t* out,
                         Range elements) {
  for (int64_t first = elements.begin; first < elements.end; first += kPiece) {
    const int64_t end = first + kPiece < elements.end ? first + kPiece : elements.end;
    const Draws draws(stream, first, end);
    for (int64_t i = first; i < end; ++i)
      out[i] = int64_t(uint64_t(low) + multiply_high(draws.at(i), span));
  }
}

// From the last position down, each exchanges with one of those before it or itself.
void random_permutation(const RandomStream& stream, int64_t* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = i;
  for (int64_t first = (n - 1) / kPiece * kPiece; first >= 0 && n > 1; first -= kPiece) {
    const int64_t end = first + kPiece < n ? first + kPiece : n;
    const Draws draws(stream, first, end);
    for (int64_t i = end - 1; i >= first; --i) {
      const int64_t j = int64_t(multiply_high(draws.at(i), uint64_t(i) + 1));
      const int64_t other = out[i];
      out[i] = out[j];
      out[j] = other;
    }
  }
}

}  // namespace weft::kernels
