// Shared by gather and scatter: where index arrays point, and the shape that this gives.
//
// Each index array belongs to one axis of the data. They broadcast together, and their common axes
// stand at `position` among those axes of the data that have no index array.
#pragma once

#include <limits>
#include <mutex>

#include "kernels/indexing/places.h"
#include "ops/op.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {

// The attributes that both have.
void place_attributes(OpDef& op);

// The common shape of index arrays.
Result<Shape> index_shape(std::span<const TensorType> indices);

// The shape of what is picked: the common axes in their place among the others of the data.
Shape placed(const Shape& data, std::span<const int64_t> axes, int64_t position,
             const Shape& common);

// The same from attributes; checks the attributes and the index arrays.
Result<Shape> picked_shape(const InferContext& c, const Shape& data,
                           std::span<const TensorType> indices);

// Refuses a value that does not broadcast to the places that it is written to.
Status check_written(std::string_view op, std::string_view argument, const Shape& value,
                     const Shape& picked);

// The places that the index arrays of a call choose, numbered along their common axes.
class ChosenPlaces {
 public:
  ChosenPlaces(const KernelCall& call, const TensorView& indexed,
               std::span<const TensorView> indices, const Shape& common);
  int64_t count() const { return count_; }
  // Their offsets in the indexed array. False where an index lies outside its axis.
  bool find(kernels::Range places, int64_t* offsets) const;
  // The error of the first such index.
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
  int64_t count_, line_;  // places, and those along the last axis
};

// Which places lie outside is found out by several threads: the first of their ranges.
class FirstOutside {
 public:
  void note(kernels::Range places);
  // Ok where none was noted.
  Status status(const ChosenPlaces& chosen) const;

 private:
  static constexpr int64_t kNone = std::numeric_limits<int64_t>::max();
  mutable std::mutex mutex_;
  kernels::Range first_{kNone, kNone};
};

// The axes of the indexed and the picked array side by side, without offsets.
kernels::Places places_of(const KernelCall& call, const TensorView& indexed,
                          const TensorView& picked, const Shape& common);

// The value itself, or a scalar as an array of the other's dtype.
Value as_array(const Value& value, const Value& like);

// data[indices] and data with the places replaced or added to. `attributes` start with those of
// place_attributes.
Value gather(const Value& data, std::span<const Value> indices,
             std::span<const Argument> attributes);
Value scatter(const Value& data, const Value& value, std::span<const Value> indices,
              std::span<const Argument> attributes, bool accumulate);

}  // namespace weft::ops
