// NumPy's other products. Each sums over chosen axes of two arrays: as one matrix product, after
// merging the axes that stay and those that are summed; for vectors, as a sum of products.

#include "base/errors.h"
#include "ops/rules.h"

namespace weft::ops {
namespace {

using Axes = PoolVector<int64_t>;

// The axes of `x` that are not in `chosen`.
Axes others(const Value& x, const Axes& chosen) {
  Axes rest;
  for (int axis = 0; axis < x.rank(); ++axis)
    if (std::ranges::find(chosen, axis) == chosen.end()) rest.push_back(axis);
  return rest;
}

Axes joined(const Axes& first, const Axes& second) {
  Axes all = first;
  all.insert(all.end(), second.begin(), second.end());
  return all;
}

Value in_order(const Value& x, const Axes& axes) {
  return std::ranges::is_sorted(axes) ? x : transpose(x, axes);
}

int64_t product_of(const Value& x, const Axes& axes) {
  const Shape shape = x.shape();
  int64_t product = 1;
  for (const int64_t axis : axes) product *= shape[static_cast<int>(axis)];
  return product;
}

// The two axes of a pair must have one extent.
Status check_lengths(const ComposeContext& c, int left, int right) {
  const Shape a = c.in(0).shape(), b = c.in(1).shape();
  if (a[left] == b[right]) return {};
  return errors::invalid_value(c.op().name, "axis ", left, " of `", c.op().input_name(0), "` ", a,
                               " and axis ", right, " of `", c.op().input_name(1), "` ", b,
                               " must have one extent; got ", a[left], " and ", b[right]);
}

// The sum over pairs of axes. The other axes of `a` stay first, then those of `b`.
Result<Value> contracted(const ComposeContext& c, const Axes& a_axes, const Axes& b_axes) {
  const DType dtype = c.in(0).dtype();
  const bool counts = dtype == DType::kBool;  // bools are counted: true if the count is above 0
  const Value a = counts ? cast(c.in(0), DType::kInt64) : c.in(0);
  const Value b = counts ? cast(c.in(1), DType::kInt64) : c.in(1);
  for (size_t i = 0; i < a_axes.size(); ++i)
    WEFT_TRY(check_lengths(c, static_cast<int>(a_axes[i]), static_cast<int>(b_axes[i])));
  const Axes a_rest = others(a, a_axes), b_rest = others(b, b_axes);
  if (a_rest.size() + b_rest.size() > static_cast<size_t>(kMaxRank))
    return errors::rank_too_large(c.op().name, "a and b",
                                  static_cast<int64_t>(a_rest.size() + b_rest.size()));
  Shape result;
  for (const int64_t axis : a_rest) result.push_back(a.shape()[static_cast<int>(axis)]);
  for (const int64_t axis : b_rest) result.push_back(b.shape()[static_cast<int>(axis)]);
  const int64_t depth = product_of(a, a_axes);
  const Value rows = reshape(in_order(a, joined(a_rest, a_axes)), {product_of(a, a_rest), depth});
  const Value columns =
      reshape(in_order(b, joined(b_axes, b_rest)), {depth, product_of(b, b_rest)});
  return cast(reshape(matmul(rows, columns), result), dtype);
}

bool has_scalar(const ComposeContext& c) { return c.in(0).rank() == 0 || c.in(1).rank() == 0; }

// A matrix product adds the terms of one element one after the other. For a single element,
// products are summed in lanes and by threads instead.
bool is_one_element(const ComposeContext& c) {
  const Shape a = c.in(0).shape(), b = c.in(1).shape();
  return a.rank() == 1 && a == b && is_floating(c.in(0).dtype());
}

// Sums over the last axes. Bools are counted; halves are summed in float32.
Value sum_of_products(const Value& a, const Value& b) {
  const DType dtype = a.dtype();
  const DType wide = !is_floating(dtype)  ? DType::kInt64
                     : size_of(dtype) < 4 ? DType::kFloat32
                                          : dtype;
  const int64_t axes[] = {-1};
  return cast(sum(cast(a, wide) * cast(b, wide), axes, false), dtype);
}

Result<Value> dot(const ComposeContext& c) {
  if (has_scalar(c)) return c.in(0) * c.in(1);
  if (is_one_element(c)) return sum_of_products(c.in(0), c.in(1));
  return contracted(c, {c.in(0).rank() - 1}, {std::max(0, c.in(1).rank() - 2)});
}

Result<Value> inner(const ComposeContext& c) {
  if (has_scalar(c)) return c.in(0) * c.in(1);
  if (is_one_element(c)) return sum_of_products(c.in(0), c.in(1));
  return contracted(c, {c.in(0).rank() - 1}, {c.in(1).rank() - 1});
}

Value flat(const Value& x) { return x.is_scalar() ? x : reshape(x, {x.shape().elements()}); }

Result<Value> vdot(const ComposeContext& c) {
  const Shape a = c.in(0).shape(), b = c.in(1).shape();
  if (a.elements() != b.elements())
    return errors::invalid_value("vdot", "`a` and `b` must have equally many elements; got shapes ",
                                 a, " and ", b);
  if (c.in(0).is_scalar() || c.in(1).is_scalar()) return reshape(c.in(0) * c.in(1), {});
  return c.builder.call("dot", {flat(c.in(0)), flat(c.in(1))});
}

Status check_ranks(const ComposeContext& c, int first, int second) {
  const int minimum[] = {first, second};
  for (size_t i = 0; i < 2; ++i)
    if (c.in(i).rank() < minimum[i])
      return errors::invalid_value(c.op().name, "`", c.op().input_name(i), "` must have at least ",
                                   minimum[i], " axes; got shape ", c.in(i).shape());
  return {};
}

// Moves the axis to the end, where sum_of_products sums.
Value with_axis_last(const Value& x, int axis) {
  return in_order(x, joined(others(x, {axis}), {axis}));
}

Result<Value> vecdot(const ComposeContext& c) {
  WEFT_TRY(check_ranks(c, 1, 1));
  int axes[2];
  for (size_t i = 0; i < 2; ++i) {
    WEFT_ASSIGN(axes[i], normalize_axis(c.integer("axis"), c.in(i).rank(), "vecdot", "axis"));
  }
  WEFT_TRY(check_lengths(c, axes[0], axes[1]));
  return sum_of_products(with_axis_last(c.in(0), axes[0]), with_axis_last(c.in(1), axes[1]));
}

// A matrix product whose vectors get an axis of extent 1: as columns here, as rows in vecmat.
Result<Value> matvec(const ComposeContext& c) {
  WEFT_TRY(check_ranks(c, 2, 1));
  WEFT_TRY(check_lengths(c, c.in(0).rank() - 1, c.in(1).rank() - 1));
  const int64_t last[] = {-1};
  const Argument axis = Argument::of_ints(last);
  const Value columns = c.builder.call("expand_dims", {c.in(1)}, {axis});
  return c.builder.call("squeeze", {matmul(c.in(0), columns)}, {axis});
}

Result<Value> vecmat(const ComposeContext& c) {
  WEFT_TRY(check_ranks(c, 1, 2));
  WEFT_TRY(check_lengths(c, c.in(0).rank() - 1, c.in(1).rank() - 2));
  const int64_t before_last[] = {-2};
  const Argument axis = Argument::of_ints(before_last);
  const Value rows = c.builder.call("expand_dims", {c.in(0)}, {axis});
  return c.builder.call("squeeze", {matmul(rows, c.in(1))}, {axis});
}

// A column times a row, broadcast.
Result<Value> outer(const ComposeContext& c) {
  const int64_t rows = c.in(0).shape().elements(), columns = c.in(1).shape().elements();
  const Value column = c.in(0).is_scalar() ? c.in(0) : reshape(c.in(0), {rows, 1});
  return reshape(column * flat(c.in(1)), {rows, columns});
}

// The axes that an attribute names, normalised, none twice.
Result<Axes> axes_of(const ComposeContext& c, std::string_view name, int rank) {
  Axes axes;
  for (const int64_t given : c.ints(name)) {
    WEFT_ASSIGN(const int axis, normalize_axis(given, rank, c.op().name, name));
    if (std::ranges::find(axes, axis) != axes.end())
      return errors::invalid_value(c.op().name, "`", name, "` must not repeat an axis; got ", given,
                                   " twice");
    axes.push_back(axis);
  }
  return axes;
}

Result<Value> tensordot(const ComposeContext& c) {
  WEFT_ASSIGN(const Axes a_axes, axes_of(c, "a_axes", c.in(0).rank()));
  WEFT_ASSIGN(const Axes b_axes, axes_of(c, "b_axes", c.in(1).rank()));
  if (a_axes.size() != b_axes.size())
    return errors::invalid_value("tensordot", "`a_axes` and `b_axes` must be equally many; got ",
                                 a_axes.size(), " and ", b_axes.size());
  return contracted(c, a_axes, b_axes);
}

}  // namespace

WEFT_OP(dot) {
  op.doc("Sum of products over the last axis of a and the last but one (or only one) of b.")
      .input("a", "any dtype; a scalar multiplies")
      .input("b", "any dtype")
      .promote(Promotion::kCommon)
      .compose(checked<dot>)
      .like("numpy.dot")
      .sample(R"({"shapes": [[3], [3]]})")
      .sample(R"({"shapes": [[2, 3], [3, 4]]})")
      .sample(R"({"shapes": [[2, 3], [3]]})")
      .sample(R"({"shapes": [[2, 1, 3], [2, 3, 2]]})")
      .sample(R"({"shapes": [[], [2, 3]]})")
      .sample(R"({"shapes": [[2, 0], [0, 3]]})");
}

WEFT_OP(inner) {
  op.doc("Sum of products over the last axes of both arrays.")
      .input("a", "any dtype; a scalar multiplies")
      .input("b", "any dtype")
      .promote(Promotion::kCommon)
      .compose(checked<inner>)
      .like("numpy.inner")
      .sample(R"({"shapes": [[3], [3]]})")
      .sample(R"({"shapes": [[2, 2, 3], [4, 3]]})")
      .sample(R"({"shapes": [[3], [2, 3]]})")
      .sample(R"({"shapes": [[2, 3], []]})");
}

WEFT_OP(vdot) {
  op.doc("Sum of products of all elements, both arrays taken as flat.")
      .input("a", "any dtype")
      .input("b", "as many elements")
      .promote(Promotion::kCommon)
      .compose(checked<vdot>)
      .like("numpy.vdot")
      .sample(R"({"shapes": [[2, 3], [3, 2]]})")
      .sample(R"({"shapes": [[4], [4]]})")
      .sample(R"({"shapes": [[], [1]]})")
      .sample(R"({"shapes": [[0], [0, 2]]})");
}

WEFT_OP(vecdot) {
  op.doc("Sums of products of vectors along an axis; the other axes broadcast.")
      .input("x1", "any dtype, at least one axis")
      .input("x2", "as long along the axis")
      .integer("axis", -1, "axis of the vectors, of both arrays")
      .promote(Promotion::kCommon)
      .compose(checked<vecdot>)
      .like("numpy.vecdot")
      .sample(R"({"shapes": [[3], [3]]})")
      .sample(R"({"shapes": [[4, 1, 3], [2, 3]]})")
      .sample(R"({"shapes": [[3, 2], [3, 2]], "axis": 0})")
      .sample(R"({"shapes": [[2, 0], [0]]})");
}

WEFT_OP(matvec) {
  op.doc("Products of matrices and vectors; leading axes broadcast.")
      .input("x1", "any real dtype, shape (..., M, N)")
      .input("x2", "shape (..., N)")
      .promote(Promotion::kCommon)
      .compose(checked<matvec>)
      .like("numpy.matvec")
      .sample(R"({"shapes": [[3, 4], [4]]})")
      .sample(R"({"shapes": [[2, 1, 3, 4], [5, 4]]})")
      .sample(R"({"shapes": [[2, 0], [0]]})");
}

WEFT_OP(vecmat) {
  op.doc("Products of vectors and matrices; leading axes broadcast.")
      .input("x1", "any real dtype, shape (..., N)")
      .input("x2", "shape (..., N, M)")
      .promote(Promotion::kCommon)
      .compose(checked<vecmat>)
      .like("numpy.vecmat")
      .sample(R"({"shapes": [[4], [4, 3]]})")
      .sample(R"({"shapes": [[5, 4], [2, 1, 4, 3]]})")
      .sample(R"({"shapes": [[0], [0, 2]]})");
}

WEFT_OP(outer) {
  op.doc("Products of each element of a (rows) with each of b (columns), both taken as flat.")
      .input("a", "any dtype")
      .input("b", "any dtype")
      .promote(Promotion::kCommon)
      .compose(checked<outer>)
      .like("numpy.outer")
      .sample(R"({"shapes": [[3], [4]]})")
      .sample(R"({"shapes": [[2, 2], [3, 1]]})")
      .sample(R"({"shapes": [[], [2]]})")
      .sample(R"({"shapes": [[0], [2]]})");
}

WEFT_OP(tensordot) {
  op.doc("Sum of products over pairs of axes; the other axes of a, then those of b, stay.")
      .in(Namespace::kInternal)
      .input("a", "any dtype")
      .input("b", "any dtype")
      .required(AttributeKind::kInts, "a_axes", "axes of a")
      .required(AttributeKind::kInts, "b_axes", "their partners in b")
      .promote(Promotion::kCommon)
      .compose(checked<tensordot>)
      .sample(R"({"shapes": [[2, 3, 4], [3, 4, 2]], "a_axes": [1, 2], "b_axes": [0, 1]})")
      .sample(R"({"shapes": [[2, 3, 4], [4, 2, 3]], "a_axes": [0, -1], "b_axes": [1, 0]})")
      .sample(R"({"shapes": [[2, 3], [2]], "a_axes": [], "b_axes": []})")
      .sample(R"({"shapes": [[2, 0], [0, 3]], "a_axes": 1, "b_axes": 0})");
}

}  // namespace weft::ops
