// The micro-kernels of kernels/cpu/gemm_impl.h, one for every number of rows and vectors.
#include "kernels/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"
#include "kernels/simd_memory.h"

#include "kernels/cpu/gemm_impl.h"

template <class T, bool kPacked, int kVectors, int kRows>
void micro(const TileProduct<T>& tile) {
  using V = Vec<T>;
  constexpr int kLanes = V::kLanes;
  V sums[kRows][kVectors];
  repeat<kRows>([&](auto row) WEFT_LAMBDA {
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int i = decltype(row)::value, j = decltype(vector)::value;
      sums[i][j] = tile.accumulate ? Memory<T>::load(tile.c + i * tile.c_row + j * kLanes) : V(0);
    });
  });
  const T* a = tile.a;
  const T* b = tile.b;
  const int64_t a_row = kPacked ? 1 : tile.a_row;
  constexpr int64_t kStep = kPacked ? kRows : 1;
  const int64_t b_row = tile.b_row;
  for (int64_t k = 0; k < tile.k; ++k) {
    V right[kVectors];
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int j = decltype(vector)::value;
      right[j] = Memory<T>::load(b + j * kLanes);
    });
    repeat<kRows>([&](auto row) WEFT_LAMBDA {
      constexpr int i = decltype(row)::value;
      const V left(a[i * a_row]);
      repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
        constexpr int j = decltype(vector)::value;
        sums[i][j] = fma_(left, right[j], sums[i][j]);
      });
    });
    a += kStep;
    b += b_row;
  }
  repeat<kRows>([&](auto row) WEFT_LAMBDA {
    repeat<kVectors>([&](auto vector) WEFT_LAMBDA {
      constexpr int i = decltype(row)::value, j = decltype(vector)::value;
      Memory<T>::store(tile.c + i * tile.c_row + j * kLanes, sums[i][j]);
    });
  });
}

template <class T, int... I>
constexpr MicroKernels<T> all_rows(Numbers<I...>) {
  return {{{{micro<T, false, 1, I + 1>...}, {micro<T, false, 2, I + 1>...}},
           {{micro<T, true, 1, I + 1>...}, {micro<T, true, 2, I + 1>...}}}};
}
template <class T>
constexpr MicroKernels<T> kAllRows = all_rows<T>(typename CountTo<kTileRows<T>>::Type());

const MicroKernels<float> kMicroFloat32 = kAllRows<float>;
const MicroKernels<double> kMicroFloat64 = kAllRows<double>;
const MicroKernels<uint32_t> kMicroUInt32 = kAllRows<uint32_t>;
const MicroKernels<uint64_t> kMicroUInt64 = kAllRows<uint64_t>;

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
