// Which kernels an instruction set has: macros for the entries of its tables by dtype.
//
// Where AVX2 is in the build, AVX-512 has fewer kernels, to keep the library small. Reductions,
// products and indexing exist for floating arrays only, and layers for float32 and halves only.
// Other arrays run AVX2's kernels (isa.h): work on integers is mostly limited by memory, and layers
// of float64 serve to check gradients. Elementwise kernels exist for all dtypes.
#pragma once

#include "weft_keep.h"

// How the macros below work: WEFT_OWN_<type> expands to its kernel or to `absent`, and is chosen by
// pasting the name of the storage type.
#define WEFT_ALWAYS(absent, ...) __VA_ARGS__
#if WEFT_AVX512 && WEFT_WITH_AVX2
#define WEFT_HAS_INTEGERS 0
#define WEFT_HAS_FLOAT64_LAYERS 0
#define WEFT_UNLESS_IN_AVX2(absent, ...) absent
#else
#define WEFT_HAS_INTEGERS 1
#define WEFT_HAS_FLOAT64_LAYERS 1
#define WEFT_UNLESS_IN_AVX2 WEFT_ALWAYS
#endif

// By storage type: does this instruction set have kernels of its own?
#define WEFT_OWN_Boolean WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_uint8_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_uint16_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_uint32_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_uint64_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_int8_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_int16_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_int32_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_int64_t WEFT_UNLESS_IN_AVX2
#define WEFT_OWN_Float16 WEFT_ALWAYS
#define WEFT_OWN_BFloat16 WEFT_ALWAYS
#define WEFT_OWN_float WEFT_ALWAYS
#define WEFT_OWN_double WEFT_ALWAYS

// The same question for kernels of layers.
#define WEFT_OWN_LAYER_Float16 WEFT_ALWAYS
#define WEFT_OWN_LAYER_BFloat16 WEFT_ALWAYS
#define WEFT_OWN_LAYER_float WEFT_ALWAYS
#define WEFT_OWN_LAYER_double WEFT_UNLESS_IN_AVX2

// One entry, for a dtype, of a table that WEFT_ACTIVE_OF reads: the kernel, or `absent` where the
// build or this instruction set has none.
#define WEFT_ENTRY_OR(type, absent, ...) \
  WEFT_KEPT_OR(type, absent, WEFT_OWN_##type(absent, __VA_ARGS__))
#define WEFT_ENTRY(type, ...) WEFT_ENTRY_OR(type, nullptr, __VA_ARGS__)
// One entry of a layer's table, which WEFT_ACTIVE_LAYER reads.
#define WEFT_LAYER(type, ...) WEFT_KEPT(type, WEFT_OWN_LAYER_##type(nullptr, __VA_ARGS__))

// A whole table: the kernel template at every storage type, in the order of DType.
#define WEFT_EVERY_DTYPE(kernel)                                                        \
  {                                                                                     \
    WEFT_ENTRY(Boolean, kernel<Boolean>), WEFT_ENTRY(uint8_t, kernel<uint8_t>),         \
        WEFT_ENTRY(uint16_t, kernel<uint16_t>), WEFT_ENTRY(uint32_t, kernel<uint32_t>), \
        WEFT_ENTRY(uint64_t, kernel<uint64_t>), WEFT_ENTRY(int8_t, kernel<int8_t>),     \
        WEFT_ENTRY(int16_t, kernel<int16_t>), WEFT_ENTRY(int32_t, kernel<int32_t>),     \
        WEFT_ENTRY(int64_t, kernel<int64_t>), WEFT_ENTRY(Float16, kernel<Float16>),     \
        WEFT_ENTRY(BFloat16, kernel<BFloat16>), WEFT_ENTRY(float, kernel<float>),       \
        WEFT_ENTRY(double, kernel<double>)                                              \
  }
// The table of a kernel that adds. Integers wrap, so signed and unsigned share a kernel.
#define WEFT_EVERY_SUM(kernel)                                                          \
  {                                                                                     \
    WEFT_ENTRY(Boolean, kernel<Boolean>), WEFT_ENTRY(uint8_t, kernel<uint8_t>),         \
        WEFT_ENTRY(uint16_t, kernel<uint16_t>), WEFT_ENTRY(uint32_t, kernel<uint32_t>), \
        WEFT_ENTRY(uint64_t, kernel<uint64_t>), WEFT_ENTRY(int8_t, kernel<uint8_t>),    \
        WEFT_ENTRY(int16_t, kernel<uint16_t>), WEFT_ENTRY(int32_t, kernel<uint32_t>),   \
        WEFT_ENTRY(int64_t, kernel<uint64_t>), WEFT_ENTRY(Float16, kernel<Float16>),    \
        WEFT_ENTRY(BFloat16, kernel<BFloat16>), WEFT_ENTRY(float, kernel<float>),       \
        WEFT_ENTRY(double, kernel<double>)                                              \
  }
// The table of a kernel that only moves elements: one kernel for each size of element.
#define WEFT_EVERY_SIZE(kernel)                                                         \
  {                                                                                     \
    WEFT_ENTRY(Boolean, kernel<uint8_t>), WEFT_ENTRY(uint8_t, kernel<uint8_t>),         \
        WEFT_ENTRY(uint16_t, kernel<uint16_t>), WEFT_ENTRY(uint32_t, kernel<uint32_t>), \
        WEFT_ENTRY(uint64_t, kernel<uint64_t>), WEFT_ENTRY(int8_t, kernel<uint8_t>),    \
        WEFT_ENTRY(int16_t, kernel<uint16_t>), WEFT_ENTRY(int32_t, kernel<uint32_t>),   \
        WEFT_ENTRY(int64_t, kernel<uint64_t>), WEFT_ENTRY(Float16, kernel<uint16_t>),   \
        WEFT_ENTRY(BFloat16, kernel<uint16_t>), WEFT_ENTRY(float, kernel<uint32_t>),    \
        WEFT_ENTRY(double, kernel<uint64_t>)                                            \
  }
// The table of a kernel for floating types alone; `entry` says whether it is a layer's.
#define WEFT_FLOATING(entry, kernel)                                                 \
  {                                                                                  \
    nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr, \
        entry(Float16, kernel<Float16>), entry(BFloat16, kernel<BFloat16>),          \
        entry(float, kernel<float>), entry(double, kernel<double>)                   \
  }
#define WEFT_FLOATING_DTYPES(kernel) WEFT_FLOATING(WEFT_KEPT, kernel)
#define WEFT_LAYER_DTYPES(kernel) WEFT_FLOATING(WEFT_LAYER, kernel)
