#include "kernels/isa.h"

#if WEFT_WITH_AVX2 || WEFT_WITH_AVX512
#include <cpuid.h>
#endif

#include <cstdlib>

#include "base/log.h"
#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

#if WEFT_WITH_AVX2 || WEFT_WITH_AVX512
// What the processor has and the operating system saves. __builtin_cpu_supports() would bring 5 KB
// of tables of every processor's features.
struct Features {
  unsigned leaf1 = 0, leaf7 = 0;  // ecx of leaf 1, ebx of leaf 7
  unsigned saved = 0;             // the register sets that are enabled: XCR0

  Features() {
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return;
    leaf1 = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) leaf7 = b;
    if (leaf1 & bit_OSXSAVE) __asm__("xgetbv" : "=a"(saved), "=d"(d) : "c"(0));
  }
};

bool processor_has_avx2() {
  constexpr unsigned kLeaf1 = bit_AVX | bit_FMA | bit_F16C, kSaved = 0x6;  // xmm, ymm
  const Features has;
  return (has.leaf1 & kLeaf1) == kLeaf1 && (has.leaf7 & bit_AVX2) && (has.saved & kSaved) == kSaved;
}
#if WEFT_WITH_AVX512
bool processor_has_avx512() {
  constexpr unsigned kLeaf7 =
      bit_AVX512F | bit_AVX512BW | bit_AVX512VL | bit_AVX512DQ | bit_AVX512CD;
  constexpr unsigned kSaved = 0xe6;  // also masks, zmm
  const Features has;
  return processor_has_avx2() && (has.leaf7 & kLeaf7) == kLeaf7 && (has.saved & kSaved) == kSaved;
}
#endif
#endif

bool is_here(Isa isa) {
  switch (isa) {
    case Isa::kGeneric: return true;
#if WEFT_WITH_AVX2
    case Isa::kAvx2: return processor_has_avx2();
#endif
#if WEFT_WITH_AVX512
    case Isa::kAvx512: return processor_has_avx512();
#endif
    default: return false;
  }
}

// The best at most as good as what WEFT_ISA asks for.
Isa choose() {
  Isa limit = Isa::kAvx512;
  if (const char* text = std::getenv("WEFT_ISA"); text && *text) {
    const std::string_view wanted = text;
    if (wanted == "generic") {
      limit = Isa::kGeneric;
    } else if (wanted == "avx2") {
      limit = Isa::kAvx2;
    } else if (wanted != "avx512") {
      log(LogLevel::kWarning, "WEFT_ISA must be generic, avx2 or avx512; got ", text, " (ignored)");
    }
  }
  for (Isa isa : {Isa::kAvx512, Isa::kAvx2})
    if (isa <= limit && is_here(isa)) return isa;
  return Isa::kGeneric;
}

}  // namespace

const KernelTable* table_of(Isa isa) {
  if (!is_here(isa)) return nullptr;
  switch (isa) {
#if WEFT_WITH_AVX2
    case Isa::kAvx2: return &avx2::kTable;
#endif
#if WEFT_WITH_AVX512
    case Isa::kAvx512: return &avx512::kTable;
#endif
    default: return &generic::kTable;
  }
}

Isa active_isa() {
  static const Isa isa = choose();
  return isa;
}

Isa isa_of(Isa isa, [[maybe_unused]] DType dtype) {
#if WEFT_WITH_AVX2 && WEFT_WITH_AVX512
  if (isa == Isa::kAvx512 && !is_floating(dtype)) return Isa::kAvx2;
#endif
  return isa;
}

Isa layer_isa_of(Isa isa, DType dtype) {
  return isa_of(isa, dtype == DType::kFloat64 ? DType::kInt64 : dtype);
}

std::string_view name_of(Isa isa) {
  switch (isa) {
    case Isa::kAvx2: return "avx2";
    case Isa::kAvx512: return "avx512";
    default: return "generic";
  }
}

}  // namespace weft::kernels
