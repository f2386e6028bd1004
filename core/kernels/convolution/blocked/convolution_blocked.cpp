// Plans: how a blocked convolution is divided into units, which form its kernel walks, and how much
// scratch that takes. A plan is a function of the problem and of what the processor has. The
// constants below trade reading weights again against keeping images in a cache.

#include "kernels/convolution/blocked/convolution_blocked.h"

#include <algorithm>
#include <limits>

#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/divide_up.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

// Bytes of a unit's input: half of a usual second-level cache.
constexpr int64_t kImageBytes = 256 * 1024;
constexpr int64_t kWeightBytes = 512 * 1024;  // of weights that stay in the other half
constexpr int64_t kWantedUnits = 8;
// bytes; two panels and the image fill a first-level cache
constexpr int64_t kDeepestPanel = 18 * 1024;
// Pixels of a row that several rows of an image are joined into, at most.
constexpr int64_t kFlatPixels = 256;
constexpr int64_t kParts = 2;    // into which a row is divided, for as many threads
constexpr int64_t kMinPart = 7;  // pixels of a part
constexpr int64_t kDepthParts = 2;
// a block's wide side has at least so many times the channels of the narrow one
constexpr int64_t kNarrowing = 3;
constexpr int64_t kWinogradBytes = 400 * 1024;  // of transformed windows and sums of a unit
constexpr int64_t kMaxTiles = 42;
constexpr int64_t kMinUnits = 4;
constexpr int64_t kMinTiles = 12;                     // tiles for which weights are read again
constexpr int64_t kSumsOfPixel = 2 * kPanelChannels;  // maximum in a tile
constexpr int64_t kStagedBytes = 512 * 1024;          // maximum of what a unit stages
constexpr int64_t kMinStaged = 32;                    // pixels that a staged row should have
constexpr int64_t kStagedPanels = 8;                  // panels of a unit of a 1 x 1 layer
constexpr int64_t kJoinedPixels = 96;                 // pixels that are worth a copy of the weights
// bf16x2 of a row of an AMX tile, and its rows, all of which it reads
constexpr int64_t kTileBf16x2 = 16, kTileRows = 16;
constexpr int64_t kTapBytes = 16, kPairBytes = 4;
constexpr int64_t kLine = 64;

bool is_half(const Convolution& p) { return p.dtype == DType::kBFloat16; }
bool is_in_bf16x2(const Convolution& p) { return is_half(p) && !is_depthwise(p); }

int64_t rows_of(const BlockedConvolution& problem) { return problem.rows.end - problem.rows.begin; }

bool is_long_row(const Convolution& p) { return p.out_height == 1 && p.out_width > kFlatPixels; }

// How many parts a sequence is divided into. What a part reads should stay in the second-level
// cache while all panels pass by; unless reading the weights for each part costs more than reading
// the sequence for each panel.
int64_t parts_of_long_row(const Convolution& p) {
  const int64_t image = p.in_channels / p.groups * p.in_width;
  const int64_t pairs = divide_up(p.out_channels / p.groups, 2 * kPanelChannels);
  const int64_t weights = p.in_channels / p.groups * p.out_channels * p.kernel_width;
  const int64_t parts = divide_up(divide_up(image * 4, kImageBytes), kParts) * kParts;
  return weights * parts <= image * pairs * p.groups ? std::min(parts, p.out_width / kMinPart)
                                                     : kParts;
}

// Is one side so wide that the layer is shared among threads by channels (is_wide)?
bool has_wide_side(const Convolution& p, int64_t pixels) {
  const auto [narrow, wide] = std::minmax(p.in_channels, p.out_channels);
  return p.groups == 1 && wide >= kNarrowing * narrow && is_wide(p.dtype, wide, pixels);
}

// How many parts a row of pixels is divided into. Two in two cases. If the image outweighs the
// weights: the thread that computed one half in the layer before then computes the same half here,
// and reads what its own cache holds, at the price of reading all weights. And if the pairs of
// panels are few and odd in number, which two threads share worst.
int64_t row_parts(const Convolution& p) {
  if (is_long_row(p)) return parts_of_long_row(p);
  const int64_t pairs = divide_up(p.out_channels / p.groups, 2 * kPanelChannels) * p.batch;
  const bool is_uneven = pairs < kWantedUnits && pairs % 2 == 1;
  const int64_t images = (p.in_channels + p.out_channels) * p.out_width;
  const int64_t weights = p.in_channels / p.groups * p.out_channels * p.kernel_width;
  const bool is_light = p.batch == 1 && images >= weights && !has_wide_side(p, p.out_width);
  return p.out_width >= kParts * kMinPart && (is_light || is_uneven) ? kParts : 1;
}

