// Factorizations whose kernels are LAPACK's. libweft_linalg.so brings them (libraries/linalg), or
// Python does with NumPy's; a file names that library. Everything else is here.
#include "base/errors.h"
#include "ops/linalg/matrices_impl.h"
#include "ops/slots/provided_slot.h"

namespace weft::ops {
namespace {

using namespace matrices;

struct Extents {
  int64_t rows, columns, least;
};
Extents extents_of(const TensorType& a) {
  const int64_t rows = a.shape[a.shape.rank() - 2], columns = a.shape[a.shape.rank() - 1];
  return {rows, columns, std::min(rows, columns)};
}

Result<Types> infer_log_determinant(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  const Shape shape = batch_shape(c.in[0], {});
  return Types{{c.in[0].dtype, shape}, {part_of(c.in[0].dtype), shape}};
}

template <bool kWhole>
Result<Types> infer_singular(const InferContext& c) {
  WEFT_TRY(check(c, 0, false));
  const TensorType& a = c.in[0];
  const auto [rows, columns, least] = extents_of(a);
  return Types{{a.dtype, batch_shape(a, {rows, kWhole ? rows : least})},
               {part_of(a.dtype), batch_shape(a, {least})},
               {a.dtype, batch_shape(a, {kWhole ? columns : least, columns})}};
}

template <bool kWhole>
Result<Types> infer_orthogonal(const InferContext& c) {
  WEFT_TRY(check(c, 0, false));
  const TensorType& a = c.in[0];
  const auto [rows, columns, least] = extents_of(a);
  return Types{{a.dtype, batch_shape(a, {rows, kWhole ? rows : least})},
               {a.dtype, batch_shape(a, {kWhole ? rows : least, columns})}};
}

Result<Types> infer_complex_eigen(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  TensorType wide = c.in[0];
  wide.dtype = complex_of(wide.dtype);
  return Types{{wide.dtype, batch_shape(wide, {extents_of(wide).rows})}, wide};
}

OpDef& lapack(OpDef& op, DocText doc) {
  op.doc(doc)
      .in(Namespace::kInternal)
      .input("a", "float32 or float64, or complex: matrices, (..., M, N)")
      .promote(Promotion::kExact);
  return wait_for_kernel(op, "libweft_linalg.so");
}

OpDef& square_samples(OpDef& op) {
  return op.sample(R"({"shapes": [[5, 5]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[2, 1, 5, 5]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[0, 5, 5]], "matrices": ["regular"]})");
}

OpDef& triangle_samples(OpDef& op) {
  return triangle(op)
      .sample(R"({"shapes": [[5, 5]], "matrices": ["positive"]})")
      .sample(R"({"shapes": [[2, 6, 6]], "matrices": ["positive"], "upper": true})")
      .sample(R"({"shapes": [[0, 5, 5]], "matrices": ["positive"]})");
}

OpDef& shape_samples(OpDef& op) {
  return op.sample(R"({"shapes": [[5, 5]]})")
      .sample(R"({"shapes": [[2, 5, 3]]})")
      .sample(R"({"shapes": [[2, 3, 6]]})")
      .sample(R"({"shapes": [[0, 4, 5]]})");
}

}  // namespace

WEFT_OP(lapack_inv) {
  square_samples(lapack(op, "Inverses of matrices."))
      .infer(infer_square)
      .gradient(inverse_gradient)
      .like("numpy.linalg.inv");
}

WEFT_OP(lapack_solve) {
  lapack(op, "Solutions x of a x = b.")
      .input("b", "right sides, as matrices with the batch of `a`")
      .infer(infer_solution)
      .gradient(solution_gradient)
      .like("numpy.linalg.solve")
      .sample(R"({"shapes": [[5, 5], [5, 2]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[3, 6, 6], [3, 6, 1]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[0, 5, 5], [0, 5, 3]], "matrices": ["regular", null]})");
}

WEFT_OP(lapack_det) {
  square_samples(lapack(op, "Determinants of matrices."))
      .infer(infer_determinant)
      .gradient(determinant_gradient)
      .like("numpy.linalg.det");
}

WEFT_OP(lapack_slogdet) {
  square_samples(lapack(op, "Signs of determinants, and logarithms of their absolute values."))
      .outputs(2)
      .infer(infer_log_determinant)
      .gradient(log_determinant_gradient)
      .like("numpy.linalg.slogdet");
}

WEFT_OP(lapack_cholesky) {
  triangle_samples(lapack(op, "The triangle L of positive matrices L L^H, or its adjoint."))
      .infer(infer_square)
      .gradient(cholesky_gradient)
      .like("numpy.linalg.cholesky");
}

WEFT_OP(lapack_triangular) {
  lapack(op, "Solutions x of a x = b for a triangle, or its adjoint.")
      .input("b", "right sides, as matrices with the batch of `a`")
      .boolean("upper", false, "the upper triangle is read, and not the lower one")
      .boolean("turned", false, "the adjoint of the triangle is meant")
      .infer(infer_solution)
      .gradient(triangular_gradient)
      .sample(R"({"shapes": [[5, 5], [5, 2]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[2, 4, 4], [2, 4, 3]], "matrices": ["regular", null],
                  "upper": true})")
      .sample(R"({"shapes": [[4, 4], [4, 1]], "matrices": ["regular", null], "turned": true})")
      .sample(R"({"shapes": [[0, 5, 5], [0, 5, 3]], "matrices": ["regular", null]})");
}

WEFT_OP(lapack_eigh) {
  triangle_samples(
      lapack(op, "Eigenvalues in ascending order, and vectors, of Hermitian matrices."))
      .outputs(2)
      .infer(infer_eigen)
      .gradient(symmetric_eigen_gradient);
}

WEFT_OP(lapack_eig) {
  square_samples(lapack(op, "Eigenvalues and vectors of matrices, complex."))
      .outputs(2)
      .infer(infer_complex_eigen)
      .gradient(eigen_gradient);
}

WEFT_OP(lapack_svd) {
  shape_samples(lapack(op, "U, S and V^H of matrices U diag(S) V^H, with as few columns as do."))
      .outputs(3)
      .infer(infer_singular<false>)
      .gradient(singular_gradient);
}

WEFT_OP(lapack_svd_whole) {
  shape_samples(lapack(op, "U, S and V^H of matrices, with U and V square."))
      .outputs(3)
      .infer(infer_singular<true>)
      .no_gradient(kSomeColumnsAreFree);
}

WEFT_OP(lapack_qr) {
  shape_samples(lapack(op, "Orthogonal columns Q and a triangle R of matrices Q R."))
      .outputs(2)
      .infer(infer_orthogonal<false>)
      .gradient(orthogonal_gradient);
}

WEFT_OP(lapack_qr_whole) {
  shape_samples(lapack(op, "Q and R of matrices Q R, with Q square."))
      .outputs(2)
      .infer(infer_orthogonal<true>)
      .no_gradient(kSomeColumnsAreFree);
}

}  // namespace weft::ops
