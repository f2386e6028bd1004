// Moves elements between strided places by size, without looking at their values.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd.h"

template <class E>
void move_elements(const StridedTile& tile) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    char* to = (char*)tile.to + row * tile.to_row;
    const char* from = (const char*)tile.from + row * tile.from_row;
    for (int64_t col = 0; col < tile.cols; ++col, to += tile.to_col, from += tile.from_col)
      __builtin_memcpy(to, from, sizeof(E));
  }
}

template <class E>
void fill_elements(const StridedTile& tile) {
  E element;
  for (int64_t row = 0; row < tile.rows; ++row) {
    E* to = (E*)((char*)tile.to + row * tile.to_row);
    __builtin_memcpy(&element, (const char*)tile.from + row * tile.from_row, sizeof(E));
    for (int64_t col = 0; col < tile.cols; ++col) to[col] = element;
  }
}

// Rows of a few elements, as where the channels of a picture change places with its pixels: no loop
// for each.
template <class E, int kCols>
void move_columns(const StridedTile& tile) {
  const int64_t to_col = tile.to_col, from_col = tile.from_col;
  for (int64_t row = 0; row < tile.rows; ++row) {
    char* to = (char*)tile.to + row * tile.to_row;
    const char* from = (const char*)tile.from + row * tile.from_row;
    E elements[kCols];
    for (int col = 0; col < kCols; ++col)
      __builtin_memcpy(&elements[col], from + col * from_col, sizeof(E));
    for (int col = 0; col < kCols; ++col)
      __builtin_memcpy(to + col * to_col, &elements[col], sizeof(E));
  }
}

// Three planes of bytes side by side, as the channels of a picture that become its last axis: a
// third of 16 pixels at a time. A third's bytes of each plane are put in their places and joined.
#if WEFT_AVX2 || WEFT_AVX512 || WEFT_NEON
constexpr bool kHasThirds = true;
#else
constexpr bool kHasThirds = false;  // shuffles of bytes would be moves of each
#endif

typedef uint8_t Bytes16 __attribute__((vector_size(16)));

template <int kThird, int... I>
WEFT_INLINE Bytes16 third(Bytes16 a, Bytes16 b, Bytes16 c, Numbers<I...>) {
  // Byte i of this third is number n = 16 * kThird + i of pixel n / 3 and plane n % 3.
  const Bytes16 ab = __builtin_shufflevector(
      a, b, ((16 * kThird + I) % 3 == 1 ? 16 : 0) + (16 * kThird + I) / 3 ...);
  return __builtin_shufflevector(ab, c,
                                 ((16 * kThird + I) % 3 == 2 ? 16 + (16 * kThird + I) / 3 : I)...);
}

void join_planes(const StridedTile& tile) {
  constexpr int64_t kPixels = 16;
  const uint8_t* from = (const uint8_t*)tile.from;
  uint8_t* to = (uint8_t*)tile.to;
  typedef typename CountTo<16>::Type Each;
  int64_t row = 0;
  for (; row + kPixels <= tile.rows; row += kPixels, from += kPixels, to += 3 * kPixels) {
    Bytes16 planes[3];
    for (int col = 0; col < 3; ++col)
      __builtin_memcpy(&planes[col], from + col * tile.from_col, sizeof planes[col]);
    const Bytes16 thirds[3] = {third<0>(planes[0], planes[1], planes[2], Each()),
                               third<1>(planes[0], planes[1], planes[2], Each()),
                               third<2>(planes[0], planes[1], planes[2], Each())};
    __builtin_memcpy(to, thirds, sizeof thirds);
  }
  StridedTile rest = tile;
  rest.from = from;
  rest.to = to;
  rest.rows = tile.rows - row;
  move_columns<uint8_t, 3>(rest);
}

template <class E>
void move_by_stride(const StridedTile& tile) {
  if (tile.cols == 2) {
    move_columns<E, 2>(tile);
  } else if (tile.cols == 3) {
    const bool joins = sizeof(E) == 1 && tile.to_col == 1 && tile.to_row == 3 && tile.from_row == 1;
    if (kHasThirds && joins) return join_planes(tile);
    move_columns<E, 3>(tile);
  } else if (tile.cols == 4) {
    move_columns<E, 4>(tile);
  } else if (tile.to_col == sizeof(E) && tile.from_col == sizeof(E)) {
    for (int64_t row = 0; row < tile.rows; ++row)
      __builtin_memcpy((char*)tile.to + row * tile.to_row,
                       (const char*)tile.from + row * tile.from_row, tile.cols * sizeof(E));
  } else if (tile.to_col == sizeof(E) && tile.from_col == 0) {
    fill_elements<E>(tile);
  } else {
    move_elements<E>(tile);
  }
}

// Of elements that this build has no dtype for.
void move_bytes(const StridedTile& tile) {
  for (int64_t row = 0; row < tile.rows; ++row)
    for (int64_t col = 0; col < tile.cols; ++col)
      __builtin_memcpy((char*)tile.to + row * tile.to_row + col * tile.to_col,
                       (const char*)tile.from + row * tile.from_row + col * tile.from_col,
                       tile.size);
}

void move(const StridedTile& tile) {
  switch (tile.size) {
#if WEFT_KEEPS_bool || WEFT_KEEPS_int8 || WEFT_KEEPS_uint8
    case 1: move_by_stride<uint8_t>(tile); break;
#endif
#if WEFT_KEEPS_int16 || WEFT_KEEPS_uint16 || WEFT_KEEPS_float16 || WEFT_KEEPS_bfloat16
    case 2: move_by_stride<uint16_t>(tile); break;
#endif
#if WEFT_KEEPS_int32 || WEFT_KEEPS_uint32 || WEFT_KEEPS_float32
    case 4: move_by_stride<uint32_t>(tile); break;
#endif
#if WEFT_KEEPS_int64 || WEFT_KEEPS_uint64 || WEFT_KEEPS_float64
    case 8: move_by_stride<uint64_t>(tile); break;
#endif
    default: move_bytes(tile); break;
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