bool is_pointwise(const Convolution& p) {
  return p.kernel_height == 1 && p.kernel_width == 1 && p.stride_height == 1 &&
         p.stride_width == 1 && p.pad_top == 0 && p.pad_left == 0 && p.in_height == p.out_height &&
         p.in_width == p.out_width;
}

// Pixels of a 1 x 1 convolution have no neighbours. So rows that follow one another in memory, in
// every array, can be one long row, which divides more evenly into tiles.
bool has_flat_rows(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  const Lattice& results = problem.results;
  return is_pointwise(p) && p.out_width == results.width && results.row_step == 1 &&
         results.row == 0 && problem.residual_ring_rows == results.height;
}
// How many rows from the first one on make one row: up to the end of a ring.
int64_t flat_rows(const BlockedConvolution& problem) {
  const auto until_end = [&](int64_t ring) { return ring - problem.rows.begin % ring; };
  return std::min({rows_of(problem), kFlatPixels / problem.shape.out_width,
                   until_end(problem.x_ring_rows), until_end(problem.results.height)});
}
// Turns the problem into one with a single row of pixels, if all its rows can be joined.
void flatten(BlockedConvolution& problem) {
  Convolution& p = problem.shape;
  const int64_t rows = rows_of(problem), width = p.out_width;
  if (rows * width < 1 || !has_flat_rows(problem) || flat_rows(problem) < rows) return;
  const int64_t from = problem.rows.begin % problem.x_ring_rows;
  const int64_t to = problem.rows.begin % problem.results.height;
  p.in_height = p.out_height = 1;
  p.in_width = problem.x_ring_rows * width;
  p.pad_left = -from * width;
  p.out_width = rows * width;
  problem.results = every_position(1, problem.results.height * width);
  problem.results.col = to * width;
  problem.rows = {0, 1};
  problem.x_ring_rows = problem.residual_ring_rows = 1;
}

// A tile of n x n results has (n + 2) x (n + 2) frequencies.
int64_t frequencies(int64_t tile) { return (tile + 2) * (tile + 2); }

// Winograd: a unit takes tiles, of all images, whose frequencies stay in the second-level cache, or
// so many that reading the weights for each unit is cheaper than writing and reading frequencies.
// At least four units: by tiles, or, if these would become too few, by panels, too.
BlockedCut cut_winograd(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  const int64_t side = problem.winograd, panels = p.out_channels / kPanelChannels;
  const int64_t tiles = p.batch * divide_up(rows_of(problem), side) * divide_up(p.out_width, side);
  const int64_t channels = p.in_channels + p.out_channels;
  const int64_t cached = kWinogradBytes / (frequencies(side) * channels * 4);
  const int64_t wanted = std::min(kMaxTiles, p.in_channels * p.out_channels / channels / 2);
  const int64_t rows = std::min(std::max<int64_t>(14, std::max(cached, wanted) / 14 * 14), tiles);
  const int64_t quarter = divide_up(tiles, kMinUnits);
  const bool has_few_panels = panels <= 2;  // which are one unit
  if (rows <= quarter || 3 * quarter >= rows || (has_few_panels && quarter >= kMinTiles)) {
    const int64_t fewer = std::min(rows, quarter);
    return {fewer, divide_up(tiles, fewer), panels, 1, 1};
  }
  const int64_t chunks =
      std::clamp<int64_t>(divide_up(kMinUnits, divide_up(tiles, rows)), 1, divide_up(panels, 2));
  const int64_t together = divide_up(divide_up(panels, chunks), 2) * 2;
  return {rows, divide_up(tiles, rows), together, divide_up(panels, together), 1};
}

