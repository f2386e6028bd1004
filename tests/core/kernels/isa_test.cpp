// Which instruction set is chosen; the variable WEFT_ISA is read once, so tests run under each.
#include "kernels/isa.h"

#include <cstdlib>
#include <string_view>

#include "doctest.h"
#include "kernels/active_impl.h"

using namespace weft::kernels;

TEST_CASE("the active instruction set is one that the processor has, as WEFT_ISA allows") {
  CHECK(table_of(Isa::kGeneric) != nullptr);
  REQUIRE(table_of(active_isa()) != nullptr);
  CHECK((table_of(active_isa())->matmuls == WEFT_ACTIVE(kMatmuls)));
  CHECK(name_of(Isa::kAvx512) == "avx512");
  const char* wanted = std::getenv("WEFT_ISA");
  if (wanted && std::string_view(wanted) == "generic") CHECK(active_isa() == Isa::kGeneric);
  if (wanted && std::string_view(wanted) == "avx2") CHECK(active_isa() <= Isa::kAvx2);
  if (!wanted && table_of(Isa::kAvx512)) CHECK(active_isa() == Isa::kAvx512);
}
