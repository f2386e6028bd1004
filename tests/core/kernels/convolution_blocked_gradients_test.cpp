// Gradients of convolutions over channel blocks against the defining sums, in every instruction
// set.
#include <algorithm>
#include <memory>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/convolution/blocked/convolution_blocked.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

struct Setting {
  int64_t batch, groups, in, height, width, out, kh, kw, sh, sw, ph, pw, dh, dw;
  bool is_plain = false;
  int64_t winograd = 0;
};

const Setting kSettings[] = {
    {2, 1, 16, 9, 31, 32, 3, 3, 1, 1, 1, 1, 1, 1},
    {5, 1, 32, 7, 7, 48, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 1, 8, 13, 15, 24, 3, 3, 2, 2, 1, 1, 1, 1},
    {2, 1, 24, 5, 29, 8, 1, 1, 1, 1, 0, 0, 1, 1},
    {3, 1, 48, 4, 4, 80, 1, 1, 1, 1, 0, 0, 1, 1},
    {1, 1, 32, 17, 16, 640, 1, 1, 2, 2, 0, 0, 1, 1},
    {1, 1, 144, 3, 3, 16, 3, 3, 1, 1, 2, 2, 1, 1},
    {1, 1, 16, 8, 70, 16, 3, 3, 2, 3, 2, 0, 1, 1},
    {1, 2, 64, 6, 20, 32, 3, 2, 1, 3, 0, 1, 2, 2},
    {1, 1, 16, 11, 9, 16, 3, 2, 4, 2, 1, 1, 2, 3},
    {1, 1, 16, 3, 2, 16, 5, 5, 1, 1, 4, 4, 1, 1},
    {1, 1, 16, 4, 6, 16, 1, 1, 1, 1, 2, 3, 1, 1},
    {1, 3, 48, 6, 6, 24, 2, 2, 1, 1, 1, 1, 1, 1},
    {2, 1, 3, 23, 30, 32, 7, 7, 2, 2, 3, 3, 1, 1, true},
    {1, 1, 1, 5, 40, 8, 3, 3, 1, 4, 1, 1, 1, 1, true},
    {1, 1, 5, 12, 12, 16, 2, 4, 1, 1, 0, 3, 3, 2, true},
    {2, 1, 6, 9, 10, 40, 5, 9, 1, 1, 2, 4, 1, 1, true},
    {2, 32, 32, 6, 19, 32, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 24, 24, 9, 8, 24, 5, 3, 2, 2, 2, 1, 1, 1},
    {1, 16, 16, 1, 40, 16, 1, 4, 1, 3, 0, 3, 1, 2},
    {2, 1, 16, 13, 9, 32, 3, 3, 1, 1, 1, 1, 1, 1, false, 2},
    {1, 1, 32, 6, 31, 16, 3, 3, 1, 1, 0, 2, 1, 1, false, 4},
    {1, 1, 48, 28, 28, 64, 3, 3, 1, 1, 1, 1, 1, 1, false, 4},
    {3, 1, 80, 6, 7, 144, 3, 3, 1, 1, 1, 2, 1, 1, false, 4},
};

// Calls use(index of x, of w and of y, in plain arrays) for every product.
template <class Use>
void for_products(const Convolution& p, const Use& use) {
  const int64_t in_group = p.in_channels / p.groups, out_group = p.out_channels / p.groups;
  for (int64_t n = 0; n < p.batch; ++n)
    for (int64_t o = 0; o < p.out_channels; ++o)
      for (int64_t i = 0; i < p.out_height; ++i)
        for (int64_t j = 0; j < p.out_width; ++j)
          for (int64_t c = 0; c < in_group; ++c)
            for (int64_t a = 0; a < p.kernel_height; ++a)
              for (int64_t b = 0; b < p.kernel_width; ++b) {
                const int64_t row = i * p.stride_height - p.pad_top + a * p.dilation_height;
                const int64_t col = j * p.stride_width - p.pad_left + b * p.dilation_width;
                if (row < 0 || row >= p.in_height || col < 0 || col >= p.in_width) continue;
                const int64_t channel = o / out_group * in_group + c;
                use(((n * p.in_channels + channel) * p.in_height + row) * p.in_width + col,
                    ((o * in_group + c) * p.kernel_height + a) * p.kernel_width + b,
                    ((n * p.out_channels + o) * p.out_height + i) * p.out_width + j);
              }
}

// Between pages that nobody may touch.
std::unique_ptr<Guarded<float>> guarded(const std::vector<float>& values) {
  return std::make_unique<Guarded<float>>(values.data(), int64_t(values.size()), true);
}