// How many rows of a depthwise image are computed for all channels before the next ones: halves,
// where the neighbouring 1 x 1 layers are divided into halves, too. A pair of rows is not divided.
int64_t rows_together(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  const bool is_light =
      p.batch == 1 && !is_wide(p.dtype, p.in_channels, p.out_height * p.out_width);
  const int64_t height = rows_of(problem);
  return is_light ? divide_up(height, 2 * kParts) * 2 : height;
}

// Do units stage rows of the image, for AMX?
bool is_staged(const Convolution& p) { return is_in_bf16x2(p) && uses(Extra::kAmxBf16); }

// If units stage the image, a unit takes as many panels as make that worth while; but there must
// stay enough units, at least one for each of two threads.
void share_panels(const BlockedConvolution& problem, BlockedCut& cut) {
  const Convolution& p = problem.shape;
  if (cut.panel_chunks == 1) return;
  const int64_t panels = divide_up(p.out_channels / p.groups, kPanelChannels);
  const int64_t others = p.batch * p.groups * cut.row_chunks;
  const int64_t taps = std::max<int64_t>(1, p.kernel_height * p.kernel_width);
  const int64_t wanted = divide_up(panels, divide_up(kWantedUnits, others));
  const int64_t maximum = others > 1 ? panels : divide_up(panels, kParts);
  const int64_t together = std::min(maximum, std::max(wanted, kStagedPanels / taps));
  cut.panels = divide_up(together, 2) * 2;
  cut.panel_chunks = divide_up(panels, cut.panels);
}

// The division of a direct convolution. Heavy weights should be read once: a unit is two panels and
// a whole image. Weights that stay in the cache, or that are less than the image, are light: a unit
// is some rows and all panels of a group.
BlockedCut cut(const BlockedConvolution& problem, bool stages_rows) {
  const Convolution& p = problem.shape;
  BlockedCut cut;
  const int64_t height = rows_of(problem);
  // There is no image, or this is a phase of an adjoint without positions.
  if (p.batch * height * p.out_width == 0) return {1, 0, 1, 0, 1};
  // These two kinds are divided in their own ways.
  if (problem.winograd) return cut_winograd(problem);
  if (is_depthwise(p))
    return {rows_together(problem), height, 1, p.in_channels / problem.in_block, 1};
  const int64_t panels = divide_up(p.out_channels / p.groups, kPanelChannels);
  const int64_t channels = p.in_channels / p.groups;
  const int64_t depth = problem.taps.height * problem.taps.width;
  const int64_t panel_bytes = channels * depth * kPanelChannels * 4;
  const int64_t row_bytes = p.in_width * p.stride_height * channels * 4;
  const int64_t image_bytes = channels * p.in_height * p.in_width * 4;
  const bool is_heavy = panels * panel_bytes > std::max(kWeightBytes, image_bytes);
  // Heavy weights, divided channels, or an image of at most two rows.
  if (problem.depth_parts > 1 || is_heavy || height <= 2) {
    cut.rows = height == 2 && problem.depth_parts == 1 ? 1 : height;
    cut.panels = std::min<int64_t>(2, panels);
  } else {
    cut.rows = std::max<int64_t>(1, kImageBytes / std::max<int64_t>(1, row_bytes));
    const int64_t chunks = divide_up(kWantedUnits, std::max<int64_t>(1, p.batch * p.groups));
    cut.rows = std::min(cut.rows, divide_up(height, chunks));
    cut.panels = panels;
  }
  cut.panel_chunks = divide_up(panels, cut.panels);
  if (problem.depth_parts > 1) {
    cut.row_chunks = 1;
  } else if (p.out_height == 1) {
    cut.row_chunks = row_parts(p);
  } else {
    cut.row_chunks = divide_up(height, cut.rows);
    // Units that are few and odd in number are shared worst.
    const int64_t units = cut.row_chunks * cut.panel_chunks * p.batch * p.groups;
    if (cut.row_chunks > 1 && cut.row_chunks < height && units <= kWantedUnits && units % 2 == 1)
      ++cut.row_chunks;
    cut.rows = divide_up(height, cut.row_chunks);
  }
  if (stages_rows) share_panels(problem, cut);
  // As many channel blocks at a time as keep their weights in the first-level cache.
  const int64_t blocks = divide_up(channels / problem.in_block, problem.depth_parts);
  const int64_t deepest =
      std::max<int64_t>(1, kDeepestPanel / (depth * problem.in_block * kPanelChannels * 4));
  cut.blocks = divide_up(blocks, divide_up(blocks, deepest));
  return cut;
}

