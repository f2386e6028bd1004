// What only training needs: losses of class indices, and gradients of lookups, convolutions and
// poolings. Elementwise gradients are tile programs; gradients of dense layers are products and
// sums.
#include "base/errors.h"
#include "c99/float/windows.h"
#include "c99/program/emitter.h"
#include "ops/problems/convolution_problem.h"
#include "ops/problems/pooling_problem.h"

namespace weft::c99 {
namespace {

using kernels::FormulaId;

// A negative label counts from the end where the operator allows that (`counts_back`); any other
// label out of range counts as the nearest class.
constexpr const char* kLabel = R"(static inline int32_t weft_label(int64_t label, int32_t columns)
{
  if (label < 0) label += columns;
  return label < 0 ? 0 : label >= columns ? columns - 1 : (int32_t)label;
}
)";

// -log softmax(x)[label] of each row: the logarithm of the sum of exponentials minus the element.
constexpr const char* kCrossEntropy = R"(/* Elements of a row lie inner apart. */
static void weft_cross_entropy_f32(
    int32_t rows, int32_t columns, int32_t inner, int counts_back, const float *from,
    const int64_t *label, float *y)
{
  for (int32_t row = 0; row < rows; ++row) {
    const int32_t end = columns * inner;
    const float *const x = from + row / inner * end + row % inner;
    float most = x[0], sum = 0;
    for (int32_t i = inner; i < end; i += inner)
      if (x[i] > most || x[i] != x[i]) most = x[i];
    if (most == -INFINITY) most = 0;
    for (int32_t i = 0; i < end; i += inner) sum += weft_exp_f32(x[i] - most);
    const float logarithm = sum == 0 ? 0 : weft_log_f32(sum);
    const int64_t at = label[row] < 0 && !counts_back ? 0 : label[row];
    y[row] = logarithm + most - x[weft_label(at, columns) * inner];
  }
}
)";

// (softmax(x) - one at the label) dy.
constexpr const char* kCrossEntropyGradient = R"(/* Elements of a row lie inner apart. */
static void weft_cross_entropy_gradient_f32(
    int32_t rows, int32_t columns, int32_t inner, int counts_back, const float *from,
    const int64_t *label, const float *dy, float *to)
{
  for (int32_t row = 0; row < rows; ++row) {
    const int32_t end = columns * inner, first = row / inner * end + row % inner;
    const float *const x = from + first;
    float *const dx = to + first;
    float most = x[0], sum = 0;
    for (int32_t i = inner; i < end; i += inner)
      if (x[i] > most || x[i] != x[i]) most = x[i];
    if (most == -INFINITY) most = 0;
    for (int32_t i = 0; i < end; i += inner) {
      dx[i] = weft_exp_f32(x[i] - most);
      sum += dx[i];
    }
    sum = sum == 0 ? 0 : 1 / sum;
    for (int32_t i = 0; i < end; i += inner) dx[i] *= sum;
    const int64_t at = label[row] < 0 && !counts_back ? 0 : label[row];
    dx[weft_label(at, columns) * inner] -= 1;
    for (int32_t i = 0; i < end; i += inner) dx[i] *= dy[row];
  }
}
)";

constexpr const char* kTakeAdjoint = R"(/* Zeros with each slice added at its index. */
static void weft_take_adjoint_f32(
    int32_t outer, int32_t count, int32_t extent, int32_t inner, int counts_back, const float *y,
    const int64_t *index, float *x)
{
  for (int32_t i = 0; i < outer * extent * inner; ++i) x[i] = 0;
  for (int32_t o = 0; o < outer; ++o, x += extent * inner)
    for (int32_t j = 0; j < count; ++j, y += inner) {
      const int64_t at = index[j] < 0 && !counts_back ? 0 : index[j];
      float *const to = x + weft_label(at, extent) * inner;
      for (int32_t i = 0; i < inner; ++i) to[i] += y[i];
    }
}
)";

// The sum for a weight is added up row by row of the results: the rounding error stays that of
// short sums.
constexpr const char* kConvolutionWeight =
    R"(/* What weft_convolution_f32 takes back from results to the filters. */
