// Ends of rows by way of a copy: kernels/cpu/row_end_impl.h says where.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/cpu/row_end_impl.h"

void run_row_end(StepKernel kernel, const RowEnd& end, const Tile& tile, int64_t row, int64_t col) {
  alignas(64) char in[kMaxStepInputs][WEFT_VECTOR_BYTES] = {};
  alignas(64) char out[WEFT_VECTOR_BYTES];
  const int64_t n = tile.cols - col;
  Tile whole = {};
  whole.out = out;
  whole.rows = 1;
  whole.cols = end.lanes;
  whole.scalar = tile.scalar;
  for (int i = 0; i < end.inputs; ++i) {
    const char* const from = (const char*)tile.in[i] + row * tile.in_row[i];
    whole.in[i] = from;
    if (tile.scalar >> i & 1) continue;
    __builtin_memcpy(in[i], from + col * end.in_bytes[i], n * end.in_bytes[i]);
    whole.in[i] = in[i];
  }
  kernel(whole);
  __builtin_memcpy((char*)tile.out + row * tile.out_row + col * end.out_bytes, out,
                   n * end.out_bytes);
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
