// Products of int8 rows with packed weights: kernels/int8/quantized.h.
//
// Rows of A are staged once for several panels, in the form that tiles read; each tile's rows are
// staged before the tile is first computed. They are read where they lie if their form is right
// already. A tile is rescaled while it is in registers. While the first tiles of a panel are
// computed, the next panel is prefetched, and during the first panel the rows of the next tile: in
// a network weights come from memory, and images from far caches. Rows that are windows of an NHWC
// image are gathered as they are staged: k bytes a row, which takes 3 / n of the products' own
// time. If there are few filters, windows are read where they lie instead (WindowRowTile).
//
// With AVX2 alone, rows and columns are staged for CrossStep if there are many rows, columns of
// half a panel at a time; windows three columns wide are staged as frequencies
// (int8x4_winograd_impl.h).
#include "kernels/int8/quantized_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

#include "kernels/int8/requantize_impl.h"

#include "kernels/int8/int8x4_impl.h"

#include "kernels/int8/int8x4_amx_impl.h"

#include "kernels/int8/quantized_rows_impl.h"

#if WEFT_AVX2
#include "kernels/int8/int8x4_cross_impl.h"
#include "kernels/int8/int8x4_winograd_impl.h"
#endif

constexpr int64_t kMinCrossed = 16;  // rows that are worth staging a panel for

constexpr int64_t kLine = 64;                              // bytes of a cache line
constexpr int64_t kSumRows = WEFT_AMX ? 32 : kInt8x4Rows;  // rows that a tile may have

// For AMX: each row begins at a cache line, and the next row in another set of the cache: an odd
// number of lines further on.
WEFT_INLINE int64_t tile_row_bytes(int64_t bytes) {
  return ((bytes + kLine - 1) / kLine | 1) * kLine;
}
#if WEFT_AMX
WEFT_INLINE bool uses_tiles(const Int8x4Tiles& tiles) { return tiles.max_rows == kBlockRows; }
#else
WEFT_INLINE bool uses_tiles(const Int8x4Tiles&) { return false; }
#endif

#if WEFT_AMX
// Fewer rows, or a shorter k, leave most of a tile empty.
constexpr int64_t kMinTiled = kTileRows16, kMinTiledInt8x4s = 8;

bool takes_tiles(int64_t rows, int64_t k) {
  return rows >= kMinTiled && k >= kMinTiledInt8x4s * kInt8x4 && uses(Extra::kAmxInt8);
}
// How many bytes a tile may read behind the last row of a row tile.
int64_t read_behind(const Convolution& s) {
  return kTileRows16 * s.stride_width * s.in_channels + kTileBytes;
}
#endif

// The step for a unit with so many rows.
WEFT_INLINE const Int8x4Tiles& product_tiles([[maybe_unused]] int64_t rows,
                                             [[maybe_unused]] int64_t k) {
#if WEFT_AMX
  if (takes_tiles(rows, k)) return kAmxTiles;
#endif
#if !WEFT_PAIRS_OF_BYTES
  return kInt8x4Tiles<DotStep<true>, false>;
#else
#if WEFT_DOT_BYTES
  if (dots_bytes()) return kInt8x4Tiles<DotStep<true>, false>;
#endif
#if WEFT_AVX2
  if (rows >= kMinCrossed) return kInt8x4Tiles<CrossStep, false>;
#endif
  return kInt8x4Tiles<PairStep, false>;
#endif
}

// The step for a panel with so many columns: half a panel has kernels of its own.
WEFT_INLINE const Int8x4Tiles& panel_tiles(const Int8x4Tiles& tiles,
                                           [[maybe_unused]] int64_t width) {
#if WEFT_DOT_BYTES && WEFT_AVX512
  if (tiles.shifts && tiles.max_rows == kInt8x4Rows && width <= Sums::kLanes)
    return kInt8x4Tiles<DotStep<true, 1>, false>;
#endif
  return tiles;
}

bool stages_columns() {
#if !WEFT_PAIRS_OF_BYTES
  return !dots_bytes();
#else
  return product_tiles(kMinCrossed, 0).has_row_starts;
#endif
}

