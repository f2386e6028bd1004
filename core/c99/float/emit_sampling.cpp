// Images sampled at real places, and regions of images in bins. Samples have the library's bits;
// the samples of a region are added in another order.
#include "base/errors.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"

namespace weft::c99 {
namespace {

constexpr const char* kCorners =
    R"(/* The four pixels around a place and what they weigh; those that the image lacks weigh 0. */
static void weft_corners_f32(
    int32_t height, int32_t width, float row, float column, int32_t *pixel, float *weight)
{
  for (int32_t k = 0; k < 4; ++k) {
    pixel[k] = 0;
    weight[k] = 0.0f;
  }
  if (!(row >= -1.0f && row < (float)height && column >= -1.0f && column < (float)width)) return;
  int32_t top = (int32_t)row, left = (int32_t)column;
  if ((float)top > row) --top;
  if ((float)left > column) --left;
  const float down = row - (float)top, across = column - (float)left;
  for (int32_t k = 0; k < 4; ++k) {
    const int32_t r = top + k / 2, c = left + k % 2;
    if (r < 0 || r >= height || c < 0 || c >= width) continue;
    pixel[k] = r * width + c;
    weight[k] = (k / 2 ? down : 1.0f - down) * (k % 2 ? across : 1.0f - across);
  }
}
)";

constexpr const char* kSample =
    R"(/* Bilinear samples of images, with zeros around them. */
static void weft_sample_f32(
    int32_t images, int32_t channels, int32_t height, int32_t width, int32_t points, const float *x,
    const float *rows, const float *columns, float *y)
{
  for (int32_t n = 0; n < images; ++n)
    for (int32_t p = 0; p < points; ++p) {
      int32_t pixel[4];
      float weight[4];
      weft_corners_f32(height, width, rows[n * points + p], columns[n * points + p], pixel, weight);
      for (int32_t c = n * channels; c < (n + 1) * channels; ++c) {
        float sum = 0.0f;
        for (int32_t k = 0; k < 4; ++k)
          if (weight[k] != 0.0f) sum += weight[k] * x[c * height * width + pixel[k]];
        y[c * points + p] = sum;
      }
    }
}
)";

constexpr const char* kAdjoint =
    R"(/* What weft_sample_f32 takes back from samples to pixels. */
static void weft_sample_adjoint_f32(
    int32_t images, int32_t channels, int32_t height, int32_t width, int32_t points,
    const float *y, const float *rows, const float *columns, float *x)
{
  memset(x, 0, (size_t)(images * channels * height * width) * sizeof *x);
  for (int32_t n = 0; n < images; ++n)
    for (int32_t p = 0; p < points; ++p) {
      int32_t pixel[4];
      float weight[4];
      weft_corners_f32(height, width, rows[n * points + p], columns[n * points + p], pixel, weight);
      for (int32_t c = n * channels; c < (n + 1) * channels; ++c)
        for (int32_t k = 0; k < 4; ++k)
          if (weight[k] != 0.0f) x[c * height * width + pixel[k]] += weight[k] * y[c * points + p];
    }
}
)";

constexpr const char* kAlign =
    R"(/* A sample's place along an axis, held on the image; -1 where it counts 0. */
static float weft_held_f32(float at, int32_t extent)
{
  if (!(at >= -1.0f && at <= (float)extent)) return -1.0f;
  return at < 0.0f ? 0.0f : at > (float)(extent - 1) ? (float)(extent - 1) : at;
}

/* How many samples a bin has along an axis. */
static int32_t weft_samples_f32(int32_t given, float size)
{
  if (given > 0) return given;
  const int32_t whole = size > 0.0f && size < 1e6f ? (int32_t)size : 0;
  return (float)whole < size && size < 1e6f ? whole + 1 : whole;
}

/* Means of bilinear samples in the bins of regions: image, x1, y1, x2, y2. */
static void weft_region_means_f32(
    int32_t images, int32_t channels, int32_t height, int32_t width, int32_t regions,
    int32_t bin_rows, int32_t bin_columns, float scale, int32_t given, int32_t is_aligned,
    const float *x, const float *region, float *y)
{
  for (int32_t r = 0; r < regions; ++r, region += 5) {
    const float offset = is_aligned ? 0.5f : 0.0f;
    const float left = region[1] * scale - offset, top = region[2] * scale - offset;
    float wide = region[3] * scale - offset - left, tall = region[4] * scale - offset - top;
    if (!is_aligned && wide < 1.0f) wide = 1.0f;
    if (!is_aligned && tall < 1.0f) tall = 1.0f;
    const float down = tall / (float)bin_rows, across = wide / (float)bin_columns;
    const int32_t n = weft_samples_f32(given, down), m = weft_samples_f32(given, across);
    const int32_t image = region[0] <= -1.0f ? -1 : region[0] >= (float)images ? -1 : (int32_t)region[0];
    for (int32_t c = 0; c < channels; ++c)
      for (int32_t i = 0; i < bin_rows; ++i)
        for (int32_t j = 0; j < bin_columns; ++j) {
          float sum = 0.0f;
          for (int32_t k = 0; image >= 0 && k < n; ++k) {
            const float row = weft_held_f32(
                top + (float)i * down + ((float)k + 0.5f) * down / (float)n, height);
            if (row < 0.0f) continue;
            for (int32_t l = 0; l < m; ++l) {
              const float column = weft_held_f32(
                  left + (float)j * across + ((float)l + 0.5f) * across / (float)m, width);
              if (column < 0.0f) continue;
              int32_t pixel[4];
              float weight[4];
              weft_corners_f32(height, width, row, column, pixel, weight);
              for (int32_t q = 0; q < 4; ++q)
                if (weight[q] != 0.0f)
                  sum += weight[q] * x[(image * channels + c) * height * width + pixel[q]];
            }
          }
          *y++ = n > 0 && m > 0 ? sum / ((float)n * (float)m) : 0.0f;
        }
  }
}
)";

