// The kernels of active_isa(). Sources that are not compiled per instruction set ask for kernels by
// WEFT_ACTIVE(name) alone: in a build for some operators only (WEFT_OPS), those that nothing names
// are dropped by the linker. A KernelTable names them all, and is for tests.
#pragma once

#include "kernels/isa/isa.h"
#include "kernels/isa/table_impl.h"
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
#define WEFT_KERNEL_OF(isa, name) \
  (*kernel_of(isa, &generic::name, WEFT_IN_AVX2(name), WEFT_IN_AVX512(name)))
#define WEFT_ACTIVE(name) WEFT_KERNEL_OF(active_isa(), name)
// A table's entry for arrays of a dtype, and the table that has it.
#define WEFT_ACTIVE_TABLE(dtype, name) WEFT_KERNEL_OF(isa_of(active_isa(), dtype), name)
#define WEFT_ACTIVE_OF(dtype, name) WEFT_ACTIVE_TABLE(dtype, name)[static_cast<int>(dtype)]
#define WEFT_ACTIVE_LAYERS(dtype, name) WEFT_KERNEL_OF(layer_isa_of(active_isa(), dtype), name)
#define WEFT_ACTIVE_LAYER(dtype, name) WEFT_ACTIVE_LAYERS(dtype, name)[static_cast<int>(dtype)]

namespace weft::kernels {

template <class Kernel>
struct SameKernel {
  using Type = Kernel;
};
template <class Kernel>
Kernel* kernel_of(Isa isa, Kernel* generic,
                  [[maybe_unused]] typename SameKernel<Kernel>::Type* avx2,
                  [[maybe_unused]] typename SameKernel<Kernel>::Type* avx512) {
  switch (isa) {
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
