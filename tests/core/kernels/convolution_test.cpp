// Convolutions and their gradients against the defining sums.
#include "kernels/convolution/convolution.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

namespace {

struct Setting {
  int64_t batch, groups, in, height, width, out, kh, kw, sh, sw, ph, pw, dh, dw;
};

const Setting kSettings[] = {
    {2, 1, 1, 28, 28, 6, 5, 5, 1, 1, 2, 2, 1, 1},
    {2, 1, 6, 14, 14, 16, 5, 5, 1, 1, 0, 0, 1, 1},
    {1, 1, 3, 9, 11, 4, 3, 3, 2, 2, 1, 1, 1, 1},
    {2, 2, 4, 8, 8, 6, 3, 3, 1, 1, 1, 1, 2, 2},
    {1, 4, 4, 7, 7, 8, 3, 2, 2, 1, 0, 1, 1, 1},
    {3, 1, 5, 1, 40, 7, 1, 4, 1, 3, 0, 2, 1, 2},
    {1, 1, 20, 6, 6, 30, 1, 1, 1, 1, 0, 0, 1, 1},
    {2, 1, 8, 5, 5, 9, 1, 1, 2, 2, 0, 0, 1, 1},
    {1, 1, 40, 19, 18, 200, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 1, 2, 12, 12, 3, 3, 3, 3, 4, 2, 0, 2, 2},
    {1, 1, 3, 6, 6, 2, 6, 6, 1, 1, 0, 0, 1, 1},
    {2, 1, 300, 4, 4, 3, 3, 3, 1, 1, 2, 2, 1, 1},
    // Few filters: positions that end just before or behind a vector's last lane, in one row tile
    // or in two, the second of them shorter.
    {2, 1, 2, 7, 9, 1, 3, 3, 1, 1, 0, 0, 1, 1},
    {2, 1, 3, 7, 9, 2, 3, 3, 1, 1, 0, 0, 1, 1},
    {1, 2, 6, 7, 9, 14, 3, 3, 1, 1, 0, 0, 1, 1},
    {1, 1, 2, 3, 17, 16, 1, 2, 1, 1, 0, 0, 1, 1},
    {1, 1, 2, 60, 40, 1, 1, 21, 1, 1, 0, 0, 1, 1},
    {1, 1, 2, 60, 40, 6, 1, 21, 1, 1, 0, 0, 1, 1},
    {1, 1, 2, 60, 41, 16, 3, 21, 1, 1, 1, 0, 1, 1},
    {1, 1, 2, 60, 40, 17, 1, 21, 1, 1, 0, 0, 1, 1},
    // One filter, whose vectors of positions lie side by side: whole groups of them and the rest.
    {2, 5, 5, 30, 20, 5, 3, 3, 1, 1, 1, 1, 1, 1},
    {1, 3, 3, 1, 200, 3, 1, 7, 1, 1, 0, 3, 1, 1},
    {2, 1, 9, 24, 24, 1, 5, 5, 1, 1, 0, 0, 1, 1},
    // Sequences of a batch as the rows of one image: in one block and in several, groups, padding,
    // dilation, one filter, and rows that end with a vector, which stay apart.
    {5, 1, 6, 1, 19, 8, 1, 3, 1, 1, 0, 1, 1, 1},
    {9, 2, 8, 1, 98, 30, 1, 4, 1, 1, 0, 0, 1, 1},
    {7, 3, 6, 1, 33, 3, 1, 3, 1, 1, 0, 2, 1, 2},
    {17, 1, 20, 1, 50, 1, 1, 5, 1, 1, 0, 4, 1, 1},
    {3, 1, 4, 1, 64, 5, 1, 3, 1, 1, 0, 1, 1, 1},
    // Batches of small images side by side: whole and ragged ones, more rows than a tile, padding
    // that is met, dilation, and row tiles.
    {32, 1, 6, 14, 14, 16, 5, 5, 1, 1, 0, 0, 1, 1},
    {75, 1, 3, 9, 7, 18, 5, 3, 1, 1, 1, 0, 1, 1},
    {62, 1, 15, 6, 6, 5, 3, 3, 1, 1, 2, 2, 2, 2},
    {60, 1, 2, 4, 5, 5, 3, 5, 1, 1, 2, 4, 1, 1},
    {64, 1, 4, 3, 30, 3, 3, 9, 1, 1, 0, 1, 1, 3},
};

template <class T>
struct Reference {
  Convolution p = {};
  std::vector<T> x, w, bias, dy;
  std::vector<double> y, dx, dw;

