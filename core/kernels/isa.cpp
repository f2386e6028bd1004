#include "kernels/isa.h"

#include <cstdlib>

#include "base/log.h"
#include "kernels/table_impl.h"

namespace weft::kernels {
namespace {

#if WEFT_WITH_AVX2 || WEFT_WITH_AVX512
bool processor_has_avx2() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
         __builtin_cpu_supports("f16c");
}
bool processor_has_avx512() {
  return processor_has_avx2() && __builtin_cpu_supports("avx512f") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
         __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd");
}
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

std::string_view name_of(Isa isa) {
  switch (isa) {
    case Isa::kAvx2: return "avx2";
    case Isa::kAvx512: return "avx512";
    default: return "generic";
  }
}

}  // namespace weft::kernels
