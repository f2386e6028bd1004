// Gradients of factorizations, of matrices of any size, real or complex.
//
// Real ones are those of Giles, "An extended collection of matrix derivative results" (2008); of
// complex matrices those of Wan and Zhang, "Automatic differentiation for complex valued SVD"
// (2019); in the convention that the gradient of z = a + ib is dL/da + i dL/db. What is read as
// symmetric or Hermitian has a symmetric or Hermitian gradient.
#include "ops/linalg/matrices_impl.h"
#include "ops/registry.h"

namespace weft::ops::matrices {
namespace {

Value applied(std::string_view op, const Value& x) { return x.builder().call(op, {x}); }

// Transposed and conjugated.
Value adjoint(const Value& x) {
  const Value turned = swap_last_axes(x);
  return is_complex(x.dtype()) ? applied("conj", turned) : turned;
}

Value product(const Value& a, const Value& b, const Value& c) { return matmul(matmul(a, b), c); }

// The unit matrix of as many columns, of reals.
Value unit_like(const Value& x) {
  const int64_t n = x.shape()[x.rank() - 1];
  const Value column = iota(x.builder(), 0, n);
  return cast(equal(reshape(column, {n, 1}), column), part_of(x.dtype()));
}

// Vectors as matrices of one row, and as diagonals.
Value as_row(const Value& x) {
  Shape shape = x.shape();
  shape.push_back(shape[shape.rank() - 1]);
  shape[shape.rank() - 2] = 1;
  return reshape(x, shape);
}
Value as_diagonal(const Value& x) { return as_row(x) * unit_like(x); }

// Numbers of matrices, to be multiplied with these.
Value as_factor(const Value& x) {
  Shape shape = x.shape();
  shape.push_back(1);
  shape.push_back(1);
  return reshape(x, shape);
}

Value diagonal_of(const Value& x) {
  return x.builder().call("diagonal", {x},
                          {Argument::of_int(0), Argument::of_int(-2), Argument::of_int(-1)});
}
Value tril(const Value& x, int64_t k = 0) {
  return x.builder().call("tril", {x}, {Argument::of_int(k)});
}

// 1 / (x[j] - x[i]), and 0 on the diagonal.
Value inverse_differences(const Value& x) {
  const Value row = as_row(x), one = unit_like(x);
  return (1.0 - one) / (row - swap_last_axes(row) + one);
}

Value both_halves(const Value& x) { return 0.5 * (x + adjoint(x)); }

// The columns from `begin` on, of the last axis.
Value columns(const Value& x, int64_t begin, int64_t count) {
  return slice(x, x.rank() - 1, begin, count);
}

}  // namespace

Values inverse_gradient(const GradContext& g) {
  const Value turned = adjoint(g.out());
  return {-product(turned, g.dout(), turned)};
}

Values solution_gradient(const GradContext& g) {
  const Value right = g.builder().call("solve", {adjoint(g.in(0)), g.dout()});
  return {g.needs(0) ? -matmul(right, adjoint(g.out())) : Value(), right};
}

Values determinant_gradient(const GradContext& g) {
  const Value value = is_complex(g.out().dtype()) ? applied("conj", g.out()) : g.out();
  return {adjoint(applied("inv", g.in(0))) * as_factor(g.dout() * value)};
}

Values log_determinant_gradient(const GradContext& g) {
  Value share = g.dout(1);
  if (is_complex(g.out().dtype())) {  // the sign turns with the matrix
    const Value turn = applied("imag", applied("conj", g.dout(0)) * g.out(0));
    share = g.builder().call("pair", {share, -turn});
  }
  return {adjoint(applied("inv", g.in(0))) * as_factor(share)};
}

Values cholesky_gradient(const GradContext& g) {
  const bool is_upper = g.flag("upper");
  const Value lower = is_upper ? adjoint(g.out()) : g.out();
  const Value change = is_upper ? adjoint(g.dout()) : g.dout();
  Value inner = tril(matmul(adjoint(lower), change));
  inner = inner - 0.5 * inner * unit_like(inner);
  const Value inverse = applied("inv", lower);
  return {both_halves(product(adjoint(inverse), inner, inverse))};
}

// x solves M x = b, where M is the triangle of a, or its adjoint.
Values triangular_gradient(const GradContext& g) {
  const bool is_upper = g.flag("upper"), is_turned = g.flag("turned");
  const Value right =
      g.builder().call("solve_triangular", {g.in(0), g.dout()},
                       {Argument::of_bool(is_upper), Argument::of_bool(!is_turned)});
  if (!g.needs(0)) return {Value(), right};
  const Value of_triangle = -matmul(right, adjoint(g.out()));
  const Value whole = is_turned ? adjoint(of_triangle) : of_triangle;
  return {g.builder().call(is_upper ? "triu" : "tril", {whole}), right};
}

Values symmetric_eigen_gradient(const GradContext& g) {
  const Value &values = g.out(0), &vectors = g.out(1);
  const Value inner =
      as_diagonal(g.dout(0)) + inverse_differences(values) * matmul(adjoint(vectors), g.dout(1));
  return {both_halves(product(vectors, inner, adjoint(vectors)))};
}

Values eigen_gradient(const GradContext& g) {
  const Value &values = g.out(0), &vectors = g.out(1);
  const Value turned = adjoint(vectors), change = matmul(turned, g.dout(1));
  // Vectors have length 1: what would change their lengths does not count.
  const Value lengths = as_diagonal(applied("real", diagonal_of(change)));
  const Value inner = applied("conj", inverse_differences(values)) *
                      (change - matmul(matmul(turned, vectors), lengths));
  const Value found =
      g.builder().call("solve", {turned, matmul(inner + as_diagonal(g.dout(0)), turned)});
  return {is_complex(g.in(0).dtype()) ? found : applied("real", found)};
}

Values singular_gradient(const GradContext& g) {
  const Value &u = g.out(0), &s = g.out(1), &vh = g.out(2);
  const Value v = adjoint(vh), dv = adjoint(g.dout(2));
  const Value row = as_row(s), of_squares = inverse_differences(s * s);
  const Value left = matmul(adjoint(u), g.dout(0)), right = matmul(adjoint(v), dv);
  Value inner = of_squares * (left - adjoint(left)) * row +
                swap_last_axes(row) * of_squares * (right - adjoint(right));
  Value ds = g.dout(1);
  if (is_complex(u.dtype()))  // columns of U and V may turn together
    ds = g.builder().call("pair", {ds, applied("imag", diagonal_of(left)) / s});
  const Value beside = (g.dout(0) - matmul(u, left)) / row;
  const Value below = (dv - matmul(v, right)) / row;
  return {product(u, inner + as_diagonal(ds), vh) + matmul(beside, vh) + matmul(u, adjoint(below))};
}

namespace {

// Of a tall matrix, or a square one.
Value tall_gradient(const Value& q, const Value& r, const Value& dq, const Value& dr) {
  const Value inner = matmul(r, adjoint(dr)) - matmul(adjoint(dq), q);
  const Value below = tril(inner, -1);
  const Value middle = as_diagonal(applied("real", diagonal_of(inner)));
  const Value both = below + adjoint(below) + middle;
  return matmul(dq + matmul(q, both), adjoint(applied("inv", r)));
}

}  // namespace

Values orthogonal_gradient(const GradContext& g) {
  const Shape shape = g.in(0).shape();
  const int64_t rows = shape[shape.rank() - 2], wide = shape[shape.rank() - 1] - rows;
  const Value &q = g.out(0), &r = g.out(1), &dq = g.dout(0), &dr = g.dout(1);
  if (wide <= 0) return {tall_gradient(q, r, dq, dr)};
  // A wide matrix is [X, Y] with Y = Q V, so that the gradient of V reaches Q, too.
  const Value dv = columns(dr, rows, wide);
  const Value dq_whole = dq + matmul(columns(g.in(0), rows, wide), adjoint(dv));
  const Value parts[] = {tall_gradient(q, columns(r, 0, rows), dq_whole, columns(dr, 0, rows)),
                         matmul(q, dv)};
  return {concatenate(parts, shape.rank() - 1)};
}

}  // namespace weft::ops::matrices
