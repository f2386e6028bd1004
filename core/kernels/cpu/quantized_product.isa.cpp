// Products of int8 rows with packed weights: kernels/quantized.h. Rows of A are widened (or shifted
// to unsigned bytes) once for several panels; a tile is rescaled while it is in the first-level
// cache.
#include "kernels/isa_target.h"
#include "kernels/quantized_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

#include "kernels/cpu/requantize_impl.h"

#include "kernels/cpu/quads_impl.h"

WEFT_INLINE const QuadTiles& product_tiles() {
#if WEFT_DOT_BYTES
  if (processor_has_dot_bytes()) return kQuadTiles<DotStep<true>, false>;
#endif
  return kQuadTiles<PairStep, false>;
}

struct ProductUnit {
  const QuantizedProduct& p;
  const QuadTiles& tiles;
  char* rows_of_a;  // as the tiles read them
  int64_t first, rows;

  int64_t quads() const { return (p.k + kQuad - 1) / kQuad; }
  int64_t a_row() const { return quads() * tiles.left_bytes; }

  void prepare_rows() const {
    for (int64_t i = 0; i < rows; ++i) {
      const int8_t* from = p.a + (first + i) * p.k;
      char* to = rows_of_a + i * a_row();
      if (tiles.shifts) {
        for (int64_t k = 0; k < p.k; ++k) to[k] = char(uint8_t(from[k]) ^ 0x80);
      } else {
        for (int64_t k = 0; k < p.k; ++k) ((int16_t*)to)[k] = from[k];
      }
      __builtin_memset(to + p.k * tiles.left_bytes / kQuad, 0,
                       (quads() * kQuad - p.k) * tiles.left_bytes / kQuad);
    }
  }

  void run(int64_t panel) const {
    const int64_t col = panel * kQuantizedColumns;
    const int64_t width = p.n - col < kQuantizedColumns ? p.n - col : kQuantizedColumns;
    const int8_t* b = p.panels + panel * (quads() + 1) * kQuadBytes;
    alignas(64) int32_t starts[kQuantizedColumns], sums[kQuadRows * kQuantizedColumns];
    const uint32_t zero_point = uint32_t(p.zero_point) + (tiles.shifts ? 128 : 0);
    for (int64_t j = 0; j < kQuantizedColumns; ++j) {
      int32_t sum;
      __builtin_memcpy(&sum, b + quads() * kQuadBytes + j * 4, sizeof sum);
      starts[j] = int32_t((p.bias && j < width ? uint32_t(p.bias[col + j]) : 0) -
                          zero_point * uint32_t(sum));
    }
    const int64_t step = balanced_quad_rows(rows);
    for (int64_t i = 0; i < rows; i += step) {
      const int64_t count = rows - i < step ? rows - i : step;
      for (int64_t j = 0; j < width; j += tiles.columns)
        tiles.at[count - 1](
            {quads(), rows_of_a + i * a_row(), a_row(), b + j * kQuad, nullptr, sums + j});
      for (int64_t r = 0; r < count; ++r)
        finish(sums + r * kQuantizedColumns, starts, first + i + r, col, width);
    }
  }

  void finish(const int32_t* sums, const int32_t* starts, int64_t row, int64_t col,
              int64_t width) const {
    for (int64_t j = 0; j < width; j += Sums::kLanes) {
      const int64_t lanes = width - j < Sums::kLanes ? width - j : Sums::kLanes;
      const Sums sum = Memory<int32_t>::load(sums + j) + Memory<int32_t>::load(starts + j);
      const int64_t at = row * p.n + col + j;
      if (!p.how.multiplier) {
        Memory<int32_t>::store_part((int32_t*)p.c + at, sum, lanes);
        continue;
      }
      const auto of_channels = [&](const int32_t* values) WEFT_LAMBDA {
        return p.how.is_per_channel ? Memory<int32_t>::load_part(values + col + j, lanes)
                                    : Sums(*values);
      };
      const Rescale rescale = Rescale::of(of_channels(p.how.multiplier), of_channels(p.how.shift));
      const Sums scaled = placed(rescale(sum), p.how);
      if (lanes == Sums::kLanes) {
        Memory<int8_t>::store((int8_t*)p.c + at, scaled);
      } else {
        Memory<int8_t>::store_part((int8_t*)p.c + at, scaled, lanes);
      }
    }
  }
};

// Units of the same rows are neighbours.
void quantized_product(const QuantizedProduct& p, const QuantizedProductCut& cut, Range units,
                       void* scratch) {
  const int64_t panels = (p.n + kQuantizedColumns - 1) / kQuantizedColumns;
  const int64_t groups = (panels + cut.panels - 1) / cut.panels;
  int64_t prepared = -1;
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t block = unit / groups, begin = unit % groups * cut.panels;
    const int64_t first = block * cut.rows;
    const ProductUnit work{p, product_tiles(), (char*)scratch, first,
                           p.m - first < cut.rows ? p.m - first : cut.rows};
    if (block != prepared) work.prepare_rows();
    prepared = block;
    for (int64_t panel = begin; panel < panels && panel < begin + cut.panels; ++panel)
      work.run(panel);
  }
}

void quantized_convolution(const QuantizedConvolution& problem, const QuantizedConvolutionCut& cut,
                           Range units, void* scratch);
void requantize(const Requantize& problem, Range rows);
void quantized_add(const QuantizedAdd& problem, Range elements);
void weight_only(const WeightOnlyProduct& problem, Range panels, void* scratch);

extern const QuantizedKernels kQuantized;
const QuantizedKernels kQuantized = {
    .product = quantized_product,
    .convolution = quantized_convolution,
    .requantize = requantize,
    .add = quantized_add,
    .weight_only = weight_only,
};

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
