// Convolutions of int16 images with int8 filters as C, with the library's bits.
#include <cstdlib>

#include "c99/int8/int8_call.h"
#include "c99/int8/int8_text.h"
#include "c99/program/emitter.h"
#include "c99/text/text.h"
#include "ops/problems/convolution_problem.h"

namespace weft::c99 {
namespace {

Result<executor::TargetKernel> dense(const ops::SlotTypes&) { return executor::TargetKernel{}; }

constexpr std::string_view kShape =
    R"(/* A convolution of int16 images with channels last; depth: channels of a group, filters: of a
   group. */
struct weft_image_i16 {
  int32_t height, width, out_height, out_width, depth, groups, filters, kernel_height, kernel_width;
  int32_t stride_height, stride_width, dilation_height, dilation_width, pad_top, pad_left;
  int32_t low, high;
};
)";

// $sum: the type that holds the products of a window; $type: that of a result, which $place stores.
constexpr std::string_view kKernel =
    R"(/* Results are int64 sums, or int16, sum * multiplier / 2^shift, rounded to the nearest, halves
   up. */
static void $name(
    const struct weft_image_i16 *p, const int8_t *w, const int64_t *bias,
    const int32_t *multiplier, const int32_t *shift, const int16_t *x, $type *y)
{
  const int32_t channels = p->depth * p->groups, taps = p->kernel_height * p->kernel_width;
  for (int32_t row = 0; row < p->out_height; ++row)
    for (int32_t column = 0; column < p->out_width; ++column) {
      const int32_t top = row * p->stride_height - p->pad_top;
      const int32_t left = column * p->stride_width - p->pad_left;
      for (int32_t filter = 0; filter < p->filters * p->groups; ++filter) {
        const int16_t *const from = x + filter / p->filters * p->depth;
        const int8_t *b = w + filter * taps * p->depth;
        $sum sum = 0;
        int64_t total = 0;
        for (int32_t i = 0; i < p->kernel_height; ++i) {
          const int32_t v = top + i * p->dilation_height;
          for (int32_t j = 0; j < p->kernel_width; ++j, b += p->depth) {
            const int32_t u = left + j * p->dilation_width;
            const int16_t *const a = from + (v * p->width + u) * channels;
            if (v < 0 || v >= p->height || u < 0 || u >= p->width) continue;
            for (int32_t k = 0; k < p->depth; ++k) sum += ($sum)a[k] * b[k];
          }
        }
        total = (int64_t)((uint64_t)sum + (bias ? (uint64_t)bias[filter] : 0));
        $place
      }
    }
}
)";

constexpr std::string_view kPlace =
    R"(total = (int64_t)((uint64_t)total * (uint64_t)multiplier[filter] +
                          (UINT64_C(1) << (shift[filter] - 1))) >> shift[filter];
        *y++ = (int16_t)(total < p->low ? p->low : total > p->high ? p->high : total);)";
constexpr std::string_view kSum = R"((void)multiplier;
        (void)shift;
        *y++ = total;)";

// Do the sums of all filters fit into 32 bits, whatever the data?
bool are_small(const Operand& weight, int64_t filters) {
  if (weight.content == nullptr) return false;
  const auto* w = static_cast<const int8_t*>(weight.content);
  const int64_t taps = weight.shape.elements() / filters;
  for (int64_t filter = 0; filter < filters; ++filter) {
    int64_t sum = 0;
    for (int64_t i = 0; i < taps; ++i) sum += std::abs(int{w[filter * taps + i]});
    if (sum * 32768 > INT32_MAX) return false;
  }
  return true;
}

// (N, H, W, C) as (N, C, H, W): the order in which problems are described.
Shape channels_second(const Shape& x) { return {x[0], x[3], x[1], x[2]}; }

Status emit(Call& call) {
  const ops::AttributeReader a = call.attributes();
  const Shape &x = call.in(0).shape, &y = call.out().shape;
  if (y.elements() == 0) return {};
  WEFT_ASSIGN(const kernels::Convolution s,
              ops::convolution_problem(a, DType::kInt8, channels_second(x),
                                       channels_second(call.in(1).shape)));
  const bool is_small = are_small(call.in(1), s.out_channels);
  const bool is_scaled = call.given(4);
  const std::string name =
      std::string("weft_convolution_i16") + (is_small ? "" : "_wide") + (is_scaled ? "" : "_sums");
  std::string text = replaced(kKernel, "$place", is_scaled ? kPlace : kSum);
  text = replaced(replaced(text, "$name", name), "$sum", is_small ? "int32_t" : "int64_t");
  call.source().define("weft_image_i16", kShape);
  call.source().define(name, replaced(text, "$type", is_scaled ? "int16_t" : "int64_t"));
  call.source().add_multiply_adds(s.batch * s.out_channels * s.out_height * s.out_width *
                                  (s.in_channels / s.groups) * s.kernel_height * s.kernel_width);
  add_shape(call, "weft_image_i16",
            {{"height", s.in_height},
             {"width", s.in_width},
             {"out_height", s.out_height},
             {"out_width", s.out_width},
             {"depth", s.in_channels / s.groups},
             {"groups", s.groups},
             {"filters", s.out_channels / s.groups},
             {"kernel_height", s.kernel_height},
             {"kernel_width", s.kernel_width},
             {"stride_height", s.stride_height},
             {"stride_width", s.stride_width},
             {"dilation_height", s.dilation_height},
             {"dilation_width", s.dilation_width},
             {"pad_top", s.pad_top},
             {"pad_left", s.pad_left},
             {"low", a.integer("low")},
             {"high", a.integer("high")}},
            false);
  const std::string weights = call.read(1), bias = call.given(2) ? call.read(2) : "0";
  const std::string multiplier = is_scaled ? call.read(3) : "0";
  const std::string shift = is_scaled ? call.read(4) : "0";
  const Batch batch{call, s.batch};
  batch.line(name + "(&p, " + weights + ", " + bias + ", " + multiplier + ", " + shift + ", " +
             batch.at(call.read(0), x.elements() / s.batch) + ", " +
             batch.at(call.write(), y.elements() / s.batch) + ");");
  return {};
}

}  // namespace

WEFT_EMITTER(quantized_convolution16, dense, emit);

}  // namespace weft::c99