// A part of an image that is staged once, with its padding, for windows that tiles read where they
// lie in it: the rows of a window are runs, and windows of neighbouring results are a stride apart.
// The fewer filters there are, the larger is the share of gathering windows in a product's time.
struct WindowRowTile {
  static constexpr int64_t kMaxFilters = 128, kMinWidth = 7;
  int64_t pitch = 0;  // bytes of a row; 0: windows are gathered
  int64_t image = 0, top = 0, left = 0, rows = 0, cols = 0;  // its place in the image

  // The row tile for results first .. first + count - 1, or none if it does not fit so many bytes.
  static WindowRowTile of(const QuantizedProduct& p, int64_t first, int64_t count, int64_t bytes) {
    const Convolution& s = *p.windows;
    if (p.k == 0 || s.kernel_width * s.in_channels % kInt8x4 != 0 || s.dilation_width != 1 ||
        s.out_width < kMinWidth || p.n > kMaxFilters)
      return {};
    const WindowPlace begin = WindowPlace::of(&s, first);
    const WindowPlace last = WindowPlace::of(&s, first + count - 1);
    if (begin.image != last.image) return {};
    const bool is_one_row = begin.oy == last.oy;
    WindowRowTile row_tile;
    row_tile.image = begin.image;
    row_tile.top = begin.oy * s.stride_height - s.pad_top;
    row_tile.left = (is_one_row ? begin.ox : 0) * s.stride_width - s.pad_left;
    row_tile.rows =
        (last.oy - begin.oy) * s.stride_height + (s.kernel_height - 1) * s.dilation_height + 1;
    row_tile.cols =
        (is_one_row ? last.ox - begin.ox : s.out_width - 1) * s.stride_width + s.kernel_width;
    // Strides, dilations and padding may have any size, so sizes are compared by divisions.
    if (row_tile.cols > bytes / s.in_channels) return {};
    row_tile.pitch = row_tile.cols * s.in_channels;
    return row_tile.rows <= bytes / row_tile.pitch ? row_tile : WindowRowTile{};
  }
  void stage(const QuantizedProduct& p, RowWriter writer) const {
    const Convolution& s = *p.windows;
    const WindowReader reader{s, p.a, p.zero_point};
    for (int64_t y = top; y < top + rows; ++y) {
      if (y < 0 || y >= s.in_height)
        writer.fill(p.zero_point, pitch);
      else
        reader.read_run(p.a + (image * s.in_height + y) * s.in_width * s.in_channels, left, cols,
                        writer);
    }
  }
  // Where the window of a result begins, in bytes.
  int64_t offset_of(const Convolution& s, const WindowPlace& place) const {
    return (place.oy * s.stride_height - s.pad_top - top) * pitch +
           (place.ox * s.stride_width - s.pad_left - left) * s.in_channels;
  }
};

// One unit: some rows by the panels that run() is called for.
struct ProductUnit {
  const QuantizedProduct& p;
  const Int8x4Tiles& tiles;
  char* staged;  // staged rows; null: A is read where it lies
  int64_t first, rows;
  int8_t* wide;  // columns of a panel in the form that tiles read
  int8_t* row;   // bytes of one row
  WindowRowTile row_tile;

  int64_t int8x4s() const { return (p.k + kInt8x4 - 1) / kInt8x4; }
  int64_t a_row() const {
    const int64_t bytes = (int8x4s() + is_crossed()) * tiles.left_bytes;
    return uses_tiles(tiles) ? tile_row_bytes(bytes) : bytes;
  }
  bool is_crossed() const { return WEFT_AVX2 && tiles.has_row_starts; }
  const char* rows_of_a() const { return staged ? staged : (const char*)p.a + first * p.k; }
  // Columns that are computed together: a whole panel, or as many as are staged.
  int64_t columns_at_once() const { return is_crossed() ? tiles.columns : kQuantizedColumns; }

#if WEFT_AVX2
  bool is_winograd() const {
    return is_crossed() && p.windows && Int8x4Winograd::takes(*p.windows, p.k);
  }
  int64_t frequency_int8x4s() const { return int8x4s() / 3; }
  int64_t frequency_row() const { return (frequency_int8x4s() + 1) * CrossStep::kLeftBytes; }
  // Rows of one frequency follow one another, as many as there is room for.
  int64_t frequency_step() const { return rows / 2 * frequency_row(); }

