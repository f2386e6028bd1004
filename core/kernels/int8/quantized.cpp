// How int8 kernels are divided into units, with their scratch; packing of weights; averages by the
// exact formula. The constants below trade staging rows again against keeping them in a cache.

#include "kernels/int8/quantized.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "kernels/divide_up.h"
#include "kernels/int8/quantized_kernels_impl.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

constexpr int64_t kWantedUnits = 8;
constexpr int64_t kWantedBlocks = 4;                  // blocks of rows
constexpr int64_t kMinRows = 4 * kQuantizedTileRows;  // rows of such a block
constexpr int64_t kMaxPanels = 8;           // panels of a unit: they share the widened rows of A
constexpr int64_t kLeftBytes = 512 * 1024;  // bytes of these rows, in the second-level cache
constexpr int64_t kMaxRows = 4 * kQuantizedRows;  // rows of a unit
constexpr int64_t kEnoughBytes = 32 * 1024;       // bytes of rows that are worth starting a unit
constexpr int64_t kRowTileBytes = 192 * 1024;  // bytes of the part of an image that a unit copies
constexpr int64_t kMinPlaces = 128;            // results that a unit computes at least: four panels
constexpr int64_t kMinRowTile = 6;             // rows of a depthwise unit, if it is halved
constexpr int64_t kMinFilters = 84;            // filters that are worth copying a part of the image
constexpr int64_t kWidest = sizeof(int16_t);   // bytes of an element as tiles read it

int64_t aligned(int64_t bytes) { return divide_up(bytes, 64) * 64; }
int64_t panels_of_columns(int64_t n) { return divide_up(n, kQuantizedColumns); }

// Are the units few and odd in number? Two threads share these worst.
bool is_uneven(int64_t units) { return units < 2 * kWantedUnits && units % 2 == 1; }

// Rows of a unit. If columns are staged for each block of rows, there should be few blocks.
// Otherwise there should be several, if each has enough rows: then the next layer finds what its
// own thread wrote, as it does for larger images.
int64_t wanted_rows(const QuantizedProduct& p, int64_t row_bytes) {
  const bool stages_columns = WEFT_ACTIVE(stages_columns)();
  const int64_t rows =
      stages_columns ? p.m / divide_up(kWantedUnits, std::max<int64_t>(1, panels_of_columns(p.n)))
                     : kEnoughBytes / row_bytes;
  const int64_t maximum = std::clamp(rows, kQuantizedRows, kMaxRows);
  const int64_t of_block = divide_up(p.m, kWantedBlocks);
  return stages_columns || of_block < kMinRows ? maximum : std::min(maximum, of_block);
}

// The division of a product.
QuantizedProductCut cut_of(const QuantizedProduct& p) {
  const int64_t row_bytes = std::max<int64_t>(1, int8x4s_of(p.k)) * kInt8x4 * kWidest;
  const int64_t maximum = std::clamp<int64_t>(kLeftBytes / row_bytes, 1, wanted_rows(p, row_bytes));
  QuantizedProductCut cut{};
  cut.rows = divide_up(p.m, divide_up(p.m, maximum));
  cut.panels = kMaxPanels;
  const int64_t panels = panels_of_columns(p.n), blocks = divide_up(p.m, cut.rows);
  while (cut.panels > 1 && blocks * divide_up(panels, cut.panels) < kWantedUnits) cut.panels /= 2;
  if (is_uneven(blocks * divide_up(panels, cut.panels))) cut.rows = divide_up(p.m, blocks + 1);
  const int64_t int8x4s = int8x4s_of(p.k);
  // Staged rows have a number behind them, or three if they are rows of frequencies; what staging
  // overwrites is less than the difference. For AMX each row has up to two cache lines more, and
  // there are whole tiles.
  const int64_t of_tiles = (divide_up(cut.rows, 16) * 16 + 1) * (int8x4s * kInt8x4 + 2 * 64);
  cut.wide = aligned(std::max(cut.rows * (int8x4s + 3) * kInt8x4 * kWidest, of_tiles));
  // Half a panel; for windows three columns wide, six frequencies of it instead.
  cut.row = cut.wide + aligned(int8x4s * kQuantizedColumns * kInt8x4 * kWidest);
  // a copy of a short run also copies what is behind it
  cut.end = cut.row + aligned(int8x4s * kInt8x4) + 64;
  return cut;
}

int64_t group_filters(const Convolution& s) { return s.out_channels / s.groups; }

// How many places further on the last tap of an axis reads, in the phase that it belongs to.
int64_t places_ahead(int64_t kernel, int64_t dilation, int64_t stride) {
  return (kernel - 1) * dilation / stride;
}

