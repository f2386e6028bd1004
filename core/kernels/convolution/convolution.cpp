#include "kernels/convolution/convolution.h"

#include <algorithm>

#include "kernels/elementwise/copy.h"
#include "kernels/isa/active_impl.h"

namespace weft::kernels {
namespace {

constexpr int64_t kMaxRows = 168;
constexpr int64_t kMaxCols = 256;
constexpr int64_t kMaxDepth = 256;
constexpr int64_t kMaxPackedWeights = int64_t(1) << 22;  // lanes: 16 MB of float32
constexpr int64_t kWantedUnits = 4, kWantedUnitsOfRows = 6;

int64_t divide_up(int64_t a, int64_t b) { return (a + b - 1) / b; }
int64_t round_up(int64_t a, int64_t step) { return divide_up(a, step) * step; }

// Cuts `extent` evenly into the fewest parts of at most `most`, in multiples of `step`.
int64_t even_part(int64_t extent, int64_t maximum, int64_t step) {
  const int64_t parts = std::max<int64_t>(1, divide_up(extent, maximum));
  return std::max<int64_t>(step, round_up(divide_up(extent, parts), step));
}

// Rows and columns of the three products.
struct Extents {
  int64_t rows, cols, depth, repeats;
};

// `tile_rows`: rows of C that scratch holds at once, where C itself cannot hold sums.
ConvolutionBlocks cut(const Extents& e, int64_t col_step, bool packs_weights, int64_t tile_rows,
                      int64_t wanted_units = kWantedUnits) {
  ConvolutionBlocks blocks;
  blocks.rows = even_part(e.rows, kMaxRows, 14);
  int64_t maximum = kMaxCols;
  blocks.cols = even_part(e.cols, maximum, col_step);
  while (e.repeats * divide_up(e.cols, blocks.cols) < wanted_units && maximum > col_step) {
    maximum /= 2;
    blocks.cols = even_part(e.cols, maximum, col_step);
  }
  blocks.row_blocks = std::max<int64_t>(1, divide_up(e.rows, blocks.rows));
  blocks.col_blocks = std::max<int64_t>(1, divide_up(e.cols, blocks.cols));
  blocks.depth = std::max<int64_t>(1, std::min(e.depth, kMaxDepth));

  const int64_t weights = e.rows * e.depth;
  blocks.form = ConvolutionForm::kGathered;
  blocks.images_are_rows = false;
  blocks.packs_all_weights = packs_weights && weights <= kMaxPackedWeights;
  // Stores of whole vectors may run past a row. The stride is no multiple of a page: rows would
  // fall on the same few lines of the cache.
  blocks.column_stride = round_up(blocks.cols, 32) + 32;
  const int64_t gathered =
      std::max((blocks.depth + 1) * blocks.column_stride, blocks.cols * (blocks.depth + 32)) + 64;
  const int64_t tile = round_up(blocks.rows * blocks.cols, 16);
  blocks.columns = round_up(blocks.packs_all_weights ? weights : blocks.rows * blocks.depth, 16);
  blocks.panels = blocks.columns + round_up(gathered, 16);
  blocks.tile = blocks.panels + (packs_weights ? 0 : round_up(gathered, 16));
  blocks.total = blocks.tile + (packs_weights ? 0 : tile);
  blocks.end = blocks.total + std::max(tile, tile_rows * blocks.cols) + 16;
  return blocks;
}

// A product over shifted row tiles (kernels/convolution/convolution_shifted.isa.cpp): rows of the
// output of `width` positions are computed as `width + span` columns.
struct Shift {
  int64_t channels, height, width, span_row, span_col;
};

// Gathering a column costs about as much as so many rows of the product.
constexpr int64_t kGatheredRows = 16;

// Rows that the row tile of a unit has.
int64_t tile_height(const Shift& shift, int64_t cols) {
  return divide_up(cols, shift.width + shift.span_col) + 1 + shift.span_row;
}

bool pays_shifted(const Convolution& p, const Shift& shift, const ConvolutionBlocks& gathered,
                  int64_t rows) {
  // Row tiles have whole rows: of a long one, most would be copied for other units.
  const int64_t copied = tile_height(shift, gathered.cols) * (shift.width + shift.span_col);
  if (copied > p.kernel_height * p.kernel_width * gathered.cols + 4 * gathered.cols) return false;
  return rows * shift.span_col <= kGatheredRows * shift.width;
}

int64_t positions_of(const Shift& shift) {
  return (shift.height - 1) * (shift.width + shift.span_col) + shift.width;
}

// Sequences of a batch are the rows of one image: the positions of each alone would begin a tile.
bool has_rows_of_images(const Convolution& p, const Shift& shift) {
  if (p.in_height != 1 || p.kernel_height != 1 || p.pad_top != 0 || p.batch < 2) return false;
  Shift together = shift;
  together.height = p.batch;
  const int64_t apart = p.batch * round_up(positions_of(shift), 32);
  return round_up(positions_of(together), 32) < apart / 32 * 31;
}

ConvolutionBlocks cut_shifted(Extents e, const Convolution& p, Shift shift) {
  const bool images_are_rows = has_rows_of_images(p, shift);
  if (images_are_rows) shift.height = p.batch, e.repeats = p.groups;
  const int64_t pitch = shift.width + shift.span_col;
  e.cols = positions_of(shift);
  ConvolutionBlocks blocks =
      cut(e, 32, true, e.rows, images_are_rows ? kWantedUnitsOfRows : kWantedUnits);
  blocks.form = ConvolutionForm::kShifted;
  blocks.images_are_rows = images_are_rows;
  blocks.column_stride = tile_height(shift, blocks.cols) * pitch;
  blocks.panels =
      blocks.columns + round_up(shift.channels * blocks.column_stride + shift.span_col + 64, 16);
  blocks.tile = blocks.panels + round_up(e.depth, 16);  // offsets: one word a lane is enough
  blocks.total = blocks.tile;
  blocks.end = blocks.total + round_up(e.rows * blocks.cols, 16) + 64;
  return blocks;
}

// Pairs of an output and a tap that meet the image, along an axis. The gradient of the data has as
// many.
int64_t meetings(int64_t out, int64_t in, int64_t taps, int64_t dilation, int64_t pad) {
  int64_t count = 0;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const int64_t start = tap * dilation - pad;
    count += std::max<int64_t>(0, std::min(out, in - start) - std::max<int64_t>(0, -start));
  }
  return count;
}

// The images of a batch side by side (kernels/convolution/convolution_batched.isa.cpp) take the
// products of taps that meet the image, where others take `computed`, and as long as these for the
// rest.
bool pays_batched(const Convolution& p, const Shift& shift, int64_t rows, int64_t computed) {
  constexpr int64_t kElement = 24;  // products that reading or writing an element costs
  if (p.dtype != DType::kFloat32 || p.groups != 1 || p.batch < kBatchedImages) return false;
  const int64_t met =
      meetings(p.out_height, p.in_height, p.kernel_height, p.dilation_height, p.pad_top) *
      meetings(p.out_width, p.in_width, p.kernel_width, p.dilation_width, p.pad_left);
  const int64_t elements =
      p.in_height * p.in_width * p.in_channels + p.out_height * p.out_width * p.out_channels;
  const int64_t batched = met * shift.channels * rows + kElement * elements;
  const int64_t images = round_up(p.batch, kBatchedImages);
  return batched * images / p.batch < (computed + kElement * elements) / 20 * 17;
}

constexpr int64_t kBatchedLanes = 1 << 17;  // that a unit reads and makes, at most: 512 KB

ConvolutionBlocks cut_batched(const Convolution& p, const Shift& shift, int64_t rows) {
  constexpr int64_t kWanted = 8;  // units
  const int64_t depth = shift.channels * p.kernel_height * p.kernel_width;
  const int64_t width = p.in_width + p.out_width - shift.width;  // of the image that is read
  ConvolutionBlocks blocks = {};
  blocks.form = ConvolutionForm::kBatched;
  blocks.col_blocks = divide_up(p.batch, kBatchedImages);
  const auto columns = [&] {
    return shift.channels * (blocks.rows + shift.span_row) * width * kBatchedImages;
  };
  const auto total = [&] { return rows * blocks.rows * shift.width * kBatchedImages; };
  // Row tiles of rows read those of their neighbours, too.
  const int64_t maximum = std::max<int64_t>(1, shift.height / std::max<int64_t>(1, shift.span_row));
  const int64_t row_tiles = std::clamp<int64_t>(divide_up(kWanted, blocks.col_blocks), 1, maximum);
  blocks.rows = divide_up(shift.height, row_tiles);
  while (blocks.rows > 1 && columns() + total() > kBatchedLanes)
    blocks.rows = divide_up(blocks.rows, 2);
  blocks.row_blocks = divide_up(shift.height, blocks.rows);
  blocks.panels = round_up(rows * depth, 16);
  blocks.columns = blocks.panels + round_up(depth, 16);
  blocks.total = blocks.columns + columns();
  blocks.end = blocks.total + total();
  return blocks;
}

// Of the forms that a convolution may have, that which computes least.
ConvolutionBlocks quickest(const Convolution& p, const Extents& e, const Shift& shift) {
  ConvolutionBlocks blocks = cut(e, 32, true, e.rows);
  if (p.stride_height != 1 || p.stride_width != 1 || !blocks.packs_all_weights) return blocks;
  const bool is_shifted = pays_shifted(p, shift, blocks, e.rows);
  if (is_shifted) blocks = cut_shifted(e, p, shift);
  const int64_t images = blocks.images_are_rows ? p.batch : 1;
  const int64_t computed = blocks.col_blocks * blocks.cols * e.depth *
                           (e.rows + (is_shifted ? 0 : kGatheredRows)) / images;
  if (!pays_batched(p, shift, e.rows, computed)) return blocks;
  const ConvolutionBlocks batched = cut_batched(p, shift, e.rows);
  return batched.end - batched.columns <= kBatchedLanes ? batched : blocks;  // of long rows
}

ConvolutionBlocks forward_blocks(const Convolution& p) {
  const int64_t rows = p.out_channels / p.groups;
  const int64_t channels = p.in_channels / p.groups;
  const Extents extents = {rows, p.out_height * p.out_width,
                           channels * p.kernel_height * p.kernel_width, p.batch * p.groups};
  const Shift shift = {channels, p.out_height, p.out_width,
                       (p.kernel_height - 1) * p.dilation_height,
                       (p.kernel_width - 1) * p.dilation_width};
  return quickest(p, extents, shift);
}
ConvolutionBlocks data_blocks(const Convolution& p) {
  const int64_t phases = p.stride_height * p.stride_width;
  const int64_t positions =
      divide_up(p.in_height, p.stride_height) * divide_up(p.in_width, p.stride_width);
  const int64_t rows = p.in_channels / p.groups;
  const int64_t channels = p.out_channels / p.groups;
  const Extents extents = {rows, positions, channels * p.kernel_height * p.kernel_width,
                           p.batch * p.groups * phases};
  const Shift shift = {channels, p.in_height, p.in_width, (p.kernel_height - 1) * p.dilation_height,
                       (p.kernel_width - 1) * p.dilation_width};
  return quickest(p, extents, shift);
}
// Few out channels: rows are (channel, tap), and row tiles of blocks.cols image rows are copied.
ConvolutionBlocks cut_shifted_weight(const Convolution& p, const Shift& shift) {
  const int64_t outs = p.out_channels / p.groups;
  const int64_t taps = p.kernel_height * p.kernel_width;
  const int64_t weights = shift.channels * taps;
  const int64_t pitch = shift.width + shift.span_col;
  ConvolutionBlocks blocks = {};
  blocks.form = ConvolutionForm::kShifted;
  // At least four units, of one tile's rows or more: each copies the row tiles of its channels.
  blocks.rows =
      std::min(even_part(weights, kMaxRows, 14),
               even_part(weights, std::max<int64_t>(14, divide_up(weights, kWantedUnits)), 1));
  blocks.row_blocks = divide_up(weights, blocks.rows);
  blocks.col_blocks = 1;
  blocks.cols = std::max<int64_t>(1, std::min(shift.height, 2048 / pitch));
  blocks.depth = kMaxDepth;
  blocks.column_stride = (blocks.cols + shift.span_row) * pitch;
  const int64_t channels = std::min(shift.channels, blocks.rows / taps + 2);
  const int64_t lines = outs * (blocks.cols * pitch + 32);
  const int64_t tile = round_up(blocks.rows * outs, 16) + 32;
  blocks.columns = round_up(blocks.rows, 16);
  blocks.panels =
      blocks.columns + round_up(channels * blocks.column_stride + shift.span_col + 64, 16);
  blocks.tile = blocks.panels + blocks.depth * round_up(outs, 32) + round_up(lines, 16) + 64;
  blocks.total = blocks.tile + tile;
  blocks.end = blocks.total + tile;
  return blocks;
}

ConvolutionBlocks weight_blocks(const Convolution& p) {
  const int64_t outs = p.out_channels / p.groups;
  const Shift shift = {p.in_channels / p.groups, p.out_height, p.out_width,
                       (p.kernel_height - 1) * p.dilation_height,
                       (p.kernel_width - 1) * p.dilation_width};
  const bool is_stride_one = p.stride_height == 1 && p.stride_width == 1;
  if (is_stride_one && outs <= 32 && shift.span_col <= shift.width && p.out_height > 0)
    return cut_shifted_weight(p, shift);
  return cut({outs, shift.channels * p.kernel_height * p.kernel_width, p.out_height * p.out_width,
              p.groups * divide_up(outs, kMaxRows)},
             16, false, 0);
}

int64_t scratch_bytes(const Convolution& p, const ConvolutionBlocks& blocks) {
  return static_cast<int64_t>(sizeof(ConvolutionMark)) +
         blocks.end * std::max<int64_t>(4, element_size(p.dtype));
}

void run(const ConvolutionKernel* kernels, const Convolution& p, const ConvolutionBlocks& blocks,
         const ConvolutionOperands& operands, Range units, void* scratch) {
  if (units.begin < units.end)
    kernels[static_cast<int>(p.dtype)](p, blocks, operands, units, scratch);
}
void run_batched(const Convolution& p, const ConvolutionBlocks& blocks,
                 const ConvolutionOperands& operands, bool is_forward, Range units, void* scratch) {
  const BatchedConvolutionKernel kernel = WEFT_KEPT(float, &WEFT_ACTIVE(batched_convolution));
  if (units.begin < units.end) kernel(p, blocks, operands, is_forward, units, scratch);
}

// Of a problem whose result is not empty.
int64_t units_of(const Convolution& p, const ConvolutionBlocks& blocks) {
  if (blocks.form == ConvolutionForm::kBatched) return blocks.row_blocks * blocks.col_blocks;
  return p.groups * (blocks.images_are_rows ? 1 : p.batch) * blocks.col_blocks;
}

}  // namespace

