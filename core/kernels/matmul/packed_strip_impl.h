// A strip of C, rows by columns, as tiles of strip_tile_impl.h over packed operands.
//
// k is cut into blocks. In each block, panels of A are taken one after the other, each with the
// whole slab of B. So a panel of A stays in the first-level cache and the slab in the second or
// third, and C is written along its rows. Where B's rows are dense, the first panel packs the slab.
//
// Included inside the namespace of an instruction set, after kernels/matmul/strip_tile_impl.h.

// Copies rows of S, `row` elements apart, to rows of lanes at the distance that tiles expect
// (kCopiedRow); halves are widened.
template <class S>
void copy_rows(const S* from, int64_t row, int64_t rows, int64_t count, LaneType<S>* to) {
  using T = LaneType<S>;
  constexpr int64_t kLanes = Vec<T>::kLanes;
  for (int64_t i = 0; i < rows; ++i, from += row, to += kCopiedRow<T>) {
    int64_t k = 0;
    for (; k + kLanes <= count; k += kLanes) Memory<T>::store(to + k, Memory<S>::load(from + k));
    if (k < count) Memory<T>::store(to + k, Memory<S>::load_part(from + k, count - k));
  }
}

// `Kind` says what is multiplied: single elements or bf16x2 (strip_tile_impl.h).
template <class S, class Kind>
struct PackedStrip {
  using Packed = typename Kind::Packed;
  using Sum = typename Kind::Sum;
  using Stored = typename Kind::Stored;
  static constexpr int64_t kElements = Kind::kElements;
  static constexpr bool kIsPaired = kElements == 2;
  static constexpr bool kFuses = kFusesPacking<Kind> && (kIsPaired || kIsSame<S, Stored>);
  static constexpr int64_t kLanes = Vec<Packed>::kLanes;
  static constexpr int64_t kCols = 2 * kLanes;
  static constexpr int64_t kRows = kStripRows<Kind>;

  // Strides are in elements of the stored types.
  int64_t rows, cols, k;
  const S* a;
  int64_t a_row, a_col;
  const S* b;
  int64_t b_row, b_col;
  Sum* c;
  int64_t c_row;
  bool c_is_padded;  // rows of C have room for whole panels, so no tile needs a buffer
  bool accumulate;
  Packed* packed_a;
  Packed* packed_b;

  // A block of k; `depth` elements from `k` on.
  struct Block {
    int64_t k, depth;
    bool is_last;
  };

  // finish(row, rows) is called when these rows have their sums.
  template <class Finish>
  void run(const Finish& finish) const {
    constexpr int64_t kMax = kStripDepth<Packed> * kElements;
    const int64_t blocks = (k + kMax - 1) / kMax;
    const int64_t each = (k + blocks - 1) / blocks;
    const int64_t depth = (each + kElements - 1) / kElements * kElements;
    const int64_t panels = (rows + kRows - 1) / kRows;
    for (int64_t at = 0; at < k; at += depth) {
      const Block block = {at, minimum(k - at, depth), at + depth >= k};
      for (int64_t i = 0; i < panels; ++i) {
        const int64_t first = rows * i / panels, count = rows * (i + 1) / panels - first;
        const int64_t next = i + 1 < panels ? rows * (i + 2) / panels - first - count : 0;
        run_panel(block, first, count, next);
        if (block.is_last) finish(first, count);
      }
    }
  }

  // Steps of a tile: bf16x2 take two elements in one step.
  int64_t steps(const Block& block) const { return (block.depth + kElements - 1) / kElements; }
  bool is_whole(const Block& block) const { return block.depth % kElements == 0; }

