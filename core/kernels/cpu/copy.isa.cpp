// Moves elements between strided places by size, without looking at their values.
#include "kernels/isa_target.h"
#include "kernels/table_impl.h"

namespace weft::kernels::WEFT_ISA_NAMESPACE {

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

template <class E>
void move_by_stride(const StridedTile& tile) {
  if (tile.cols == 2) {
    move_columns<E, 2>(tile);
  } else if (tile.cols == 3) {
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

void move(const StridedTile& tile) {
  switch (tile.size) {
    case 1: move_by_stride<uint8_t>(tile); break;
    case 2: move_by_stride<uint16_t>(tile); break;
    case 4: move_by_stride<uint32_t>(tile); break;
    default: move_by_stride<uint64_t>(tile); break;
  }
}

}  // namespace weft::kernels::WEFT_ISA_NAMESPACE