  // Stages all groups of results as rows of frequencies.
  void stage_groups(char* to) const {
    const Convolution& s = *p.windows;
    __builtin_memset(row, p.zero_point, s.in_channels);
    Int8x4Winograd::each_group(first, rows, s.out_width, [&](int64_t at, int64_t, int64_t) {
      Int8x4Winograd::stage_rows(s, p.a, first + at, row, to, frequency_step());
      to += frequency_row();
    });
  }

  // Stages all rows for CrossStep. A window is gathered into `row` first.
  void stage_rows() const {
    char* to = staged;
    if (is_winograd()) return stage_groups(to);
    const int64_t k = p.k, to_step = a_row();
    if (!p.windows) {
      const int8_t* from = p.a + first * k;
      int64_t readable = (p.m - first) * k;
      for (int64_t i = 0; i < rows; ++i, from += k, to += to_step, readable -= k)
        CrossStep::stage_row(from, k, readable, to);
      return;
    }
    WindowPlace place = WindowPlace::of(p.windows, first);
    const WindowReader reader{*p.windows, p.a, p.zero_point};
    for (int64_t i = 0; i < rows; ++i, to += to_step) {
      if (reader.short_inside(place.image, place.oy, place.ox, 1) > 0)
        reader.read_short(place.image, place.oy, place.ox, 1, (char*)row, 0, 0);
      else
        reader.read(place.image, place.oy, place.ox, {(char*)row, false, 0});
      place.advance(*p.windows, 1);
      CrossStep::stage_row(row, k, int8x4s() * kInt8x4 + kPiece, to);
    }
  }
#endif

  WEFT_INLINE RowWriter writer(char* to) const { return {to, !tiles.shifts, tiles.flip}; }

  // Stages rows begin .. end - 1 for the other steps, with zeros up to whole int8x4s.
  void prepare_rows(int64_t begin, int64_t end) const {
    const int64_t used = p.k * tiles.left_bytes / kInt8x4;
    if (!p.windows && used == a_row()) {
      writer(staged + begin * a_row()).copy(p.a + (first + begin) * p.k, (end - begin) * p.k);
      return;
    }
    WindowPlace place = WindowPlace::of(p.windows, first + begin);
    for (int64_t i = begin; i < end;) {
      char* to = staged + i * a_row();
      int64_t done = 1;
      if (!p.windows) {
        writer(to).copy(p.a + (first + i) * p.k, p.k);
      } else {
        const WindowReader reader{*p.windows, p.a, p.zero_point};
        const auto [image, oy, ox] = place;
        const int64_t inside = tiles.shifts ? reader.short_inside(image, oy, ox, end - i) : 0;
        if (inside > 0) {
          reader.read_short(image, oy, ox, inside, to, a_row(), tiles.flip);
          done = inside;
        } else {
          reader.read(image, oy, ox, writer(to));
        }
        place.advance(*p.windows, done);
      }
      i += done;
      for (; done > 0; --done, to += a_row())
        for (int64_t byte = used; byte < int8x4s() * tiles.left_bytes; ++byte) to[byte] = 0;
    }
  }

  // Prefetches what results of a panel's columns need beside the products.
  void fetch_columns(const int8_t* b, int64_t col) const {
    constexpr int64_t kBytes = kQuantizedColumns * sizeof(int32_t);
    const auto fetch = [](const void* from)
                           WEFT_LAMBDA { prefetch_rows<false>(from, 1, 0, kBytes); };
    fetch(b + int8x4s() * kInt8x4PanelBytes);
    if (p.bias) fetch(p.bias + col);
    if (p.how.multiplier && p.how.is_per_channel) {
      fetch(p.how.multiplier + col);
      fetch(p.how.shift + col);
    }
    if (p.residual.factors) fetch(p.residual.factors + col);
  }

