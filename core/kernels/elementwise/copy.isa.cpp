// Moves the elements of one tile between two strided arrays, by size. Common patterns of strides
// have loops of their own: dense rows, a repeated element, a transposed tile, two to four columns,
// reversed and every-second elements; move_by_stride() chooses.
//
// Loops take the tile by value: a store might change a member of one that others see, as far as the
// compiler knows, so it would load the strides again for each element.
#include "kernels/elementwise/copy_kernels_impl.h"
#include "kernels/isa/isa_target.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

#include "kernels/simd/simd.h"

#include "kernels/simd/transpose_tile_impl.h"

// Any strides.
template <class E>
void move_elements(StridedTile tile) {
  for (int64_t row = 0; row < tile.rows; ++row) {
    char* to = (char*)tile.to + row * tile.to_row;
    const char* from = (const char*)tile.from + row * tile.from_row;
    for (int64_t col = 0; col < tile.cols; ++col, to += tile.to_col, from += tile.from_col)
      __builtin_memcpy(to, from, sizeof(E));
  }
}

// One element for each row of `from`, repeated over a dense row of `to`.
template <class E>
void fill_elements(const StridedTile& tile) {
  constexpr int kLanes = kVectorBytes / sizeof(E);
  typedef E V __attribute__((vector_size(kVectorBytes)));
  E element;
  for (int64_t row = 0; row < tile.rows; ++row) {
    E* to = (E*)((char*)tile.to + row * tile.to_row);
    __builtin_memcpy(&element, (const char*)tile.from + row * tile.from_row, sizeof(E));
    const V piece = element - V{};
    int64_t col = 0;
    for (; col + kLanes <= tile.cols; col += kLanes)
      __builtin_memcpy(to + col, &piece, sizeof piece);
    for (; col < tile.cols; ++col) to[col] = element;
  }
}