int64_t convolution_extent(int64_t in, int64_t kernel, int64_t stride, int64_t pad_before,
                           int64_t pad_after, int64_t dilation) {
  const int64_t room = in + pad_before + pad_after - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : room / stride + 1;
}

void begin_convolution(void* scratch) { static_cast<ConvolutionMark*>(scratch)->owner = -1; }

int64_t convolution_units(const Convolution& p) {
  if (p.out_height * p.out_width * p.out_channels == 0) return 0;
  return units_of(p, forward_blocks(p));
}
int64_t convolution_scratch(const Convolution& p) { return scratch_bytes(p, forward_blocks(p)); }
void run_convolution(const Convolution& p, const void* x, const void* w, const void* bias, void* y,
                     Range units, void* scratch) {
  const ConvolutionBlocks blocks = forward_blocks(p);
  const ConvolutionOperands operands = {x, w, bias, y};
  if (blocks.form == ConvolutionForm::kBatched)
    return run_batched(p, blocks, operands, true, units, scratch);
  run(blocks.form == ConvolutionForm::kShifted ? WEFT_ACTIVE_LAYERS(p.dtype, kConvolutionsShifted)
                                               : WEFT_ACTIVE_LAYERS(p.dtype, kConvolutions),
      p, blocks, operands, units, scratch);
}