static void weft_convolution_weight_f32(
    const struct weft_window *p, const float *x, const float *y, float *w)
{
  const int32_t in_plane = p->in_height * p->in_width, out_plane = p->out_height * p->out_width;
  const int32_t channels = p->in_channels / p->groups, filters = p->out_channels / p->groups;
  for (int32_t o = 0; o < p->out_channels; ++o)
    for (int32_t c = 0; c < channels; ++c)
      for (int32_t ky = 0; ky < p->kernel_height; ++ky)
        for (int32_t kx = 0; kx < p->kernel_width; ++kx) {
          const int32_t left = kx * p->dilation_width - p->pad_left;
          int32_t begin = 0, end = p->out_width;
          float sum = 0;
          while (begin < end && begin * p->stride_width + left < 0) ++begin;
          while (end > begin && (end - 1) * p->stride_width + left >= p->in_width) --end;
          for (int32_t image = 0; image < p->batch; ++image) {
            const float *const a =
                x + (image * p->in_channels + o / filters * channels + c) * in_plane;
            const float *const b = y + (image * p->out_channels + o) * out_plane;
            for (int32_t oy = 0; oy < p->out_height; ++oy) {
              const int32_t iy = oy * p->stride_height - p->pad_top + ky * p->dilation_height;
              float part = 0;
              if (iy < 0 || iy >= p->in_height) continue;
              for (int32_t ox = begin; ox < end; ++ox)
                part = weft_fma_f32(
                    a[iy * p->in_width + ox * p->stride_width + left],
                    b[oy * p->out_width + ox], part);
              sum += part;
            }
          }
          *w++ = sum;
        }
}
)";

// The index of the largest element of each window in its plane: the first of equal ones, the last
// NaN.
constexpr const char* kPoolIndices = R"(static void weft_pool_indices_f32(
    const struct weft_window *p, const float *x, int64_t *y)
{
  const int32_t planes = p->batch * p->in_channels;
  for (int32_t plane = 0; plane < planes; ++plane, x += p->in_height * p->in_width)
    for (int32_t oy = 0; oy < p->out_height; ++oy)
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        const int32_t top = oy * p->stride_height - p->pad_top;
        const int32_t left = ox * p->stride_width - p->pad_left;
        const int32_t bottom = top + p->kernel_height, right = left + p->kernel_width;
        int32_t at = (top < 0 ? 0 : top) * p->in_width + (left < 0 ? 0 : left);
        for (int32_t iy = top < 0 ? 0 : top; iy < bottom && iy < p->in_height; ++iy)
          for (int32_t ix = left < 0 ? 0 : left; ix < right && ix < p->in_width; ++ix) {
            const float v = x[iy * p->in_width + ix];
            if (v > x[at] || v != v) at = iy * p->in_width + ix;
          }
        *y++ = at;
      }
}
)";

constexpr const char* kScatter = R"(/* Planes of zeros with elements added at places in them. */
static void weft_plane_scatter_f32(
    int32_t planes, int32_t count, int32_t extent, const float *y, const int64_t *at, float *x)
{
  for (int32_t plane = 0; plane < planes; ++plane, x += extent, y += count, at += count) {
    for (int32_t i = 0; i < extent; ++i) x[i] = 0;
    for (int32_t i = 0; i < count; ++i) x[at[i]] += y[i];
  }
}
)";

// Each result gives its share to all elements of its window, so an element sums up the shares of
// the averages that it is in.
constexpr const char* kPoolGradient = R"(/* Each element's share of the averages that it is in. */
static void weft_pool_gradient_f32(
    const struct weft_window *p, int counts_padding, const float *y, float *x)
{
  const int32_t planes = p->batch * p->in_channels;
  for (int32_t plane = 0; plane < planes; ++plane, x += p->in_height * p->in_width) {
    for (int32_t i = 0; i < p->in_height * p->in_width; ++i) x[i] = 0;
    for (int32_t oy = 0; oy < p->out_height; ++oy)
      for (int32_t ox = 0; ox < p->out_width; ++ox) {
        int32_t top = oy * p->stride_height - p->pad_top;
        int32_t left = ox * p->stride_width - p->pad_left;
        int32_t bottom = top + p->kernel_height, right = left + p->kernel_width;
        if (bottom > p->in_height + p->pad_bottom) bottom = p->in_height + p->pad_bottom;
        if (right > p->in_width + p->pad_right) right = p->in_width + p->pad_right;
        int32_t count = (bottom - top) * (right - left);
        if (top < 0) top = 0;
        if (left < 0) left = 0;
        if (bottom > p->in_height) bottom = p->in_height;
        if (right > p->in_width) right = p->in_width;
        if (!counts_padding) count = (bottom - top) * (right - left);
        const float share = *y++ / (float)count;
        for (int32_t iy = top; iy < bottom; ++iy)
          for (int32_t ix = left; ix < right; ++ix) x[iy * p->in_width + ix] += share;
      }
  }
}
)";

// ---- losses

// The first arguments of the losses.
std::string sizes_of_rows(const Call& call) {
  return rows_along_axis(call) + (call.attributes().text("mode") == "raise" ? ", 1, " : ", 0, ");
}