  explicit Reference(const Setting& s, DType dtype) {
    p.dtype = dtype;
    p.batch = s.batch, p.groups = s.groups;
    p.in_channels = s.in, p.in_height = s.height, p.in_width = s.width;
    p.out_channels = s.out, p.kernel_height = s.kh, p.kernel_width = s.kw;
    p.stride_height = s.sh, p.stride_width = s.sw, p.pad_top = s.ph, p.pad_left = s.pw;
    p.dilation_height = s.dh, p.dilation_width = s.dw;
    p.out_height = convolution_extent(s.height, s.kh, s.sh, s.ph, s.ph, s.dh);
    p.out_width = convolution_extent(s.width, s.kw, s.sw, s.pw, s.pw, s.dw);
    x = uniform<T>(s.batch * s.in * s.height * s.width, -1, 1, 1);
    w = uniform<T>(s.out * (s.in / s.groups) * s.kh * s.kw, -1, 1, 2);
    bias = uniform<T>(s.out, -1, 1, 3);
    dy = uniform<T>(s.batch * s.out * p.out_height * p.out_width, -1, 1, 4);
    y.resize(dy.size()), dx.resize(x.size()), dw.resize(w.size());
    accumulate();
  }
  void accumulate() {
    const int64_t in_group = p.in_channels / p.groups, out_group = p.out_channels / p.groups;
    int64_t at = 0;
    for (int64_t n = 0; n < p.batch; ++n)
      for (int64_t o = 0; o < p.out_channels; ++o)
        for (int64_t i = 0; i < p.out_height; ++i)
          for (int64_t j = 0; j < p.out_width; ++j, ++at) {
            y[at] = bias[o];
            for (int64_t c = 0; c < in_group; ++c)
              for (int64_t a = 0; a < p.kernel_height; ++a)
                for (int64_t b = 0; b < p.kernel_width; ++b) {
                  const int64_t row = i * p.stride_height - p.pad_top + a * p.dilation_height;
                  const int64_t col = j * p.stride_width - p.pad_left + b * p.dilation_width;
                  if (row < 0 || row >= p.in_height || col < 0 || col >= p.in_width) continue;
                  const int64_t ix =
                      ((n * p.in_channels + o / out_group * in_group + c) * p.in_height + row) *
                          p.in_width +
                      col;
                  const int64_t iw =
                      ((o * in_group + c) * p.kernel_height + a) * p.kernel_width + b;
                  y[at] += double(x[ix]) * w[iw];
                  dx[ix] += double(dy[at]) * w[iw];
                  dw[iw] += double(dy[at]) * x[ix];
                }
          }
  }
};

template <class T>
bool close(const std::vector<T>& got, const std::vector<double>& exact, double tolerance) {
  for (size_t i = 0; i < got.size(); ++i)
    if (!(std::fabs(double(got[i]) - exact[i]) <= tolerance)) return false;
  return true;
}

template <class F>
void split(int64_t units, int parts, F run) {
  for (int part = parts - 1; part >= 0; --part)
    run(Range{units * part / parts, units * (part + 1) / parts});
}

template <class T>
void check(DType dtype, double tolerance) {
  for (const Setting& setting : kSettings) {
    const Reference<T> r(setting, dtype);
    std::vector<T> first_y, first_dx, first_dw;
    for (int parts : {1, 3}) {
      std::vector<T> y(r.y.size(), T(NAN)), dx(r.dx.size(), T(NAN)), dw(r.dw.size(), T(NAN));
      // Scratch is NaN until it is written, and behind it are guard bytes.
      const auto with_scratch = [&](int64_t bytes, auto call) {
        std::vector<unsigned char> scratch(bytes + 64, 0xff);
        begin_convolution(scratch.data());
        call(scratch.data());
        for (int i = 0; i < 64; ++i) REQUIRE(scratch[bytes + i] == 0xff);
      };
      with_scratch(convolution_scratch(r.p), [&](void* scratch) {
        split(convolution_units(r.p), parts, [&](Range units) {
          run_convolution(r.p, r.x.data(), r.w.data(), r.bias.data(), y.data(), units, scratch);
        });
      });
      with_scratch(convolution_data_scratch(r.p), [&](void* scratch) {
        split(convolution_data_units(r.p), parts, [&](Range units) {
          run_convolution_data(r.p, r.dy.data(), r.w.data(), dx.data(), units, scratch);
        });
      });
      with_scratch(convolution_weight_scratch(r.p), [&](void* scratch) {
        split(convolution_weight_units(r.p), parts, [&](Range units) {
          run_convolution_weight(r.p, r.x.data(), r.dy.data(), dw.data(), units, scratch);
        });
      });
      CAPTURE(&setting - kSettings);
      CAPTURE(parts);
      CHECK(close(y, r.y, tolerance));
      CHECK(close(dx, r.dx, tolerance));
      CHECK(close(dw, r.dw, tolerance));
      if (parts == 1) {
        first_y = y, first_dx = dx, first_dw = dw;
      } else {
        CHECK(first_y == y);
        CHECK(first_dx == dx);
        CHECK(first_dw == dw);
      }
    }
  }
}

}  // namespace

