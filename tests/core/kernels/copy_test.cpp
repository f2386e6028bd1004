// Moves between strided places that have loops of their own, in every instruction set.
#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/table_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

TEST_CASE("planes of bytes are put side by side, as many as a picture has channels") {
  for (const Isa isa : available_isas())
    for (const int64_t planes : {1, 2, 3, 4, 5})
      for (const int64_t pixels : {1, 15, 16, 17, 50})
        for (const bool at_end : {false, true}) {
          CAPTURE(name_of(isa));
          CAPTURE(planes);
          CAPTURE(pixels);
          const auto image = uniform<int8_t>(planes * pixels, -128, 127.9, 1);
          const Guarded<int8_t> from(image.data(), planes * pixels, at_end);
          const Guarded<int8_t> to(nullptr, planes * pixels, at_end);
          table_of(isa)->move({to.data, from.data, planes, 1, 1, pixels, pixels, planes, 1});
          std::vector<int8_t> wanted;
          for (int64_t pixel = 0; pixel < pixels; ++pixel)
            for (int64_t plane = 0; plane < planes; ++plane)
              wanted.push_back(image[size_t(plane * pixels + pixel)]);
          CHECK(std::memcmp(to.data, wanted.data(), wanted.size()) == 0);
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
          table_of(isa)->move({to.data, from.data, cols * size, size, size, 0, kRows, cols, size});
          for (int64_t i = 0; i < kRows * cols; ++i)
            REQUIRE(std::memcmp(to.data + i * size, bytes.data() + i / cols * size, size) == 0);
        }
}
