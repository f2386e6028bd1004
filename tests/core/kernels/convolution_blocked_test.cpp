// Convolutions and poolings over channel blocks against the defining sums, in every instruction
// set.
#include "kernels/convolution/blocked/convolution_blocked.h"

#include <algorithm>
#include <iterator>
#include <memory>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/pooling/pooling.h"
#include "kernels/pooling/pooling_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

struct Setting {
  int64_t batch, groups, in, height, width, out, kh, kw, sh, sw, ph, pw, dh, dw;
  bool is_plain;
  int64_t winograd = 0;
  DType dtype = DType::kFloat32;
};

const Setting kFloatSettings[] = {
    {2, 1, 16, 9, 31, 32, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {1, 1, 32, 7, 7, 48, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {1, 1, 8, 13, 15, 24, 3, 3, 2, 2, 1, 1, 1, 1, false},
    {1, 1, 24, 5, 29, 8, 1, 1, 1, 1, 0, 0, 1, 1, false},
    {3, 1, 48, 4, 4, 80, 1, 1, 1, 1, 0, 0, 1, 1, false},
    {1, 1, 640, 17, 17, 32, 1, 1, 2, 2, 0, 0, 1, 1, false},
    {1, 1, 144, 3, 3, 16, 3, 3, 1, 1, 2, 2, 1, 1, false},
    {1, 2, 64, 6, 20, 32, 3, 2, 1, 3, 0, 1, 2, 2, false},
    {1, 1, 16, 3, 2, 16, 5, 5, 1, 1, 4, 4, 1, 1, false},
    {1, 3, 48, 6, 6, 24, 2, 2, 1, 1, 1, 1, 1, 1, false},
    {2, 1, 3, 23, 30, 32, 7, 7, 2, 2, 3, 3, 1, 1, true},
    {1, 1, 1, 5, 40, 8, 3, 3, 1, 4, 1, 1, 1, 1, true},
    {1, 1, 3, 6, 31, 48, 3, 3, 1, 1, 1, 1, 1, 1, true},
    {1, 1, 5, 12, 12, 16, 2, 4, 1, 1, 0, 3, 3, 2, true},
    {2, 32, 32, 6, 19, 32, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {1, 24, 24, 9, 8, 24, 5, 3, 2, 2, 2, 1, 1, 1, false},
    {1, 16, 16, 1, 40, 16, 1, 4, 1, 3, 0, 3, 1, 2, false},
    {2, 32, 32, 9, 30, 32, 3, 3, 2, 2, 1, 1, 1, 1, false},  // two rows of windows at a time
    {1, 16, 16, 8, 17, 16, 3, 3, 2, 2, 0, 0, 1, 1, false},
    {1, 16, 16, 5, 9, 16, 3, 3, 1, 1, 2, 2, 1, 1, false},
    {1, 16, 16, 5, 1, 16, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {1, 16, 16, 5, 2, 16, 3, 3, 2, 2, 1, 1, 1, 1, false},
    {1, 32, 32, 15, 14, 32, 3, 3, 1, 1, 1, 1, 1, 1, false},  // the upper half of all channels first
    {2, 24, 24, 6, 19, 24, 3, 3, 1, 1, 1, 1, 1, 1, false},   // two pixels to a vector
    {1, 8, 8, 5, 30, 8, 5, 5, 1, 1, 2, 2, 1, 1, false},
    {1, 8, 8, 4, 3, 8, 3, 5, 1, 1, 1, 3, 1, 1, false},
    {1, 8, 8, 3, 1, 8, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {1, 40, 40, 7, 9, 40, 3, 3, 1, 1, 1, 2, 1, 2, false},
    {1, 8, 8, 6, 14, 8, 2, 7, 1, 1, 0, 3, 1, 1, false},     // more than two beside the image
    {1, 16, 16, 6, 11, 16, 3, 3, 1, 1, 1, 1, 1, 1, false},  // tiles of 5 and 6 pixels
    {2, 32, 32, 6, 22, 32, 3, 3, 1, 1, 1, 1, 1, 1, false},  // of 7 and 8
    {1, 16, 16, 7, 17, 16, 5, 5, 1, 1, 2, 2, 1, 1, false},
    {1, 24, 24, 9, 24, 24, 5, 5, 1, 1, 1, 1, 2, 1, false},  // one column beside the image of two
    {1, 16, 16, 9, 45, 16, 5, 5, 2, 2, 2, 2, 1, 1, false},
    {1, 40, 40, 9, 21, 40, 7, 7, 1, 1, 3, 3, 1, 1, false},
    {1, 1, 48, 7, 7, 96, 1, 1, 1, 1, 0, 0, 1, 1, false},  // halves of the pixels
    {1, 1, 16, 5, 9, 24, 1, 1, 1, 1, 0, 0, 1, 1, false},
    {1, 2, 32, 6, 5, 64, 1, 1, 1, 1, 0, 0, 1, 1, false},
    {3, 1, 16, 5, 5, 32, 1, 1, 1, 1, 0, 0, 1, 1, false},
    {1, 1, 32, 1, 37, 48, 1, 5, 1, 1, 0, 2, 1, 1, false},
    {1, 1, 3, 1, 40, 16, 1, 4, 1, 2, 0, 3, 1, 1, true},
    {2, 1, 1, 1, 90, 32, 1, 9, 1, 4, 0, 4, 1, 1, true},      // taps side by side
    {1, 1, 64, 1, 2400, 48, 1, 3, 1, 1, 0, 2, 1, 2, false},  // a sequence in four parts
    {1, 1, 16, 5, 56, 48, 1, 1, 1, 1, 0, 0, 1, 1, false},    // tiles of a row in one call
    {1, 1, 16, 3, 84, 32, 3, 3, 1, 1, 1, 1, 1, 1, false},
    {2, 1, 32, 5, 31, 24, 1, 1, 1, 1, 0, 0, 1, 1, false},  // couples of pixels, 24 channels
    {1, 1, 32, 6, 49, 56, 3, 2, 1, 1, 1, 0, 1, 2, false},
    {1, 1, 64, 23, 25, 56, 3, 3, 2, 2, 1, 1, 1, 1, false},   // two blocks to a tile, four phases
    {1, 1, 112, 5, 5, 32, 1, 1, 1, 1, 0, 0, 1, 1, false},    // channels in two parts
    {2, 1, 144, 3, 10, 48, 1, 1, 1, 1, 0, 0, 1, 1, false},   // of several images
    {1, 1, 1056, 9, 29, 16, 1, 1, 1, 1, 0, 0, 1, 1, false},  // more pixels than are one row
    {2, 1, 48, 17, 17, 128, 1, 1, 2, 2, 0, 0, 1, 1, false},  // pixels staged side by side
    {1, 1, 640, 9, 12, 256, 1, 1, 2, 3, 0, 0, 1, 1, false},
    {1, 2, 64, 37, 62, 256, 1, 1, 2, 2, 0, 0, 1, 1, false},    // row by row
    {1, 1, 1024, 33, 33, 128, 1, 1, 2, 2, 0, 0, 1, 1, false},  // too many to be staged
    {0, 1, 48, 17, 17, 128, 1, 1, 2, 2, 0, 0, 1, 1, false},
    {1, 1, 1, 1, 60, 16, 1, 5, 1, 1, 0, 4, 1, 2, true},
    {2, 1, 16, 13, 9, 32, 3, 3, 1, 1, 1, 1, 1, 1, false, 2},
    {1, 1, 48, 6, 31, 16, 3, 3, 1, 1, 0, 2, 1, 1, false, 2},
    {5, 1, 16, 5, 4, 48, 3, 3, 1, 1, 1, 0, 1, 1, false, 2},
    {2, 1, 16, 13, 9, 32, 3, 3, 1, 1, 1, 1, 1, 1, false, 4},
    {1, 1, 48, 6, 31, 16, 3, 3, 1, 1, 0, 2, 1, 1, false, 4},
    {3, 1, 96, 5, 5, 112, 3, 3, 1, 1, 1, 1, 1, 1, false, 4},  // units of some panels
    {1, 1, 64, 28, 28, 64, 3, 3, 1, 1, 1, 1, 1, 1, false, 4},
};

// bfloat16 has Winograd's tiles of 2 only; plain images have pairs of columns.
std::vector<Setting> every_setting() {
  std::vector<Setting> settings(std::begin(kFloatSettings), std::end(kFloatSettings));
  for (Setting setting : kFloatSettings) {
    setting.dtype = DType::kBFloat16;
    if (setting.winograd <= 2) settings.push_back(setting);
  }
  settings.push_back({1, 1, 2, 6, 21, 24, 2, 1, 1, 1, 0, 0, 1, 1, true, 0, DType::kBFloat16});
  settings.push_back({2, 1, 3, 9, 50, 16, 3, 5, 2, 1, 1, 4, 1, 3, true, 0, DType::kBFloat16});
  return settings;
}
const std::vector<Setting> kSettings = every_setting();

struct Reference {
  BlockedConvolution problem = {};
  Elements x, weights, bias, residual;
  std::vector<double> y;  // in blocks

  explicit Reference(const Setting& s) {
    Convolution p = {};
    p.dtype = s.dtype;
    p.batch = s.batch, p.groups = s.groups;
    p.in_channels = s.in, p.in_height = s.height, p.in_width = s.width;
    p.out_channels = s.out, p.kernel_height = s.kh, p.kernel_width = s.kw;
    p.stride_height = s.sh, p.stride_width = s.sw, p.pad_top = s.ph, p.pad_left = s.pw;
    p.dilation_height = s.dh, p.dilation_width = s.dw;
    p.out_height = convolution_extent(s.height, s.kh, s.sh, s.ph, s.ph, s.dh);
    p.out_width = convolution_extent(s.width, s.kw, s.sw, s.pw, s.pw, s.dw);
    problem = in_blocks(p, s.is_plain ? 1 : channel_block(s.in), s.winograd);
    problem.low = -1.5, problem.high = 2;
    problem.depth_parts = depth_parts(p, problem.in_block);
    REQUIRE(blocks_fit(p, problem.in_block));
    const auto elements = [&](int64_t count, uint64_t seed) {
      return Elements(s.dtype, uniform<float>(count, -1, 1, seed));
    };
    const Elements plain = elements(s.batch * s.in * s.height * s.width, 1);
    const Elements w = elements(s.out * (s.in / s.groups) * s.kh * s.kw, 2);
    const int64_t out_plane = p.out_height * p.out_width;
    bias = elements(s.out, 3);
    residual = elements(s.batch * s.out * out_plane, 4);
    x = Elements(s.dtype, blocked(plain.values(), s.in, s.height * s.width, problem.in_block));
    const int64_t panels = packed_panels(p, problem.in_block), side = s.winograd + 2;
    weights = elements(s.winograd ? side * side * s.out * s.in
                                  : panels * packed_panel_elements(p, problem.in_block),
                       5);
    if (s.winograd)
      pack_winograd(p, s.winograd, Filters::kOwn, w.data(), weights.data(), {0, panels});
    else
      pack_panels(p, problem.in_block, Filters::kOwn, w.data(), weights.data(), {0, panels});
    y.resize(s.batch * s.out * out_plane);
    accumulate(plain.values(), w.values());
  }

  void accumulate(const std::vector<float>& plain, const std::vector<float>& w) {
    const Convolution& p = problem.shape;
    const int64_t in_group = p.in_channels / p.groups, out_group = p.out_channels / p.groups;
    const int64_t block = problem.out_block;
    const std::vector<float> first = bias.values(), added = residual.values();
    for (int64_t n = 0; n < p.batch; ++n)
      for (int64_t o = 0; o < p.out_channels; ++o)
        for (int64_t i = 0; i < p.out_height; ++i)
          for (int64_t j = 0; j < p.out_width; ++j) {
            double sum = first[o];
            for (int64_t c = 0; c < in_group; ++c)
              for (int64_t a = 0; a < p.kernel_height; ++a)
                for (int64_t b = 0; b < p.kernel_width; ++b) {
                  const int64_t row = i * p.stride_height - p.pad_top + a * p.dilation_height;
                  const int64_t col = j * p.stride_width - p.pad_left + b * p.dilation_width;
                  if (row < 0 || row >= p.in_height || col < 0 || col >= p.in_width) continue;
                  const int64_t channel = o / out_group * in_group + c;
                  sum +=
                      double(
                          plain[((n * p.in_channels + channel) * p.in_height + row) * p.in_width +
                                col]) *
                      w[((o * in_group + c) * p.kernel_height + a) * p.kernel_width + b];
                }
            const int64_t at =
                (((n * (p.out_channels / block) + o / block) * p.out_height + i) * p.out_width +
                 j) *
                    block +
                o % block;
            y[at] = std::clamp(sum + added[at], -1.5, 2.0);
          }
  }

  // Of planes, in so many parts.
  static void add_parts(Isa isa, const BlockedConvolution& problem, const BlockedOperands& operands,
                        int parts) {
    if (bytes_of_parts(problem) == 0) return;
    const int64_t planes = problem.shape.out_channels / problem.out_block;
    for (int part = 0; part < parts; ++part) WEFT_KERNEL_OF(isa, add_depth_parts)
    (problem, operands, {planes * part / parts, planes * (part + 1) / parts});
  }

  // The result, computed in so many parts from the last to the first, beside the residual or over
  // it.
  std::vector<float> run(Isa isa, int parts, bool is_over = false) const {
    Elements result(problem.shape.dtype,
                    is_over ? residual.values() : std::vector<float>(y.size(), NAN));
    const BlockedPlan plan = plan_blocked(problem);
    std::vector<unsigned char> scratch(plan.scratch + 64, 0x7b);
    std::vector<float> sums(bytes_of_parts(problem) / sizeof(float), NAN);
    const BlockedOperands operands = {x.data(),      weights.data(),
                                      bias.data(),   is_over ? result.data() : residual.data(),
                                      result.data(), sums.data()};
    for (int part = parts - 1; part >= 0; --part)
      run_blocked_convolution(isa, plan, operands,
                              {plan.units * part / parts, plan.units * (part + 1) / parts},
                              scratch.data());
    add_parts(isa, problem, operands, parts);
    for (int i = 0; i < 64; ++i) REQUIRE(scratch[scratch.size() - 64 + i] == 0x7b);
    return result.values();
  }

  // The result, computed so many rows at a time from rings that hold what these rows need.
  std::vector<float> run_in_row_tiles(Isa isa, int64_t rows) const {
    const Convolution& p = problem.shape;
    const std::vector<float> image = x.values(), terms = residual.values();
    const DType dtype = p.dtype;
    std::vector<float> result(y.size(), NAN);
    const int64_t x_row = p.in_width * problem.in_block, y_row = p.out_width * problem.out_block;
    for (int64_t begin = 0; begin < p.out_height; begin += rows) {
      BlockedConvolution row_tile = problem;
      row_tile.rows = {begin, std::min(p.out_height, begin + rows)};
      const int64_t from = std::max<int64_t>(0, begin * p.stride_height - p.pad_top);
      const int64_t last = (row_tile.rows.end - 1) * p.stride_height - p.pad_top +
                           (p.kernel_height - 1) * p.dilation_height;
      const Range needed = {from, std::max(from, std::min(p.in_height, last + 1))};
      row_tile.x_ring_rows = std::max<int64_t>(1, needed.end - needed.begin);
      row_tile.residual_ring_rows = row_tile.rows.end - begin + 1;
      row_tile.results.height = row_tile.rows.end - begin;
      const Elements x_ring(dtype, ring(image, p.in_height, x_row, needed, row_tile.x_ring_rows));
      const Elements added(
          dtype, ring(terms, p.out_height, y_row, row_tile.rows, row_tile.residual_ring_rows));
      Elements output(dtype,
                      std::vector<float>(y.size() / p.out_height * row_tile.results.height, NAN));
      const BlockedPlan plan = plan_blocked(row_tile);
      std::vector<unsigned char> scratch(plan.scratch);
      std::vector<float> sums(bytes_of_parts(row_tile) / sizeof(float), NAN);
      const BlockedOperands operands = {x_ring.data(), weights.data(), bias.data(),
                                        added.data(),  output.data(),  sums.data()};
      run_blocked_convolution(isa, plan, operands, {0, plan.units}, scratch.data());
      add_parts(isa, row_tile, operands, 1);
      const std::vector<float> made = output.values();
      for (int64_t row = begin; row < row_tile.rows.end; ++row)
        for (int64_t plane = 0; plane * p.out_height * y_row < int64_t(y.size()); ++plane)
          std::copy_n(
              &made[(plane * row_tile.results.height + row % row_tile.results.height) * y_row],
              y_row, &result[(plane * p.out_height + row) * y_row]);
    }
    return result;
  }

  static std::vector<float> ring(const std::vector<float>& image, int64_t height, int64_t row_size,
                                 Range rows, int64_t ring_rows) {
    const int64_t planes = int64_t(image.size()) / (height * row_size);
    std::vector<float> result(planes * ring_rows * row_size, NAN);
    for (int64_t plane = 0; plane < planes; ++plane)
      for (int64_t row = rows.begin; row < rows.end; ++row)
        std::copy_n(&image[(plane * height + row) * row_size], row_size,
                    &result[(plane * ring_rows + row % ring_rows) * row_size]);
    return result;
  }
};

// Whole, and row by row, each from a ring of its window.
void check_pooling(const Pooling& p, int64_t block, BlockedPoolKernel run, const Elements& in,
                   const std::vector<float>& expected) {
  Elements whole(p.dtype, std::vector<float>(expected.size(), NAN));
  run(p, block, in.data(), whole.data(), {0, p.planes * p.out_height});
  CHECK(whole.values() == expected);
  for (int64_t row = 0; row < p.out_height; ++row) {
    Pooling row_tile = p;
    row_tile.rows = {row, row + 1};
    row_tile.in_ring_rows = 3;
    row_tile.out_ring_rows = 1;
    const Range needed = {std::max<int64_t>(0, 2 * row - 1), std::min<int64_t>(7, 2 * row + 2)};
    const Elements ring(p.dtype, Reference::ring(in.values(), 7, 9 * block, needed, 3));
    Elements output(p.dtype, std::vector<float>(p.planes * 5 * block, NAN));
    run(row_tile, block, ring.data(), output.data(), {0, p.planes});
    const std::vector<float> made = output.values();
    for (int64_t plane = 0; plane < p.planes; ++plane)
      CHECK(std::equal(&made[plane * 5 * block], &made[plane * 5 * block] + 5 * block,
                       &expected[(plane * 4 + row) * 5 * block]));
  }
}

}  // namespace

TEST_CASE("blocked convolutions match the defining sums, in any split and instruction set") {
  int over = 0, in_parts = 0;
  for (const Setting& setting : kSettings) {
    CAPTURE(&setting - kSettings.data());
    const Reference r(setting);
    const bool is_half = setting.dtype == DType::kBFloat16;
    in_parts += r.problem.depth_parts > 1;
    std::vector<float> fused;
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.run(isa, 1);
      double worst = 0;
      for (size_t i = 0; i < whole.size(); ++i) {
        const double rounding = is_half ? std::fabs(r.y[i]) * 0x1p-8 : 0;
        const double error = std::fabs(whole[i] - r.y[i]) - rounding;
        worst = error <= worst ? worst : error;  // NaN counts
      }
      // Chains of so many products, each at most one.
      const Convolution& p = r.problem.shape;
      const double terms = double(p.in_channels / p.groups * p.kernel_height * p.kernel_width) + 2;
      // Tiles of 4 multiply by up to 8 on the way back, and by sums of 10 on the way there.
      const double growth = setting.winograd == 4 ? 32 : setting.winograd == 2 ? 4 : 1;
      // Frequencies of halves are rounded, up and down: a few times 0.4 % of the sum's deviation.
      const double frequencies = is_half && setting.winograd ? 0.01 * std::sqrt(terms) : 0;
      CHECK(worst <= growth * (2 * terms + 4) * 0x1p-24 + frequencies);
      CHECK(r.run(isa, 3) == whole);
      if (residual_may_be_result(r.problem)) {
        ++over;
        CHECK(r.run(isa, 3, true) == whole);
      }
      if (isa == Isa::kGeneric) continue;            // rounds products
      if (isa == Isa::kAvx512 && is_half) continue;  // may add two products at a time
      if (fused.empty()) fused = whole;
      CHECK(whole == fused);
    }
  }
  CHECK(over >= 10);
  CHECK(in_parts == 3);
}

TEST_CASE("blocked convolutions stay inside their arrays") {
  for (const Setting& setting : kFloatSettings) {
    CAPTURE(&setting - kFloatSettings);
    const Reference r(setting);
    const auto guarded = [](const Elements& elements, bool at_end) {
      const std::vector<float> values = elements.values();
      return std::make_unique<Guarded<float>>(values.data(), int64_t(values.size()), at_end);
    };
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.run(isa, 1);
      for (const bool at_end : {false, true}) {
        const auto x = guarded(r.x, at_end), weights = guarded(r.weights, at_end),
                   bias = guarded(r.bias, at_end), residual = guarded(r.residual, at_end);
        Guarded<float> result(nullptr, int64_t(whole.size()), at_end);
        const BlockedPlan plan = plan_blocked(r.problem);
        std::vector<unsigned char> scratch(plan.scratch);
        Guarded<float> sums(nullptr, bytes_of_parts(r.problem) / int64_t(sizeof(float)), at_end);
        const BlockedOperands operands = {x->data,        weights->data, bias->data,
                                          residual->data, result.data,   sums.data};
        run_blocked_convolution(isa, plan, operands, {0, plan.units}, scratch.data());
        Reference::add_parts(isa, r.problem, operands, 2);
        CHECK(std::equal(whole.begin(), whole.end(), result.data));
      }
    }
  }
}

TEST_CASE("blocked convolutions have the same bits in row tiles from rings") {
  for (const Setting& setting : kSettings) {
    CAPTURE(&setting - kSettings.data());
    const Reference r(setting);
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.run(isa, 1);
      for (const int64_t rows : {1, 3})
        CHECK(r.run_in_row_tiles(isa, rows * std::max<int64_t>(1, setting.winograd)) == whole);
    }
  }
}

TEST_CASE("Winograd's tiles are for kernels of 3 x 3 with steps of one and not too many weights") {
  Convolution p = Reference(kFloatSettings[std::size(kFloatSettings) - 1]).problem.shape;
  CHECK(winograd_tile(p) == 4);
  p.out_height = 14;
  CHECK(winograd_tile(p) == 2);
  p.out_height = 7;
  CHECK(winograd_tile(p) == 0);
  p.out_height = 28;
  for (int64_t Convolution::*field : {&Convolution::stride_width, &Convolution::dilation_height,
                                      &Convolution::kernel_width, &Convolution::groups}) {
    Convolution other = p;
    other.*field = 2;
    CHECK(winograd_tile(other) == 0);
  }
  p.out_height = p.out_width = 7;
  CHECK(winograd_tile(p) == 0);
  p.batch = 16;  // weights are read for many tiles
  CHECK(winograd_tile(p) == 4);
  CHECK(winograd_weight_tile(p) == 4);
  p.batch = 8;
  CHECK(winograd_tile(p) == 0);
  p.out_height = p.out_width = 14;
  CHECK(winograd_tile(p) == 4);
  p.batch = 7;
  CHECK(winograd_tile(p) == 2);
  p.dtype = DType::kBFloat16;
  const int64_t of_pairs = uses(Extra::kAmxBf16) ? 0 : 2;
  CHECK(winograd_tile(p) == of_pairs);
  p.in_channels = 16;
  CHECK(winograd_tile(p) == 0);
  p.in_channels = 32;
  CHECK(winograd_tile(p) == of_pairs);
  p.dtype = DType::kFloat32;
  CHECK(winograd_tile(p) == 2);
  p.in_channels = 16;  // transforms are too large a share of tiles of 2
  CHECK(winograd_tile(p) == 0);
  p.out_height = p.out_width = 24;
  CHECK(winograd_tile(p) == 4);
  p.batch = 16;
  p.out_height = p.out_width = 7;
  p.in_channels = p.out_channels = 512;
  CHECK(winograd_tile(p) == 0);
  CHECK(winograd_weight_tile(p) == 4);
  p.batch = 8;
  CHECK(winograd_weight_tile(p) == 0);
}

TEST_CASE("blocked convolutions keep NaN between bounds") {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    Setting setting = kFloatSettings[0];
    setting.dtype = dtype;
    Reference r(setting);
    r.x = Elements(dtype, std::vector<float>(r.x.values().size(), NAN));
    for (Isa isa : available_isas()) {
      const std::vector<float> y = r.run(isa, 1);
      CHECK(std::all_of(y.begin(), y.end(), [](float value) { return value != value; }));
    }
  }
}

TEST_CASE("blocked poolings have the bits of the plain ones") {
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16}) {
    for (const int64_t block : {8, 16}) {
      for (const bool average : {false, true}) {
        Pooling p = {dtype, 3 * block, 7, 9, 4, 5, 3,     3,      2, 2,
                     1,     1,         1, 1, 1, 1, false, {0, 4}, 7, 4};
        const Elements x(dtype, uniform<float>(p.planes * 63, -1, 1, 5));
        Elements plain(dtype, std::vector<float>(p.planes * 20));
        if (average)
          run_average_pool(p, x.data(), plain.data(), {0, p.planes});
        else
          run_max_pool(p, x.data(), plain.data(), nullptr, {0, p.planes});
        const Elements in(dtype, blocked(x.values(), p.planes, 63, block));
        p.planes /= block;
        for (Isa isa : available_isas()) {
          const BlockedPoolKernels& kernels = WEFT_KERNEL_OF(isa, kBlockedPools)[int(dtype)];
          check_pooling(p, block, average ? kernels.average : kernels.max, in,
                        blocked(plain.values(), p.planes * block, 20, block));
        }
      }
    }
  }
}
