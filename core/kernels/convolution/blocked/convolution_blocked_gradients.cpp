// Gradients of convolutions over channel blocks: how they are divided into units, and their
// scratch. The gradient of the data is a convolution of stride one for each phase of the stride;
// that of the weights is a sum over positions.
#include <algorithm>
#include <numeric>

#include "kernels/convolution/blocked/convolution_blocked.h"

#include "kernels/convolution/blocked/blocked_kernels_impl.h"
#include "kernels/divide_up.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

constexpr int64_t kRowTileBytes = 32 * 1024;  // of x and dy: a usual first-level cache
constexpr int64_t kTogether = 4;              // channels of a plain image in a unit
// Minimum of rows in a row tile of a plain image.
constexpr int64_t kPlainRows = 8;
// Winograd's tiles that are transformed at a time: these and the sums fill a usual second-level
// cache.
constexpr int64_t kWinogradTiles = 28;
constexpr int64_t kWinogradSide = 64;  // channels, and filters, of a unit
constexpr int64_t kMinUnits = 4;

int64_t round_up(int64_t a, int64_t step) { return divide_up(a, step) * step; }

// ---- the gradient of the data

// One axis of a phase: positions number, number + stride, … of dx.
struct PhaseAxis {
  int64_t positions;
  int64_t taps, last_tap, tap_step;  // from the last tap down
  int64_t dilation, pad;             // of these taps over dy
};

// Position p meets tap t if p + pad - t dilation is a multiple of the stride.
PhaseAxis phase_axis(int64_t number, int64_t extent, int64_t kernel, int64_t stride, int64_t pad,
                     int64_t dilation) {
  PhaseAxis axis{};
  axis.positions = number < extent ? divide_up(extent - number, stride) : 0;
  axis.tap_step = stride / std::gcd(dilation, stride);
  axis.dilation = axis.tap_step * dilation / stride;
  // The first tap of the phase; the others follow at tap_step, because dilation and stride may
  // share factors.
  for (int64_t tap = 0; tap < std::min(axis.tap_step, kernel); ++tap) {
    const int64_t reach = number + pad - tap * dilation;
    if (reach % stride != 0) continue;
    axis.taps = divide_up(kernel - tap, axis.tap_step);
    axis.last_tap = tap + (axis.taps - 1) * axis.tap_step;
    axis.pad = (axis.taps - 1) * axis.dilation - reach / stride;
    break;
  }
  return axis;
}

// Phase `number` as a convolution of stride one from dy to dx: its taps are some of the packed
// kernel, in reverse order, and its results are every stride-th element of dx.
BlockedConvolution data_phase(const BlockedConvolution& problem, int64_t number) {
  const Convolution& p = problem.shape;
  const int64_t row = number / p.stride_width, col = number % p.stride_width;
  const PhaseAxis high =
      phase_axis(row, p.in_height, p.kernel_height, p.stride_height, p.pad_top, p.dilation_height);
  const PhaseAxis wide =
      phase_axis(col, p.in_width, p.kernel_width, p.stride_width, p.pad_left, p.dilation_width);
  Convolution shape = adjoint_of(p);
  shape.out_height = high.positions;
  shape.out_width = wide.positions;
  shape.kernel_height = high.taps;
  shape.kernel_width = wide.taps;
  shape.pad_top = high.pad;
  shape.pad_left = wide.pad;
  shape.dilation_height = high.dilation;
  shape.dilation_width = wide.dilation;
  BlockedConvolution phase = in_blocks(shape, problem.in_block, problem.winograd);
  phase.taps = {p.kernel_height, p.kernel_width, high.last_tap,
                wide.last_tap,   -high.tap_step, -wide.tap_step};
  phase.results = {p.in_height, p.in_width, row, col, p.stride_height, p.stride_width};
  phase.residual_ring_rows = p.in_height;
  return phase;
}

int64_t phases_of(const Convolution& p) { return p.stride_height * p.stride_width; }

// ---- the gradient of the weights

// Large channels and filters save transforms; fewer if there would be too few units.
BlockedWeightCut cut_winograd_weight(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  BlockedWeightCut cut{};
  cut.channels = cut.filters = kWinogradSide;
  const auto units = [&] {
    return divide_up(p.in_channels, cut.channels) * divide_up(p.out_channels, cut.filters);
  };
  if (units() < kMinUnits) cut.filters /= 2;
  if (units() < kMinUnits) cut.channels /= 2;
  cut.channel_chunks = divide_up(p.in_channels, cut.channels);
  cut.rows = kWinogradTiles;
  const int64_t side = problem.winograd + 2, frequency_bytes = side * side * int64_t(sizeof(float));
  cut.row_tile = frequency_bytes * cut.channels * cut.filters;
  cut.end = cut.row_tile + frequency_bytes * cut.rows * (cut.channels + cut.filters);
  return cut;
}

// Channels of a plain image in a unit: the same number in each unit, and more than one unit if
// there are several channels.
int64_t plain_channels(const Convolution& p) {
  const int64_t channels = p.in_channels / p.groups;
  const int64_t others = p.groups * divide_up(p.out_channels / p.groups, kWeightFilters);
  const int64_t minimum = others == 1 ? std::min<int64_t>(2, channels) : 1;
  return divide_up(channels, std::max(minimum, divide_up(channels, kTogether)));
}