struct Reference {
  BlockedConvolution problem;
  int64_t in_plane, out_plane;
  std::vector<float> x, w, dy;  // plain
  std::vector<double> dx, dw;
  double terms = 0;  // most products in a sum of dw

  explicit Reference(const Setting& s, DType dtype = DType::kFloat32) {
    Convolution p = {};
    p.dtype = dtype;
    p.batch = s.batch, p.groups = s.groups;
    p.in_channels = s.in, p.in_height = s.height, p.in_width = s.width;
    p.out_channels = s.out, p.kernel_height = s.kh, p.kernel_width = s.kw;
    p.stride_height = s.sh, p.stride_width = s.sw, p.pad_top = s.ph, p.pad_left = s.pw;
    p.dilation_height = s.dh, p.dilation_width = s.dw;
    p.out_height = convolution_extent(s.height, s.kh, s.sh, s.ph, s.ph, s.dh);
    p.out_width = convolution_extent(s.width, s.kw, s.sw, s.pw, s.pw, s.dw);
    in_plane = s.height * s.width, out_plane = p.out_height * p.out_width;
    problem = in_blocks(p, s.is_plain ? 1 : channel_block(s.in), 0);
    const auto drawn = [&](int64_t count, int seed) {
      return Elements(dtype, uniform<float>(count, -1, 1, seed)).values();
    };
    x = drawn(s.batch * s.in * in_plane, 1);
    w = drawn(s.out * (s.in / s.groups) * s.kh * s.kw, 2);
    dy = drawn(s.batch * s.out * out_plane, 3);
    dx.resize(x.size());
    dw.resize(w.size());
    for_products(p, [&](int64_t at, int64_t weight, int64_t out) {
      dx[at] += double(w[weight]) * dy[out];
      dw[weight] += double(x[at]) * dy[out];
    });
    terms = double(s.batch * out_plane);
  }

  std::vector<float> data(Isa isa, int64_t winograd, int parts) const {
    BlockedConvolution backward = problem;
    backward.in_block = channel_block(problem.shape.out_channels);
    backward.winograd = winograd;
    const Convolution adjoint = adjoint_of(problem.shape);
    REQUIRE(blocks_fit(adjoint, backward.in_block));
    const int64_t panels = packed_panels(adjoint, backward.in_block), side = winograd + 2;
    std::vector<float> weights;
    if (winograd) {
      weights.resize(side * side * adjoint.in_channels * adjoint.out_channels);
      pack_winograd(adjoint, winograd, Filters::kOfAdjoint, w.data(), weights.data(), {0, panels});
    } else {
      weights.resize(panels * packed_panel_elements(adjoint, backward.in_block));
      pack_panels(adjoint, backward.in_block, Filters::kOfAdjoint, w.data(), weights.data(),
                  {0, panels});
    }
    const Guarded<float> packed(weights.data(), int64_t(weights.size()), true);
    const auto cotangent =
        guarded(blocked(dy, problem.shape.out_channels, out_plane, backward.in_block));
    const auto result = guarded(std::vector<float>(dx.size(), NAN));
    std::vector<unsigned char> scratch(blocked_data_scratch(backward) + 64, 0x7b);
    const int64_t units = blocked_data_units(backward);
    for (int part = parts - 1; part >= 0; --part)
      run_blocked_data(isa, backward,
                       {cotangent->data, packed.data, nullptr, nullptr, result->data},
                       {units * part / parts, units * (part + 1) / parts}, scratch.data());
    for (int i = 0; i < 64; ++i) REQUIRE(scratch[scratch.size() - 64 + i] == 0x7b);
    return {result->data, result->data + dx.size()};
  }

  std::vector<float> half_data(Isa isa, int parts) const {
    BlockedConvolution backward = problem;
    backward.in_block = channel_block(problem.shape.out_channels);
    const Convolution adjoint = adjoint_of(problem.shape);
    const int64_t panels = packed_panels(adjoint, backward.in_block);
    const DType dtype = adjoint.dtype;
    const Elements weights(dtype, w),
        cotangent(dtype, blocked(dy, problem.shape.out_channels, out_plane, backward.in_block));
    Elements packed(
        dtype, std::vector<float>(panels * packed_panel_elements(adjoint, backward.in_block), NAN)),
        result(dtype, std::vector<float>(dx.size(), NAN));
    pack_panels(isa, adjoint, backward.in_block, Filters::kOfAdjoint, weights.data(), packed.data(),
                {0, panels});
    std::vector<unsigned char> scratch(blocked_data_scratch(backward) + 64, 0x7b);
    const int64_t units = blocked_data_units(backward);
    for (int part = parts - 1; part >= 0; --part)
      run_blocked_data(isa, backward,
                       {cotangent.data(), packed.data(), nullptr, nullptr, result.data()},
                       {units * part / parts, units * (part + 1) / parts}, scratch.data());
    for (int i = 0; i < 64; ++i) REQUIRE(scratch[scratch.size() - 64 + i] == 0x7b);
    return result.values();
  }