// A plain image of bfloat16: columns of the kernel, and what lies under them, are paired as bf16x2,
// and padding is written out. Each unit pairs the rows that it needs, in a ring.
void cut_columns(BlockedPlan& plan) {
  Convolution& p = plan.problem.shape;
  plan.source = {p.in_width, plan.problem.x_ring_rows, p.pad_left, p.dilation_width,
                 p.kernel_width};
  p.kernel_width = plan.problem.taps.width = divide_up(p.kernel_width, 2);
  p.dilation_width *= 2;
  p.pad_left = 0;
  p.in_width = (p.out_width - 1) * p.stride_width + (p.kernel_width - 1) * p.dilation_width + 1;
  plan.cut = cut(plan.problem, is_staged(plan.problem.shape));
  // A ring for the rows that one unit reads.
  const int64_t rows =
      (plan.cut.rows - 1) * p.stride_height + (p.kernel_height - 1) * p.dilation_height + 1;
  plan.problem.x_ring_rows = std::clamp<int64_t>(rows, 1, p.in_height);
}

// Bytes of the ranges of ColumnRanges (blocked_impl.h).
int64_t ranges_bytes(int64_t kernel_width) {
  return divide_up(kernel_width * 2 * int64_t(sizeof(int64_t)), 64) * 64;
}

// Does it pay to copy the pixels that a strided 1 x 1 layer reads? With few registers, rows of few
// pixels make small tiles, and pixels that are far apart use only some of the sets of a cache.
// There must be enough panels to pay for the copy.
bool is_subsampled(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  return active_isa() == Isa::kAvx2 && p.dtype == DType::kFloat32 && !is_depthwise(p) &&
         problem.in_block > 1 && p.out_channels / p.groups >= kStagedPanels * kPanelChannels &&
         p.kernel_height == 1 && p.kernel_width == 1 &&
         std::max(p.stride_height, p.stride_width) > 1 && p.pad_top == 0 && p.pad_left == 0 &&
         (p.out_height - 1) * p.stride_height < p.in_height &&
         (p.out_width - 1) * p.stride_width < p.in_width;
}
// Plans the copy. False if what a unit reads is too much to be staged.
bool cut_subsampled(BlockedPlan& plan) {
  BlockedConvolution problem = plan.problem;
  Convolution& p = problem.shape;
  const SubsampledImage subsampled = {p.stride_height,     p.stride_width, p.in_width,
                                      problem.x_ring_rows, problem.rows,   p.out_width};
  // From here on it is a problem of stride one over the copied pixels.
  p.stride_height = p.stride_width = 1;
  p.in_height = problem.x_ring_rows = p.out_height;
  p.in_width = p.out_width;
  flatten(problem);
  BlockedCut cut_of = cut(problem, true);
  if (p.out_height == 1) {
    p.in_width = p.out_width;
    p.pad_left = 0;
    problem.x_ring_rows = 1;
  } else {
    problem.x_ring_rows = std::min(cut_of.rows, p.in_height);
  }
  const int64_t pixels = problem.x_ring_rows * p.in_width;
  if (p.in_channels / p.groups * pixels * int64_t(sizeof(float)) > kStagedBytes) return false;
  cut_of.subsampled = subsampled;
  plan.problem = problem;
  plan.cut = cut_of;
  return true;
}

// From the asked problem to the one that kernels walk, and its division.
void cut_problem(BlockedPlan& plan) {
  if (is_subsampled(plan.problem) && cut_subsampled(plan)) return;
  const bool has_pairs = is_in_bf16x2(plan.problem.shape);
  if (has_pairs && plan.problem.in_block == 1) {
    cut_columns(plan);
    return;
  }
  if (has_pairs) {  // bf16x2: half as many channels
    plan.problem.shape.in_channels /= 2;
    plan.problem.in_block /= 2;
    plan.problem.places.volume_step /= 2;
    plan.problem.places.step /= 2;
  }
  flatten(plan.problem);
  plan.cut = cut(plan.problem, is_staged(plan.problem.shape));
}

