// Kernels of one row, and what runs them over the rows of a tile.
//
// A thousand formulas, types and conversions have such kernels, so each holds the loop over whole
// vectors and nothing else: repeated inputs, rows and their ends are handled once, for all.
//
// Included inside the namespace of an instruction set.

// `count` elements from `out` on, of inputs at `a`, `b` and `c`; `step` has the bytes to each one's
// next vector: 0 where one element repeats.
using RowKernel = void (*)(char* out, int64_t count, const int64_t* step, const char* a,
                           const char* b, const char* c);

// What a row kernel's vector is, in one number, so that handing it over takes one instruction.
class RowShape {
 public:
  // ends_rows: the kernel takes any count of elements, not only whole vectors.
  constexpr RowShape(int lanes, int inputs, bool ends_rows, int out_bytes, int first_bytes,
                     int other_bytes)
      : packed_(uint32_t(lanes | inputs << 8 | int(ends_rows) << 15 | out_bytes << 16 |
                         first_bytes << 20 | other_bytes << 24)) {}
  WEFT_INLINE int lanes() const { return packed_ & 0xff; }
  WEFT_INLINE int inputs() const { return packed_ >> 8 & 0x7f; }
  WEFT_INLINE bool ends_rows() const { return packed_ >> 15 & 1; }
  // Of an element.
  WEFT_INLINE int out_bytes() const { return packed_ >> 16 & 0xf; }
  WEFT_INLINE int in_bytes(int input) const { return packed_ >> (input == 0 ? 20 : 24) & 0xf; }

 private:
  uint32_t packed_;
};
constexpr int64_t kMaxRowVector = 128;  // bytes

void run_rows(const Tile& tile, RowKernel kernel, RowShape shape);
