// The choice between the forms of a convolution (gathered, shifted, batched), how each is divided
// into units, and how much scratch they need. All of it is a function of the problem alone,
// estimated in multiply-adds, so that results depend neither on threads nor on instruction sets.

#include "kernels/convolution/convolution.h"

#include <algorithm>

#include "kernels/convolution/convolution_kernels_impl.h"
#include "kernels/divide_up.h"
#include "kernels/elementwise/copy.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// Maximum sizes of a block of the product: rows, columns, and depth.
constexpr int64_t kMaxRows = 168;
constexpr int64_t kMaxCols = 256;
constexpr int64_t kMaxDepth = 256;
// lanes that all weights of a group may take: 16 MB of float32
constexpr int64_t kMaxPackedWeights = int64_t(1) << 22;
// so that threads find work; more if rows of one image are divided
constexpr int64_t kWantedUnits = 4, kWantedUnitsOfRows = 6;

int64_t round_up(int64_t a, int64_t step) { return divide_up(a, step) * step; }

// Divides `extent` evenly into the fewest parts of at most `maximum`, in multiples of `step`.
int64_t even_part(int64_t extent, int64_t maximum, int64_t step) {
  const int64_t parts = std::max<int64_t>(1, divide_up(extent, maximum));
  return std::max<int64_t>(step, round_up(divide_up(extent, parts), step));
}

// Rows, columns and depth of a product. `repeats`: how many such products there are.
// rows x depth times depth x cols, `repeats` of them.
struct Extents {
  int64_t rows, cols, depth, repeats;
};

// Divides a product into blocks and lays out scratch, in lanes. `tile_rows`: rows of C that scratch
// holds, because C itself cannot hold sums (halves).
ConvolutionBlocks cut(const Extents& e, int64_t col_step, bool packs_weights, int64_t tile_rows,
                      int64_t wanted_units = kWantedUnits) {
  ConvolutionBlocks blocks;
  blocks.rows = even_part(e.rows, kMaxRows, 14);
  int64_t maximum = kMaxCols;
  blocks.cols = even_part(e.cols, maximum, col_step);
  // Fewer columns in a block until there are enough units.
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
  // Stores of whole vectors may run past a row. 32 lanes more also keep the stride from being a
  // multiple of a page, which would put all rows on the same few lines of the cache.
  blocks.column_stride = round_up(blocks.cols, 32) + 32;
  const int64_t gathered =
      std::max((blocks.depth + 1) * blocks.column_stride, blocks.cols * (blocks.depth + 32)) + 64;
  const int64_t tile = round_up(blocks.rows * blocks.cols, 16);
  blocks.columns = round_up(blocks.packs_all_weights ? weights : blocks.rows * blocks.depth, 16);
  // Transposed panels and one image's product are needed by the gradient of the weights only.
  blocks.panels = blocks.columns + round_up(gathered, 16);
  blocks.tile = blocks.panels + (packs_weights ? 0 : round_up(gathered, 16));
  blocks.total = blocks.tile + (packs_weights ? 0 : tile);
  blocks.end = blocks.total + std::max(tile, tile_rows * blocks.cols) + 16;
  return blocks;
}

// A product over shifted row tiles (kernels/convolution/convolution_shifted.isa.cpp). A row of
// `width` outputs is computed as `width + span_col` columns; span is the distance of the outermost
// taps.
struct Shift {
  int64_t channels, height, width, span_row, span_col;
};

// To gather one column costs about as much as so many rows of the product.
constexpr int64_t kGatheredRows = 16;

// Rows in the row tile of a unit with so many columns.
int64_t tile_height(const Shift& shift, int64_t cols) {
  return divide_up(cols, shift.width + shift.span_col) + 1 + shift.span_row;
}

// Does shifting compute less than gathering copies?
bool pays_shifted(const Convolution& p, const Shift& shift, const ConvolutionBlocks& gathered,
                  int64_t rows) {
  // A row tile has whole rows. If rows are long, most of what is copied would serve other units.
  const int64_t copied = tile_height(shift, gathered.cols) * (shift.width + shift.span_col);
  if (copied > p.kernel_height * p.kernel_width * gathered.cols + 4 * gathered.cols) return false;
  return rows * shift.span_col <= kGatheredRows * shift.width;
}

// Columns of the product, without those behind the last output.
int64_t positions_of(const Shift& shift) {
  return (shift.height - 1) * (shift.width + shift.span_col) + shift.width;
}

// May the sequences of a batch be the rows of one image? It pays if otherwise the positions of each
// sequence would fill its last tile badly.
bool has_rows_of_images(const Convolution& p, const Shift& shift) {
  if (p.in_height != 1 || p.kernel_height != 1 || p.pad_top != 0 || p.batch < 2) return false;
  Shift together = shift;
  together.height = p.batch;
  const int64_t separate = p.batch * round_up(positions_of(shift), 32);
  return round_up(positions_of(together), 32) < separate / 32 * 31;
}

// Blocks and scratch of the shifted form.
ConvolutionBlocks cut_shifted(Extents e, const Convolution& p, Shift shift) {
  const bool images_are_rows = has_rows_of_images(p, shift);
  // Then sequences are rows of one image, and only groups repeat.
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
  // the offsets, for which 32 bits of a lane are enough
  blocks.tile = blocks.panels + round_up(e.depth, 16);
  blocks.total = blocks.tile;
  blocks.end = blocks.total + round_up(e.rows * blocks.cols, 16) + 64;
  return blocks;
}

