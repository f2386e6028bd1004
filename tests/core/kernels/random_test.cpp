// Philox against its known answers; uniform numbers and permutations.
#include "kernels/random/random.h"

#include <algorithm>
#include <cmath>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/random/random_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

// Known answers of the Random123 distribution, kat_vectors: philox4x32 10.
TEST_CASE("Philox gives its known answers") {
  const struct {
    uint32_t counter[4], key[2], expected[4];
  } kKnown[] = {
      {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
      {{~0u, ~0u, ~0u, ~0u}, {~0u, ~0u}, {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
      {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
       {0xa4093822, 0x299f31d0},
       {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
  };
  for (const auto& known : kKnown) {
    uint32_t out[4];
    philox4x32(known.counter, known.key, out);
    for (int i = 0; i < 4; ++i) CHECK(out[i] == known.expected[i]);
    // The stream's blocks are the same function.
    const RandomStream stream = {known.key[0] | uint64_t(known.key[1]) << 32,
                                 known.counter[2] | uint64_t(known.counter[3]) << 32};
    std::vector<uint32_t> words(64);
    for (Isa isa : available_isas()) {
      WEFT_KERNEL_OF(isa, random_words)(stream, words.data(), {0, 40});
      for (uint32_t block = 0; block < 10; ++block) {
        const uint32_t counter[] = {block, 0, known.counter[2], known.counter[3]};
        philox4x32(counter, known.key, out);
        for (int i = 0; i < 4; ++i) REQUIRE(words[4 * block + i] == out[i]);
      }
    }
  }
}

TEST_CASE("uniform numbers depend on seed, ordinal and element alone") {
  const RandomStream stream = {42, 7};
  std::vector<float> whole(1001), parts(1001);
  run_random_uniform(stream, DType::kFloat32, -2, 3, whole.data(), {0, 1001});
  for (int64_t i = 1000; i >= 0; i -= 7)
    run_random_uniform(stream, DType::kFloat32, -2, 3, parts.data(),
                       {std::max<int64_t>(0, i - 6), i + 1});
  CHECK(whole == parts);
  double sum = 0;
  for (float value : whole) {
    REQUIRE((value >= -2 && value < 3));
    sum += value;
  }
  CHECK(sum / 1001 == doctest::Approx(0.5).epsilon(0.3));
  std::vector<double> wide(1000), other(1000);
  for (Isa isa : available_isas()) {
    WEFT_KERNEL_OF(isa, kUniforms)[int(DType::kFloat64)](stream, 0, 1, wide.data(), {0, 333});
    WEFT_KERNEL_OF(isa, kUniforms)[int(DType::kFloat64)](stream, 0, 1, wide.data(), {333, 1000});
    if (isa == Isa::kGeneric) other = wide;
    CHECK(wide == other);
  }
  // So narrow a range that rounding would reach the upper end.
  const float high = std::nextafter(1.0f, 2.0f);
  run_random_uniform(stream, DType::kFloat32, 1, high, whole.data(), {0, 1001});
  for (float value : whole) REQUIRE(value == 1.0f);
  std::vector<uint16_t> halves(1001);
  run_random_uniform(stream, DType::kBFloat16, 0, 1, halves.data(), {0, 1001});
  for (uint16_t half : halves) REQUIRE(half < 0x3f80);
}

TEST_CASE("a permutation holds every number once and repeats for a stream") {
  for (int64_t n : {0, 1, 2, 255, 256, 257, 1000}) {
    std::vector<int64_t> a(n), b(n), sorted(n);
    random_permutation({1, 2}, a.data(), n);
    random_permutation({1, 2}, b.data(), n);
    CHECK(a == b);
    sorted = a;
    std::sort(sorted.begin(), sorted.end());
    for (int64_t i = 0; i < n; ++i) REQUIRE(sorted[i] == i);
    if (n >= 255) CHECK(a != sorted);
  }
}

TEST_CASE("normal and exponential numbers are equal on every instruction set and split") {
  const RandomStream stream = {42, 7};
  const auto check = [&](const DistributionKernel* (*kernels)(Isa)) {
    std::vector<float> narrow(1001), narrow_parts(1001);
    std::vector<double> wide(1001), wide_parts(1001);
    for (Isa isa : available_isas()) {
      const DistributionKernel* of_isa = kernels(isa);
      const auto run = [&](DType dtype, void* out, Range range) {
        of_isa[int(dtype)](stream, 1, 2, out, range);
      };
      for (int64_t i = 1000; i >= 0; i -= 7) {
        const Range part{std::max<int64_t>(0, i - 6), i + 1};
        run(DType::kFloat32, narrow_parts.data(), part);
        run(DType::kFloat64, wide_parts.data(), part);
      }
      if (isa == Isa::kGeneric) {
        run(DType::kFloat32, narrow.data(), {0, 1001});
        run(DType::kFloat64, wide.data(), {0, 1001});
      }
      CHECK(narrow == narrow_parts);
      CHECK(wide == wide_parts);
    }
    for (double value : wide) REQUIRE(std::isfinite(value));
  };
  check([](Isa isa) { return WEFT_KERNEL_OF(isa, kNormals); });
  check([](Isa isa) { return WEFT_KERNEL_OF(isa, kExponentials); });
}

TEST_CASE("random integers stay in their range, whole or in parts") {
  std::vector<int64_t> whole(1001), parts(1001);
  run_random_integers({1, 2}, -5, 11, whole.data(), {0, 1001});
  run_random_integers({1, 2}, -5, 11, parts.data(), {500, 1001});
  run_random_integers({1, 2}, -5, 11, parts.data(), {0, 500});
  CHECK(whole == parts);
  for (int64_t value : whole) REQUIRE((value >= -5 && value <= 5));
}