int64_t units_of(const BlockedConvolution& walked, const BlockedCut& cut) {
  if (walked.shape.batch * rows_of(walked) * walked.shape.out_width == 0) return 0;
  if (walked.winograd) return cut.row_chunks * cut.panel_chunks;
  const int64_t groups = is_depthwise(walked.shape) ? 1 : walked.shape.groups;
  return groups * cut.panel_chunks * walked.shape.batch * cut.row_chunks *
         (walked.shape.batch == 1 ? walked.depth_parts : 1);
}

// How many bf16x2 a tile multiplies at a tap: the largest number up to 16 that divides the
// channels.
int64_t pairs_of_step(int64_t pairs) {
  int64_t step = std::min(kTileBf16x2, pairs);
  while (pairs % step != 0) --step;
  return step;
}

// The layout of the rows that a unit stages (StagedRows).
StagedRows pack_row_tile(const BlockedPlan& plan) {
  const Convolution& p = plan.problem.shape;  // in pairs
  const bool is_plain = plan.source.width > 0;
  StagedRows row_tile;
  int64_t pairs = p.in_channels / p.groups, reach_rows = 0, reach_cols = 0;
  if (is_plain) {
    // A staged window is one tap with (channel, tap) as its channels, in even steps.
    pairs *= p.kernel_height * p.kernel_width;
    row_tile.steps = divide_up(pairs, kTileBf16x2);
    row_tile.step = divide_up(pairs, row_tile.steps);
    pairs = row_tile.steps * row_tile.step;
  } else {
    const bool is_one_tap = plan.problem.taps.height * plan.problem.taps.width == 1;
    row_tile.joins_blocks =
        !is_one_tap && pairs % kTileBf16x2 == 0 && p.out_height * p.out_width >= kJoinedPixels;
    row_tile.step = is_one_tap              ? pairs_of_step(pairs)
                    : row_tile.joins_blocks ? kTileBf16x2
                                            : plan.problem.in_block;
    row_tile.steps = pairs / row_tile.step;
    const int64_t last_row = std::max<int64_t>(0, (p.kernel_height - 1) * p.dilation_height);
    const int64_t last_col = std::max<int64_t>(0, (p.kernel_width - 1) * p.dilation_width);
    row_tile.phase_rows = std::min(p.stride_height, last_row + 1);
    row_tile.phase_cols = std::min(p.stride_width, last_col + 1);
    reach_rows = last_row / p.stride_height;
    reach_cols = last_col / p.stride_width;
  }
  const int64_t maximum =
      kStagedBytes / (row_tile.phase_rows * row_tile.phase_cols * pairs * kPairBytes);
  const int64_t rows =
      p.out_height == 1 ? 1 : divide_up(rows_of(plan.problem), plan.cut.row_chunks);
  const auto evenly = [](int64_t whole, int64_t part) {
    return divide_up(whole, divide_up(whole, std::max<int64_t>(1, part)));
  };
  // As many rows of results as fit, in even parts; if not even one, part of a row.
  row_tile.rows = evenly(rows, maximum / (p.out_width + reach_cols) - reach_rows);
  row_tile.cols = p.out_width;
  if (row_tile.rows == 1)
    row_tile.cols =
        evenly(p.out_width, std::max(kMinStaged, maximum / (1 + reach_rows) - reach_cols));
  row_tile.row_pixels = row_tile.cols + reach_cols;
  row_tile.plane_pixels = (row_tile.rows + reach_rows) * row_tile.row_pixels;
  // The steps of channels follow one another, each with all its pixels, unless a step divides a
  // block. Otherwise pixels are an odd number of cache lines apart, so that they do not share a
  // set.
  const int64_t pixels =
      row_tile.phase_rows * row_tile.phase_cols * row_tile.plane_pixels + kTileRows;
  const bool has_planes = !is_plain && row_tile.step % plan.problem.in_block == 0;
  row_tile.pixel_bytes =
      has_planes ? row_tile.step * kPairBytes : (divide_up(pairs * kPairBytes, kLine) | 1) * kLine;
  row_tile.step_bytes = has_planes ? pixels * row_tile.pixel_bytes : row_tile.step * kPairBytes;
  row_tile.bytes = pixels * (has_planes ? row_tile.steps : 1) * row_tile.pixel_bytes;
  return row_tile;
}

