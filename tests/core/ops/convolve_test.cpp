// Convolutions of plain arrays by way of blocks, of planes and of phases, against the plain kernels
// in float64.
#include "ops/nn/convolution/convolve_impl.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <vector>

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "ops/nn/convolution/convolution_by_phases_impl.h"
#include "ops/nn/convolution/convolution_by_planes_impl.h"
#include "runtime/engine/threads.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;
using ops::ConvolutionResult;

namespace {

enum class Way { kBlocks, kPlanes, kPhases };

struct Setting {
  int64_t batch, groups, in, height, width, out, kh, kw, sh, sw, top, left, bottom, right, dh, dw;
  DType dtype = DType::kFloat32;
};

const Setting kSettings[] = {
    {3, 1, 16, 9, 11, 32, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},
    {2, 1, 32, 28, 26, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},   // Winograd's tiles of 4
    {1, 1, 32, 13, 13, 48, 3, 3, 1, 1, 0, 1, 2, 0, 1, 1},   // of 2
    {9, 1, 16, 64, 56, 16, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},   // three chunks
    {5, 1, 16, 96, 90, 16, 2, 2, 1, 1, 0, 0, 0, 0, 1, 1},   // an image a chunk
    {7, 1, 16, 100, 80, 24, 3, 2, 2, 2, 1, 0, 1, 0, 1, 1},  // the last chunk has fewer
    {2, 1, 24, 7, 10, 8, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
    {2, 1, 16, 8, 9, 16, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1},
    {1, 1, 16, 9, 7, 32, 2, 3, 3, 4, 0, 0, 0, 0, 1, 1},  // strides beyond the window
    {2, 1, 16, 5, 6, 16, 1, 1, 2, 3, 0, 0, 0, 0, 1, 1},
    {2, 1, 16, 4, 3, 32, 2, 2, 1, 1, 3, 4, 2, 5, 1, 1},  // padding beyond the window
    {2, 1, 16, 11, 12, 16, 3, 3, 2, 1, 2, 3, 1, 0, 2, 3},
    {2, 2, 32, 6, 9, 64, 3, 2, 1, 2, 1, 1, 0, 1, 1, 1},
    {2, 4, 64, 5, 5, 64, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
    {3, 24, 24, 9, 10, 24, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1},  // depthwise
    {2, 32, 32, 8, 8, 32, 7, 7, 1, 1, 3, 3, 3, 3, 1, 1},
    {2, 16, 16, 7, 9, 16, 5, 3, 2, 1, 2, 0, 1, 3, 1, 2},
    {4, 1, 16, 1, 50, 32, 1, 8, 1, 4, 0, 2, 0, 2, 1, 1},  // sequences
    {3, 1, 8, 1, 31, 16, 1, 3, 1, 1, 0, 1, 0, 1, 1, 1},
};

// Gradients of the data by phases; those above, too.
const Setting kStrided[] = {
    {1, 1, 3, 32, 34, 16, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1},  // windows of 3 x 3
    {3, 1, 3, 32, 32, 64, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1},  // twelve filters, or sixteen
    {1, 1, 1, 41, 37, 12, 9, 9, 2, 2, 4, 4, 4, 4, 1, 1},  // one channel, ragged
    {2, 1, 2, 9, 8, 5, 2, 2, 2, 2, 0, 0, 0, 0, 1, 1},     // windows of one tap
    {2, 1, 2, 11, 10, 5, 2, 3, 3, 4, 0, 0, 0, 0, 1, 1},   // positions that no tap meets
    {2, 1, 3, 12, 13, 4, 3, 3, 2, 3, 0, 2, 1, 0, 3, 2},   // dilated
    {2, 3, 6, 10, 9, 9, 3, 5, 2, 2, 1, 2, 1, 2, 1, 1},    // groups
    {2, 6, 6, 10, 9, 6, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1},    // depthwise
    {2, 1, 3, 9, 9, 4, 2, 2, 2, 2, 5, 4, 3, 4, 1, 1},     // padding beyond the window
    {9, 1, 3, 96, 96, 16, 4, 4, 2, 2, 1, 1, 1, 1, 1, 1},  // chunks, the last of fewer images
    {2, 1, 1, 1, 60, 8, 1, 16, 1, 4, 0, 6, 0, 6, 1, 1},   // sequences
};

Convolution problem_of(const Setting& s) {
  Convolution p = {};
  p.dtype = s.dtype;
  p.batch = s.batch, p.groups = s.groups;
  p.in_channels = s.in, p.in_height = s.height, p.in_width = s.width;
  p.out_channels = s.out, p.kernel_height = s.kh, p.kernel_width = s.kw;
  p.stride_height = s.sh, p.stride_width = s.sw, p.pad_top = s.top, p.pad_left = s.left;
  p.dilation_height = s.dh, p.dilation_width = s.dw;
  p.out_height = convolution_extent(s.height, s.kh, s.sh, s.top, s.bottom, s.dh);
  p.out_width = convolution_extent(s.width, s.kw, s.sw, s.left, s.right, s.dw);
  return p;
}

// x, w, y and the bias, and which of the first three is made.
struct Sizes {
  int64_t left, right, out;
  Sizes(const Convolution& p, ConvolutionResult made) {
    const int64_t x = p.batch * ops::elements_in(p), y = p.batch * ops::elements_out(p);
    const int64_t w = ops::weights_of(p);
    left = made == ConvolutionResult::kData ? y : x;
    right = made == ConvolutionResult::kWeight ? y : w;
    out = made == ConvolutionResult::kForward ? y : made == ConvolutionResult::kData ? x : w;
  }
};

std::vector<double> exact(Convolution p, ConvolutionResult made, const Sizes& sizes,
                          const std::vector<float>& left, const std::vector<float>& right,
                          const std::vector<float>& bias) {
  p.dtype = DType::kFloat64;
  const std::vector<double> a(left.begin(), left.end()), b(right.begin(), right.end());
  const std::vector<double> c(bias.begin(), bias.end());
  std::vector<double> out(static_cast<size_t>(sizes.out));
  const auto run = [&](int64_t units, int64_t scratch, const auto& kernel) {
    Guarded<char> memory(nullptr, scratch, true);
    begin_convolution(memory.data);
    kernel(Range{0, units}, memory.data);
  };
  if (made == ConvolutionResult::kForward)
    run(convolution_units(p), convolution_scratch(p), [&](Range units, void* scratch) {
      run_convolution(p, a.data(), b.data(), c.data(), out.data(), units, scratch);
    });
  else if (made == ConvolutionResult::kData)
    run(convolution_data_units(p), convolution_data_scratch(p), [&](Range units, void* scratch) {
      run_convolution_data(p, a.data(), b.data(), out.data(), units, scratch);
    });
  else
    run(convolution_weight_units(p), convolution_weight_scratch(p),
        [&](Range units, void* scratch) {
          run_convolution_weight(p, a.data(), b.data(), out.data(), units, scratch);
        });
  return out;
}

// A chain of so many sums rounds that often; Winograd's tiles multiply that
// (convolution_blocked.h). bfloat16 is summed in float32 and rounded once, tiles' frequencies too.
double bound_of(const Convolution& p, ConvolutionResult made, Way way) {
  const int64_t taps = p.kernel_height * p.kernel_width;
  const auto terms = static_cast<double>(
      made == ConvolutionResult::kForward ? p.in_channels / p.groups * taps
      : made == ConvolutionResult::kData  ? p.out_channels / p.groups * taps
                                          : p.batch * p.out_height * p.out_width);
  if (p.dtype == DType::kBFloat16) return 0x1p-8 * 4 * std::sqrt(terms);
  const bool may_be_winograd =
      way == Way::kPhases || (taps == 9 && p.groups == 1 && p.stride_height == 1);
  return 0x1p-24 * terms * (may_be_winograd ? 16 : 4);
}

std::vector<float> made_by(Way way, const Convolution& p, ConvolutionResult made,
                           const Sizes& sizes, const Elements& left, const Elements& right,
                           const Elements& bias) {
  const int64_t bytes = way == Way::kPhases   ? ops::scratch_by_phases(p, num_threads())
                        : way == Way::kPlanes ? ops::scratch_by_planes(p, made, num_threads())
                                              : ops::scratch_by_blocks(p, made, num_threads());
  Guarded<char> scratch(nullptr, bytes, true);
  std::memset(scratch.data, 0xff, static_cast<size_t>(bytes));  // NaN
  Elements out(p.dtype, std::vector<float>(static_cast<size_t>(sizes.out), 9));
  const ops::ConvolutionArrays arrays = {left.data(), right.data(), bias.data(), out.data()};
  if (way == Way::kPhases)
    ops::convolve_by_phases(p, arrays, scratch.data);
  else if (way == Way::kPlanes)
    ops::convolve_by_planes(p, made, arrays, scratch.data);
  else
    ops::convolve_by_blocks(p, made, arrays, scratch.data);
  return out.values();
}

std::vector<float> check(const Convolution& p, ConvolutionResult made, Way way) {
  CAPTURE(static_cast<int>(made));
  const Sizes sizes(p, made);
  const auto elements = [&](int64_t count, uint64_t seed) {
    return Elements(p.dtype, uniform<float>(count, -1, 1, seed));
  };
  const Elements left = elements(sizes.left, 1), right = elements(sizes.right, 2);
  const Elements bias = elements(p.out_channels, 3);
  const auto want = exact(p, made, sizes, left.values(), right.values(), bias.values());
  const auto got = made_by(way, p, made, sizes, left, right, bias);
  const double bound = bound_of(p, made, way);
  double worst = 0;
  for (size_t i = 0; i < want.size(); ++i) {
    const double error = std::abs(static_cast<double>(got[i]) - want[i]);
    REQUIRE_FALSE(std::isnan(error));
    worst = std::max(worst, error);
  }
  CHECK(worst <= bound);
  return got;
}

}  // namespace

TEST_CASE("convolutions by way of blocks are what the plain kernels make in float64") {
  for (const int threads : {1, 3}) {
    const int before = num_threads();
    set_num_threads(threads);
    for (const DType dtype : {DType::kFloat32, DType::kBFloat16})
      for (size_t i = 0; i < std::size(kSettings); ++i) {
        CAPTURE(i);
        Setting setting = kSettings[i];
        setting.dtype = dtype;
        const Convolution p = problem_of(setting);
        CAPTURE(p.in_channels);
        CAPTURE(p.in_width);
        REQUIRE(ops::fits_blocks(p, ConvolutionResult::kForward));
        for (const auto made :
             {ConvolutionResult::kForward, ConvolutionResult::kData, ConvolutionResult::kWeight})
          if (ops::fits_blocks(p, made)) check(p, made, Way::kBlocks);
      }
    set_num_threads(before);
  }
}

TEST_CASE("depthwise convolutions by way of planes are the same on any number of threads") {
  const Setting settings[] = {
      {3, 24, 24, 9, 10, 24, 3, 3, 2, 2, 1, 1, 1, 1, 1, 1},
      {2, 32, 32, 8, 8, 32, 7, 7, 1, 1, 3, 3, 3, 3, 1, 1},
      {1, 16, 16, 70, 90, 16, 5, 3, 2, 1, 2, 0, 1, 3, 1, 2},  // one plane for all threads
      {1, 48, 48, 40, 60, 48, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1},
      {5, 80, 80, 7, 7, 80, 5, 5, 1, 1, 2, 2, 2, 2, 1, 1},
      {4, 32, 32, 1, 300, 32, 1, 9, 1, 1, 0, 4, 0, 4, 1, 1},
  };
  const int before = num_threads();
  for (const DType dtype : {DType::kFloat32, DType::kBFloat16})
    for (Setting setting : settings) {
      setting.dtype = dtype;
      const Convolution p = problem_of(setting);
      CAPTURE(p.in_channels);
      for (const auto made :
           {ConvolutionResult::kForward, ConvolutionResult::kData, ConvolutionResult::kWeight}) {
        if (!ops::fits_blocks(p, made)) continue;
        set_num_threads(1);
        const std::vector<float> alone = check(p, made, Way::kPlanes);
        for (const int threads : {2, 3, 5}) {
          set_num_threads(threads);
          CHECK(check(p, made, Way::kPlanes) == alone);
        }
      }
    }
  set_num_threads(before);
}

TEST_CASE("gradients with strides by way of phases are what the plain kernels make in float64") {
  std::vector<Setting> settings(std::begin(kSettings), std::end(kSettings));
  settings.insert(settings.end(), std::begin(kStrided), std::end(kStrided));
  const int before = num_threads();
  for (const int threads : {1, 3}) {
    set_num_threads(threads);
    for (const DType dtype : {DType::kFloat32, DType::kBFloat16})
      for (size_t i = 0; i < settings.size(); ++i) {
        CAPTURE(i);
        settings[i].dtype = dtype;
        const Convolution p = problem_of(settings[i]);
        const bool has_strides = p.stride_height * p.stride_width > 1;
        CHECK(ops::has_phases(p) == has_strides);
        if (has_strides) check(p, ConvolutionResult::kData, Way::kPhases);
      }
  }
  set_num_threads(before);
}

TEST_CASE("few channels go by way of phases, many do not") {
  const auto pays = [](int64_t channels, int64_t kernel, int64_t stride) {
    const int64_t pad = (kernel - stride) / 2;
    const Setting setting{1,      1,      channels, 64,  64,  64,  kernel, kernel,
                          stride, stride, pad,      pad, pad, pad, 1,      1};
    return ops::pays_by_phases(problem_of(setting));
  };
  CHECK(pays(1, 9, 2));
  CHECK(pays(3, 4, 2));
  CHECK_FALSE(pays(64, 4, 2));
  CHECK_FALSE(pays(3, 3, 1));
  const Setting far{1, 1, 2, 9, 9, 2, 3, 3, 1 << 30, 1 << 30, 0, 0, 0, 0, 1, 1};
  CHECK_FALSE(ops::has_phases(problem_of(far)));
}

TEST_CASE("what cannot lie in blocks does not go by way of them") {
  const auto fits = [](int64_t in, int64_t out, int64_t groups, DType dtype) {
    Setting setting{1, groups, in, 8, 8, out, 3, 3, 1, 1, 1, 1, 1, 1, 1, 1, dtype};
    return ops::fits_blocks(problem_of(setting), ConvolutionResult::kWeight);
  };
  CHECK(fits(16, 16, 1, DType::kFloat32));
  CHECK(fits(24, 24, 24, DType::kFloat32));
  CHECK_FALSE(fits(3, 16, 1, DType::kFloat32));
  CHECK_FALSE(fits(16, 10, 1, DType::kFloat32));
  CHECK_FALSE(fits(32, 32, 8, DType::kFloat32));  // groups of four
  CHECK_FALSE(fits(16, 16, 1, DType::kFloat64));
  CHECK_FALSE(fits(16, 16, 1, DType::kBFloat16));  // the gradient of weights
}

TEST_CASE("what saves products or gathered columns goes by way of blocks") {
  const auto pays = [](int64_t channels, int64_t kernel, int64_t stride, int64_t groups) {
    const int64_t pad = kernel / 2;
    const Setting setting{4,      groups, channels, 56,  56,  channels, kernel, kernel,
                          stride, stride, pad,      pad, pad, pad,      1,      1};
    return ops::pays_by_blocks(problem_of(setting), ConvolutionResult::kForward);
  };
  CHECK(pays(64, 3, 1, 1));  // Winograd's tiles
  CHECK(pays(96, 5, 2, 96));
  CHECK_FALSE(pays(64, 1, 1, 1));  // is a product of matrices as it lies
  CHECK(pays(96, 3, 1, 96));
  CHECK_FALSE(pays(72, 3, 1, 72));  // half vectors
}
