// Checks and shapes that the operators of matrices share.
#include "base/errors.h"
#include "ops/linalg/matrices_impl.h"

namespace weft::ops::matrices {
namespace {

int64_t from_end(const Shape& shape, int i) { return shape[shape.rank() - i]; }

}  // namespace

Status check(const InferContext& c, size_t input, bool is_square) {
  const TensorType& a = c.in[input];
  const std::string_view name = c.op().inputs[input].name;
  const bool fits =
      a.shape.rank() >= 2 && (!is_square || from_end(a.shape, 1) == from_end(a.shape, 2));
  if (!fits)
    return errors::invalid_value(
        c.op().name, "`", name, "` must be ",
        is_square ? "square matrices, (..., N, N)" : "matrices, (..., M, N)", "; got shape ",
        a.shape);
  if (!is_inexact(a.dtype) || is_half(a.dtype))
    return errors::invalid_type(c.op().name, "`", name,
                                "` must be float32, float64 or complex; got ", a.dtype);
  return {};
}

Status check_right_side(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  WEFT_TRY(check(c, 1, false));
  const Shape &a = c.in[0].shape, &b = c.in[1].shape;
  Shape fitting = b;
  if (a.rank() == b.rank()) {
    fitting = a;
    fitting[a.rank() - 1] = from_end(b, 1);
  }
  if (a.rank() == b.rank() && b == fitting) return {};
  return errors::invalid_value(c.op().name, "`b` must have the batch and the rows of `a`, ", a,
                               "; got shape ", b);
}

Shape batch_shape(const TensorType& matrices, std::initializer_list<int64_t> last_axes) {
  Shape shape = matrices.shape;
  shape.resize(shape.rank() - 2, 0);
  for (const int64_t extent : last_axes) shape.push_back(extent);
  return shape;
}

Result<Types> infer_square(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  return Types{c.in[0]};
}

Result<Types> infer_solution(const InferContext& c) {
  WEFT_TRY(check_right_side(c));
  return Types{c.in[1]};
}

Result<Types> infer_determinant(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  return Types{{c.in[0].dtype, batch_shape(c.in[0], {})}};
}

Result<Types> infer_eigen(const InferContext& c) {
  WEFT_TRY(check(c, 0, true));
  const TensorType& a = c.in[0];
  return Types{{part_of(a.dtype), batch_shape(a, {from_end(a.shape, 1)})}, a};
}

OpDef& triangle(OpDef& op) {
  return op.boolean("upper", false, "the upper triangle is read, and not the lower one");
}

}  // namespace weft::ops::matrices