TEST_CASE("convolutions and both gradients match the defining sums, in any split") {
  check<float>(DType::kFloat32, 1e-4);
  check<double>(DType::kFloat64, 1e-12);
}

TEST_CASE("half types convolve in float32") {
  const Reference<float> r(kSettings[3], DType::kFloat32);
  Convolution p = r.p;
  p.dtype = DType::kBFloat16;
  const auto halve = [](const std::vector<float>& values) {
    std::vector<uint16_t> halves(values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      uint32_t bits;
      std::memcpy(&bits, &values[i], 4);
      halves[i] = uint16_t(bits >> 16);
    }
    return halves;
  };
  const auto widen = [](const std::vector<uint16_t>& halves) {
    std::vector<float> values(halves.size());
    for (size_t i = 0; i < halves.size(); ++i) {
      const uint32_t bits = uint32_t(halves[i]) << 16;
      std::memcpy(&values[i], &bits, 4);
    }
    return values;
  };
  const auto x = halve(r.x), w = halve(r.w), dy = halve(r.dy), bias = halve(r.bias);
  std::vector<uint16_t> y(dy.size()), dx(x.size()), dw(w.size());
  std::vector<char> scratch(convolution_scratch(p) + convolution_data_scratch(p) +
                            convolution_weight_scratch(p));
  begin_convolution(scratch.data());
  run_convolution(p, x.data(), w.data(), bias.data(), y.data(), {0, convolution_units(p)},
                  scratch.data());
  begin_convolution(scratch.data());
  run_convolution_data(p, dy.data(), w.data(), dx.data(), {0, convolution_data_units(p)},
                       scratch.data());
  run_convolution_weight(p, x.data(), dy.data(), dw.data(), {0, convolution_weight_units(p)},
                         scratch.data());
  CHECK(close(widen(y), r.y, 0.2));
  CHECK(close(widen(dx), r.dx, 0.2));
  CHECK(close(widen(dw), r.dw, 0.5));
}