// What the kernels without AMX need is reserved, too, because tests run them with the same plan.
void reserve_staged(BlockedPlan& plan) {
  const Convolution& p = plan.problem.shape;
  StagedRows& row_tile = plan.cut.staged = pack_row_tile(plan);
  const int64_t taps = std::max<int64_t>(1, p.kernel_height * p.kernel_width);
  row_tile.taps = plan.scratch;
  plan.scratch += divide_up(taps * kTapBytes, kLine) * kLine;
  row_tile.weights = plan.scratch;  // of two panels
  if (row_tile.joins_blocks) plan.scratch += 2 * row_tile.steps * taps * kTileBf16x2 * kLine;
  row_tile.image = plan.scratch;
  plan.scratch += divide_up(row_tile.bytes, kLine) * kLine;
}

// The parts of scratch, one behind the other, each aligned to 64 bytes.
void reserve_scratch(BlockedPlan& plan) {
  const BlockedConvolution& problem = *plan.asked;
  const Convolution& p = plan.problem.shape;
  if (problem.winograd) {
    plan.scratch = plan.cut.rows * frequencies(problem.winograd) *
                   (p.in_channels + plan.cut.panels * kPanelChannels) * int64_t(sizeof(float));
    return;
  }
  plan.scratch = ranges_bytes(p.kernel_width);
  const auto reserve = [&](int64_t lanes) {
    const int64_t first = plan.scratch;
    plan.scratch += divide_up(lanes * int64_t(sizeof(float)), 64) * 64;
    return first;
  };
  if (problem.depth_parts > 1 && p.batch > 1)
    plan.cut.sums = reserve(problem.depth_parts * plan.cut.panels * kPanelChannels *
                            problem.shape.out_height * problem.shape.out_width);
  if (plan.cut.subsampled.stride_width > 0)
    plan.cut.pairs = reserve(p.in_channels / p.groups * plan.problem.x_ring_rows * p.in_width);
  if (!is_in_bf16x2(problem.shape)) return;
  // Rows that are joined up to the end of a ring need room for the sums of the joined row.
  const int64_t flat = has_flat_rows(problem) ? rows_of(problem) * problem.shape.out_width : 0;
  const int64_t pixels = std::max(plan.cut.rows * p.out_width, std::min(flat, kFlatPixels));
  plan.cut.sums = reserve(pixels * kSumsOfPixel);
  if (is_staged(problem.shape) && plan.units > 0) reserve_staged(plan);
  if (plan.source.width == 0) return;
  plan.cut.pairs = reserve(p.in_channels / p.groups * plan.problem.x_ring_rows * p.in_width);
  const StagedRows& staged = plan.cut.staged;
  plan.cut.weights =
      reserve(packed_panels(p, 1) *
              std::max(packed_panel_elements(p, 1), staged.steps * staged.step * kPanelChannels));
}

}  // namespace

int64_t depth_parts(const Convolution& p, int64_t in_block) {
  const bool has_parts = is_pointwise(p) && p.in_channels > p.out_channels &&
                         has_wide_side(p, p.out_height * p.out_width) &&
                         in_block == kPanelChannels && p.out_channels % kPanelChannels == 0;
  return has_parts ? kDepthParts : 1;
}
int64_t bytes_of_parts(const BlockedConvolution& problem) {
  if (problem.depth_parts == 1 || problem.shape.batch > 1) return 0;
  const Lattice& results = problem.results;
  return problem.depth_parts * problem.shape.out_channels * results.height * results.width *
         int64_t(sizeof(float));
}

BlockedPlan plan_blocked(const BlockedConvolution& problem) {
  BlockedPlan plan{&problem, problem, {}, {}, 0, 0};
  cut_problem(plan);
  plan.units = units_of(plan.problem, plan.cut);
  reserve_scratch(plan);
  return plan;
}

// A plain problem: all taps, all results, no bounds.
BlockedConvolution in_blocks(const Convolution& shape, int64_t in_block, int64_t winograd) {
  constexpr float kOpen = std::numeric_limits<float>::infinity();
  return {shape,
          in_block,
          channel_block(shape.out_channels),
          winograd,
          -kOpen,
          kOpen,
          every_position(shape.kernel_height, shape.kernel_width),
          every_position(shape.out_height, shape.out_width),
          {0, shape.out_height},
          shape.in_height,
          shape.out_height,
          {1, shape.in_channels, 0}};
}

