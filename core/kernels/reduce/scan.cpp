// Counting the units of a scan and choosing its kernel; scan.isa.cpp has the loops.

#include "kernels/reduce/scan.h"

#include "kernels/isa/active.h"
#include "kernels/reduce/scan_kernels_impl.h"

namespace weft::kernels {

int64_t scan_units(const Scan& scan) {
  return scan.outer * ((scan.inner + kScanColumns - 1) / kScanColumns);
}

void run_scan(const Scan& scan, const void* factor, const void* term, void* out, Range units) {
  WEFT_ACTIVE_OF(scan.dtype, kScans)(scan, factor, term, out, units);
}

}  // namespace weft::kernels
