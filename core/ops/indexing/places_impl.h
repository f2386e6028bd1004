// What gather and scatter share: where index arrays point, and the resulting shape.
//
// Each index array belongs to one axis of the data. The index arrays broadcast together; their
// common axes stand at `position` among the axes of the data that have no index array.
#pragma once

#include <limits>
#include <mutex>

#include "kernels/indexing/places.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {

// Adds the attributes that both operators have.
void place_attributes(OpDef& op);

// The common shape of index arrays.
Result<Shape> index_shape(std::span<const TensorType> indices);

// The shape of what is picked: the common axes at their position among the data's other axes.
Shape placed(const Shape& data, std::span<const int64_t> axes, int64_t position,
             const Shape& common);

// The same from attributes; also checks the attributes and the index arrays.
Result<Shape> picked_shape(const InferContext& c, const Shape& data,
                           std::span<const TensorType> indices);

// Refuses a value that does not broadcast to the shape that the index picks.
Status check_written(std::string_view op, std::string_view argument, const Shape& value,
                     const Shape& picked);

// The places that a call's index arrays choose, numbered along their common axes.
class ChosenPlaces {
 public:
  ChosenPlaces(const KernelCall& call, const TensorView& indexed,
               std::span<const TensorView> indices, const Shape& common);
  int64_t count() const { return count_; }
  // Writes their offsets in the indexed array. False if an index lies outside its axis.
  bool find(kernels::Range places, int64_t* offsets) const;
  // The error for the first index that lies outside.
  Status outside(kernels::Range places) const;

 private:
  struct Index {
    TensorView view;
    kernels::CountedAxis axis;
    int64_t shown_axis;
  };
  template <class Body>
  void for_lines(const Index& index, kernels::Range places, const Body& body) const;

  PoolVector<Index> indices_;
  int64_t count_, line_;  // all places, and those along the last axis
};

// Several threads look for bad indices; this keeps the first of their ranges, so that the error
// does not depend on timing.
class FirstOutside {
 public:
  void note(kernels::Range places);
  // Success if no range was noted.
  Status status(const ChosenPlaces& chosen) const;

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  mutable std::mutex mutex_;
  kernels::Range first_{kNone, kNone};
};

// The axes of the indexed and of the picked array with their strides; offsets are filled in later.
kernels::Places places_of(const KernelCall& call, const TensorView& indexed,
                          const TensorView& picked, const Shape& common);

// The value itself, or a weak scalar as an array of `like`'s dtype.
Value as_array(const Value& value, const Value& like);

// data[indices], and data with the places replaced or added to. `attributes` begins with those of
// place_attributes.
Value gather(const Value& data, std::span<const Value> indices,
             std::span<const Argument> attributes);
Value scatter(const Value& data, const Value& value, std::span<const Value> indices,
              std::span<const Argument> attributes, bool accumulate);

}  // namespace weft::ops