namespace {

// A caller that computes all units gets them in one part, which reads the weights once.
void join_parts(const BlockedConvolution& walked, BlockedCut& cut, Range& units) {
  if (walked.winograd) return;
  if (is_depthwise(walked.shape)) {
    cut.rows = rows_of(walked);
  } else if (walked.shape.out_height == 1 && !is_long_row(walked.shape)) {
    units.end /= cut.row_chunks;
    cut.row_chunks = 1;
  }
}

}  // namespace

bool residual_may_be_result(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  if (problem.winograd || is_depthwise(p) || is_half(p) || problem.depth_parts > 1) return true;
  const int64_t last = (p.out_width - 1) * p.stride_width + (p.kernel_width - 1) * p.dilation_width;
  const bool is_inside = p.pad_left <= 0 && last - p.pad_left < p.in_width;
  return is_inside &&
         plan_blocked(problem).cut.blocks >= p.in_channels / p.groups / problem.in_block;
}

namespace {

// Do the rows pass the end of a ring? Then a caller of all units computes them in two parts, each
// of which can be one long row.
bool may_be_parted(const BlockedConvolution& problem) {
  return problem.shape.out_width > 0 && has_flat_rows(problem) &&
         problem.shape.out_width <= kFlatPixels && flat_rows(problem) < rows_of(problem);
}

// The kernels of one instruction set, null where the build leaves them out.
struct Kernels {
  decltype(&generic::blocked_bf16x2) pairs;
  decltype(&generic::blocked_convolution) winograd, depthwise_bfloat16, depthwise, convolution;
};

void run(const Kernels& kernels, const BlockedPlan& plan, const BlockedOperands& operands,
         Range units, void* scratch) {
  if (units.begin >= units.end) return;
  const BlockedConvolution& problem = *plan.asked;
  const bool is_all = units.begin == 0 && units.end == plan.units;
  if (is_all && plan.cut.staged.rows == 0 && may_be_parted(problem)) {
    BlockedConvolution part = problem;
    for (int64_t row = problem.rows.begin; row < problem.rows.end; row = part.rows.end) {
      part.rows = {row, problem.rows.end};
      part.rows.end = row + flat_rows(part);
      const BlockedPlan of_part = plan_blocked(part);
      run(kernels, of_part, operands, {0, of_part.units}, scratch);
    }
    return;
  }
  BlockedCut cut = plan.cut;
  if (is_all) join_parts(plan.problem, cut, units);
  const bool half = is_half(problem.shape), depthwise = is_depthwise(problem.shape);
  if (half && !depthwise) {
    kernels.pairs(plan.problem, plan.source, cut, operands, units, scratch);
    return;
  }
  const auto kernel = problem.winograd ? kernels.winograd
                      : half           ? kernels.depthwise_bfloat16
                      : depthwise      ? kernels.depthwise
                                       : kernels.convolution;
  kernel(plan.problem, cut, operands, units, scratch);
}

}  // namespace

void run_blocked_convolution(Isa isa, const BlockedPlan& plan, const BlockedOperands& operands,
                             Range units, void* scratch) {
  run({WEFT_KEPT(BFloat16, &WEFT_KERNEL_OF(isa, blocked_bf16x2)),
       WEFT_KEPT_PART(winograd, &WEFT_KERNEL_OF(isa, blocked_winograd)),
       WEFT_KEPT(BFloat16, &WEFT_KERNEL_OF(isa, blocked_depthwise_bfloat16)),
       &WEFT_KERNEL_OF(isa, blocked_depthwise), &WEFT_KERNEL_OF(isa, blocked_convolution)},
      plan, operands, units, scratch);
}
void run_blocked_convolution(const BlockedPlan& plan, const BlockedOperands& operands, Range units,
                             void* scratch) {
  run_blocked_convolution(active_isa(), plan, operands, units, scratch);
}

void add_depth_parts(const BlockedConvolution& problem, const BlockedOperands& operands,
                     Range planes) {
  WEFT_ACTIVE(add_depth_parts)(problem, operands, planes);
}

}  // namespace weft::kernels
