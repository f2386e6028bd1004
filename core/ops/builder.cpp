// The short functions that rules and composites are written with: each calls one operator by name.

#include "ops/builder.h"

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/row_sum.h"

namespace weft::ops {
namespace {

// The builder of the first array; a weak scalar has one, too, but takes its dtype from an array.
Builder& builder_of(std::initializer_list<const Value*> values) {
  for (const Value* value : values)
    if (*value && !value->is_scalar()) return value->builder();
  return (*values.begin())->builder();
}

Value call1(std::string_view op, const Value& x) { return x.builder().call(op, {x}); }
Value call2(std::string_view op, const Value& a, const Value& b) {
  return builder_of({&a, &b}).call(op, {a, b});
}

Argument ints(std::span<const int64_t> values) { return Argument::of_ints(values); }

}  // namespace

TensorType Value::type() const {
  return is_rows() ? row_sum_of(*this).table : builder_->type(*this);
}

Values Builder::call_all(std::string_view op, std::initializer_list<Value> inputs,
                         std::initializer_list<Argument> attributes) {
  return emit(op_named(op), {inputs.begin(), inputs.size()},
              {attributes.begin(), attributes.size()});
}

Value Builder::call(std::string_view op, std::initializer_list<Value> inputs,
                    std::initializer_list<Argument> attributes) {
  return call_all(op, inputs, attributes)[0];
}

void Builder::tell_as(std::string_view op) {
  if (!status_.ok()) status_ = errors::renamed(status_, op);
}

Value scalar(const Value& like, double x) { return {&like.builder(), Argument::of_float(x)}; }
Value operator+(const Value& a, const Value& b) { return call2("add", a, b); }
Value operator-(const Value& a, const Value& b) { return call2("subtract", a, b); }
Value operator*(const Value& a, const Value& b) { return call2("multiply", a, b); }
Value operator/(const Value& a, const Value& b) { return call2("divide", a, b); }
Value operator-(const Value& a) { return call1("negative", a); }
Value operator+(const Value& a, double b) { return a + scalar(a, b); }
Value operator-(const Value& a, double b) { return a - scalar(a, b); }
Value operator*(const Value& a, double b) { return a * scalar(a, b); }
Value operator/(const Value& a, double b) { return a / scalar(a, b); }
Value operator+(double a, const Value& b) { return scalar(b, a) + b; }
Value operator-(double a, const Value& b) { return scalar(b, a) - b; }
Value operator*(double a, const Value& b) { return scalar(b, a) * b; }
Value operator/(double a, const Value& b) { return scalar(b, a) / b; }

Value exp(const Value& x) { return call1("exp", x); }
Value log(const Value& x) { return call1("log", x); }
Value where(const Value& mask, const Value& a, const Value& b) {
  return builder_of({&mask, &a, &b}).call("where", {mask, a, b});
}
Value greater(const Value& a, const Value& b) { return call2("greater", a, b); }
Value equal(const Value& a, const Value& b) { return call2("equal", a, b); }

Value cast(const Value& x, DType dtype) {
  return x.dtype() == dtype ? x : x.builder().call("cast", {x}, {Argument::of_dtype(dtype)});
}

Value reshape(const Value& x, const Shape& shape) {
  return x.shape() == shape ? x : x.builder().call("reshape", {x}, {ints(shape.span())});
}

Value transpose(const Value& x, std::span<const int64_t> axes) {
  return x.builder().call("transpose", {x}, {ints(axes)});
}

Value swap_last_axes(const Value& x) {
  const int rank = x.rank();
  int64_t axes[kMaxRank];
  for (int axis = 0; axis < rank; ++axis) axes[axis] = axis;
  std::swap(axes[rank - 1], axes[rank - 2]);
  return transpose(x, {axes, static_cast<size_t>(rank)});
}

Value broadcast_to(const Value& x, const Shape& shape) {
  return x.shape() == shape ? x : x.builder().call("broadcast_to", {x}, {ints(shape.span())});
}

Value sum(const Value& x, std::span<const int64_t> axes, bool keepdims) {
  return x.builder().call("sum", {x}, {ints(axes), Argument::of_bool(keepdims)});
}

Value matmul(const Value& a, const Value& b) { return call2("matmul", a, b); }

Value slice(const Value& x, int axis, int64_t begin, int64_t size, int64_t step) {
  const Shape shape = x.shape();
  Shape begins, sizes = shape, steps;
  begins.resize(shape.rank(), 0);
  steps.resize(shape.rank(), 1);
  begins[axis] = begin;
  sizes[axis] = size;
  steps[axis] = step;
  return x.builder().call("slice", {x},
                          {ints(begins.span()), ints(sizes.span()), ints(steps.span())});
}

Value concatenate(std::span<const Value> parts, int axis) {
  const Argument attribute = Argument::of_int(axis);
  return parts[0].builder().emit(op_named("concatenate"), parts, {&attribute, 1})[0];
}

Value zeros(const Value& like, const TensorType& type) {
  return like.builder().call(
      "full", {}, {ints(type.shape.span()), Argument::of_float(0), Argument::of_dtype(type.dtype)});
}

Value iota(Builder& builder, int64_t begin, int64_t count) {
  return builder.call("arange", {},
                      {Argument::of_float(static_cast<double>(begin)),
                       Argument::of_float(static_cast<double>(begin + count)),
                       Argument::of_float(1), Argument::of_dtype(DType::kInt64)});
}

// The transpose of broadcasting: y = broadcast(x) repeats elements, so a cotangent of y is summed
// over the repeated axes. keepdims keeps the other axes in place until the reshape drops the added
// ones.
Value sum_to(const Value& x, const Shape& shape) {
  const Shape from = x.shape();
  if (from == shape) return x;
  int64_t axes[kMaxRank];
  size_t count = 0;
  const int added = from.rank() - shape.rank();
  for (int axis = 0; axis < from.rank(); ++axis)
    if (axis < added || (shape[axis - added] == 1 && from[axis] != 1)) axes[count++] = axis;
  return reshape(count ? sum(x, {axes, count}, true) : x, shape);
}

}  // namespace weft::ops