// Row tiles are so high that their data stay in the first-level cache while all taps run over them.
// Small images are taken several at a time.
BlockedWeightCut cut_weight(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  const bool is_plain = problem.in_block == 1;
  if (problem.winograd) return cut_winograd_weight(problem);
  BlockedWeightCut cut{};
  cut.filters = is_depthwise(p) ? problem.out_block : kWeightFilters;
  cut.channels = is_depthwise(p) ? 1 : is_plain ? plain_channels(p) : problem.in_block;
  cut.channel_chunks = is_depthwise(p) ? 1 : divide_up(p.in_channels / p.groups, cut.channels);
  cut.pitch = (p.out_width - 1) * p.stride_width + (p.kernel_width - 1) * p.dilation_width + 1;
  // Elements that a row of the tile reads: dy and the rows of x that belong to it.
  const int64_t row_lanes =
      p.out_width * cut.filters + p.stride_height * (is_plain ? cut.pitch : p.in_width) *
                                      (is_depthwise(p) ? problem.in_block : cut.channels);
  // Rows of a plain image are copied, with padding, for each row tile that reads them.
  const int64_t maximum =
      std::max<int64_t>(is_plain ? kPlainRows : 1, kRowTileBytes / 4 / row_lanes);
  cut.rows = std::min(maximum, p.out_height);
  cut.images = is_plain ? 1 : std::clamp<int64_t>(maximum / p.out_height, 1, p.batch);
  const int64_t taps = p.kernel_height * p.kernel_width;
  // In scratch: ranges of columns, the sums of all taps, and the copied rows of a plain image.
  cut.sums = round_up(2 * p.kernel_width * int64_t(sizeof(int64_t)), 64);
  cut.row_tile = cut.sums + taps * cut.channels * cut.filters * int64_t(sizeof(float));
  const int64_t tile_height =
      (cut.rows - 1) * p.stride_height + (p.kernel_height - 1) * p.dilation_height + 1;
  cut.end =
      cut.row_tile +
      (is_plain ? round_up(tile_height * cut.pitch * cut.channels * int64_t(sizeof(float)), 64)
                : 0);
  return cut;
}

}  // namespace

Convolution adjoint_of(const Convolution& p) {
  Convolution shape = p;
  shape.in_channels = p.out_channels;
  shape.in_height = p.out_height;
  shape.in_width = p.out_width;
  shape.out_channels = p.in_channels;
  shape.out_height = p.in_height;
  shape.out_width = p.in_width;
  shape.stride_height = shape.stride_width = 1;
  shape.pad_top = (p.kernel_height - 1) * p.dilation_height - p.pad_top;
  shape.pad_left = (p.kernel_width - 1) * p.dilation_width - p.pad_left;
  return shape;
}

// A unit is the same part of every phase, because their positions are interleaved in dx.
int64_t blocked_data_units(const BlockedConvolution& problem) {
  int64_t units = 0;
  // The largest phase decides: smaller ones leave some units without work.
  for (int64_t number = 0; number < phases_of(problem.shape); ++number)
    units = std::max(units, plan_blocked(data_phase(problem, number)).units);
  return units;
}

int64_t blocked_data_scratch(const BlockedConvolution& problem) {
  int64_t bytes = 0;
  for (int64_t number = 0; number < phases_of(problem.shape); ++number)
    bytes = std::max(bytes, plan_blocked(data_phase(problem, number)).scratch);
  return bytes;
}

void run_blocked_data(Isa isa, const BlockedConvolution& problem, const BlockedOperands& operands,
                      Range units, void* scratch) {
  const int64_t all = blocked_data_units(problem);
  if (all == 0) return;
  // Each phase takes its share of the units.
  for (int64_t number = 0; number < phases_of(problem.shape); ++number) {
    const BlockedConvolution phase = data_phase(problem, number);
    const BlockedPlan plan = plan_blocked(phase);
    const Range own{plan.units * units.begin / all, plan.units * units.end / all};
    run_blocked_convolution(isa, plan, operands, own, scratch);
  }
}
void run_blocked_data(const BlockedConvolution& problem, const BlockedOperands& operands,
                      Range units, void* scratch) {
  run_blocked_data(active_isa(), problem, operands, units, scratch);
}

int64_t blocked_weight_units(const BlockedConvolution& problem) {
  const Convolution& p = problem.shape;
  if (is_depthwise(p)) return p.in_channels / problem.in_block;
  const BlockedWeightCut cut = cut_weight(problem);
  return p.groups * divide_up(p.out_channels / p.groups, cut.filters) * cut.channel_chunks;
}

int64_t blocked_weight_scratch(const BlockedConvolution& problem) {
  return cut_weight(problem).end;
}

void run_blocked_weight(Isa isa, const BlockedConvolution& problem,
                        const BlockedWeightOperands& operands, Range units, void* scratch) {
  const auto run = problem.winograd              ? &WEFT_KERNEL_OF(isa, blocked_winograd_weight)
                   : is_depthwise(problem.shape) ? &WEFT_KERNEL_OF(isa, blocked_depthwise_weight)
                                                 : &WEFT_KERNEL_OF(isa, blocked_weight);
  if (units.begin < units.end) run(problem, cut_weight(problem), operands, units, scratch);
}
void run_blocked_weight(const BlockedConvolution& problem, const float* x, const float* dy,
                        float* dw, Range units, void* scratch) {
  run_blocked_weight(active_isa(), problem, {x, dy, dw}, units, scratch);
}

}  // namespace weft::kernels