// How many pairs of an output and a tap meet the image along an axis. The gradient of the data has
// the same number of pairs.
int64_t meetings(int64_t out, int64_t in, int64_t taps, int64_t dilation, int64_t pad) {
  int64_t count = 0;
  for (int64_t tap = 0; tap < taps; ++tap) {
    const int64_t start = tap * dilation - pad;
    count += std::max<int64_t>(0, std::min(out, in - start) - std::max<int64_t>(0, -start));
  }
  return count;
}

// Does it pay to have the images of a batch in lanes (convolution_batched.isa.cpp)? That form
// computes only taps that meet the image, where the others compute `computed` products; but it
// transposes images. It must gain 15 percent.
bool pays_batched(const Convolution& p, const Shift& shift, int64_t rows, int64_t computed) {
  // multiply-adds that take as long as reading or writing an element
  constexpr int64_t kElement = 24;
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

constexpr int64_t kBatchedLanes = 1 << 17;  // maximum of lanes that a unit reads and writes: 512 KB

// Blocks and scratch of the batched form: rows of images, and the panels of all weights.
ConvolutionBlocks cut_batched(const Convolution& p, const Shift& shift, int64_t rows) {
  constexpr int64_t kWanted = 8;  // units
  const int64_t depth = shift.channels * p.kernel_height * p.kernel_width;
  const int64_t width = p.in_width + p.out_width - shift.width;  // width of the image that is read
  ConvolutionBlocks blocks = {};
  blocks.form = ConvolutionForm::kBatched;
  blocks.col_blocks = divide_up(p.batch, kBatchedImages);
  const auto columns = [&] {
    return shift.channels * (blocks.rows + shift.span_row) * width * kBatchedImages;
  };
  const auto total = [&] { return rows * blocks.rows * shift.width * kBatchedImages; };
  // Neighbouring row tiles read some rows twice, so a tile should have more rows than the window
  // reaches.
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

// The form that computes least, of those that the problem allows.
ConvolutionBlocks quickest(const Convolution& p, const Extents& e, const Shift& shift) {
  ConvolutionBlocks blocks = cut(e, 32, true, e.rows);
  // The other forms are for stride one, and need all weights packed.
  if (p.stride_height != 1 || p.stride_width != 1 || !blocks.packs_all_weights) return blocks;
  const bool is_shifted = pays_shifted(p, shift, blocks, e.rows);
  if (is_shifted) blocks = cut_shifted(e, p, shift);
  const int64_t images = blocks.images_are_rows ? p.batch : 1;
  const int64_t computed = blocks.col_blocks * blocks.cols * e.depth *
                           (e.rows + (is_shifted ? 0 : kGatheredRows)) / images;
  if (!pays_batched(p, shift, e.rows, computed)) return blocks;
  const ConvolutionBlocks batched = cut_batched(p, shift, e.rows);
  // rows that are too long do not fit
  return batched.end - batched.columns <= kBatchedLanes ? batched : blocks;
}

// The product of y: filters by positions, over (channel, tap).
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
// The product of dx: input channels by positions of one phase of the stride, over (filter, tap).
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
// The gradient of few filters' weights, by shifted row tiles: rows of the product are (channel,
// tap), and blocks.cols counts image rows of a row tile.
ConvolutionBlocks cut_shifted_weight(const Convolution& p, const Shift& shift) {
  const int64_t outs = p.out_channels / p.groups;
  const int64_t taps = p.kernel_height * p.kernel_width;
  const int64_t weights = shift.channels * taps;
  const int64_t pitch = shift.width + shift.span_col;
  ConvolutionBlocks blocks = {};
  blocks.form = ConvolutionForm::kShifted;
  // At least four units, but of no fewer rows than a tile has: each unit copies the row tiles of
  // its channels.
  blocks.rows =
      std::min(even_part(weights, kMaxRows, 14),
               even_part(weights, std::max<int64_t>(14, divide_up(weights, kWantedUnits)), 1));
  blocks.row_blocks = divide_up(weights, blocks.rows);
  blocks.col_blocks = 1;
  // An image row tile of about 2048 positions.
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

// Shifted for up to 32 filters and stride one, otherwise gathered.
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

// The parts of scratch, behind the mark that says whose weights are packed in it.
int64_t scratch_bytes(const Convolution& p, const ConvolutionBlocks& blocks) {
  return static_cast<int64_t>(sizeof(ConvolutionMark)) +
         blocks.end * std::max<int64_t>(4, element_size(p.dtype));
}

// A kernel is only called if there is work: dtypes that the build leaves out have no kernel.
void run(const ConvolutionKernel* kernels, const Convolution& p, const ConvolutionBlocks& blocks,
         const ConvolutionOperands& operands, Range units, void* scratch) {
  if (units.begin < units.end)
    kernels[static_cast<int>(p.dtype)](p, blocks, operands, units, scratch);
}
void run_batched(const Convolution& p, const ConvolutionBlocks& blocks,
                 const ConvolutionOperands& operands, bool is_forward, Range units, void* scratch) {
  const decltype(&generic::batched_convolution) kernel =
      WEFT_KEPT(float, &WEFT_ACTIVE(batched_convolution));
  if (units.begin < units.end) kernel(p, blocks, operands, is_forward, units, scratch);
}

// The units of a problem whose result is not empty.
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

// An empty result has no units.
int64_t convolution_units(const Convolution& p) {
  if (p.out_height * p.out_width * p.out_channels == 0) return 0;
  return units_of(p, forward_blocks(p));
}
int64_t convolution_scratch(const Convolution& p) { return scratch_bytes(p, forward_blocks(p)); }
void run_convolution(const Convolution& p, const void* x, const void* w, const void* bias, void* y,
                     Range units, void* scratch) {
  // The division is computed again in each call, which takes little time.
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
