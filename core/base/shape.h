// Extents of an array: a small value with room for kMaxRank axes, so it never allocates. The rules
// about shapes that several operators share (broadcasting, axis normalisation) are here, too.
#pragma once

#include <initializer_list>
#include <span>
#include <string>
#include <string_view>

#include "base/checked.h"
#include "base/status.h"
#include "base/view.h"

namespace weft {

// Also used for strides and for lists of axes.
class Shape {
 public:
  Shape() = default;
  Shape(const Shape& other) { assign(other); }
  Shape& operator=(const Shape& other) {
    assign(other);
    return *this;
  }
  Shape(std::initializer_list<int64_t> extents) {
    for (int64_t extent : extents) push_back(extent);
  }
  explicit Shape(std::span<const int64_t> extents) {
    for (int64_t extent : extents) push_back(extent);
  }

  // The shape of an optional input that is missing: rank -1 and no axes.
  static Shape absent() {
    Shape shape;
    shape.rank_ = -1;
    return shape;
  }

  int rank() const { return rank_; }
  int64_t& operator[](int axis) { return extents_[axis]; }
  int64_t operator[](int axis) const { return extents_[axis]; }
  const int64_t* begin() const { return extents_; }
  const int64_t* end() const { return extents_ + (rank_ > 0 ? rank_ : 0); }
  std::span<const int64_t> span() const { return {begin(), end()}; }

  // The caller keeps rank < kMaxRank.
  void push_back(int64_t extent) { extents_[rank_++] = extent; }
  void resize(int rank, int64_t fill = 1) {
    for (int axis = rank_; axis < rank; ++axis) extents_[axis] = fill;
    rank_ = rank;
  }
  // The product of the extents; kTooMany if it does not fit. checked_elements gives the error text.
  int64_t elements() const {
    int64_t product = 1;
    for (int64_t extent : *this)
      if (__builtin_mul_overflow(product, extent, &product)) product = kTooMany;
    return product;
  }

  friend bool operator==(const Shape& a, const Shape& b) {
    if (a.rank_ != b.rank_) return false;
    for (int axis = 0; axis < a.rank_; ++axis)
      if (a.extents_[axis] != b.extents_[axis]) return false;
    return true;
  }

 private:
  // Copies only the axes in use: every operator call copies shapes.
  void assign(const Shape& other) {
    rank_ = other.rank_;
    for (int axis = 0; axis < rank_; ++axis) extents_[axis] = other.extents_[axis];
  }

  // Not initialised: axes at and above the rank have no meaning.
  int64_t extents_[kMaxRank];
  int rank_ = 0;
};

std::string to_string(const Shape& shape);  // as Python prints a tuple: (2, 3), (4,), ()

// Row-major strides in elements.
Shape dense_strides(const Shape& shape);

// Are these strides row-major without gaps? The stride of an axis with extent 1 does not matter; an
// empty array is dense.
bool is_dense(const Shape& shape, const Shape& strides);

// NumPy's broadcasting of two shapes. In errors `op` names the operator, and `a_name` and `b_name`
// the two arguments.
Result<Shape> broadcast(const Shape& a, const Shape& b, std::string_view op,
                        std::string_view a_name, std::string_view b_name);

// Maps axis in [-rank, rank) to [0, rank).
Result<int> normalize_axis(int64_t axis, int rank, std::string_view op, std::string_view argument);

// The number of elements, or an error if an extent is negative or the product of the extents other
// than 0 is above kMaxElements. The limit holds for empty arrays, too, as in NumPy.
Result<int64_t> checked_elements(std::span<const int64_t> extents, std::string_view op,
                                 std::string_view argument);

}  // namespace weft
