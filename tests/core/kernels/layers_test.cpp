// Pooling, softmax, indexing and random numbers.
#include <algorithm>
#include <string>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/indexing.h"
#include "kernels/pooling.h"
#include "kernels/random.h"
#include "kernels/softmax.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

Pooling square_pooling(int64_t planes, int64_t size, int64_t kernel, int64_t stride, int64_t pad,
                       int64_t out) {
  Pooling p = {};
  p.dtype = DType::kFloat32;
  p.planes = planes;
  p.in_height = p.in_width = size;
  p.out_height = p.out_width = out;
  p.kernel_height = p.kernel_width = kernel;
  p.stride_height = p.stride_width = stride;
  p.pad_top = p.pad_left = p.pad_bottom = p.pad_right = pad;
  p.dilation_height = p.dilation_width = 1;
  return p;
}

}  // namespace

TEST_CASE("max pooling finds the first maximum, and gather and scatter are adjoint") {
  const Pooling p = square_pooling(3, 9, 3, 2, 1, 5);
  std::vector<float> x = uniform<float>(3 * 81, -1, 1);
  x[10] = x[11] = 5;  // equal maxima: the first wins
  std::vector<float> y(75), again(75), dx(243);
  std::vector<int64_t> indices(75);
  run_max_pool(p, x.data(), y.data(), indices.data(), {0, 3});
  for (int64_t plane = 0; plane < 3; ++plane)
    for (int64_t i = 0; i < 5; ++i)
      for (int64_t j = 0; j < 5; ++j) {
        float best = -INFINITY;
        int64_t where = -1;
        for (int64_t row = std::max<int64_t>(0, 2 * i - 1); row < std::min<int64_t>(9, 2 * i + 2);
             ++row)
          for (int64_t col = std::max<int64_t>(0, 2 * j - 1); col < std::min<int64_t>(9, 2 * j + 2);
               ++col)
            if (x[plane * 81 + row * 9 + col] > best) {
              best = x[plane * 81 + row * 9 + col];
              where = row * 9 + col;
            }
        const int64_t at = plane * 25 + i * 5 + j;
        REQUIRE(y[at] == best);
        REQUIRE(indices[at] == where);
      }
  const PlaneIndex gather = {DType::kFloat32, 3, 81, 25};
  run_plane_gather(gather, x.data(), indices.data(), again.data(), {0, 3});
  CHECK(again == y);
  const std::vector<float> dy = uniform<float>(75, -1, 1, 7);
  run_plane_scatter(gather, dy.data(), indices.data(), dx.data(), {0, 3});
  double left = 0, right = 0;  // <gather x, dy> = <x, scatter dy>
  for (int i = 0; i < 75; ++i) left += double(again[i]) * dy[i];
  for (int i = 0; i < 243; ++i) right += double(x[i]) * dx[i];
  CHECK(left == doctest::Approx(right));

  x[30] = NAN;
  run_max_pool(p, x.data(), y.data(), nullptr, {0, 3});
  CHECK(std::isnan(y[1 * 5 + 1]));
}

TEST_CASE("average pooling counts padding on request, and its adjoint is one") {
  for (bool include : {false, true}) {
    Pooling p = square_pooling(2, 7, 3, 2, 1, 4);
    p.count_include_pad = include;
    const std::vector<float> x = uniform<float>(98, -1, 1), dy = uniform<float>(32, -1, 1, 5);
    std::vector<float> y(32), dx(98);
    run_average_pool(p, x.data(), y.data(), {0, 2});
    run_average_pool_adjoint(p, dy.data(), dx.data(), {0, 2});
    const float corner = x[0] + x[1] + x[7] + x[8];
    CHECK(y[0] == doctest::Approx(corner / (include ? 9 : 4)));
    double left = 0, right = 0;
    for (int i = 0; i < 32; ++i) left += double(y[i]) * dy[i];
    for (int i = 0; i < 98; ++i) right += double(x[i]) * dx[i];
    CHECK(left == doctest::Approx(right));
  }
}