  // Where a column begins in the packed panels.
  const int8_t* columns_of(int64_t col) const {
    const int64_t panel = col / kQuantizedColumns;
    return p.panels + panel * (int8x4s() + 1) * kInt8x4PanelBytes +
           col % kQuantizedColumns * kInt8x4;
  }

  // What the results of some columns start with: bias minus zero point times sum of weights.
  WEFT_INLINE void find_starts(const int8_t* b, int64_t col, int64_t width, int32_t* starts) const {
    const uint32_t zero_point = uint32_t(p.zero_point) + (tiles.shifts ? kDotShift : 0);
    for (int64_t j = 0; j < columns_at_once(); j += Sums::kLanes) {
      const int64_t lanes = width - j < Sums::kLanes ? (j < width ? width - j : 0) : Sums::kLanes;
      Sums of_weights;
      __builtin_memcpy(&of_weights.v, b + int8x4s() * kInt8x4PanelBytes + j * 4,
                       sizeof of_weights.v);
      const Sums bias = p.bias ? Memory<int32_t>::load_part(p.bias + col + j, lanes) : Sums(0);
      Memory<int32_t>::store(starts + j, bias - Sums(int32_t(zero_point)) * of_weights);
    }
  }
  // Tells a tile where its results go.
  WEFT_INLINE void set_results(Int8x4Tile& tile, const TileFinish& finish, int64_t i,
                               int64_t col) const {
    tile.finish = &finish;
    const int64_t at = (first + i) * p.n + col;
    tile.y = (int8_t*)p.c + at;
    tile.residual = p.residual.values ? p.residual.values + at : nullptr;
    tile.y_row = p.n;
  }

  // Tells a tile how windows lie in the row tile.
  void read_in_row_tile(Int8x4Tile& tile) const {
    const Convolution& s = *p.windows;
    const int64_t run = s.kernel_width * s.in_channels;
    tile.a_row = s.stride_width * s.in_channels;
    tile.run = run / kInt8x4;
    tile.run_step = s.dilation_height * row_tile.pitch - run;
  }

#if WEFT_AMX
  // The last int8x4s of a panel, which do not fill a tile, and zeros behind them.
  void stage_rest(const int8_t* b, int8_t* to) const {
    constexpr int64_t kInt8x4s = kTileBytes / kInt8x4;
    const int64_t there = int8x4s() % kInt8x4s * kInt8x4PanelBytes;
    __builtin_memcpy(to, b + int8x4s() / kInt8x4s * kInt8x4s * kInt8x4PanelBytes, there);
    __builtin_memset(to + there, 0, kInt8x4s * kInt8x4PanelBytes - there);
  }
#endif

