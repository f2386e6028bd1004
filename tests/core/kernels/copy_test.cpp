// Moves between strided places that have loops of their own, in every instruction set.
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/elementwise/copy_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

TEST_CASE("lines become columns, as the channels of a picture") {
  for (const Isa isa : available_isas())
    for (const int64_t size : {1, 2, 4, 8})
      for (const int64_t lines : {1, 2, 3, 4, 5, 7, 8, 9, 16, 17, 28, 40})
        for (const int64_t cols : {1, 3, 4, 15, 16, 17, 33, 50})
          for (const bool at_end : {false, true}) {
            CAPTURE(name_of(isa));
            CAPTURE(size);
            CAPTURE(lines);
            CAPTURE(cols);
            const int64_t line = cols * size, bytes = lines * line;
            const auto image = uniform<int8_t>(bytes, -128, 127.9, 1);
            const Guarded<int8_t> from(image.data(), bytes, at_end);
            const Guarded<int8_t> to(nullptr, bytes, at_end);
            const StridedTile tile{to.data, from.data, lines * size, size, size,
                                   line,    cols,      lines,        size};
            WEFT_KERNEL_OF(isa, move)(tile);
            for (int64_t i = 0; i < lines * cols; ++i)
              REQUIRE(std::memcmp(to.data + i * size,
                                  image.data() + i % lines * line + i / lines * size, size) == 0);
          }
}

TEST_CASE("every second element is read, and none after the last") {
  constexpr int64_t kRows = 2;
  for (const Isa isa : available_isas())
    for (const int64_t size : {1, 2, 4, 8})
      for (const int64_t cols : {5, 8, 9, 16, 17, 31, 32, 33, 100})
        for (const bool at_end : {false, true}) {
          CAPTURE(name_of(isa));
          CAPTURE(size);
          CAPTURE(cols);
          const int64_t row = (2 * cols - 1) * size;
          const auto bytes = uniform<int8_t>(kRows * row, -128, 127.9, 3);
          const Guarded<int8_t> from(bytes.data(), kRows * row, at_end);
          const Guarded<int8_t> to(nullptr, kRows * cols * size, at_end);
          const StridedTile tile{to.data,  from.data, cols * size, row, size,
                                 2 * size, kRows,     cols,        size};
          WEFT_KERNEL_OF(isa, move)(tile);
          for (int64_t i = 0; i < kRows * cols; ++i)
            REQUIRE(std::memcmp(to.data + i * size,
                                bytes.data() + i / cols * row + i % cols * 2 * size, size) == 0);
        }
}

TEST_CASE("one element fills rows of any length, and each row has its own") {
  for (const Isa isa : available_isas())
    for (const int64_t size : {1, 2, 4, 8})
      for (const int64_t cols : {1, 2, 3, 4, 5, 15, 16, 17, 63, 64, 65, 300})
        for (const bool at_end : {false, true}) {
          CAPTURE(name_of(isa));
          CAPTURE(size);
          CAPTURE(cols);
          constexpr int64_t kRows = 3;
          const auto bytes = uniform<int8_t>(kRows * size, -128, 127.9, 2);
          const Guarded<int8_t> from(bytes.data(), kRows * size, at_end);
          const Guarded<int8_t> to(nullptr, kRows * cols * size, at_end);
          const StridedTile tile{to.data, from.data, cols * size, size, size, 0, kRows, cols, size};
          WEFT_KERNEL_OF(isa, move)(tile);
          for (int64_t i = 0; i < kRows * cols; ++i)
            REQUIRE(std::memcmp(to.data + i * size, bytes.data() + i / cols * size, size) == 0);
        }
}
