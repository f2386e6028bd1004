// Integers of 4 bits in .weft files: two in a byte, the first in its lower half. In memory, and in
// other safetensors files, each has a byte.
#pragma once

#include <cstdint>

#include "base/dtype.h"

namespace weft::model {

inline bool is_of_four_bits(DType dtype) { return dtype == DType::kInt4 || dtype == DType::kUInt4; }
inline int64_t half_bytes_of(int64_t elements) { return elements / 2 + elements % 2; }

// `from` has a byte for each element, `to` half a byte.
inline void pack_half_bytes(const void* from, int64_t elements, void* to) {
  const auto* const wide = static_cast<const uint8_t*>(from);
  auto* const narrow = static_cast<uint8_t*>(to);
  for (int64_t i = 0; i < elements; i += 2) {
    const unsigned high = i + 1 < elements ? wide[i + 1] & 15u : 0u;
    narrow[i / 2] = static_cast<uint8_t>((wide[i] & 15u) | high << 4);
  }
}

// The reverse; a signed element's highest bit fills the rest of its byte.
inline void unpack_half_bytes(const void* from, int64_t elements, DType dtype, void* to) {
  const auto* const narrow = static_cast<const uint8_t*>(from);
  auto* const wide = static_cast<uint8_t*>(to);
  const unsigned sign = dtype == DType::kInt4 ? 8 : 0;
  for (int64_t i = 0; i < elements; ++i) {
    const unsigned half = i % 2 ? narrow[i / 2] >> 4 : narrow[i / 2] & 15u;
    wide[i] = static_cast<uint8_t>((half ^ sign) - sign);
  }
}

}  // namespace weft::model