// Rows of two to four elements, for example where channels of a picture become its last axis. The
// constant count spares a loop for each row; loads come first, so that they do not wait for stores.
template <class E, int kCols>
void move_columns(StridedTile tile) {
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

// Three planes of bytes become three interleaved bytes a pixel (RGB), 16 pixels at a time. The 48
// bytes of these are three vectors, the "thirds". Each is shuffled out of all three planes.
#if WEFT_AVX2 || WEFT_AVX512 || WEFT_NEON
constexpr bool kHasThirds = true;
#else
constexpr bool kHasThirds = false;  // without byte shuffles each byte would be moved alone
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

// Two or four dense lines become the columns of dense rows: first all first elements, then all
// second ones. If the lines are one and the same, each of its elements is repeated. Returns the
// number of rows that are done; it only takes whole vectors.
template <class E, int kCols>
int64_t join_lines(const StridedTile& tile) {
  constexpr int kLanes = 32 / sizeof(E);
  typedef E V __attribute__((vector_size(32)));
  typedef typename CountTo<kLanes>::Type Each;
  const char* const from = (const char*)tile.from;
  char* const to = (char*)tile.to;
  int64_t row = 0;
  for (; row + kLanes <= tile.rows; row += kLanes) {
    V lines[kCols], pairs[kCols];
    for (int col = 0; col < kCols; ++col)
      __builtin_memcpy(&lines[col], from + row * sizeof(E) + col * tile.from_col, sizeof(V));
    constexpr int kHalf = kCols / 2;
    for (int i = 0; i < kHalf; ++i)
      interleave(lines[i], lines[i + kHalf], &pairs[2 * i], &pairs[2 * i + 1], Each());
    if constexpr (kCols == 4) {
      V even[2] = {pairs[0], pairs[1]}, odd[2] = {pairs[2], pairs[3]};
      for (int i = 0; i < 2; ++i)
        interleave(even[i], odd[i], &pairs[2 * i], &pairs[2 * i + 1], Each());
    }
    __builtin_memcpy(to + row * kCols * sizeof(E), pairs, sizeof pairs);
  }
  return row;
}

// Every second element of dense rows. The loop ends before the last vector would read behind the
// last element, where the array may end.
template <class E, int... I>
WEFT_INLINE void move_every_second(const StridedTile& tile, Numbers<I...>) {
  constexpr int kLanes = sizeof...(I);
  typedef E V __attribute__((vector_size(sizeof(E) * sizeof...(I))));
  for (int64_t row = 0; row < tile.rows; ++row) {
    E* to = (E*)((char*)tile.to + row * tile.to_row);
    const E* from = (const E*)((const char*)tile.from + row * tile.from_row);
    int64_t col = 0;
    for (; col + kLanes < tile.cols; col += kLanes) {
      V line[2];
      __builtin_memcpy(line, from + 2 * col, sizeof line);
      line[0] = __builtin_shufflevector(line[0], line[1], (2 * I)...);
      __builtin_memcpy(to + col, line, sizeof line[0]);
    }
    for (; col < tile.cols; ++col) to[col] = from[2 * col];
  }
}

// The side of a square tile in bytes. Small elements use the instructions for 16 bytes.
template <class E>
constexpr int kSquareBytes = sizeof(E) < 4        ? 16
                             : kVectorBytes == 64 ? 64
                                                  : 32;

// A transposition: columns of `from` are dense, and rows of `to`. Square tiles of kBytes a side are
// transposed in registers. What is left at the right and below goes to smaller tiles, at last
// element by element.
template <class E, int kBytes>
void move_transposed(const StridedTile& tile) {
  constexpr int kSide = kBytes / sizeof(E);
  typedef E V __attribute__((vector_size(kBytes)));
  const int64_t whole_rows = tile.rows / kSide * kSide, whole_cols = tile.cols / kSide * kSide;
  for (int64_t row = 0; row < whole_rows; row += kSide) {
    for (int64_t col = 0; col < whole_cols; col += kSide) {
      const char* from = (const char*)tile.from + row * sizeof(E) + col * tile.from_col;
      char* to = (char*)tile.to + row * tile.to_row + col * sizeof(E);
      V lines[kSide];
      for (int i = 0; i < kSide; ++i) __builtin_memcpy(&lines[i], from + i * tile.from_col, kBytes);
      transpose_tile<kSide>(lines);
      for (int i = 0; i < kSide; ++i) __builtin_memcpy(to + i * tile.to_row, &lines[i], kBytes);
    }
  }
  StridedTile rests[] = {tile, tile}, &right = rests[0], &below = rests[1];
  right.to = (char*)tile.to + whole_cols * sizeof(E);
  right.from = (const char*)tile.from + whole_cols * tile.from_col;
  right.cols = tile.cols - whole_cols;
  right.rows = whole_rows;
  below.to = (char*)tile.to + whole_rows * tile.to_row;
  below.from = (const char*)tile.from + whole_rows * sizeof(E);
  below.rows = tile.rows - whole_rows;
  for (const StridedTile& rest : rests) {
    if (rest.rows == 0 || rest.cols == 0) continue;
    if constexpr (kBytes > 32)
      move_transposed<E, kBytes / 2>(rest);
    else
      move_elements<E>(rest);
  }
}

// Dense rows that are read from the end to the start (stride -1).
template <class E, int... I>
WEFT_INLINE void move_backwards(const StridedTile& tile, Numbers<I...>) {
  constexpr int kLanes = sizeof...(I);
  typedef E V __attribute__((vector_size(sizeof(E) * sizeof...(I))));
  for (int64_t row = 0; row < tile.rows; ++row) {
    E* to = (E*)((char*)tile.to + row * tile.to_row);
    const E* from = (const E*)((const char*)tile.from + row * tile.from_row);
    int64_t col = 0;
    for (; col + kLanes <= tile.cols; col += kLanes) {
      V line;
      __builtin_memcpy(&line, from - col - (kLanes - 1), sizeof line);
      line = __builtin_shufflevector(line, line, (kLanes - 1 - I)...);
      __builtin_memcpy(to + col, &line, sizeof line);
    }
    for (; col < tile.cols; ++col) to[col] = from[-col];
  }
}

// Rows of at least one and at most two pieces. The second piece ends with the row and overlaps the
// first, so no length needs a case of its own.
template <class Piece>
WEFT_INLINE void move_pieces(StridedTile tile, int64_t bytes) {
  const int64_t last = bytes - int64_t(sizeof(Piece));
  const char* from = (const char*)tile.from;
  char* to = (char*)tile.to;
  for (int64_t row = 0; row < tile.rows; ++row, from += tile.from_row, to += tile.to_row) {
    Piece pieces[2];
    __builtin_memcpy(&pieces[0], from, sizeof(Piece));
    __builtin_memcpy(&pieces[1], from + last, sizeof(Piece));
    __builtin_memcpy(to, &pieces[0], sizeof(Piece));
    __builtin_memcpy(to + last, &pieces[1], sizeof(Piece));
  }
}

// For some KiB memcpy uses REP MOVSB. On some processors (Zen 3) this takes twenty times as long if
// the destination is a few bytes further in its page than the source, as when rows are shifted a
// little.
WEFT_INLINE bool is_slow_for_memcpy(const char* to, const char* from) {
  const uintptr_t ahead = ((uintptr_t)to - (uintptr_t)from) % 4096;
  return ahead > 0 && ahead < 32;
}

// Rows that are dense on both sides, of at least two elements. Rows too short for a call of memcpy
// go in pieces of 32 bytes, the last of which overlaps the one before.
void move_dense_rows(const StridedTile& tile, int64_t bytes) {
  constexpr int64_t kPiece = 32, kShort = 512;
  typedef char V __attribute__((vector_size(32)));
  if (bytes < 4) return move_pieces<uint16_t>(tile, bytes);
  if (bytes < 8) return move_pieces<uint32_t>(tile, bytes);
  if (bytes < 16) return move_pieces<uint64_t>(tile, bytes);
  if (bytes < kPiece) return move_pieces<Bytes16>(tile, bytes);
  for (int64_t row = 0; row < tile.rows; ++row) {
    char* const to = (char*)tile.to + row * tile.to_row;
    const char* const from = (const char*)tile.from + row * tile.from_row;
    if (bytes > kShort && !is_slow_for_memcpy(to, from)) {
      __builtin_memcpy(to, from, bytes);
      continue;
    }
    V piece, last;
    __builtin_memcpy(&last, from + bytes - kPiece, kPiece);
    for (int64_t i = 0; i + kPiece < bytes; i += kPiece) {
      __builtin_memcpy(&piece, from + i, kPiece);
      __builtin_memcpy(to + i, &piece, kPiece);
    }
    __builtin_memcpy(to + bytes - kPiece, &last, kPiece);
  }
}

// Do dense lines become the columns of dense rows? Then join_lines and join_planes apply.
template <class E>
WEFT_INLINE bool joins_lines(const StridedTile& tile) {
  return tile.from_row == sizeof(E) && tile.to_col == sizeof(E) &&
         tile.to_row == tile.cols * int64_t(sizeof(E));
}

// A library for some operators does without the loops for four lines and for every second element.
#if WEFT_HAS_SOME_OPERATORS
constexpr bool kIsSmall = true;
#else
constexpr bool kIsSmall = false;
#endif

// Two or four columns: whole vectors of rows, then the rest.
template <class E, int kCols>
void move_few_columns(StridedTile tile) {
  if (!(kIsSmall && kCols == 4) && joins_lines<E>(tile)) {
    const int64_t done = join_lines<E, kCols>(tile);
    tile.from = (const char*)tile.from + done * sizeof(E);
    tile.to = (char*)tile.to + done * tile.to_row;
    tile.rows -= done;
  }
  move_columns<E, kCols>(tile);
}

// The order of tests matters: the most frequent and fastest patterns come first.
template <class E>
void move_by_stride(const StridedTile& tile) {
  if (tile.cols > 1 && tile.to_col == sizeof(E) && tile.from_col == sizeof(E)) {
    move_dense_rows(tile, tile.cols * sizeof(E));
  } else if (tile.cols == 2) {
    move_few_columns<E, 2>(tile);
  } else if (tile.cols == 3) {
    if (kHasThirds && sizeof(E) == 1 && joins_lines<E>(tile)) return join_planes(tile);
    move_columns<E, 3>(tile);
  } else if (tile.cols == 4) {
    move_few_columns<E, 4>(tile);
  } else if (tile.to_col == sizeof(E) && tile.from_col == 0) {
    fill_elements<E>(tile);
  } else if (tile.to_col == sizeof(E) && tile.from_col == -int64_t(sizeof(E))) {
    move_backwards<E>(tile, typename CountTo<32 / sizeof(E)>::Type());
  } else if (!kIsSmall && tile.to_col == sizeof(E) && tile.from_col == 2 * int64_t(sizeof(E))) {
    move_every_second<E>(tile, typename CountTo<32 / sizeof(E)>::Type());
  } else if ((sizeof(E) >= 4 || !kIsSmall) && tile.to_col == sizeof(E) &&
             tile.from_row == sizeof(E)) {
    move_transposed<E, kSquareBytes<E>>(tile);
  } else {
    move_elements<E>(tile);
  }
}

// Elements of a size that no dtype of this build has.
void move_bytes(const StridedTile& tile) {
  for (int64_t row = 0; row < tile.rows; ++row)
    for (int64_t col = 0; col < tile.cols; ++col)
      __builtin_memcpy((char*)tile.to + row * tile.to_row + col * tile.to_col,
                       (const char*)tile.from + row * tile.from_row + col * tile.from_col,
                       tile.size);
}

// An element's size decides its type; the values are not looked at.
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