Status emit_cross_entropy(Call& call) {
  Source& source = call.source();
  source.formula(FormulaId::kExp, DType::kFloat32);
  source.formula(FormulaId::kLog, DType::kFloat32);
  source.define("weft_label", kLabel);
  source.define("weft_cross_entropy_f32", kCrossEntropy);
  call.line("weft_cross_entropy_f32(" + sizes_of_rows(call) + call.read(0) + ", " + call.read(1) +
            ", " + call.write() + ");");
  return {};
}

Status emit_cross_entropy_gradient(Call& call) {
  Source& source = call.source();
  source.formula(FormulaId::kExp, DType::kFloat32);
  source.define("weft_label", kLabel);
  source.define("weft_cross_entropy_gradient_f32", kCrossEntropyGradient);
  call.line("weft_cross_entropy_gradient_f32(" + sizes_of_rows(call) + call.read(0) + ", " +
            call.read(1) + ", " + call.read(2) + ", " + call.write() + ");");
  return {};
}

Status emit_take_adjoint(Call& call) {
  const Shape& x = call.out().shape;
  const ops::AttributeReader a = call.attributes();
  const int64_t given = a.integer("axis");
  const auto axis = static_cast<int>(given < 0 ? given + x.rank() : given);
  int64_t outer = 1, inner = 1;
  for (int i = 0; i < axis; ++i) outer *= x[i];
  for (int i = axis + 1; i < x.rank(); ++i) inner *= x[i];
  call.source().define("weft_label", kLabel);
  call.source().define("weft_take_adjoint_f32", kTakeAdjoint);
  std::string arguments;
  for (const int64_t number : {outer, call.in(1).shape.elements(), x[axis], inner})
    arguments += std::to_string(number) + ", ";
  call.line("weft_take_adjoint_f32(" + arguments + (a.text("mode") == "raise" ? "1, " : "0, ") +
            call.read(0) + ", " + call.read(1) + ", " + call.write() + ");");
  return {};
}

// ---- windows

Status emit_convolution_weight(Call& call) {
  const ops::AttributeReader a = call.attributes();
  WEFT_ASSIGN(const kernels::Convolution p,
              ops::convolution_problem(a, DType::kFloat32, call.in(0).shape,
                                       Shape(a.ints("weight_shape"))));
  call_convolution(call, p, "weft_convolution_weight_f32", kConvolutionWeight);
  return {};
}

Status emit_pool_indices(Call& call) {
  const Shape& x = call.in(0).shape;
  WEFT_ASSIGN(const kernels::Pooling p,
              ops::pooling_problem(call.attributes(), DType::kFloat32, x));
  define_window(call, p, x[1]);
  call.source().define("weft_pool_indices_f32", kPoolIndices);
  call.line("weft_pool_indices_f32(&p, " + call.read(0) + ", " + call.write() + ");");
  return {};
}

Status emit_scatter(Call& call) {
  const Shape &y = call.in(0).shape, &x = call.out().shape;
  const int64_t planes = x[0] * x[1];
  call.source().define("weft_plane_scatter_f32", kScatter);
  call.line("weft_plane_scatter_f32(" + std::to_string(planes) + ", " +
            std::to_string(y.elements() / planes) + ", " + std::to_string(x.elements() / planes) +
            ", " + call.read(0) + ", " + call.read(1) + ", " + call.write() + ");");
  return {};
}

Status emit_pool_gradient(Call& call) {
  const Shape& x = call.out().shape;
  WEFT_ASSIGN(const kernels::Pooling p,
              ops::pooling_problem(call.attributes(), DType::kFloat32, x));
  define_window(call, p, x[1]);
  call.source().define("weft_pool_gradient_f32", kPoolGradient);
  call.line(std::string("weft_pool_gradient_f32(&p, ") + (p.count_include_pad ? "1, " : "0, ") +
            call.read(0) + ", " + call.write() + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(cross_entropy_rows, dense_float32, emit_cross_entropy);
WEFT_EMITTER(cross_entropy_rows_gradient, dense_float32, emit_cross_entropy_gradient);
WEFT_EMITTER(take_adjoint, dense_float32, emit_take_adjoint);
WEFT_EMITTER(convolution_weight, dense_float32, emit_convolution_weight);
WEFT_EMITTER(pooling_indices, dense_float32, emit_pool_indices);
WEFT_EMITTER(pooling_scatter, dense_float32, emit_scatter);
WEFT_EMITTER(pooling_average_gradient, dense_float32, emit_pool_gradient);

}  // namespace weft::c99
