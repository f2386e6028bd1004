// Factorizations as users call them: each chooses the kernel for small matrices or LAPACK's, by the
// number of rows and the dtype. Files have what was chosen.
#include <algorithm>

#include "base/errors.h"
#include "kernels/linalg/small_systems.h"
#include "ops/linalg/matrices_impl.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

using namespace matrices;

bool is_small(const Value& a, int most_rows) {
  return is_floating(a.dtype()) && a.shape()[a.rank() - 1] <= most_rows;
}

Values call(const ComposeContext& c, std::string_view kind, const Values& inputs) {
  const std::string name = std::string(kind) + "_" + c.op().name;
  return c.builder.emit(op_named(name), inputs, c.all());
}

Values by_lapack(const ComposeContext& c) { return call(c, "lapack", c.inputs); }

template <int kMostRows>
Values by_size(const ComposeContext& c) {
  return call(c, is_small(c.in(0), kMostRows) ? "small" : "lapack", c.inputs);
}

// The batches of both are broadcast.
Result<Types> check_solution(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  WEFT_TRY(check(c, 1, false));
  const Shape &a = c.in[0].shape, &b = c.in[1].shape;
  if (b[b.rank() - 2] != a[a.rank() - 1])
    return errors::invalid_value(c.op().name, "`b` must have ", a[a.rank() - 1],
                                 " rows, as `a` of shape ", a, " has columns; got shape ", b);
  return Types{};
}

Result<Values> with_one_batch(const ComposeContext& c) {
  const TensorType a = c.in(0).type(), b = c.in(1).type();
  WEFT_ASSIGN(const Shape batch,
              broadcast(batch_shape(a, {}), batch_shape(b, {}), c.op().name, "a", "b"));
  const auto widened = [&](const Value& x) {
    Shape shape = batch;
    const Shape own = x.shape();
    shape.push_back(own[own.rank() - 2]);
    shape.push_back(own[own.rank() - 1]);
    return shape == own ? x : broadcast_to(x, shape);
  };
  return Values{widened(c.in(0)), widened(c.in(1))};
}

template <bool kHasSmall>
Values solution(const ComposeContext& c) {
  Result<Values> inputs = with_one_batch(c);
  if (!inputs.ok()) {
    c.builder.fail(inputs.status());
    return {c.in(1)};
  }
  if constexpr (!kHasSmall)
    return c.builder.emit(op_named("lapack_triangular"), inputs.value(), c.all());
  return call(c, is_small(c.in(0), kernels::kMostSmallRows) ? "small" : "lapack", inputs.value());
}

template <bool kSquare>
Result<Types> check_matrices(const InferContext& c) {
  WEFT_TRY(check(c, 0, kSquare));
  return Types{};
}

OpDef& factorization(OpDef& op, DocText doc) {
  return op.doc(doc)
      .in(Namespace::kInternal)
      .input("a", "any dtype but half types: matrices, (..., M, N)")
      .promote(Promotion::kFloat);
}

OpDef& square(OpDef& op, DocText doc) {
  return factorization(op, doc)
      .infer(check_matrices<true>)
      .sample(R"({"shapes": [[3, 3]], "matrices": ["regular"]})")
      .sample(R"({"shapes": [[2, 6, 6]], "matrices": ["regular"]})");
}

OpDef& positive(OpDef& op, DocText doc) {
  return triangle(factorization(op, doc))
      .infer(check_matrices<true>)
      .sample(R"({"shapes": [[3, 3]], "matrices": ["positive"]})")
      .sample(R"({"shapes": [[2, 6, 6]], "matrices": ["positive"], "upper": true})");
}

OpDef& any(OpDef& op, DocText doc) {
  return factorization(op, doc)
      .infer(check_matrices<false>)
      .sample(R"({"shapes": [[2, 5, 3]]})")
      .sample(R"({"shapes": [[3, 6]]})");
}

OpDef& of_right_sides(OpDef& op) {
  return op.input("b", "right sides, as matrices; batches broadcast")
      .infer(check_solution)
      .sample(R"({"shapes": [[3, 3], [3, 2]], "matrices": ["regular", null]})")
      .sample(R"({"shapes": [[2, 1, 6, 6], [3, 6, 1]], "matrices": ["regular", null]})");
}

}  // namespace

WEFT_OP(inv) {
  square(op, "Inverses of matrices.")
      .compose(by_size<kernels::kMostSmallRows>)
      .like("numpy.linalg.inv");
}

WEFT_OP(solve) {
  of_right_sides(factorization(op, "Solutions x of a x = b."))
      .compose(solution<true>)
      .like("numpy.linalg.solve");
}

WEFT_OP(solve_triangular) {
  of_right_sides(factorization(op, "Solutions x of a x = b for a triangle `a`, or its adjoint."))
      .boolean("upper", false, "the upper triangle is read, and not the lower one")
      .boolean("turned", false, "the adjoint of the triangle is meant")
      .in(Namespace::kNpx)
      .compose(solution<false>)
      .sample(R"({"shapes": [[4, 4], [4, 2]], "matrices": ["regular", null], "upper": true})")
      .sample(R"({"shapes": [[4, 4], [4, 2]], "matrices": ["regular", null], "turned": true})");
}

WEFT_OP(det) {
  square(op, "Determinants of matrices.")
      .compose(by_size<kernels::kMostSmallRows>)
      .like("numpy.linalg.det");
}

WEFT_OP(slogdet) {
  square(op, "Signs of determinants, and logarithms of their absolute values.")
      .outputs(2)
      .compose(by_lapack)
      .like("numpy.linalg.slogdet");
}

WEFT_OP(cholesky) {
  positive(op, "The lower triangle L of positive matrices L L^H, or its adjoint.")
      .compose(by_size<kernels::kMostSmallRows>)
      .like("numpy.linalg.cholesky");
}

WEFT_OP(eigh) {
  positive(op, "Eigenvalues in ascending order, and vectors, of Hermitian matrices.")
      .outputs(2)
      .compose(by_size<kernels::kMostSmallEigenRows>);
}

WEFT_OP(eig) {
  square(op, "Eigenvalues and vectors of matrices, complex.").outputs(2).compose(by_lapack);
}

WEFT_OP(svd) {
  any(op, "U, S and V^H of matrices U diag(S) V^H, with as few columns as do.")
      .outputs(3)
      .compose(by_lapack);
}

WEFT_OP(svd_whole) {
  any(op, "U, S and V^H of matrices, with U and V square.")
      .outputs(3)
      .no_gradient(kSomeColumnsAreFree)
      .compose(by_lapack);
}

WEFT_OP(qr) {
  any(op, "Orthogonal columns Q and a triangle R of matrices Q R.").outputs(2).compose(by_lapack);
}

WEFT_OP(qr_whole) {
  any(op, "Q and R of matrices Q R, with Q square.")
      .outputs(2)
      .no_gradient(kSomeColumnsAreFree)
      .compose(by_lapack);
}

}  // namespace weft::ops
