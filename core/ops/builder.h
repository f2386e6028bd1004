// Values and the builder: gradient rules and composites are written with them.
//
// A Value is a handle of a result. An eager builder has already computed it, a graph builder has
// recorded a node for it, and a probe only notes what is read; a rule cannot tell the difference. A
// builder keeps its first error and returns harmless values from then on, so that rules need no
// checks and stay expressions.
#pragma once

#include <initializer_list>
#include <span>
#include <vector>

#include "base/status.h"
#include "ops/argument.h"
#include "ops/type.h"
#include "runtime/memory/pool.h"

namespace weft::ops {

class OpDef;
class Builder;

class Value {
 public:
  Value() = default;  // absent: an optional input, or a cotangent that is zero
  Value(Builder* builder, Ref<Tensor> tensor) : builder_(builder), tensor_(std::move(tensor)) {
    kind_ = Kind::kTensor;
  }
  Value(Builder* builder, int32_t id) : builder_(builder), kind_(Kind::kId), id_(id) {}
  Value(Builder* builder, Argument scalar)
      : builder_(builder), kind_(Kind::kScalar), scalar_(scalar) {}

  // A sum of rows; only cotangents have this form (row_sum.h).
  static Value of_rows(Builder* builder, Ref<Object> sum) {
    Value value;
    value.builder_ = builder;
    value.kind_ = Kind::kRows;
    value.rows_ = std::move(sum);
    return value;
  }

  explicit operator bool() const { return kind_ != Kind::kAbsent; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_tensor() const { return kind_ == Kind::kTensor; }
  bool is_rows() const { return kind_ == Kind::kRows; }

  Builder& builder() const { return *builder_; }
  const Ref<Tensor>& tensor() const { return tensor_; }
  // Only for a value that is not used again.
  Ref<Tensor> take_tensor() { return std::move(tensor_); }
  int32_t id() const { return id_; }
  const Argument& scalar() const { return scalar_; }
  const Ref<Object>& rows() const { return rows_; }

  // Returned by value, because an eager value makes its type when it is asked.
  TensorType type() const;
  Shape shape() const { return type().shape; }
  DType dtype() const { return type().dtype; }
  int rank() const { return type().shape.rank(); }

 private:
  enum class Kind : uint8_t { kAbsent, kTensor, kId, kScalar, kRows };
  Builder* builder_ = nullptr;
  Kind kind_ = Kind::kAbsent;
  int32_t id_ = -1;
  Argument scalar_;
  Ref<Tensor> tensor_;
  Ref<Object> rows_;
};

using Values = PoolVector<Value>;

// Used by one thread at a time.
class Builder {
 public:
  virtual ~Builder() = default;

  // Applies an operator. Inputs may be weak scalars; `attributes` are in schema order and may stop
  // early, then the defaults follow. Composites are expanded, and dtypes are promoted.
  virtual Values emit(const OpDef& op, std::span<const Value> inputs,
                      std::span<const Argument> attributes) = 0;
  virtual TensorType type(const Value& value) = 0;

  // The first output of an operator found by its name. Names are literals in the core, so a wrong
  // name is our defect.
  Value call(std::string_view op, std::initializer_list<Value> inputs,
             std::initializer_list<Argument> attributes = {});
  Values call_all(std::string_view op, std::initializer_list<Value> inputs,
                  std::initializer_list<Argument> attributes = {});

  // Keeps the first error only: later ones follow from it.
  void fail(Status status) {
    if (status_.ok()) status_ = std::move(status);
  }
  // Puts the name of the operator that the user called into the error.
  void tell_as(std::string_view op);
  const Status& status() const { return status_; }

 private:
  Status status_;
};

// A weak scalar: it takes the dtype of the array that it meets.
Value scalar(const Value& like, double x);

Value operator+(const Value& a, const Value& b);
Value operator-(const Value& a, const Value& b);
Value operator*(const Value& a, const Value& b);
Value operator/(const Value& a, const Value& b);
Value operator-(const Value& a);
Value operator+(const Value& a, double b);
Value operator-(const Value& a, double b);
Value operator*(const Value& a, double b);
Value operator/(const Value& a, double b);
Value operator+(double a, const Value& b);
Value operator-(double a, const Value& b);
Value operator*(double a, const Value& b);
Value operator/(double a, const Value& b);

Value exp(const Value& x);
Value log(const Value& x);
Value where(const Value& mask, const Value& a, const Value& b);
Value greater(const Value& a, const Value& b);
Value equal(const Value& a, const Value& b);
Value cast(const Value& x, DType dtype);
Value reshape(const Value& x, const Shape& shape);
Value transpose(const Value& x, std::span<const int64_t> axes);
Value swap_last_axes(const Value& x);
Value broadcast_to(const Value& x, const Shape& shape);
Value sum(const Value& x, std::span<const int64_t> axes, bool keepdims);
Value matmul(const Value& a, const Value& b);
// A view of `size` elements along one axis, from `begin`, `step` apart.
Value slice(const Value& x, int axis, int64_t begin, int64_t size, int64_t step = 1);
Value concatenate(std::span<const Value> parts, int axis);
Value zeros(const Value& like, const TensorType& type);
// The `count` int64 numbers begin, begin + 1, …
Value iota(Builder& builder, int64_t begin, int64_t count);

// Sums over the axes that broadcasting to x's shape added or repeated.
Value sum_to(const Value& x, const Shape& shape);

}  // namespace weft::ops
