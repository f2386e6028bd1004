// What the operators of matrices share: checks of shapes, and gradient rules. The last two axes are
// the matrix, all others are batches.
//
// A factorization has three operators. `inv` is what the user calls: a composition that chooses.
// `small_inv` has a kernel for many small matrices (small_systems.cpp). `lapack_inv` has one that a
// library brings (lapack.cpp). Both have the rule below as their gradient, which is written in the
// first one, so there is one rule for all sizes, dtypes and kernels.
#pragma once

#include "ops/op.h"

namespace weft::ops::matrices {

// Refuses what is no matrix, or no square one, and dtypes that LAPACK lacks.
Status check(const InferContext& c, size_t input, bool is_square);
// Refuses right sides that do not fit the matrices: another batch, or another number of rows.
Status check_right_side(const InferContext& c);

// The shape of a batch with other last axes.
Shape batch_shape(const TensorType& matrices, std::initializer_list<int64_t> last_axes);

Result<Types> infer_square(const InferContext& c);       // the same type
Result<Types> infer_solution(const InferContext& c);     // the right side's
Result<Types> infer_determinant(const InferContext& c);  // a number for each matrix
Result<Types> infer_eigen(const InferContext& c);        // real values, and vectors

// Why whole orthogonal matrices have no gradient.
inline constexpr std::string_view kSomeColumnsAreFree =
    "columns beyond the matrix's own are free; `full_matrices=False` and `mode='reduced'` have one";

// What only reads one triangle has the attribute.
OpDef& triangle(OpDef& op);

// The runtime has no gradients.
#if defined(WEFT_RUNTIME_ONLY)
#define WEFT_MATRIX_RULE(name) inline constexpr GradRule name = nullptr
#else
#define WEFT_MATRIX_RULE(name) Values name(const GradContext& g)
#endif
WEFT_MATRIX_RULE(inverse_gradient);
WEFT_MATRIX_RULE(solution_gradient);
WEFT_MATRIX_RULE(determinant_gradient);
WEFT_MATRIX_RULE(log_determinant_gradient);
WEFT_MATRIX_RULE(cholesky_gradient);
WEFT_MATRIX_RULE(triangular_gradient);
WEFT_MATRIX_RULE(symmetric_eigen_gradient);
WEFT_MATRIX_RULE(eigen_gradient);
WEFT_MATRIX_RULE(singular_gradient);
WEFT_MATRIX_RULE(orthogonal_gradient);
#undef WEFT_MATRIX_RULE

}  // namespace weft::ops::matrices