int64_t convolution_data_units(const Convolution& p) {
  if (p.in_height * p.in_width * p.in_channels == 0) return 0;
  return p.stride_height * p.stride_width * units_of(p, data_blocks(p));
}
int64_t convolution_data_scratch(const Convolution& p) { return scratch_bytes(p, data_blocks(p)); }
void run_convolution_data(const Convolution& p, const void* dy, const void* w, void* dx,
                          Range units, void* scratch) {
  const ConvolutionBlocks blocks = data_blocks(p);
  const ConvolutionOperands operands = {dy, w, nullptr, dx};
  if (blocks.form == ConvolutionForm::kBatched)
    return run_batched(p, blocks, operands, false, units, scratch);
  run(blocks.form == ConvolutionForm::kShifted
          ? WEFT_ACTIVE_LAYERS(p.dtype, kConvolutionsDataShifted)
          : WEFT_ACTIVE_LAYERS(p.dtype, kConvolutionsData),
      p, blocks, operands, units, scratch);
}

int64_t convolution_weight_units(const Convolution& p) {
  const ConvolutionBlocks blocks = weight_blocks(p);
  if (p.in_channels * p.out_channels == 0) return 0;
  return p.groups * blocks.row_blocks * blocks.col_blocks;
}
int64_t convolution_weight_scratch(const Convolution& p) {
  return scratch_bytes(p, weight_blocks(p));
}
void run_convolution_weight(const Convolution& p, const void* x, const void* dy, void* dw,
                            Range units, void* scratch) {
  const ConvolutionBlocks blocks = weight_blocks(p);
  run(blocks.form == ConvolutionForm::kShifted
          ? WEFT_ACTIVE_LAYERS(p.dtype, kConvolutionsWeightShifted)
          : WEFT_ACTIVE_LAYERS(p.dtype, kConvolutionsWeight),
      p, blocks, {x, dy, nullptr, dw}, units, scratch);
}

}  // namespace weft::kernels
