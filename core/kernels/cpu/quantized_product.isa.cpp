// Products of int8 rows with packed weights: kernels/quantized.h. Rows of A are widened once for
// several panels, or read where they lie; a tile is rescaled while it is in registers. While the
// first tiles of a panel are computed, the next panel is fetched, and in the first panel the rows
// of the next tile: in a network weights come from memory, and images from far caches. Rows that
// are windows of an NHWC image are gathered on that way: k bytes a row, which takes 3 / n of the
// products' own time.
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/requantize_impl.h"

#include "kernels/cpu/quads_impl.h"

#include "kernels/cpu/quantized_rows_impl.h"

WEFT_INLINE const QuadTiles& product_tiles() {
#if WEFT_DOT_BYTES
  if (processor_has_dot_bytes()) return kQuadTiles<DotStep<true>, false>;
#endif
  return kQuadTiles<PairStep, false>;
}

constexpr int64_t kLine = 64;  // of a cache

struct ProductUnit {
  const QuantizedProduct& p;
  const QuadTiles& tiles;
  const char* a;  // as the tiles read it, from row `first` on
  int64_t first, rows;

  int64_t quads() const { return (p.k + kQuad - 1) / kQuad; }
  int64_t a_row() const { return quads() * tiles.left_bytes; }

  void prepare_rows(char* rows_of_a) const {
    const int64_t used = p.k * tiles.left_bytes / kQuad;
    if (!p.windows && used == a_row()) {
      RowWriter{rows_of_a, !tiles.shifts}.copy(p.a + first * p.k, rows * p.k);
      return;
    }
    int64_t image = 0, oy = 0, ox = 0;
    if (p.windows) {
      ox = first % p.windows->out_width;
      oy = first / p.windows->out_width % p.windows->out_height;
      image = first / p.windows->out_width / p.windows->out_height;
    }
    for (int64_t i = 0; i < rows;) {
      char* to = rows_of_a + i * a_row();
      int64_t done = 1;
      if (!p.windows) {
        RowWriter{to, !tiles.shifts}.copy(p.a + (first + i) * p.k, p.k);
      } else {
        const WindowReader reader{*p.windows, p.a, p.zero_point};
        const int64_t inside = tiles.shifts ? reader.short_inside(image, oy, ox, rows - i) : 0;
        if (inside > 0) {
          reader.read_short(image, oy, ox, inside, to, a_row());
          done = inside;
        } else {
          reader.read(image, oy, ox, {to, !tiles.shifts});
        }
        ox += done;
        if (ox == p.windows->out_width) {
          ox = 0;
          if (++oy == p.windows->out_height) {
            oy = 0;
            ++image;
          }
        }
      }
      i += done;
      for (; done > 0; --done, to += a_row())
        for (int64_t byte = used; byte < a_row(); ++byte) to[byte] = 0;
    }
  }

  // What the results of a panel's columns have beside its products.
  void fetch_columns(const int8_t* b, int64_t col) const {
    constexpr int64_t kBytes = kQuantizedColumns * sizeof(int32_t);
    const auto fetch = [](const void* from)
                           WEFT_LAMBDA { prefetch_rows<false>(from, 1, 0, kBytes); };
    fetch(b + quads() * kQuadBytes);
    if (p.bias) fetch(p.bias + col);
    if (p.how.multiplier && p.how.is_per_channel) {
      fetch(p.how.multiplier + col);
      fetch(p.how.shift + col);
    }
    if (p.residual.factors) fetch(p.residual.factors + col);
  }

