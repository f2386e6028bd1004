// int32 sums to int8, sums of two int8 arrays, and poolings of NHWC images: kernels/quantized.h.
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/requantize_impl.h"

// Rows of one channel each, or rows of all channels where those lie side by side.
void requantize(const Requantize& p, Range rows) {
  const bool across = p.inner == 1 && p.how.is_per_channel;
  const int64_t width = across ? p.channels : p.inner;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int64_t channel = p.how.is_per_channel && !across ? row % p.channels : 0;
    Rescale rescale = Rescale::of(Sums(p.how.multiplier[channel]), Sums(p.how.shift[channel]));
    for (int64_t i = 0; i < width; i += Sums::kLanes) {
      const int64_t lanes = width - i < Sums::kLanes ? width - i : Sums::kLanes;
      if (across)
        rescale = Rescale::of(Memory<int32_t>::load_part(p.how.multiplier + i, lanes),
                              Memory<int32_t>::load_part(p.how.shift + i, lanes));
      const Sums x = Memory<int32_t>::load_part(p.x + row * width + i, lanes);
      Memory<int8_t>::store_part(p.y + row * width + i, placed(rescale(x), p.how), lanes);
    }
  }
}

struct Operand {
  Sums zero_point;
  Rescale rescale;

  WEFT_INLINE static Operand of(const QuantizedAdd& p, int i) {
    return {Sums(p.zero_points[i]), Rescale::of(Sums(p.multipliers[i]), Sums(p.shifts[i]))};
  }
  WEFT_INLINE Sums operator()(Sums x) const {
    return rescale((x - zero_point) << kQuantizedAddBits);
  }
};

void quantized_add(const QuantizedAdd& p, Range elements) {
  const Operand a = Operand::of(p, 0), b = Operand::of(p, 1);
  const Rescale rescale = Rescale::of(Sums(*p.how.multiplier), Sums(*p.how.shift));
  int64_t i = elements.begin;
  for (; i + Sums::kLanes <= elements.end; i += Sums::kLanes) {
    const Sums sum = a(Memory<int8_t>::load(p.a + i)) + b(Memory<int8_t>::load(p.b + i));
    Memory<int8_t>::store(p.y + i, placed(rescale(sum), p.how));
  }
  if (const int64_t n = elements.end - i; n > 0) {
    const Sums sum =
        a(Memory<int8_t>::load_part(p.a + i, n)) + b(Memory<int8_t>::load_part(p.b + i, n));
    Memory<int8_t>::store_part(p.y + i, placed(rescale(sum), p.how), n);
  }
}

typedef int8_t Bytes __attribute__((vector_size(kVectorBytes)));

// The part of the image under the window of one result.
struct PooledWindow {
  const Pooling& p;
  int64_t channels;
  const int8_t* image;
  int64_t top, left;

  WEFT_INLINE static int64_t first_tap(int64_t at, int64_t dilation) {
    return at < 0 ? (-at + dilation - 1) / dilation : 0;
  }

  // The greatest of `count` neighbouring channels.
  void maxima(int64_t channel, int64_t count, int8_t* y) const {
    Bytes greatest = Vec<int8_t>(-128).v;
    for (int64_t ky = first_tap(top, p.dilation_height); ky < p.kernel_height; ++ky) {
      const int64_t row = top + ky * p.dilation_height;
      if (row >= p.in_height) break;
      for (int64_t kx = first_tap(left, p.dilation_width); kx < p.kernel_width; ++kx) {
        const int64_t col = left + kx * p.dilation_width;
        if (col >= p.in_width) break;
        const int8_t* from = image + (row * p.in_width + col) * channels + channel;
        Bytes x = {};
        if (count == kVectorBytes) {
          __builtin_memcpy(&x, from, kVectorBytes);
        } else {
          __builtin_memcpy(&x, from, count);
        }
        greatest = x > greatest ? x : greatest;
      }
    }
    __builtin_memcpy(y, &greatest, count);
  }

  // Of some vectors of neighbouring channels, or of the first `count` of one.
  template <int kVectors, bool kIsPart>
  void averages(int64_t channel, int64_t count, int32_t zero_point, int8_t* y) const {
    const int64_t bottom = top + p.kernel_height < p.in_height + p.pad_bottom
                               ? top + p.kernel_height
                               : p.in_height + p.pad_bottom;
    const int64_t right = left + p.kernel_width < p.in_width + p.pad_right
                              ? left + p.kernel_width
                              : p.in_width + p.pad_right;
    Sums sums[kVectors];
    WEFT_UNROLL
    for (int v = 0; v < kVectors; ++v) sums[v] = Sums(0);
    int64_t taps = 0;
    for (int64_t row = top < 0 ? 0 : top; row < bottom && row < p.in_height; ++row)
      for (int64_t col = left < 0 ? 0 : left; col < right && col < p.in_width; ++col, ++taps) {
        const int8_t* from = image + (row * p.in_width + col) * channels + channel;
        WEFT_UNROLL
        for (int v = 0; v < kVectors; ++v) {
          const int8_t* const part = from + v * Sums::kLanes;
          sums[v] = sums[v] +
                    (kIsPart ? Memory<int8_t>::load_part(part, count) : Memory<int8_t>::load(part));
        }
      }
    // Quotients that are no integers are far from them, so rounding to double changes none.
    typedef double Wide __attribute__((vector_size(2 * kVectorBytes)));
    const int64_t all = (bottom - top) * (right - left);
    const auto number = double(p.count_include_pad ? all : taps);
    const auto half = double((p.count_include_pad ? all : taps) / 2);
    for (const Sums& whole : sums) {
      Wide sum = __builtin_convertvector(whole.v, Wide);
      if (p.count_include_pad) sum += double((all - taps) * zero_point);
      sum += sum < 0 ? Wide{} - half : Wide{} + half;
      const Sums mean = Sums::of(__builtin_convertvector(sum / number, Sums::Native));
      if (kIsPart)
        Memory<int8_t>::store_part(y, mean, count);
      else
        Memory<int8_t>::store(y, mean);
      y += Sums::kLanes;
    }
  }
};

constexpr int kTogether = 4;  // vectors of int32: as many bytes as a line has, where one has 64

void quantized_pool_nhwc(const Pooling& p, bool is_average, int64_t channels, int32_t zero_point,
                         const int8_t* x, int8_t* y, Range rows) {
  const int64_t lanes = Sums::kLanes;
  y += rows.begin * p.out_width * channels;
  for (int64_t row = rows.begin; row < rows.end; ++row)
    for (int64_t ox = 0; ox < p.out_width; ++ox, y += channels) {
      const PooledWindow window{
          p, channels, x + row / p.out_height * p.in_height * p.in_width * channels,
          row % p.out_height * p.stride_height - p.pad_top, ox * p.stride_width - p.pad_left};
      for (int64_t channel = 0; channel < channels;) {
        const int64_t left = channels - channel;
        int64_t count;
        if (!is_average) {
          count = left < kVectorBytes ? left : kVectorBytes;
          window.maxima(channel, count, y + channel);
        } else if (left >= kTogether * lanes) {
          count = kTogether * lanes;
          window.averages<kTogether, false>(channel, count, zero_point, y + channel);
        } else if (left >= lanes) {
          count = lanes;
          window.averages<1, false>(channel, count, zero_point, y + channel);
        } else {
          count = left;
          window.averages<1, true>(channel, count, zero_point, y + channel);
        }
        channel += count;
      }
    }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