  // One panel of rows by all columns. `next` is the number of rows in the panel after it.
  void run_panel(const Block& block, int64_t first, int64_t count, int64_t next) const {
    const bool in_rows = a_col == 1;
    const bool fuses = kFuses && is_whole(block) && count >= kFewestFused<Kind>;
    const bool packs_b = first == 0 && b_col == 1 && fuses;
    // Copying while multiplying pays for more than one tile; the first panel packs B instead.
    bool copies = fuses && (in_rows || a_row == 1) && !packs_b && cols > kLanes;
    const S* const from = a + first * a_row + block.k * a_col;
    if (!copies) pack_left(from, count, block.depth);
    StripTile<Kind> tile;
    tile.k = steps(block);
    tile.a = packed_a;
    tile.a_from = (const Stored*)from;
    tile.a_from_step = in_rows ? a_row : a_col;
    tile.b_from_row = b_row;
    tile.accumulate = accumulate || block.k > 0;
    alignas(64) Sum edge[kRows * kCols];
    for (int64_t j = 0; j < cols; j += kCols) {
      const int64_t width = minimum(cols - j, kCols);
      const bool is_narrow = !kIsPaired && width <= kLanes;
      const int64_t tile_width = is_narrow ? kLanes : kCols;
      const bool is_full = width == kCols, packs = packs_b && is_full;
      tile.b = packed_b + j * tile.k;
      if (first == 0 && !packs)
        pack_right(b + j * b_col + block.k * b_row, width, block.depth, tile.b);
      tile.b_from = (const Stored*)(b + j + block.k * b_row);
      Sum* const to = c + first * c_row + j;
      const bool in_place = c_is_padded || width == tile_width;
      tile.c = in_place ? to : edge;
      tile.c_row = in_place ? c_row : kCols;
      tile.c_next = j + kCols < cols ? to + kCols : c + (first + (next > 0 ? count : 0)) * c_row;
      fetch_left(tile, block, first + count, next, j / kCols);
      if (!in_place && tile.accumulate)
        for (int64_t r = 0; r < count; ++r) copy_part(to + r * c_row, width, edge + r * kCols);
      if (is_narrow) {
        multiply_narrow(tile, in_rows, count);
      } else {
        const StripForm form = copies    ? in_rows ? kCopiesRows : kCopiesColumns
                               : packs   ? in_rows ? kRowsPackB : kColumnsPackB
                               : in_rows ? kRowsOfA
                                         : kColumnsOfA;
        strip_tiles<Kind>().at[form][count - 1](tile);
      }
      copies = false;
      if (!in_place)
        for (int64_t r = 0; r < count; ++r) copy_part(edge + r * kCols, width, to + r * c_row);
    }
  }

  // A tile of one vector of columns: it is the last of a row, so it prefetches nothing.
  static void multiply_narrow(const StripTile<Kind>& tile, bool in_rows, int64_t count) {
    if constexpr (!kIsPaired) {
      TileProduct<Packed> product = {};
      product.k = tile.k;
      product.a = tile.a;
      product.a_row = in_rows ? kCopiedRow<Packed> : kRows;
      product.b = tile.b;
      product.b_row = kCols;
      product.c = tile.c;
      product.c_row = tile.c_row;
      product.accumulate = tile.accumulate;
      micro_kernel<Packed>(in_rows ? kDirect : kColumns, 1, count)(product);
    }
  }

  // Sets what tile number `index` of this row of tiles prefetches: its share of the `next` rows of
  // A, or of the first rows of the next block of k.
  void fetch_left(StripTile<Kind>& tile, const Block& block, int64_t row, int64_t next,
                  int64_t index) const {
    const int64_t tiles = (cols + kCols - 1) / kCols;
    int64_t at = block.k;
    if (next == 0) {
      row = 0, at += block.depth;
      next = block.is_last ? 0 : minimum(rows, kRows);
    }
    const int64_t each = (next + tiles - 1) / tiles, first = index * each;
    tile.ahead_rows = a_col == 1 && first < next ? minimum(each, next - first) : 0;
    tile.ahead = (const char*)(a + (row + first) * a_row + at * a_col);
    tile.ahead_row = a_row * sizeof(S);
    tile.ahead_step = kLanes * kElements * sizeof(S);
  }

  // Rows of A before the first tile, where that does not copy them itself.
  void pack_left(const S* from, int64_t count, int64_t depth) const {
#if WEFT_BF16X2
    if constexpr (kIsPaired) {
      if (a_col != 1) {
        pack_pairs((const uint16_t*)from, a_row, a_col, count, depth, packed_a, kRows);
        return;
      }
      for (int64_t i = 0; i < count; ++i) {
        uint32_t* const to = packed_a + i * kCopiedRow<uint32_t>;
        copy_rows((const uint32_t*)(from + i * a_row), 0, 1, depth / 2, to);
        if (depth % 2) to[depth / 2] = from[i * a_row + depth - 1].bits;
      }
      return;
    }
#endif
    if constexpr (!kIsPaired) {
      if (a_col == 1)
        copy_rows(from, a_row, count, depth, packed_a);
      else
        pack(from, a_row, a_col, count, depth, packed_a, kRows);
    }
  }

  // A panel of B, where the first row of tiles does not pack it itself.
  void pack_right(const S* from, int64_t width, int64_t depth, Packed* to) const {
#if WEFT_BF16X2
    if constexpr (kIsPaired) {
      pack_pairs((const uint16_t*)from, b_col, b_row, width, depth, to, kCols);
      return;
    }
#endif
    if constexpr (!kIsPaired) pack_b(from, b_row, b_col, width, depth, to);
  }
};