  // is_first: of the panels that read these rows where they lie.
  void run(int64_t panel, bool is_first) const {
    const int64_t col = panel * kQuantizedColumns;
    const int64_t width = p.n - col < kQuantizedColumns ? p.n - col : kQuantizedColumns;
    const int8_t* b = p.panels + panel * (quads() + 1) * kQuadBytes;
    alignas(64) int32_t starts[kQuantizedColumns], sums[kQuadRows * kQuantizedColumns];
    const uint32_t zero_point = uint32_t(p.zero_point) + (tiles.shifts ? kDotShift : 0);
    for (int64_t j = 0; j < kQuantizedColumns; j += Sums::kLanes) {
      const int64_t lanes = width - j < Sums::kLanes ? (j < width ? width - j : 0) : Sums::kLanes;
      Sums of_weights;
      __builtin_memcpy(&of_weights.v, b + quads() * kQuadBytes + j * 4, sizeof of_weights.v);
      const Sums bias = p.bias ? Memory<int32_t>::load_part(p.bias + col + j, lanes) : Sums(0);
      Memory<int32_t>::store(starts + j, bias - Sums(int32_t(zero_point)) * of_weights);
    }
    const Finish<kQuantizedColumns> finish(p.how, p.residual, p.c, p.n, p.k, starts, col, width);
    TileFinish of_tile{{},
                       {},
                       {},
                       Bounds(p.how),
                       BoundedRescale::rectifies(p.how),
                       uint32_t((uint64_t(1) << width) - 1)};
    const bool is_fused = finish.find(of_tile);
    const int64_t step = balanced_quad_rows(rows), panel_bytes = (quads() + 1) * kQuadBytes;
    const bool is_last = col + kQuantizedColumns >= p.n;
    if (!is_last) fetch_columns(b + panel_bytes, col + kQuantizedColumns);
    int64_t line = 0;  // of the next panel's rows, that is fetched
    for (int64_t i = 0; i < rows; i += step) {
      const int64_t count = rows - i < step ? rows - i : step;
      if (is_first && i + step < rows)
        prefetch_rows<false>(a + (i + step) * a_row(), 1, 0, count * a_row());
      for (int64_t j = 0; j < width; j += tiles.columns, line += kLine) {
        QuadTile tile{quads(), a + i * a_row(), a_row(), b + j * kQuad, nullptr, sums + j};
        if (!is_last && line < kQuadBytes) tile.ahead = panel_bytes + line - j * kQuad;
        if (is_fused) {
          tile.finish = &of_tile;
          const int64_t at = (first + i) * p.n + col + j;
          tile.y = (int8_t*)p.c + at;
          tile.residual = p.residual.values ? p.residual.values + at : nullptr;
          tile.y_row = p.n;
          tile.vector = j / Sums::kLanes;
        }
        tiles.at[count - 1](tile);
      }
      if (!is_fused) finish.rows(sums, kQuantizedColumns, first + i, count);
    }
  }
};

// Units of the same rows are neighbours.
void quantized_product(const QuantizedProduct& p, const QuantizedProductCut& cut, Range units,
                       void* scratch, PreparedRows* prepared) {
  const int64_t panels = (p.n + kQuantizedColumns - 1) / kQuantizedColumns;
  const int64_t groups = (panels + cut.panels - 1) / cut.panels;
  const QuadTiles& tiles = product_tiles();
  const bool in_place = tiles.shifts && !p.windows && p.k % kQuad == 0;  // as tiles read it
  int64_t block_there = prepared ? prepared->block : -1;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t block = unit / groups, begin = unit % groups * cut.panels;
    const int64_t first = block * cut.rows;
    const ProductUnit work{p, tiles, in_place ? (const char*)p.a + first * p.k : (char*)scratch,
                           first, p.m - first < cut.rows ? p.m - first : cut.rows};
    if (!in_place && block != block_there) work.prepare_rows((char*)scratch);
    block_there = block;
    for (int64_t panel = begin; panel < panels && panel < begin + cut.panels; ++panel)
      work.run(panel, in_place && panel == begin);
  }
  if (prepared) prepared->block = block_there;
}

void quantized_convolution(const QuantizedConvolution& problem, const QuantizedConvolutionCut& cut,
                           Range units, void* scratch);
void quantized_depthwise(const QuantizedDepthwise& problem, const QuantizedDepthwiseCut& cut,
                         Range units, void* scratch);
void quantized_pool_nhwc(const Pooling& problem, bool is_average, int64_t channels,
                         int32_t zero_point, const int8_t* x, int8_t* y, Range rows);
void requantize(const Requantize& problem, Range rows);
void quantized_add(const QuantizedAdd& problem, Range elements);
void quantized_recurrent(const QuantizedRecurrent& problem, Range images);
void weight_only(const WeightOnlyProduct& problem, Range panels, void* scratch);

extern const QuantizedKernels kQuantized;
const QuantizedKernels kQuantized = {
    .product = quantized_product,
    .convolution = quantized_convolution,
    .depthwise = quantized_depthwise,
    .pool_nhwc = quantized_pool_nhwc,
    .requantize = requantize,
    .add = quantized_add,
    .recurrent = quantized_recurrent,
    .weight_only = weight_only,
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
