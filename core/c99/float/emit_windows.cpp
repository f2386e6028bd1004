// Convolutions and poolings of float32 images (N, C, H, W).
#include <algorithm>

#include "c99/float/float_rows.h"
#include "c99/float/windows.h"
#include "c99/program/emitter.h"
#include "ops/problems/convolution_problem.h"
#include "ops/problems/pooling_problem.h"

namespace weft::c99 {
namespace {

// Each element is one chain of fused multiply-adds over channels, rows and columns of the window,
// in both forms, whose bits are the same.
//
// With vectors, sums of a few filters and neighbours stay in registers, where a vector of the image
// serves all filters of a block. Clang keeps the sums there, because loops of constant length are
// unrolled first; GCC does not, and takes the other form. All filters of a group come before the
// next columns, whose part of the image stays in the cache.
constexpr const char* kConvolution =
    R"(#if defined(__clang__) && \
    (defined(__wasm_simd128__) || defined(__SSE2__) || defined(__ARM_NEON))
#define WEFT_BLOCKS 1
#else
#define WEFT_BLOCKS 0
#endif
#if WEFT_BLOCKS
/* The taps of results that lie inside the image, and where the first result's first tap is. */
struct weft_taps {
  int32_t channels, at, top, bottom, left, right;
};
/* `filters` x `width` results; both are constants. */
__attribute__((always_inline)) static inline void weft_block_f32(
    const int filters, const int width, const struct weft_window *p, const struct weft_taps *t,
    const float *x, const float *w, const float *bias, float *y)
{
  const int32_t plane = p->in_height * p->in_width, size = p->kernel_height * p->kernel_width;
  const int32_t next = t->channels * size; /* from a filter to the next */
  float sums[4][16];
  for (int f = 0; f < filters; ++f)
    for (int i = 0; i < width; ++i) sums[f][i] = 0;
  if (size == 1 && p->stride_width == 1) /* nothing but channels: a shorter loop */
    for (int32_t c = 0; c < t->channels; ++c)
      for (int f = 0; f < filters; ++f)
        for (int i = 0; i < width; ++i)
          sums[f][i] = weft_fma_f32(w[f * next + c], x[t->at + c * plane + i], sums[f][i]);
  else if (t->channels == 1 && t->right - t->left == 3) /* as depthwise ones have */
    for (int32_t ky = t->top; ky < t->bottom; ++ky) {
      const float *from =
          x + (t->at + ky * p->dilation_height * p->in_width + t->left * p->dilation_width);
      const float *const factors = w + ky * p->kernel_width + t->left;
      for (int32_t kx = 0; kx < 3; ++kx, from += p->dilation_width) {
        const int32_t step = p->stride_width == 1 ? 1 : p->stride_width;
        for (int f = 0; f < filters; ++f)
          for (int i = 0; i < width; ++i)
            sums[f][i] = weft_fma_f32(factors[f * next + kx], from[i * step], sums[f][i]);
      }
    }
  else
    for (int32_t c = 0; c < t->channels; ++c)
      for (int32_t ky = t->top; ky < t->bottom; ++ky)
        for (int32_t kx = t->left; kx < t->right; ++kx) {
          const float *const from = x + (c * plane + t->at + kx * p->dilation_width +
                                         ky * p->dilation_height * p->in_width);
          const float *const factors = w + c * size + ky * p->kernel_width + kx;
          float row[16];
          if (p->stride_width == 1)
            for (int i = 0; i < width; ++i) row[i] = from[i];
          else
            for (int i = 0; i < width; ++i) row[i] = from[i * p->stride_width];
          for (int f = 0; f < filters; ++f)
            for (int i = 0; i < width; ++i)
              sums[f][i] = weft_fma_f32(factors[f * next], row[i], sums[f][i]);
        }
  for (int f = 0; f < filters; ++f, y += p->out_height * p->out_width)
    for (int i = 0; i < width; ++i) y[i] = bias ? sums[f][i] + bias[f] : sums[f][i];
}
/* All filters of a group, for `width` results of a row. */
__attribute__((always_inline)) static inline void weft_blocks_f32(
    const int width, const struct weft_window *p, const struct weft_taps *t, const float *x,
    const float *w, const float *bias, float *y)
{
  const int32_t filters = p->out_channels / p->groups, plane = p->out_height * p->out_width;
  const int32_t size = t->channels * p->kernel_height * p->kernel_width;
  int32_t o = 0;
  for (; o + 4 <= filters; o += 4, w += 4 * size, y += 4 * plane)
    weft_block_f32(4, width, p, t, x, w, bias ? bias + o : bias, y);
  for (; o < filters; ++o, w += size, y += plane)
    weft_block_f32(1, width, p, t, x, w, bias ? bias + o : bias, y);
}
/* A row of results of all filters of a group. From `begin` to `end` all taps lie inside the image;
 * there the last block may compute again what the one before it has. */
static void weft_convolution_row_f32(
    const struct weft_window *p, struct weft_taps t, int32_t begin, int32_t end, const float *x,
    const float *w, const float *bias, float *y)
{
  const int32_t row = t.at, step = p->dilation_width;
  const int is_narrow = p->out_channels / p->groups < 4;
  for (int32_t ox = 0; ox < p->out_width;) {
    const int32_t more = end - ox, left = ox * p->stride_width - p->pad_left;
    t.left = 0;
    t.right = p->kernel_width;
    if (ox < begin || more <= 0 || end - begin < 4) {
      while (t.left < t.right && left + t.left * step < 0) ++t.left;
      while (t.right > t.left && left + (t.right - 1) * step >= p->in_width) --t.right;
      t.at = row + left;
      weft_blocks_f32(1, p, &t, x, w, bias, y + ox);
      ++ox;
      continue;
    }
    const int32_t width = is_narrow && more >= 16              ? 16
                          : more >= 8 || (more > 4 && end - begin >= 8) ? 8
                                                               : 4;
    if (more < width) ox = end - width;
    t.at = row + ox * p->stride_width - p->pad_left;
    if (width == 16)
      weft_blocks_f32(16, p, &t, x, w, bias, y + ox);
    else if (width == 8)
      weft_blocks_f32(8, p, &t, x, w, bias, y + ox);
    else
      weft_blocks_f32(4, p, &t, x, w, bias, y + ox);
    ox += width;
  }
}
#endif
/* Filters are [out][in / groups][height][width]. */
#if WEFT_BLOCKS
static void weft_convolution_f32(
    const struct weft_window *p, const float *x, const float *w, const float *bias, float *y)
{
  const int32_t filters = p->out_channels / p->groups, channels = p->in_channels / p->groups;
  const int32_t in_plane = p->in_height * p->in_width, out_plane = p->out_height * p->out_width;
  const int32_t size = channels * p->kernel_height * p->kernel_width, step = p->dilation_height;
  const int32_t reach = (p->kernel_width - 1) * p->dilation_width - p->pad_left;
  int32_t begin = 0, end = p->out_width;
  while (begin < end && begin * p->stride_width < p->pad_left) ++begin;
  while (end > begin && (end - 1) * p->stride_width + reach >= p->in_width) --end;
  for (int32_t n = 0; n < p->batch * p->groups; ++n) {
    const int32_t first = n % p->groups * filters;
    for (int32_t oy = 0; oy < p->out_height; ++oy) {
      const int32_t top = oy * p->stride_height - p->pad_top;
      struct weft_taps t = {channels, top * p->in_width, 0, p->kernel_height, 0, 0};
      while (t.top < t.bottom && top + t.top * step < 0) ++t.top;
      while (t.bottom > t.top && top + (t.bottom - 1) * step >= p->in_height) --t.bottom;
      weft_convolution_row_f32(p, t, begin, end, x, w + first * size, bias ? bias + first : bias,
                               y + oy * p->out_width);
    }
    x += channels * in_plane;
    y += filters * out_plane;
  }
}
#else
static void weft_convolution_f32(
    const struct weft_window *p, const float *x, const float *w, const float *bias, float *y)
{
  const int32_t plane = p->in_height * p->in_width;
  const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
  for (int32_t image = 0; image < p->batch; ++image, x += p->in_channels * plane)
    for (int32_t o = 0; o < p->out_channels; ++o)
      for (int32_t oy = 0; oy < p->out_height; ++oy, y += p->out_width) {
        const float *a = x + o / filters * channels * plane;
        const float *b = w + o * channels * p->kernel_height * p->kernel_width;
        for (int32_t ox = 0; ox < p->out_width; ++ox) y[ox] = 0;
        for (int32_t c = 0; c < channels; ++c, a += plane)
          for (int32_t ky = 0; ky < p->kernel_height; ++ky, b += p->kernel_width) {
            const int32_t iy = oy * p->stride_height - p->pad_top + ky * p->dilation_height;
            if (iy < 0 || iy >= p->in_height) continue;
            for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
              const int32_t left = kx * p->dilation_width - p->pad_left;
              const float *const row = a + iy * p->in_width;
              const float factor = b[kx];
              int32_t begin = 0, end = p->out_width;
              while (begin < end && begin * p->stride_width + left < 0) ++begin;
              while (end > begin && (end - 1) * p->stride_width + left >= p->in_width) --end;
              if (begin == end) continue;
              if (p->stride_width == 1) {
                weft_add_row_f32(y + begin, row + begin + left, factor, end - begin);
              } else {
                const float *const from = row + begin * p->stride_width + left;
                weft_add_apart_f32(y + begin, from, p->stride_width, factor, end - begin);
              }
            }
          }
        if (bias)
          for (int32_t ox = 0; ox < p->out_width; ++ox) y[ox] += bias[o];
      }
}
#endif
)";