  // One panel (or half of one) for all rows. is_first: it is the first panel for these rows, which
  // are now staged or prefetched.
  void run(int64_t col, bool is_first) const {
    const int64_t at_once = columns_at_once();
    const int64_t width = p.n - col < at_once ? p.n - col : at_once;
    const int8_t* b = columns_of(col);
    alignas(64) int32_t starts[kQuantizedColumns], sums[kSumRows * kQuantizedColumns];
    find_starts(b, col, width, starts);
    const bool is_last = col + at_once >= p.n;
    const int8_t* const next = is_last ? b : columns_of(col + at_once);
    if (!is_last) fetch_columns(next, col + at_once);
#if WEFT_AVX2
    if (is_winograd()) return run_groups(b, starts, col, width);
    if (is_crossed()) {
      // Staging changes the starts by less than the sums become smaller, so bounds of sums still
      // hold.
      CrossStep::stage_columns(b, int8x4s(), wide, starts);
      b = wide;
    }
#endif
    const Finish<kQuantizedColumns> finish(p.how, p.residual, p.c, p.n, p.k, starts, col, width);
    TileFinish of_tile(p.how, width);
    const Int8x4Tiles& of_panel = panel_tiles(tiles, width);
    const bool is_fused = of_panel.finishes && finish.find(of_tile);
    const auto ahead = int64_t(uintptr_t(next) - uintptr_t(b));
    int64_t line = 0;  // of the next panel: the line that is prefetched next
    Int8x4Tile tile{int8x4s(), nullptr, a_row(), nullptr, nullptr, nullptr};
#if WEFT_AMX
    alignas(64) int8_t rest[kTileRows16 * kInt8x4PanelBytes];
    if (uses_tiles(tiles)) {
      stage_rest(b, rest);
      tile.b_rest = rest;
      tile.is_narrow = width <= Sums::kLanes;
    }
#endif
    WindowPlace place{};
    if (row_tile.pitch > 0) {
      if (is_first) row_tile.stage(p, writer(staged));
      place = WindowPlace::of(p.windows, first);
      read_in_row_tile(tile);
    }
    int64_t step = 0, part_end = 0;  // all rows, or those in one row of the row tile
    for (int64_t i = 0; i < rows;) {
      if (i == part_end) {
        const int64_t in_row = row_tile.pitch > 0 ? p.windows->out_width - place.ox : rows;
        const int64_t part = rows - i < in_row ? rows - i : in_row;
        step = balanced_int8x4_rows(part, of_panel);
        part_end = i + part;
      }
      const int64_t count = part_end - i < step ? part_end - i : step;
      if (is_first && row_tile.pitch == 0) {
        if (!p.windows && i + step < rows)
          prefetch_rows<false>(p.a + (first + i + step) * p.k, 1, 0, count * p.k);
        if (staged) prepare_rows(i, i + count);
      }
      tile.a = rows_of_a() + i * a_row();
      if (row_tile.pitch > 0) {
        tile.a = staged + row_tile.offset_of(*p.windows, place);
        place.advance(*p.windows, count);
      }
      if (is_crossed()) tile.count = is_fused && count == step ? (rows - i) / step : 1;
      tile.rows = count;
      for (int64_t j = 0; j < width; j += of_panel.columns, line += kLine) {
        tile.b = b + j * kInt8x4;
        tile.sums = sums + j;
        tile.ahead = !is_last && line < at_once * kInt8x4 ? ahead + line - j * kInt8x4 : 0;
        tile.vector = j / Sums::kLanes;
        if (is_fused) set_results(tile, of_tile, i, col + j);
        of_panel.at[minimum(count, kInt8x4Rows) - 1](tile);
      }
      if (!is_fused) finish.rows(sums, kQuantizedColumns, first + i, count);
      i += tile.count * count;
    }
  }

// Winograd's way: groups of up to four results.
#if WEFT_AVX2
  struct Group {
    int64_t row, count;
  };
  void run_groups(const int8_t* b, const int32_t* starts, int64_t col, int64_t width) const {
    Sums lacks[Int8x4Winograd::kResults][2];
    Int8x4Winograd::stage_columns(b, p.windows->kernel_height, p.windows->in_channels / kInt8x4,
                                  wide, frequency_int8x4s() * kInt8x4PanelBytes, lacks);
    const Finish<kQuantizedColumns> finish(p.how, p.residual, p.c, p.n, p.k, starts, col, width);
    TileFinish of_tile(p.how, width);
    const bool is_fused = finish.find(of_tile);
    Group groups[CrossStep::kMaxRows];
    int64_t done = 0, count = 0;
    const auto flush = [&] {
      run_tile(groups, done, count, lacks, finish, is_fused ? &of_tile : nullptr, col);
      done += count;
      count = 0;
    };
    Int8x4Winograd::each_group(first, rows, p.windows->out_width,
                               [&](int64_t at, int64_t, int64_t results) {
                                 groups[count++] = {at, results};
                                 if (count == CrossStep::kMaxRows) flush();
                               });
    if (count > 0) flush();
  }
  // A tile of groups: six frequencies, then the transform back, group by group.
  void run_tile(const Group* groups, int64_t done, int64_t count,
                const Sums (&lacks)[Int8x4Winograd::kResults][2],
                const Finish<kQuantizedColumns>& finish, const TileFinish* of_tile,
                int64_t col) const {
    constexpr int64_t kStep = CrossStep::kMaxRows * kQuantizedColumns;
    alignas(64) int32_t sums[Int8x4Winograd::kFrequencies * kStep];
    for (int64_t f = 0; f < Int8x4Winograd::kFrequencies; ++f)
      tiles.at[count - 1](
          Int8x4Tile{frequency_int8x4s(), staged + f * frequency_step() + done * frequency_row(),
                     frequency_row(), wide + f * frequency_int8x4s() * kInt8x4PanelBytes, nullptr,
                     sums + f * kStep});
    for (int64_t i = 0; i < count; ++i) {
      Sums results[Int8x4Winograd::kResults][2];
      Int8x4Winograd::transform(sums + i * kQuantizedColumns, kStep, lacks, results);
      Int8x4Tile tile{};
      if (of_tile && groups[i].count == Int8x4Winograd::kResults) {
        set_results(tile, *of_tile, groups[i].row, col);
        finish_sums<CrossStep>(tile, results);
        continue;
      }
      alignas(64) int32_t plain[Int8x4Winograd::kResults * kQuantizedColumns];
      tile.sums = plain;
      store_sums<CrossStep>(tile, results);
      finish.rows(plain, kQuantizedColumns, first + groups[i].row, groups[i].count);
    }
  }
#endif
};