constexpr const char* kPeaks =
    R"(/* Where a bin of whole pixels begins or ends along an axis. */
static int32_t weft_bin_end_f32(float from, float to, int32_t bin, int32_t bins, int32_t extent, int32_t is_end)
{
  const float size = (to - from + 1.0f > 1.0f ? to - from + 1.0f : 1.0f) / (float)bins;
  const float part = (float)(bin + is_end) * size;
  float whole = (float)(int32_t)part;
  if (is_end && whole < part) whole += 1.0f;
  whole += from;
  return whole < 0.0f ? 0 : whole > (float)extent ? extent : (int32_t)whole;
}

/* To the nearest whole number, halves away from 0, within what an image can have. */
static float weft_whole_f32(float x)
{
  if (!(x > -1e6f)) return -1e6f;
  if (x > 1e6f) return 1e6f;
  return (float)(int32_t)(x < 0.0f ? x - 0.5f : x + 0.5f);
}

/* Where the largest elements of the bins of regions are; -1 for empty bins. */
static void weft_region_peaks_f32(
    int32_t images, int32_t channels, int32_t height, int32_t width, int32_t regions,
    int32_t bin_rows, int32_t bin_columns, float scale, const float *x, const float *region,
    int64_t *places)
{
  for (int32_t r = 0; r < regions; ++r, region += 5) {
    const int32_t image = region[0] <= -1.0f ? -1 : region[0] >= (float)images ? -1 : (int32_t)region[0];
    const float left = weft_whole_f32(region[1] * scale), top = weft_whole_f32(region[2] * scale);
    const float right = weft_whole_f32(region[3] * scale), low = weft_whole_f32(region[4] * scale);
    for (int32_t c = 0; c < channels; ++c)
      for (int32_t i = 0; i < bin_rows; ++i)
        for (int32_t j = 0; j < bin_columns; ++j) {
          const int32_t end = weft_bin_end_f32(top, low, i, bin_rows, height, 1);
          const int32_t last = weft_bin_end_f32(left, right, j, bin_columns, width, 1);
          int32_t best = -1;
          for (int32_t a = weft_bin_end_f32(top, low, i, bin_rows, height, 0); image >= 0 && a < end; ++a)
            for (int32_t b = weft_bin_end_f32(left, right, j, bin_columns, width, 0); b < last; ++b) {
              const int32_t place = ((image * channels + c) * height + a) * width + b;
              if (best < 0 || (x[best] == x[best] && !(x[place] <= x[best]))) best = place;
            }
          *places++ = best;
        }
  }
}
)";

std::string listed(std::initializer_list<int64_t> numbers) {
  std::string text;
  for (const int64_t number : numbers) text += std::to_string(number) + ", ";
  return text;
}

Status emit_sample(Call& call) {
  const Shape &x = call.in(0).shape, &y = call.out().shape;
  call.source().define("weft_corners_f32", kCorners);
  call.source().define("weft_sample_f32", kSample);
  call.source().add_multiply_adds(4 * y.elements());
  call.line("weft_sample_f32(" + listed({x[0], x[1], x[2], x[3], y[2]}) + call.read(0) + ", " +
            call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

Status emit_adjoint(Call& call) {
  const Shape &dy = call.in(0).shape, &x = call.out().shape;
  call.source().define("weft_corners_f32", kCorners);
  call.source().define("weft_sample_adjoint_f32", kAdjoint);
  call.source().add_multiply_adds(4 * dy.elements());
  call.line("weft_sample_adjoint_f32(" + listed({x[0], x[1], x[2], x[3], dy[2]}) + call.read(0) +
            ", " + call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

// Extents of images, regions and bins, and the scale.
std::string region_text(const Call& call) {
  const Shape& x = call.in(0).shape;
  const auto size = call.attributes().ints("pooled_size");
  const auto scale = static_cast<float>(call.attributes().real("spatial_scale"));
  return listed({x[0], x[1], x[2], x[3], call.in(1).shape[0], size[0], size[1]}) +
         literal(DType::kFloat32, &scale) + ", ";
}

Status emit_means(Call& call) {
  call.source().define("weft_corners_f32", kCorners);
  call.source().define("weft_region_means_f32", kAlign);
  const auto a = call.attributes();
  call.line("weft_region_means_f32(" + region_text(call) +
            listed({a.integer("sampling_ratio"), a.flag("aligned")}) + call.read(0) + ", " +
            call.read(1) + ", " + call.write() + ");");
  return {};
}

Status emit_peaks(Call& call) {
  call.source().define("weft_region_peaks_f32", kPeaks);
  call.line("weft_region_peaks_f32(" + region_text(call) + call.read(0) + ", " + call.read(1) +
            ", " + call.write() + ");");
  return {};
}

// The places are int64.
Result<executor::TargetKernel> dense_images(const ops::SlotTypes& types) {
  if (types.in[0].dtype != DType::kFloat32)
    return errors::unsupported("compile", "`", types.op.name, "` of ", types.in[0].dtype,
                               " has no C form; cast the network to float32");
  return executor::TargetKernel{ops::Strides::kDense, ops::kNoInput, 0};
}

}  // namespace

WEFT_EMITTER(sample_pixels, dense_float32, emit_sample);
WEFT_EMITTER(sample_pixels_adjoint, dense_float32, emit_adjoint);
WEFT_EMITTER(region_means, dense_float32, emit_means);
WEFT_EMITTER(region_peaks, dense_images, emit_peaks);

}  // namespace weft::c99