TEST_CASE("softmax rows sum to one and log_softmax is its logarithm") {
  for (int64_t cols : {1, 3, 10, 64, 1000, 3000}) {
    const std::vector<double> x = uniform<double>(4 * cols, -20, 20);
    const std::vector<float> narrow(x.begin(), x.end());
    std::vector<double> y(4 * cols), log_y(4 * cols);
    std::vector<float> y32(4 * cols);
    run_softmax({DType::kFloat64, 4, cols, false}, x.data(), y.data(), {0, 4});
    run_softmax({DType::kFloat64, 4, cols, true}, x.data(), log_y.data(), {0, 4});
    run_softmax({DType::kFloat32, 4, cols, false}, narrow.data(), y32.data(), {0, 4});
    for (int64_t row = 0; row < 4; ++row) {
      double most = -INFINITY, sum = 0;
      for (int64_t j = 0; j < cols; ++j) most = std::max(most, x[row * cols + j]);
      for (int64_t j = 0; j < cols; ++j) sum += std::exp(x[row * cols + j] - most);
      for (int64_t j = 0; j < cols; ++j) {
        const double exact = std::exp(x[row * cols + j] - most) / sum;
        REQUIRE(y[row * cols + j] == doctest::Approx(exact).epsilon(1e-13));
        REQUIRE(log_y[row * cols + j] == doctest::Approx(std::log(exact)).epsilon(1e-12));
        REQUIRE(y32[row * cols + j] == doctest::Approx(exact).epsilon(1e-5));
      }
    }
    std::vector<std::vector<float>> results;
    for (Isa isa : available_isas()) {
      if (isa == Isa::kGeneric) continue;
      table_of(isa)->softmaxes[int(DType::kFloat32)]({DType::kFloat32, 4, cols, false},
                                                     narrow.data(), y32.data(), {0, 4});
      results.push_back(y32);
    }
    for (const auto& result : results) CHECK(result == results[0]);
  }
}

TEST_CASE("pick and take read at positions, negative ones from the end, and have adjoints") {
  const std::vector<float> x = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11};  // [2, 3, 2]
  const Indexing p = {DType::kFloat32, 2, 3, 2, false};
  const std::vector<int64_t> index = {0, -1, 2, 1};
  std::vector<float> y(4), dx(12);
  run_pick(p, x.data(), index.data(), y.data(), {0, 2});
  CHECK(y == std::vector<float>{0, 5, 10, 9});
  run_pick_adjoint(p, y.data(), index.data(), dx.data(), {0, 2});
  CHECK(dx == std::vector<float>{0, 0, 0, 0, 0, 5, 0, 0, 0, 9, 10, 0});

  const std::vector<int64_t> rows = {2, 0, -1};
  std::vector<float> taken(12);
  run_take(p, x.data(), rows.data(), 3, taken.data(), {0, 6});
  CHECK(taken == std::vector<float>{4, 5, 0, 1, 4, 5, 10, 11, 6, 7, 10, 11});
  run_take_adjoint(p, taken.data(), rows.data(), 3, dx.data(), {0, 2});
  CHECK(dx == std::vector<float>{0, 1, 0, 0, 8, 10, 6, 7, 0, 0, 20, 22});
  CHECK(first_out_of_range(rows.data(), 3, 3) == -1);
  CHECK(first_out_of_range(rows.data(), 3, 2) == 0);
  const Indexing clipping = {DType::kFloat32, 2, 3, 2, true};
  const std::vector<int64_t> wild = {9, -9, 0, 0};
  run_pick(clipping, x.data(), wild.data(), y.data(), {0, 2});
  CHECK(y == std::vector<float>{4, 1, 6, 7});
}

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
      table_of(isa)->random_words(stream, words.data(), {0, 40});
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
    table_of(isa)->uniforms[int(DType::kFloat64)](stream, 0, 1, wide.data(), {0, 333});
    table_of(isa)->uniforms[int(DType::kFloat64)](stream, 0, 1, wide.data(), {333, 1000});
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
