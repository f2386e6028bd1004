// Row kernels: kernels of one row, and what runs them over the rows of a tile (row_kernel.isa.cpp).
//
// There are a thousand of them, for formulas, types and conversions. So each holds only the loop
// over whole vectors; repeated inputs, rows and their ends are handled once for all.
//
// Included inside the namespace of an instruction set.

// Computes `count` elements from `out` on, of inputs at `a`, `b` and `c`. step[i] is the distance
// in bytes from one vector of input i to the next, or 0 where one element repeats.
using RowKernel = void (*)(char* out, int64_t count, const int64_t* step, const char* a,
                           const char* b, const char* c);

// What a row kernel works on: lanes of a vector, number of inputs, bytes of elements. It is packed
// into one number, so that one instruction passes it on.
class RowShape {
 public:
  // ends_rows: the kernel takes any number of elements; otherwise only whole vectors.
  constexpr RowShape(int lanes, int inputs, bool ends_rows, int out_bytes, int first_bytes,
                     int other_bytes)
      : packed_(uint32_t(lanes | inputs << 8 | int(ends_rows) << 15 | out_bytes << 16 |
                         first_bytes << 20 | other_bytes << 24)) {}
  WEFT_INLINE int lanes() const { return packed_ & 0xff; }
  WEFT_INLINE int inputs() const { return packed_ >> 8 & 0x7f; }
  WEFT_INLINE bool ends_rows() const { return packed_ >> 15 & 1; }
  // Bytes of one element.
  WEFT_INLINE int out_bytes() const { return packed_ >> 16 & 0xf; }
  WEFT_INLINE int in_bytes(int input) const { return packed_ >> (input == 0 ? 20 : 24) & 0xf; }

 private:
  uint32_t packed_;
};
constexpr int64_t kMaxRowVector = 128;  // bytes: the longest vector, 16 lanes of 8 bytes

void run_rows(const Tile& tile, RowKernel kernel, RowShape shape);