// The adjoint: each result adds its products to the elements that it was made from. So it is the
// gradient of the data, and a transposed convolution.
constexpr const char* kConvolutionData =
    R"(/* What weft_convolution_f32 takes back from results to the image; also a transposed one. */
static void weft_convolution_data_f32(
    const struct weft_window *p, const float *y, const float *w, float *x)
{
  const int32_t plane = p->in_height * p->in_width;
  const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
  for (int32_t image = 0; image < p->batch; ++image, x += p->in_channels * plane) {
    for (int32_t i = 0; i < p->in_channels * plane; ++i) x[i] = 0;
    for (int32_t o = 0; o < p->out_channels; ++o)
      for (int32_t oy = 0; oy < p->out_height; ++oy, y += p->out_width) {
        float *a = x + o / filters * channels * plane;
        const float *b = w + o * channels * p->kernel_height * p->kernel_width;
        for (int32_t c = 0; c < channels; ++c, a += plane)
          for (int32_t ky = 0; ky < p->kernel_height; ++ky, b += p->kernel_width) {
            const int32_t iy = oy * p->stride_height - p->pad_top + ky * p->dilation_height;
            if (iy < 0 || iy >= p->in_height) continue;
            for (int32_t kx = 0; kx < p->kernel_width; ++kx)
              for (int32_t ox = 0; ox < p->out_width; ++ox) {
                const int32_t ix = ox * p->stride_width - p->pad_left + kx * p->dilation_width;
                if (ix < 0 || ix >= p->in_width) continue;
                a[iy * p->in_width + ix] =
                    weft_fma_f32(b[kx], y[ox], a[iy * p->in_width + ix]);
              }
          }
      }
  }
}
)";

