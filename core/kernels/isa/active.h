// Dispatch: the kernels of the instruction set that this process uses, active_isa().
//
// Sources that are not compiled once per instruction set ask for a kernel by WEFT_ACTIVE(name)
// alone. So a build for some operators (WEFT_OPS) refers only to the kernels that it names, and the
// linker drops the others. A KernelTable names all kernels; it is for tests.
#pragma once

#include "kernels/isa/isa.h"
#include "kernels/isa/table_impl.h"
#include "weft_keep.h"

// The address of a kernel in an instruction set's namespace, or null where the build lacks the set.
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
// `isa` must be in the build; the kernel is called at once: WEFT_ACTIVE(move)(tile).
#define WEFT_KERNEL_OF(isa, name) \
  (*kernel_of(isa, &generic::name, WEFT_IN_AVX2(name), WEFT_IN_AVX512(name)))
#define WEFT_ACTIVE(name) WEFT_KERNEL_OF(active_isa(), name)
// Tables by dtype. AVX-512 has no kernels for some dtypes, so these macros ask isa_of() (or
// layer_isa_of(), for layers) which instruction set's table to read. ..._TABLE and ..._LAYERS give
// the whole table, ..._OF and ..._LAYER its entry for the dtype.
#define WEFT_ACTIVE_TABLE(dtype, name) WEFT_KERNEL_OF(isa_of(active_isa(), dtype), name)
#define WEFT_ACTIVE_OF(dtype, name) WEFT_ACTIVE_TABLE(dtype, name)[static_cast<int>(dtype)]
#define WEFT_ACTIVE_LAYERS(dtype, name) WEFT_KERNEL_OF(layer_isa_of(active_isa(), dtype), name)
#define WEFT_ACTIVE_LAYER(dtype, name) WEFT_ACTIVE_LAYERS(dtype, name)[static_cast<int>(dtype)]

namespace weft::kernels {

// Keeps the compiler from deducing Kernel from an argument: nullptr has no function type.
template <class Kernel>
struct SameKernel {
  using Type = Kernel;
};
// Picks one of three pointers; the null ones belong to sets that is_here() has ruled out.
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
