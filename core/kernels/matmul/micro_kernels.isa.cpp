// The micro-kernels of kernels/matmul/gemm_impl.h: one for each number of rows and of vectors and
// each way to read the operands, all from one template.
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"
#include "kernels/simd/simd_memory.h"

#include "kernels/matmul/gemm_impl.h"

// kRows x kVectors sums in registers; each step of k loads kVectors vectors of B and broadcasts
// kRows elements of A.
template <class T, Operands kForm, int kVectors, int kRows>
void micro(const TileProduct<T>& tile) {
  using V = Vec<T>;
  constexpr int kLanes = V::kLanes;
  V sums[kRows][kVectors];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      sums[i][j] = tile.accumulate ? Memory<T>::load(tile.c + i * tile.c_row + j * kLanes) : V(0);
  }
  const T* a = tile.a;
  const T* b = tile.b;
  int64_t a_rows[kRows];
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i)
    a_rows[i] = kForm == kDirect ? i * tile.a_row : kForm == kDirectIndexed ? tile.a_offsets[i] : i;
  const int64_t step = kForm == kDirect || kForm == kDirectIndexed ? 1 : tile.a_row;
  [[maybe_unused]] const int64_t b_row = tile.b_row;
  for (int64_t k = 0; k < tile.k; ++k) {
    if constexpr (kForm == kColumnsIndexed) b = tile.b + tile.b_offsets[k];
    V right[kVectors];
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j) right[j] = Memory<T>::load(b + j * kLanes);
    WEFT_UNROLL
    for (int i = 0; i < kRows; ++i) {
      const V left(a[a_rows[i]]);
      WEFT_UNROLL
      for (int j = 0; j < kVectors; ++j) sums[i][j] = fma_(left, right[j], sums[i][j]);
    }
    a += step;
    if constexpr (kForm != kColumnsIndexed) b += b_row;
  }
  WEFT_UNROLL
  for (int i = 0; i < kRows; ++i) {
    WEFT_UNROLL
    for (int j = 0; j < kVectors; ++j)
      Memory<T>::store(tile.c + i * tile.c_row + j * kLanes, sums[i][j]);
  }
}

// Fills in the table. Only convolutions read operands at offsets, so other types lack these forms.
template <class T, int... I>
constexpr MicroKernels<T> all_rows(Numbers<I...>) {
  MicroKernels<T> table = {{{{micro<T, kDirect, 1, I + 1>...}, {micro<T, kDirect, 2, I + 1>...}},
                            {{micro<T, kColumns, 1, I + 1>...}, {micro<T, kColumns, 2, I + 1>...}},
                            {}}};
  // For convolutions; one vector of columns is for up to 16 filters as sums
  // (convolution_shifted.isa.cpp).
  if constexpr (kIsFloating<T> && (WEFT_HAS_FLOAT64_LAYERS || sizeof(T) == 4)) {
    ((table.at[kColumnsIndexed][0][I] = micro<T, kColumnsIndexed, 1, I + 1>), ...);
    if constexpr (Vec<T>::kLanes < 16)
      ((table.at[kDirectIndexed][0][I] = micro<T, kDirectIndexed, 1, I + 1>), ...);
    ((table.at[kDirectIndexed][1][I] = micro<T, kDirectIndexed, 2, I + 1>), ...);
    ((table.at[kColumnsIndexed][1][I] = micro<T, kColumnsIndexed, 2, I + 1>), ...);
  }
  return table;
}
template <class T>
constexpr MicroKernels<T> kAllRows = all_rows<T>(typename CountTo<kTileRows<T>>::Type());

const MicroKernels<float> kMicroFloat32 = kAllRows<float>;
const MicroKernels<double> kMicroFloat64 = kAllRows<double>;
#if WEFT_HAS_INTEGERS
const MicroKernels<uint32_t> kMicroUInt32 = kAllRows<uint32_t>;
const MicroKernels<uint64_t> kMicroUInt64 = kAllRows<uint64_t>;
#endif

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
