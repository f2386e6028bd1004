// Which instruction set is chosen; the variable WEFT_ISA is read once, so tests run under each.
#include "kernels/isa/isa.h"

#include <cstdlib>
#include <string_view>

#include "doctest.h"
#include "kernels/isa/active.h"
#include "kernels/matmul/matmul_kernels_impl.h"

using namespace weft::kernels;

namespace {
std::string_view wanted_isa() {
  const char* text = std::getenv("WEFT_ISA");
  return text ? text : "";
}
}  // namespace

TEST_CASE("the active instruction set is one that the processor has, as WEFT_ISA allows") {
  CHECK(is_available(Isa::kGeneric));
  REQUIRE(is_available(active_isa()));
  CHECK(&WEFT_KERNEL_OF(Isa::kGeneric, kMatmuls) == &generic::kMatmuls);
  CHECK(&WEFT_KERNEL_OF(active_isa(), kMatmuls) == &WEFT_ACTIVE(kMatmuls));
  CHECK(name_of(Isa::kAvx512) == "avx512");
  const std::string_view wanted = wanted_isa();
  if (wanted.starts_with("generic")) CHECK(active_isa() == Isa::kGeneric);
  if (wanted.starts_with("avx2")) CHECK(active_isa() <= Isa::kAvx2);
  if (wanted.empty() && is_available(Isa::kAvx512)) CHECK(active_isa() == Isa::kAvx512);
}

TEST_CASE("products use no instruction that WEFT_ISA takes from them") {
  const std::string_view wanted = wanted_isa();
  const auto takes = [&](std::string_view word) { return wanted.find(word) != wanted.npos; };
  if (takes("-vnni")) {
    CHECK_FALSE(uses(Extra::kAvxVnni));
    CHECK_FALSE(uses(Extra::kAvx512Vnni));
    CHECK_FALSE(uses(Extra::kDotprod));
  }
  if (takes("-bf16")) {
    CHECK_FALSE(uses(Extra::kAvx512Bf16));
    CHECK_FALSE(uses(Extra::kBf16));
  }
  if (active_isa() != Isa::kAvx512) {
    CHECK_FALSE(uses(Extra::kAmxInt8));
    CHECK_FALSE(uses(Extra::kAmxBf16));
  }
  if (takes("-amx") || takes("-vnni")) CHECK_FALSE(uses(Extra::kAmxInt8));
  if (takes("-amx") || takes("-bf16")) CHECK_FALSE(uses(Extra::kAmxBf16));
  if (uses(Extra::kAmxInt8) || uses(Extra::kAmxBf16)) {
    CHECK(uses(Extra::kAmxInt8) != takes("-vnni"));
    CHECK(uses(Extra::kAmxBf16) != takes("-bf16"));
    CHECK(instructions().find("-amx") == std::string::npos);
  }
#if defined(__x86_64__)
  // The compiler's own way to ask.
  if (takes("+bf16") && is_available(Isa::kAvx512))
    CHECK(uses(Extra::kAvx512Bf16) == bool(__builtin_cpu_supports("avx512bf16")));
  if (!takes("-vnni") && is_available(Isa::kAvx512))
    CHECK(uses(Extra::kAvx512Vnni) == bool(__builtin_cpu_supports("avx512vnni")));
#endif
}
