// Convolutions of stride one over a batch of small images, with the images in lanes. A pixel of one
// channel is then a row of kBatchedImages numbers, which is a row of B of a product. A tap outside
// the image is no row at all, so no lane computes padding: for the gradient of 14 x 14 pixels under
// 5 x 5 taps this saves two products of five. Layouts with images innermost: Krizhevsky,
// cuda-convnet (2012). Transposing images into lanes and back costs as much as a few products of
// each pixel.
//
// A unit is a row tile of kBatchedImages images. k runs over taps, then over channels, so that the
// taps of a kernel row that meet the image follow one another.
#include "kernels/convolution/convolution_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/convolution/convolution_impl.h"

// The taps along an axis that meet the image, for an output whose first tap is at `place`.
WEFT_INLINE Range meeting(int64_t place, int64_t span, int64_t dilation, int64_t extent,
                          int64_t taps, bool is_reversed) {
  if (is_reversed) place = extent - 1 - (place + span);  // reversed taps: seen from the other end
  return {lesser(greater(ceil_divide(-place, dilation), 0), taps),
          greater(lesser(ceil_divide(extent - place, dilation), taps), 0)};
}

// The work of one thread: packed weights, staged images, and products.
struct Batched : Sight {
  const Convolution& p;
  Buffers<float> buffers;
  int64_t taps, depth;
  int64_t panel_rows;

  Batched(const Convolution& problem, const ConvolutionBlocks& blocks, void* scratch,
          bool is_forward)
      : Sight(problem, is_forward),
        p(problem),
        buffers(scratch, blocks),
        // k is tap * channels + channel, so neighbouring taps are one stretch of k.
        taps(p.kernel_height * p.kernel_width),
        depth(taps * channels),
        panel_rows(balanced_rows<float>(out_channels)) {}

  // Where each (tap, channel) of a product begins in `columns`.
  int32_t* offsets() const { return (int32_t*)buffers.panels; }

  // Packs the weights as panels of rows, each [tap][channel][row].
  void pack_weights(const float* weights) const {
    const int64_t row = is_reversed ? taps : channels * taps;
    const int64_t channel = is_reversed ? out_channels * taps : taps;
    for (int64_t first = 0; first < out_channels; first += panel_rows) {
      const int64_t rows = lesser(panel_rows, out_channels - first);
      float* to = buffers.weights + first * depth;
      for (int64_t tap = 0; tap < taps; ++tap)
        for (int64_t c = 0; c < channels; ++c)
          for (int64_t r = 0; r < rows; ++r) *to++ = weights[(first + r) * row + c * channel + tap];
    }
  }

  // Transposes some rows of all channels of some images into lanes, and sets the offsets.
  void read(const float* images, int64_t count, Range rows) const {
    const int64_t pixels = (rows.end - rows.begin) * width;
    for (int64_t c = 0; c < channels; ++c)
      pack(images + (c * height + rows.begin) * width, channels * height * width, int64_t(1), count,
           pixels, buffers.columns + c * pixels * kBatchedImages, kBatchedImages);
    for (int64_t tap = 0; tap < taps; ++tap)
      for (int64_t c = 0; c < channels; ++c)
        offsets()[tap * channels + c] =
            int32_t((c * pixels + tap_row(p, tap) * width + tap_col(p, tap)) * kBatchedImages);
  }

  // C (+)= the products of taps that follow one another, for all filters.
  void add_taps(Range some, int64_t images, const float* b, float* c, int64_t c_row,
                bool accumulate) const {
    for (int64_t first = 0; first < out_channels; first += panel_rows) {
      BlockProduct<float> product;
      product.rows = product.panel_rows = lesser(panel_rows, out_channels - first);
      product.cols = images;
      product.k = (some.end - some.begin) * channels;
      product.a = buffers.weights + first * depth + some.begin * channels * product.rows;
      product.a_row = 0;
      product.a_packed = true;
      product.b = b;
      product.b_row = 0;
      product.b_panel = kTileCols<float>;
      product.b_offsets = offsets() + some.begin * channels;
      product.c = c + first * c_row;
      product.c_row = c_row;
      product.accumulate = accumulate;
      multiply_block(product);
    }
  }