// The division of a convolution of NCHW images.
QuantizedConvolutionCut cut_of(const Convolution& s) {
  QuantizedConvolutionCut cut{};
  cut.pitch = s.out_width + places_ahead(s.kernel_width, s.dilation_width, s.stride_width);
  cut.row_period = s.stride_height / std::gcd(s.dilation_height, s.stride_height);
  cut.col_period = s.stride_width / std::gcd(s.dilation_width, s.stride_width);
  const int64_t more = places_ahead(s.kernel_height, s.dilation_height, s.stride_height);
  const int64_t images =
      std::min(cut.row_period, s.kernel_height) * std::min(cut.col_period, s.kernel_width);
  const int64_t row_bytes = images * int8x4s_of(s.in_channels / s.groups) * kInt8x4 * cut.pitch;
  // As many rows as fit into the cache; fewer if there would be few units, but not less than some
  // panels.
  const int64_t minimum = divide_up(kMinPlaces, cut.pitch);
  int64_t rows = std::max(kRowTileBytes / std::max<int64_t>(1, row_bytes) - more, minimum);
  const int64_t wanted = divide_up(kWantedUnits, std::max<int64_t>(1, s.batch * s.groups));
  rows = std::max(std::min(rows, divide_up(s.out_height, wanted)), minimum);
  cut.row_chunks = divide_up(s.out_height, std::min(rows, s.out_height));
  cut.rows = divide_up(s.out_height, cut.row_chunks);
  cut.row_chunks = divide_up(s.out_height, cut.rows);
  const int64_t chunks = std::clamp<int64_t>(divide_up(wanted, cut.row_chunks), 1,
                                             std::max<int64_t>(1, group_filters(s) / kMinFilters));
  cut.filters = divide_up(group_filters(s), chunks);
  // The last panel is read to its full width, so there are bytes behind the row tile.
  cut.offsets = aligned((cut.rows + more) * row_bytes + kQuantizedColumns * kInt8x4);
  const int64_t int8x4s = quantized_filter_int8x4s(s);
  cut.wide = aligned(cut.offsets + int8x4s * int64_t{sizeof(int64_t)});
  cut.end = aligned(cut.wide + kQuantizedTileRows * int8x4s * kInt8x4 * kWidest);
  return cut;
}

// Groups of rows of a window: each column of a depthwise window is staged as so many lanes, of two
// taps if bytes are widened, else of four.
int64_t depthwise_groups(const Convolution& s) { return divide_up(s.kernel_height, 2); }

// The division of a depthwise convolution.
QuantizedDepthwiseCut cut_of_depthwise(const Convolution& s) {
  QuantizedDepthwiseCut cut{};
  cut.blocks = divide_up(s.in_channels, kDepthwiseBlock);
  const int64_t wanted = divide_up(kWantedUnits, std::max<int64_t>(1, s.batch * cut.blocks));
  cut.rows = divide_up(s.out_height, std::clamp<int64_t>(wanted, 1, s.out_height));
  cut.row_chunks = divide_up(s.out_height, cut.rows);
  const int64_t more = cut.row_chunks + 1;
  if (is_uneven(s.batch * cut.blocks * cut.row_chunks) && s.out_height >= kMinRowTile * more) {
    cut.rows = divide_up(s.out_height, more);
    cut.row_chunks = divide_up(s.out_height, cut.rows);
  }
  cut.columns = (s.out_width - 1) * s.stride_width + (s.kernel_width - 1) * s.dilation_width + 1;
  constexpr int64_t kGroupBytes = kDepthwiseBlock * int64_t{sizeof(int32_t)};
  cut.weights = cut.columns * depthwise_groups(s) * kGroupBytes;
  cut.end = cut.weights + s.kernel_width * depthwise_groups(s) * kGroupBytes;
  return cut;
}

void store_sum(int8_t* to, uint32_t sum) { std::memcpy(to, &sum, sizeof sum); }

}  // namespace

// frexp gives a mantissa in [1/2, 1); one that rounds up to 1 is halved.
FixedFactor fixed_factor(double factor) {
  int shift = 0;
  auto fixed = static_cast<int64_t>(std::round(std::frexp(factor, &shift) * 0x1p31));
  if (fixed == int64_t{1} << 31) {
    fixed /= 2;
    ++shift;
  }
  if (shift < -31) return {0, 0};
  return {static_cast<int32_t>(fixed), shift};
}

// From int32 to int8.

int64_t requantize_rows(const Requantize& p, int64_t outer) {
  return p.inner == 1 && p.how.is_per_channel ? outer : outer * p.channels;
}
void run_requantize(const Requantize& p, Range rows) { WEFT_ACTIVE(requantize)(p, rows); }

// Sums, tables and averages.

void run_quantized_add(const QuantizedAdd& p, Range elements) {
  WEFT_ACTIVE(quantized_add)(p, elements);
}

