// Linear recurrences against a loop, on every instruction set.
#include "kernels/reduce/scan.h"

#include "core/kernels/kernel_testing.h"
#include "doctest.h"
#include "kernels/reduce/scan_kernels_impl.h"

using namespace weft;
using namespace weft::kernels;
using namespace weft::kernels::testing;

TEST_CASE("recurrences follow the loop bit for bit, in either direction and in parts") {
  for (int64_t inner : {1, 3, 64, 130}) {
    for (bool reverse : {false, true}) {
      const Scan problem{DType::kFloat32, 3, 17, inner, reverse, 0.5};
      const int64_t count = 3 * 17 * inner;
      const std::vector<float> factor = uniform<float>(count, -1, 1, 3);
      const std::vector<float> term = uniform<float>(count, -1, 1, 4);
      for (int parts = 1; parts < 4; ++parts) {  // bit 0: a factor, bit 1: a term
        std::vector<float> exact(count), found(count);
        for (int64_t line = 0; line < 3 * inner; ++line) {
          float state = 0.5f;
          for (int64_t k = 0; k < 17; ++k) {
            const int64_t along = reverse ? 16 - k : k;
            const int64_t at = (line / inner * 17 + along) * inner + line % inner;
            if (parts & 1) state = state * factor[at];
            if (parts & 2) state = state + term[at];
            exact[at] = state;
          }
        }
        const int64_t units = scan_units(problem), middle = units / 2;
        for (Isa isa : available_isas()) {
          const auto kernel = WEFT_KERNEL_OF(isa, kScans)[int(DType::kFloat32)];
          const float* factors = parts & 1 ? factor.data() : nullptr;
          const float* terms = parts & 2 ? term.data() : nullptr;
          kernel(problem, factors, terms, found.data(), {0, middle});
          kernel(problem, factors, terms, found.data(), {middle, units});
          CHECK(found == exact);
        }
      }
    }
  }
}

// Short and long rows, around whole vectors of rows and of elements; the sums take the term's
// place.
template <class T>
void check_rows(DType dtype) {
  for (int64_t rows : {1, 2, 5, 16, 35}) {
    for (int64_t axis : {1, 10, 63, 64, 150}) {
      for (bool reverse : {false, true}) {
        const Scan problem{dtype, rows, axis, 1, reverse, 0.5};
        const std::vector<T> factor = uniform<T>(rows * axis, -1, 1, 3);
        const std::vector<T> term = uniform<T>(rows * axis, -1, 1, 4);
        for (int parts = 1; parts < 4; ++parts) {
          std::vector<T> exact(rows * axis);
          for (int64_t row = 0; row < rows; ++row) {
            T state = T(0.5);
            for (int64_t k = 0; k < axis; ++k) {
              const int64_t at = row * axis + (reverse ? axis - 1 - k : k);
              if (parts & 1) state = state * factor[at];
              if (parts & 2) state = state + term[at];
              exact[at] = state;
            }
          }
          for (Isa isa : available_isas()) {
            const auto kernel = WEFT_KERNEL_OF(isa, kScans)[int(dtype)];
            std::vector<T> found = parts & 2 ? term : factor;
            kernel(problem, parts & 1 ? (parts & 2 ? factor.data() : found.data()) : nullptr,
                   parts & 2 ? found.data() : nullptr, found.data(), {0, rows});
            CAPTURE(rows);
            CAPTURE(axis);
            CHECK(found == exact);
          }
        }
      }
    }
  }
}

TEST_CASE("recurrences along rows follow the loop bit for bit") {
  check_rows<float>(DType::kFloat32);
  check_rows<double>(DType::kFloat64);
}

TEST_CASE("running sums and products of integers wrap") {
  const int64_t x[] = {INT64_MAX, 1, -2, 3};
  int64_t sums[4], products[4];
  run_scan({DType::kInt64, 1, 4, 1, false, 0}, nullptr, x, sums, {0, 1});
  run_scan({DType::kInt64, 1, 4, 1, true, 1}, x, nullptr, products, {0, 1});
  CHECK(sums[1] == INT64_MIN);
  CHECK(products[1] == -6);
  CHECK(uint64_t(products[0]) == uint64_t(INT64_MAX) * uint64_t(-6));
}