  // One row of outputs. `first` is the first image row that was read.
  void make_row(int64_t row, int64_t first, int64_t images, float* sums, int64_t c_row) const {
    const Range high = meeting(row + origin_row, span_row, p.dilation_height, height,
                               p.kernel_height, is_reversed);
    for (int64_t col = 0; col < out_width; ++col) {
      const Range wide =
          meeting(col + origin_col, span_col, p.dilation_width, width, p.kernel_width, is_reversed);
      const int64_t at = (row + origin_row - first) * width + col + origin_col;
      const float* const b = buffers.columns + at * kBatchedImages;
      float* const c = sums + col * kBatchedImages;
      // A pixel that sees all columns of the kernel takes its rows of taps as one product.
      if (wide.begin == 0 && wide.end == p.kernel_width) {
        add_taps({high.begin * p.kernel_width, high.end * p.kernel_width}, images, b, c, c_row,
                 false);
        continue;
      }
      // Otherwise the rows of taps are added one after the other.
      bool accumulate = false;
      for (int64_t tap = high.begin; tap < high.end; ++tap, accumulate = true)
        add_taps({tap * p.kernel_width + wide.begin, tap * p.kernel_width + wide.end}, images, b, c,
                 c_row, accumulate);
      // No tap meets the image, so the output is zero.
      if (!accumulate) add_taps({0, 0}, images, b, c, c_row, false);
    }
  }

  // Transposes some pixels of a channel from lanes to images that lie `step` apart.
  void write(const float* sums, int64_t pixels, int64_t images, float bias, float* to,
             int64_t step) const {
    constexpr int kLanes = Vec<float>::kLanes;
    for (int64_t i = 0; i < pixels; i += kLanes) {
      const int64_t lanes = lesser(pixels - i, kLanes);
      for (int64_t n = 0; n < images; n += kLanes) {
        Vec<float> rows[kLanes];
        repeat<kLanes>([&](auto row) WEFT_LAMBDA {
          constexpr int r = decltype(row)::value;
          // Rows behind the last pixel repeat it; they are not stored.
          const float* from = sums + (i + lesser(r, lanes - 1)) * kBatchedImages + n;
          rows[r] = Memory<float>::load(from) + Vec<float>(bias);
        });
        transpose(rows);
        repeat<kLanes>([&](auto row) WEFT_LAMBDA {
          constexpr int r = decltype(row)::value;
          if (n + r < images) {
            if (lanes == kLanes)
              Memory<float>::store(to + (n + r) * step + i, rows[r]);
            else
              Memory<float>::store_part(to + (n + r) * step + i, rows[r], lanes);
          }
        });
      }
    }
  }
};

void batched_convolution(const Convolution& p, const ConvolutionBlocks& blocks,
                         const ConvolutionOperands& operands, bool is_forward, Range units,
                         void* scratch) {
  const Batched s(p, blocks, scratch, is_forward);
  if (begins_packing(scratch, 0)) s.pack_weights((const float*)operands.weights);
  const float* const bias = (const float*)operands.bias;
  const int64_t in_size = s.channels * s.height * s.width;
  const int64_t out_plane = s.out_height * s.out_width;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    // A unit: kBatchedImages images and blocks.rows of their output rows.
    const int64_t image = unit / blocks.row_blocks * kBatchedImages;
    const int64_t images = lesser(kBatchedImages, p.batch - image);
    const int64_t row = unit % blocks.row_blocks * blocks.rows;
    const int64_t end = lesser(row + blocks.rows, s.out_height);
    const Range read = {greater(0, row + s.origin_row),
                        lesser(s.height, end + s.origin_row + s.span_row)};
    s.read((const float*)operands.image + image * in_size, images, read);
    const int64_t pixels = (end - row) * s.out_width;
    for (int64_t r = row; r < end; ++r)
      s.make_row(r, read.begin, images, s.buffers.total + (r - row) * s.out_width * kBatchedImages,
                 pixels * kBatchedImages);
    for (int64_t c = 0; c < s.out_channels; ++c)
      s.write(s.buffers.total + c * pixels * kBatchedImages, pixels, images, bias ? bias[c] : 0,
              (float*)operands.out + (image * s.out_channels + c) * out_plane + row * s.out_width,
              s.out_channels * out_plane);
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
