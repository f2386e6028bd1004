// Products by the tiles of AMX, a matrix unit of newer Xeons. It has eight registers ("tiles") of
// up to 16 rows of 64 bytes. One instruction adds the products of two tiles to the 16 x 16 sums of
// a third. A row of the left tile has 16 groups that follow one another in k, each of four bytes
// (int8x4) or two bfloat16 (bf16x2). A row of the right tile has one group of each of 16 columns,
// which is how panels of int8 lie in memory. An instruction takes 16 cycles, in which VPDPBUSD
// makes an eighth of that.
//
// A block of sums, 32 rows by 32 columns, takes four tiles. Two more hold rows of A and two columns
// of B, so each tile that is loaded is multiplied twice: 4 KiB every 64 cycles, which the
// first-level cache can deliver.
//
// (Intel, "Architecture Instruction Set Extensions Programming Reference", chapter 3.) Included
// inside the namespace of an instruction set, after kernels/simd/simd_memory.h.

#define WEFT_AMX (WEFT_AVX512 && WEFT_WITH_AMX)

#if WEFT_AMX
constexpr int64_t kBlockRows = 32, kBlockColumns = 32;  // of a block of sums
// Rows of a tile, and bytes of one of its rows.
constexpr int64_t kTileRows16 = 16, kTileBytes = 64;

// While an object lives, its thread has tiles configured. All tiles always have 16 rows: rows that
// do not exist are multiplied all the same, because changing the shape takes as long as some
// products.
class AmxTiles {
 public:
  // left_bytes: bytes of a row of A. B has a quarter as many rows, one for each group of four
  // bytes.
  WEFT_INLINE explicit AmxTiles(bool are_wanted, int left_bytes = kTileBytes)
      : are_there_(are_wanted) {
    if (!are_wanted) return;
    // The operand of LDTILECFG, 64 bytes as the processor reads them.
    struct {
      uint8_t palette = 1, start = 0, unused[14] = {};
      uint16_t row_bytes[16] = {};
      uint8_t rows[16] = {};
    } shape;
    for (int i = 0; i < 8; ++i) {
      shape.row_bytes[i] = i == 4 || i == 5 ? left_bytes : kTileBytes;
      shape.rows[i] = i >= 6 ? left_bytes / 4 : kTileRows16;
    }
    asm volatile("ldtilecfg %0" ::"m"(shape));
  }
  AmxTiles(const AmxTiles&) = delete;
  AmxTiles& operator=(const AmxTiles&) = delete;
  WEFT_INLINE ~AmxTiles() {
    if (are_there_) asm volatile("tilerelease");
  }

 private:
  const bool are_there_;
};

// Tiles 0 to 3 are sums, 4 and 5 rows of A, 6 and 7 columns of B. The numbers are part of the
// instructions, so they are template arguments.
template <int kTile>
WEFT_INLINE void load_tile(const void* from, int64_t row_bytes) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(from), "r"(row_bytes), "i"(kTile) : "memory");
}
template <int kTile>
WEFT_INLINE void store_tile(void* to, int64_t row_bytes) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(to), "r"(row_bytes), "i"(kTile) : "memory");
}
template <int kTile>
WEFT_INLINE void clear_tile() {
  asm volatile("tilezero %%tmm%c0" ::"i"(kTile));
}

struct ByteProducts {  // unsigned bytes of A, signed bytes of B
  template <int kSums, int kA, int kB>
  WEFT_INLINE static void add() {
    asm volatile("tdpbusd %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSums), "i"(kA), "i"(kB));
  }
};
// Subnormal numbers count as zero, as in VDPBF16PS.
struct BFloat16Products {
  template <int kSums, int kA, int kB>
  WEFT_INLINE static void add() {
    asm volatile("tdpbf16ps %%tmm%c2, %%tmm%c1, %%tmm%c0" ::"i"(kSums), "i"(kA), "i"(kB));
  }
};

// 16 rows of A, row_bytes apart.
struct TileRows {
  const char* at;
  int64_t row_bytes;
};

// A block of sums in tiles 0 to 3; its lower rows or its right columns may be absent.
template <class Products, bool kHasLower, bool kHasRight>
struct SumsBlock {
  // use(tile number, is it a lower one, is it a right one) for the tiles that are there.
  template <class Use>
  WEFT_INLINE static void each(Use use) {
    use(Index<0>(), 0, 0);
    if (kHasRight) use(Index<1>(), 0, 1);
    if (kHasLower) use(Index<2>(), 1, 0);
    if (kHasLower && kHasRight) use(Index<3>(), 1, 1);
  }
  WEFT_INLINE static void clear() {
    each([](auto tile, int, int) WEFT_LAMBDA { clear_tile<decltype(tile)::value>(); });
  }
  WEFT_INLINE static void load(const void* from, int64_t row_bytes) {
    each([&](auto tile, int lower, int right) WEFT_LAMBDA {
      load_tile<decltype(tile)::value>(
          (const char*)from + lower * kTileRows16 * row_bytes + right * kTileBytes, row_bytes);
    });
  }
  WEFT_INLINE static void store(void* to, int64_t row_bytes) {
    each([&](auto tile, int lower, int right) WEFT_LAMBDA {
      store_tile<decltype(tile)::value>(
          (char*)to + lower * kTileRows16 * row_bytes + right * kTileBytes, row_bytes);
    });
  }
  // One step of k: 16 rows of A at `upper`, 16 at `lower`, by 16 columns of B at `left` and 16 at
  // `right`; rows of B are b_row bytes apart.
  WEFT_INLINE static void add(const TileRows& upper, const TileRows& lower, const void* left,
                              const void* right, int64_t b_row) {
    load_tile<6>(left, b_row);
    load_tile<4>(upper.at, upper.row_bytes);
    Products::template add<0, 4, 6>();
    if (kHasRight) {
      load_tile<7>(right, b_row);
      Products::template add<1, 4, 7>();
    }
    if (kHasLower) {
      load_tile<5>(lower.at, lower.row_bytes);
      Products::template add<2, 5, 6>();
      if (kHasRight) Products::template add<3, 5, 7>();
    }
  }
};
#endif  // WEFT_AMX
