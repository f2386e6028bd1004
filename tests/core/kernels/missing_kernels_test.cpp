// A table by dtype gives a kernel for every dtype: where it has none, one that says so.
#include "doctest.h"
#include "kernels/isa/active.h"

namespace weft::kernels {
namespace {

using Kernel = int (*)(int);
struct Kernels {
  Kernel first, second;
  int64_t lanes;
};

int doubled(int number) { return 2 * number; }

TEST_CASE("a table by dtype has a kernel that says so where it has none") {
  static constexpr Kernel kTable[kNumDTypes] = {doubled};
  REQUIRE(!take_missing_kernel());
  CHECK(entry_of(kTable, DType::kBool)(3) == 6);
  CHECK(!take_missing_kernel());
  for (const DType dtype : {DType::kInt8, DType::kFloat64, DType::kComplex64, DType::kInt4}) {
    CHECK(entry_of(kTable, dtype)(3) == 0);
    CHECK(take_missing_kernel());
    CHECK(!take_missing_kernel());
  }
}

TEST_CASE("so has a table whose entries have several kernels") {
  static constexpr Kernels kTable[kNumDTypes] = {{doubled, doubled, 4}};
  CHECK(entry_of(kTable, DType::kBool).second(3) == 6);
  const Kernels& missing = entry_of(kTable, DType::kComplex128);
  CHECK(missing.lanes > 0);
  CHECK(missing.first(3) == 0);
  CHECK(missing.second(3) == 0);
  CHECK(take_missing_kernel());
}

}  // namespace
}  // namespace weft::kernels
