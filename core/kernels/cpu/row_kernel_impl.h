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

// What a row kernel's vector is. It has eight bytes, because it is handed over in a register.
struct RowShape {
  uint8_t lanes, inputs;
  uint8_t ends_rows;  // does the kernel take any count? Else multiples of `lanes`
  uint8_t out_bytes, in_bytes[kMaxStepInputs];  // of an element
};
constexpr int64_t kMaxRowVector = 128;  // bytes

void run_rows(const Tile& tile, RowKernel kernel, RowShape shape);
