// Shared by gather and scatter: where index arrays point, and the shape that this gives.
//
// Each index array belongs to one axis of the data. They broadcast together, and their common axes
// stand at `position` among those axes of the data that have no index array.
#pragma once

#include "kernels/places.h"
#include "ops/kernel_call.h"
#include "ops/op.h"

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

// The axes of the indexed and the picked array side by side. Refuses an index outside its axis.
// `offsets` has room for one number per place.
Result<kernels::Places> find_places(const KernelCall& call, const TensorView& indexed,
                                    const TensorView& picked, std::span<const TensorView> indices,
                                    int64_t* offsets);

// data[indices] and data with the places replaced or added to. `attributes` start with those of
// place_attributes.
Value gather(const Value& data, std::span<const Value> indices,
             std::span<const Argument> attributes);
Value scatter(const Value& data, const Value& value, std::span<const Value> indices,
              std::span<const Argument> attributes, bool accumulate);

}  // namespace weft::ops