void run_quantized_lookup(const int8_t* table, const int8_t* x, int8_t* y, int64_t count) {
  WEFT_ACTIVE(quantized_lookup)(table, x, y, count);
}

namespace {

// The average of one window. Elements of the plane are `step` apart. Taps in the padding count only
// if the problem says so, as the zero point.
inline int8_t average_of(const Pooling& p, int32_t zero_point, const int8_t* plane, int64_t step,
                         int64_t oy, int64_t ox) {
  const auto inside = [](int64_t at, int64_t extent) { return std::clamp<int64_t>(at, 0, extent); };
  const int64_t top = oy * p.stride_height - p.pad_top;
  const int64_t left = ox * p.stride_width - p.pad_left;
  const int64_t bottom = std::min(top + p.kernel_height, p.in_height + p.pad_bottom);
  const int64_t right = std::min(left + p.kernel_width, p.in_width + p.pad_right);
  const int64_t begin = inside(left, p.in_width), end = inside(right, p.in_width);
  int64_t sum = 0, count = 0;
  for (int64_t iy = inside(top, p.in_height); iy < inside(bottom, p.in_height); ++iy) {
    const int8_t* row = plane + iy * p.in_width * step;
    for (int64_t ix = begin; ix < end; ++ix) sum += row[ix * step];
    count += end - begin;
  }
  if (p.count_include_pad) {
    const int64_t all = (bottom - top) * (right - left);
    sum += (all - count) * zero_point;
    count = all;
  }
  const int64_t half = sum < 0 ? -count / 2 : count / 2;
  return static_cast<int8_t>((sum + half) / count);
}

// Do 32 bits hold a sum over the window, and what rounds it?
bool is_short_window(const Pooling& p) {
  constexpr int64_t kMax = int64_t{1} << 23;
  return p.kernel_height <= kMax / p.kernel_width;
}

}  // namespace

void run_quantized_average(const Pooling& p, int32_t zero_point, const int8_t* x, int8_t* y,
                           Range planes) {
  y += planes.begin * p.out_height * p.out_width;
  for (int64_t plane = planes.begin; plane < planes.end; ++plane)
    for (int64_t oy = 0; oy < p.out_height; ++oy)
      for (int64_t ox = 0; ox < p.out_width; ++ox)
        *y++ = average_of(p, zero_point, x + plane * p.in_height * p.in_width, 1, oy, ox);
}

// Products.

void run_pack_quantized(const QuantizedPacking& p, Range panels) {
  const int64_t int8x4s = int8x4s_of(p.k), row_bytes = kQuantizedColumns * kInt8x4;
  for (int64_t panel = panels.begin; panel < panels.end; ++panel) {
    int8_t* to = p.panels + panel * (int8x4s + 1) * row_bytes;
    std::memset(to, 0, static_cast<size_t>((int8x4s + 1) * row_bytes));
    const int64_t first = panel * kQuantizedColumns;
    for (int64_t j = 0; j < std::min(kQuantizedColumns, p.n - first); ++j) {
      const int8_t* from = p.weight + (first + j) * p.row;
      uint32_t sum = 0;
      for (int64_t k = 0; k < p.k; ++k) {
        const int8_t element = from[k * p.col];
        to[k / kInt8x4 * row_bytes + j * kInt8x4 + k % kInt8x4] = element;
        sum += static_cast<uint32_t>(element);
      }
      store_sum(to + int8x4s * row_bytes + j * kInt8x4, sum);
    }
  }
}

int64_t quantized_product_units(const QuantizedProduct& p) {
  if (p.m == 0 || p.n == 0) return 0;
  const QuantizedProductCut cut = cut_of(p);
  return divide_up(p.m, cut.rows) * divide_up(panels_of_columns(p.n), cut.panels);
}
int64_t quantized_product_scratch(const QuantizedProduct& p) {
  return p.m == 0 ? 0 : cut_of(p).end;
}
void run_quantized_product(Isa isa, const QuantizedProduct& p, Range units, void* scratch,
                           PreparedRows* prepared) {
  if (units.begin < units.end)
    WEFT_KERNEL_OF(isa, quantized_product)(p, cut_of(p), units, scratch, prepared);
}
void run_quantized_product(const QuantizedProduct& p, Range units, void* scratch,
                           PreparedRows* prepared) {
  run_quantized_product(active_isa(), p, units, scratch, prepared);
}

// Convolutions of NCHW images.

int64_t quantized_filter_int8x4s(const Convolution& s) {
  return s.kernel_height * s.kernel_width * int8x4s_of(s.in_channels / s.groups);
}