  std::vector<float> weight(Isa isa, int64_t winograd, int parts) const {
    const Convolution& p = problem.shape;
    BlockedConvolution problem = this->problem;
    problem.winograd = winograd;
    const auto image = guarded(blocked(x, p.in_channels, in_plane, problem.in_block));
    const auto cotangent = guarded(blocked(dy, p.out_channels, out_plane, problem.out_block));
    const auto result = guarded(std::vector<float>(dw.size(), NAN));
    std::vector<unsigned char> scratch(blocked_weight_scratch(problem) + 64, 0x7b);
    const int64_t units = blocked_weight_units(problem);
    for (int part = parts - 1; part >= 0; --part)
      run_blocked_weight(isa, problem, {image->data, cotangent->data, result->data},
                         {units * part / parts, units * (part + 1) / parts}, scratch.data());
    for (int i = 0; i < 64; ++i) REQUIRE(scratch[scratch.size() - 64 + i] == 0x7b);
    return {result->data, result->data + dw.size()};
  }
};

// The gradient of the data in blocks.
std::vector<double> in_blocks_of(int64_t block, const Reference& r) {
  std::vector<double> wanted(r.dx.size());
  for (size_t i = 0; i < wanted.size(); ++i) {
    const int64_t at = int64_t(i) % block, place = int64_t(i) / block % r.in_plane;
    wanted[i] = r.dx[(int64_t(i) / block / r.in_plane * block + at) * r.in_plane + place];
  }
  return wanted;
}

// NaN counts.
double worst(const std::vector<float>& found, const std::vector<double>& wanted) {
  double largest = 0;
  for (size_t i = 0; i < found.size(); ++i) {
    const double error = std::fabs(found[i] - wanted[i]);
    largest = error <= largest ? largest : error;
  }
  return largest;
}

}  // namespace

TEST_CASE("gradients of the data match the defining sums, in any split and instruction set") {
  for (const Setting& setting : kSettings) {
    if (setting.is_plain) continue;
    CAPTURE(&setting - kSettings);
    const Reference r(setting);
    const std::vector<double> wanted = in_blocks_of(channel_block(setting.in), r);
    const double terms = double(setting.out / setting.groups * setting.kh * setting.kw);
    const double growth = setting.winograd == 4 ? 32 : setting.winograd == 2 ? 4 : 1;
    std::vector<float> fused;
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.data(isa, setting.winograd, 1);
      CHECK(worst(whole, wanted) <= growth * (2 * terms + 4) * 0x1p-24);
      CHECK(r.data(isa, setting.winograd, 3) == whole);
      if (isa == Isa::kGeneric) continue;  // rounds products
      if (fused.empty()) fused = whole;
      CHECK(whole == fused);
    }
  }
}

TEST_CASE("gradients of bfloat16 data are sums in float32, rounded once") {
  for (const Setting& setting : kSettings) {
    if (setting.is_plain || setting.winograd) continue;
    CAPTURE(&setting - kSettings);
    const Reference r(setting, DType::kBFloat16);
    const std::vector<double> wanted = in_blocks_of(channel_block(setting.in), r);
    const double terms = double(setting.out / setting.groups * setting.kh * setting.kw);
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.half_data(isa, 1);
      for (size_t i = 0; i < whole.size(); ++i)
        REQUIRE(std::fabs(whole[i] - wanted[i]) <=
                std::fabs(wanted[i]) * 0x1p-8 + (2 * terms + 4) * 0x1p-24);
      CHECK(r.half_data(isa, 3) == whole);
    }
  }
}

TEST_CASE("gradients of the weights match the defining sums, in any split and instruction set") {
  for (const Setting& setting : kSettings) {
    CAPTURE(&setting - kSettings);
    const Reference r(setting);
    std::vector<float> fused;
    for (Isa isa : available_isas()) {
      CAPTURE(name_of(isa));
      const std::vector<float> whole = r.weight(isa, setting.winograd, 1);
      const double growth = setting.winograd == 4 ? 32 : setting.winograd == 2 ? 4 : 1;
      CHECK(worst(whole, r.dw) <= growth * (2 * r.terms + 4) * 0x1p-24);
      CHECK(r.weight(isa, setting.winograd, 3) == whole);
      if (isa == Isa::kGeneric) continue;  // rounds products
      if (fused.empty()) fused = whole;
      CHECK(whole == fused);
    }
  }
}
