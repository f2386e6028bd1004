// The kernels of scan.h by dtype.
#pragma once

#include "kernels/isa/declare_kernels.h"
#include "kernels/reduce/scan.h"

namespace weft::kernels {

inline constexpr int64_t kScanColumns = 64;  // of a unit
using ScanKernel = void (*)(const Scan& problem, const void* factor, const void* term, void* out,
                            Range units);

WEFT_KERNELS(extern const ScanKernel kScans[kNumDTypes];)

}  // namespace weft::kernels