void run_pack_quantized_filters(const Convolution& s, const int8_t* weight, int8_t* packed,
                                Range filters) {
  const int64_t taps = s.kernel_height * s.kernel_width;
  const int64_t channels = taps == 0 ? 0 : s.in_channels / s.groups;  // none has an element
  const int64_t int8x4s = int8x4s_of(channels), bytes = (taps * int8x4s + 1) * kInt8x4;
  for (int64_t filter = filters.begin; filter < filters.end; ++filter) {
    int8_t* to = packed + filter * bytes;
    std::memset(to, 0, static_cast<size_t>(bytes));
    uint32_t sum = 0;
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t tap = 0; tap < taps; ++tap) {
        const int8_t element = weight[(filter * channels + c) * taps + tap];
        to[tap * int8x4s * kInt8x4 + c] = element;
        sum += static_cast<uint32_t>(element);
      }
    store_sum(to + taps * int8x4s * kInt8x4, sum);
  }
}

int64_t quantized_convolution_units(const QuantizedConvolution& p) {
  const Convolution& s = p.shape;
  if (s.batch == 0 || s.out_channels == 0) return 0;
  const QuantizedConvolutionCut cut = cut_of(s);
  return s.batch * s.groups * cut.row_chunks * divide_up(group_filters(s), cut.filters);
}
int64_t quantized_convolution_scratch(const QuantizedConvolution& p) {
  return p.shape.out_channels == 0 ? 0 : cut_of(p.shape).end;
}
void run_quantized_convolution(Isa isa, const QuantizedConvolution& p, Range units, void* scratch) {
  if (units.begin < units.end)
    WEFT_KERNEL_OF(isa, quantized_convolution)(p, cut_of(p.shape), units, scratch);
}
void run_quantized_convolution(const QuantizedConvolution& p, Range units, void* scratch) {
  run_quantized_convolution(active_isa(), p, units, scratch);
}

// Depthwise convolutions.

int64_t quantized_depthwise_int8x4s(const Convolution& s) {
  return s.kernel_width * int8x4s_of(s.kernel_height);
}

void run_pack_quantized_depthwise(const Convolution& s, const int8_t* weight, int8_t* packed,
                                  Range channels) {
  const int64_t int8x4s = quantized_depthwise_int8x4s(s), per_column = int8x4s_of(s.kernel_height);
  for (int64_t channel = channels.begin; channel < channels.end; ++channel) {
    const auto at = [&](int64_t int8x4) {
      return packed + (int8x4 * s.in_channels + channel) * kInt8x4;
    };
    for (int64_t int8x4 = 0; int8x4 < int8x4s; ++int8x4) store_sum(at(int8x4), 0);
    uint32_t sum = 0;
    for (int64_t row = 0; row < s.kernel_height; ++row)
      for (int64_t col = 0; col < s.kernel_width; ++col) {
        const int8_t element = weight[(channel * s.kernel_height + row) * s.kernel_width + col];
        at(col * per_column + row / kInt8x4)[row % kInt8x4] = element;
        sum += static_cast<uint32_t>(element);
      }
    store_sum(at(int8x4s), sum);
  }
}

int64_t quantized_depthwise_units(const QuantizedDepthwise& p) {
  const Convolution& s = p.shape;
  if (s.batch == 0 || s.in_channels == 0) return 0;
  const QuantizedDepthwiseCut cut = cut_of_depthwise(s);
  return s.batch * cut.blocks * cut.row_chunks;
}
int64_t quantized_depthwise_scratch(const QuantizedDepthwise& p) {
  return p.shape.in_channels == 0 ? 0 : cut_of_depthwise(p.shape).end;
}
void run_quantized_depthwise(Isa isa, const QuantizedDepthwise& p, Range units, void* scratch) {
  if (units.begin < units.end)
    WEFT_KERNEL_OF(isa, quantized_depthwise)(p, cut_of_depthwise(p.shape), units, scratch);
}
void run_quantized_depthwise(const QuantizedDepthwise& p, Range units, void* scratch) {
  run_quantized_depthwise(active_isa(), p, units, scratch);
}

// Poolings of NHWC images.

void run_quantized_pool_nhwc(const Pooling& p, bool is_average, int64_t channels,
                             int32_t zero_point, const int8_t* x, int8_t* y, Range rows) {
  if (!is_average || is_short_window(p))
    return WEFT_ACTIVE(quantized_pool_nhwc)(p, is_average, channels, zero_point, x, y, rows);
  y += rows.begin * p.out_width * channels;
  for (int64_t row = rows.begin; row < rows.end; ++row) {
    const int8_t* image = x + row / p.out_height * p.in_height * p.in_width * channels;
    for (int64_t ox = 0; ox < p.out_width; ++ox)
      for (int64_t channel = 0; channel < channels; ++channel)
        *y++ = average_of(p, zero_point, image + channel, channels, row % p.out_height, ox);
  }
}

}  // namespace weft::kernels
