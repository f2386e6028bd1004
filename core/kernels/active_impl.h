// The kernels of active_isa(). Sources that are not compiled per instruction set ask for kernels by
// WEFT_ACTIVE(name) alone: in a build for some operators only (WEFT_OPS), those that nothing names
// are dropped by the linker. A KernelTable names them all, and is for tests.
#pragma once

#include "kernels/isa.h"
#include "kernels/table_impl.h"
#include "weft_keep.h"

#if WEFT_WITH_AVX2
#define WEFT_IN_AVX2(name) &avx2::name
#else
#define WEFT_IN_AVX2(name) nullptr
#endif
#if WEFT_WITH_AVX512
#define WEFT_IN_AVX512(name) &avx512::name
#else
#define WEFT_IN_AVX512(name) nullptr
#endif
#define WEFT_ACTIVE(name) (*active_of(&generic::name, WEFT_IN_AVX2(name), WEFT_IN_AVX512(name)))

namespace weft::kernels {

template <class Kernel>
struct SameKernel {
  using Type = Kernel;
};
template <class Kernel>
Kernel* active_of(Kernel* generic, [[maybe_unused]] typename SameKernel<Kernel>::Type* avx2,
                  [[maybe_unused]] typename SameKernel<Kernel>::Type* avx512) {
  switch (active_isa()) {
#if WEFT_WITH_AVX2
    case Isa::kAvx2: return avx2;
#endif
#if WEFT_WITH_AVX512
    case Isa::kAvx512: return avx512;
#endif
    default: return generic;
  }
}

}  // namespace weft::kernels