// A row tile for windows, if scratch has room for it.
WindowRowTile row_tile_of(const QuantizedProduct& p, [[maybe_unused]] const Int8x4Tiles& tiles,
                          int64_t first, int64_t rows, const QuantizedProductCut& cut) {
  int64_t room = cut.wide;
#if WEFT_AMX
  if (uses_tiles(tiles)) {
    room -= read_behind(*p.windows);
    if (p.windows->kernel_width * p.windows->in_channels % kTileBytes != 0 || room <= 0) return {};
  }
#endif
  return WindowRowTile::of(p, first, rows, room);
}

// Units of the same rows are neighbours, so that a thread stages rows once.
void quantized_product(const QuantizedProduct& p, const QuantizedProductCut& cut, Range units,
                       void* scratch, PreparedRows* prepared) {
#if !WEFT_PAIRS_OF_BYTES
  if (!dots_bytes()) return avx2::quantized_product(p, cut, units, scratch, prepared);
#endif
  const int64_t panels = (p.n + kQuantizedColumns - 1) / kQuantizedColumns;
  const int64_t groups = (panels + cut.panels - 1) / cut.panels;
  int64_t block_there = prepared ? prepared->block : -1;
#if WEFT_AMX
  const AmxTiles of_this_thread(takes_tiles(cut.rows, p.k));
#endif
  for (int64_t unit = units.begin; unit < units.end; ++unit) {
    const int64_t block = unit / groups, begin = unit % groups * cut.panels * kQuantizedColumns;
    const int64_t wanted = begin + cut.panels * kQuantizedColumns,
                  end = wanted < p.n ? wanted : p.n;
    const int64_t first = block * cut.rows;
    const int64_t rows = p.m - first < cut.rows ? p.m - first : cut.rows;
    const Int8x4Tiles& tiles = product_tiles(rows, p.k);
    // Is A already in the form that tiles read?
    const bool in_place = tiles.shifts && tiles.flip == 0 && !p.windows && p.k % kInt8x4 == 0;
    const ProductUnit work{
        p,
        tiles,
        in_place ? nullptr : (char*)scratch,
        first,
        rows,
        (int8_t*)scratch + cut.wide,
        (int8_t*)scratch + cut.row,
        p.windows && tiles.shifts ? row_tile_of(p, tiles, first, rows, cut) : WindowRowTile{}};
    bool is_first = in_place || block != block_there;
#if WEFT_AVX2
    if (work.is_crossed()) {
      if (is_first) work.stage_rows();
      is_first = false;
    }
#endif
    block_there = block;
    for (int64_t col = begin; col < end; col += work.columns_at_once(), is_first = false)
      work.run(col, is_first);
  }
  if (prepared) prepared->block = block_there;
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
