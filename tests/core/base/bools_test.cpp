// Bytes of bools: which are sound, and making them so.
#include "base/bools.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "doctest.h"

namespace weft {
namespace {

TensorView view_of(void* data, std::initializer_list<int64_t> shape,
                   std::initializer_list<int64_t> strides, DType dtype = DType::kBool) {
  TensorView view{data, {}, {}, static_cast<int32_t>(shape.size()), dtype};
  std::ranges::copy(shape, view.shape);
  std::ranges::copy(strides, view.strides);
  return view;
}

TEST_CASE("an odd byte is found wherever it is") {
  for (const std::size_t size : {1u, 2u, 63u, 4096u, 4097u, 9000u})
    for (const std::size_t place : {std::size_t{0}, size / 2, size - 1}) {
      std::vector<unsigned char> bytes(size, 1);
      bytes[size / 3] = 0;
      CHECK(are_bools(bytes.data(), static_cast<int64_t>(size)));
      bytes[place] = 130;
      CHECK_FALSE(are_bools(bytes.data(), static_cast<int64_t>(size)));
      make_bools(bytes.data(), static_cast<int64_t>(size));
      CHECK(are_bools(bytes.data(), static_cast<int64_t>(size)));
      CHECK(bytes[place] == 1);
    }
}

TEST_CASE("only elements are looked at and made, in any geometry") {
  std::array<unsigned char, 12> bytes;
  const auto fill = [&] { bytes.fill(9); };
  fill();
  for (const std::size_t i : {0u, 2u, 6u, 8u}) bytes[i] = 1;
  CHECK(are_bools(view_of(bytes.data(), {2, 2}, {6, 2})));
  CHECK(are_bools(view_of(bytes.data() + 8, {2, 2}, {-6, -2})));
  CHECK_FALSE(are_bools(view_of(bytes.data(), {2, 3}, {6, 2})));
  fill();
  make_bools(view_of(bytes.data() + 8, {2, 2}, {-6, -2}));
  for (std::size_t i = 0; i < bytes.size(); ++i)
    CHECK(bytes[i] == (i == 0 || i == 2 || i == 6 || i == 8 ? 1 : 9));
}

TEST_CASE("repeated, absent and other elements cost nothing") {
  unsigned char one = 2;
  CHECK_FALSE(are_bools(view_of(&one, {int64_t{1} << 40, int64_t{1} << 20}, {0, 0})));
  make_bools(view_of(&one, {int64_t{1} << 40, int64_t{1} << 20}, {0, 0}));
  CHECK(one == 1);
  CHECK(are_bools(view_of(nullptr, {int64_t{1} << 50, 0}, {1, 1})));
  one = 2;
  CHECK_FALSE(are_bools(view_of(&one, {}, {})));
  CHECK(are_bools(view_of(&one, {1}, {1}, DType::kUInt8)));
}

}  // namespace
}  // namespace weft
