// The library: brings LAPACK's kernels for the operators of Weft that wait for them
// (core/ops/linalg/lapack.cpp).
#include "batches.h"

namespace {

using namespace weft_linalg;

struct Entry {
  const char* name;
  const Kernel* kernel;
};
constexpr Entry kEntries[] = {
    {"lapack_inv", &kInverse},         {"lapack_solve", &kSolution},
    {"lapack_det", &kDeterminant},     {"lapack_slogdet", &kLogDeterminant},
    {"lapack_cholesky", &kCholesky},   {"lapack_triangular", &kTriangular},
    {"lapack_eigh", &kSymmetricEigen}, {"lapack_eig", &kEigen},
    {"lapack_svd", &kSingular},        {"lapack_svd_whole", &kWholeSingular},
    {"lapack_qr", &kOrthogonal},       {"lapack_qr_whole", &kWholeOrthogonal}};

}  // namespace

extern "C" WEFT_LIBRARY_EXPORT weft_status weft_library_init(void);
extern "C" weft_status weft_library_init(void) {
  const weft_status found = find_lapack();
  if (found != WEFT_OK) return found;
  for (const Entry& entry : kEntries) {
    weft_op_definition definition = WEFT_OP_DEFINITION_INIT;
    definition.name = entry.name;
    definition.kernel = *entry.kernel;
    const weft_status status = weft_op_register(&definition, nullptr);
    if (status != WEFT_OK) return status;
  }
  return WEFT_OK;
}