// Averages sum up each row of the window first. The divisor counts the padding or leaves it out.
constexpr const char* kPool = R"(static void weft_pool_f32(
    const struct weft_window *p, int is_average, int counts_padding, const float *x, float *y)
{
  const int32_t planes = p->batch * p->in_channels;
  for (int32_t plane = 0; plane < planes; ++plane, x += p->in_height * p->in_width)
    for (int32_t oy = 0; oy < p->out_height; ++oy)
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t left = ox * p->stride_width - p->pad_left;
        int32_t bottom = top + p->kernel_height, right = left + p->kernel_width, count = 0;
        float sum = 0, most = -INFINITY;
        if (bottom > p->in_height + p->pad_bottom) bottom = p->in_height + p->pad_bottom;
        if (right > p->in_width + p->pad_right) right = p->in_width + p->pad_right;
        for (int32_t iy = top < 0 ? 0 : top; iy < bottom && iy < p->in_height; ++iy) {
          float part = 0;
          for (int32_t ix = left < 0 ? 0 : left; ix < right && ix < p->in_width; ++ix, ++count) {
            const float v = x[iy * p->in_width + ix];
            if (v > most || v != v) most = v;
            part += v;
          }
          sum += part;
        }
        if (counts_padding) count = (bottom - top) * (right - left);
        *y++ = is_average ? sum / (float)count : most;
      }
}
)";

Status emit_convolution(Call& call) {
  WEFT_ASSIGN(kernels::Convolution p, ops::convolution_problem(call.attributes(), DType::kFloat32,
                                                               call.in(0).shape, call.in(1).shape));
  // A convolution of 1 x 1 has no neighbours: the whole plane is treated as one long row.
  const bool is_pixelwise = p.kernel_height * p.kernel_width == 1 && p.stride_height == 1 &&
                            p.stride_width == 1 && p.pad_top == 0 && p.pad_left == 0 &&
                            p.out_height == p.in_height && p.out_width == p.in_width;
  if (is_pixelwise) {
    p.in_width = p.out_width = p.in_height * p.in_width;
    p.in_height = p.out_height = 1;
  }
  define_add_row(call.source());
  call_convolution(call, p, "weft_convolution_f32", kConvolution);
  return {};
}

Status emit_convolution_data(Call& call) {
  const ops::AttributeReader a = call.attributes();
  WEFT_ASSIGN(
      const kernels::Convolution p,
      ops::convolution_problem(a, DType::kFloat32, Shape(a.ints("data_shape")), call.in(1).shape));
  call_convolution(call, p, "weft_convolution_data_f32", kConvolutionData);
  return {};
}

Status emit_pooling(Call& call) {
  const Shape& x = call.in(0).shape;
  WEFT_ASSIGN(const kernels::Pooling p,
              ops::pooling_problem(call.attributes(), DType::kFloat32, x));
  WEFT_ASSIGN(const bool is_average, ops::is_average_pooling(call.attributes()));
  call.source().use_arithmetic();
  define_window(call, p, x[1]);
  call.source().define("weft_pool_f32", kPool);
  call.line(std::string("weft_pool_f32(&p, ") + (is_average ? "1, " : "0, ") +
            (p.count_include_pad ? "1, " : "0, ") + call.read(0) + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(convolution_image, dense_float32, emit_convolution);
WEFT_EMITTER(convolution_data, dense_float32, emit_convolution_data);
WEFT_EMITTER(pooling_image, dense_float32, emit_pooling);

}  // namespace weft::c99
