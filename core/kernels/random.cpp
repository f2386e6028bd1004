#include "kernels/random.h"

#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

// The high 64 bits of a * b.
uint64_t multiply_high(uint64_t a, uint64_t b) {
  const uint64_t a0 = a & 0xffffffff, a1 = a >> 32, b0 = b & 0xffffffff, b1 = b >> 32;
  const uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const uint64_t other = a0 * b1 + (middle & 0xffffffff);
  return a1 * b1 + (middle >> 32) + (other >> 32);
}

}  // namespace

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
  active_table().random_words(stream, out, elements);
}

void run_random_uniform(const RandomStream& stream, DType dtype, double low, double high, void* out,
                        Range elements) {
  active_table().uniforms[static_cast<int>(dtype)](stream, low, high, out, elements);
}

void random_permutation(const RandomStream& stream, int64_t* out, int64_t n) {
  for (int64_t i = 0; i < n; ++i) out[i] = i;
  // Draws come in pieces, written as if the stream were one array.
  constexpr int64_t kPiece = 256;
  uint32_t words[2 * kPiece];
  for (int64_t first = (n - 1) / kPiece * kPiece; first >= 0 && n > 1; first -= kPiece) {
    const int64_t end = first + kPiece < n ? first + kPiece : n;
    run_random_words(stream, words - 2 * first, {2 * first, 2 * end});
    for (int64_t i = end - 1; i >= first; --i) {
      const uint64_t draw = uint64_t(words[2 * (i - first)]) << 32 | words[2 * (i - first) + 1];
      const int64_t j = int64_t(multiply_high(draw, uint64_t(i) + 1));
      const int64_t held = out[i];
      out[i] = out[j];
      out[j] = held;
    }
  }
}

}  // namespace weft::kernels
