// From index arrays to offsets: the shape of what they pick, checks of their attributes, and
// walking over index arrays that broadcast.

#include "ops/indexing/places_impl.h"

#include <algorithm>

#include "base/errors.h"
#include "ops/registry.h"

namespace weft::ops {
namespace {

Status check_axes(const InferContext& c, const Shape& data, size_t indices) {
  const auto axes = c.ints("axes");
  if (axes.size() != indices)
    return errors::invalid_value(c.op().name, "`axes` must have one number for each of the ",
                                 indices, " index arrays; got ", axes.size());
  int64_t last = -1;
  for (const int64_t axis : axes) {
    if (axis <= last || axis >= data.rank())
      return errors::invalid_value(c.op().name,
                                   "`axes` must be ascending axes of an array of rank ",
                                   data.rank(), "; got ", axis, " after ", last);
    last = axis;
  }
  const int64_t rest = data.rank() - static_cast<int64_t>(indices);
  if (c.integer("position") < 0 || c.integer("position") > rest)
    return errors::invalid_value(c.op().name, "`position` must be in [0, ", rest, "]; got ",
                                 c.integer("position"));
  const size_t shown = c.ints("shown_axes").size();
  if (shown != 0 && shown != indices)
    return errors::invalid_value(c.op().name, "`shown_axes` must have as many numbers as `axes`, ",
                                 indices, "; got ", shown);
  return {};
}

// Is the axis in the list?
bool holds(std::span<const int64_t> axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

}  // namespace

void place_attributes(OpDef& op) {
  op.required(AttributeKind::kInts, "axes", "the axis of each index array, ascending")
      .integer("position", 0, "where the axes of the index arrays stand among the others")
      .ints("shown_axes", {}, "the axes as errors name them, if they have other numbers there");
}

Result<Shape> index_shape(std::span<const TensorType> indices) {
  Shape common = indices[0].shape;
  for (const TensorType& index : indices) {
    Result<Shape> joined = broadcast(common, index.shape, "index", "indices", "indices");
    if (!joined.ok())
      return errors::index_out_of_range("index",
                                        "index arrays must broadcast together; got shapes ", common,
                                        " and ", index.shape);
    common = joined.take();
  }
  return common;
}

Shape placed(const Shape& data, std::span<const int64_t> axes, int64_t position,
             const Shape& common) {
  Shape shape;
  int kept = 0;
  const auto put_places = [&] {
    if (kept != position) return;
    for (const int64_t extent : common) shape.push_back(extent);
  };
  put_places();
  for (int axis = 0; axis < data.rank(); ++axis) {
    if (holds(axes, axis)) continue;
    shape.push_back(data[axis]);
    ++kept;
    put_places();
  }
  return shape;
}

Result<Shape> picked_shape(const InferContext& c, const Shape& data,
                           std::span<const TensorType> indices) {
  WEFT_TRY(check_axes(c, data, indices.size()));
  for (const TensorType& index : indices)
    if (index.dtype != DType::kInt64)
      return errors::invalid_type(c.op().name, "`indices` must be int64; got ", index.dtype);
  WEFT_ASSIGN(const Shape common, index_shape(indices));
  const int rest = data.rank() - static_cast<int>(indices.size());
  if (rest + common.rank() > kMaxRank)
    return errors::rank_too_large(c.op().name, "indices", rest + common.rank());
  const Shape shape = placed(data, c.ints("axes"), c.integer("position"), common);
  WEFT_TRY(checked_elements(shape.span(), c.op().name, "indices").status());
  return shape;
}

Status check_written(std::string_view op, std::string_view argument, const Shape& value,
                     const Shape& picked) {
  const auto joined = broadcast(value, picked, op, argument, "places");
  if (joined.ok() && joined.value() == picked) return {};
  return errors::invalid_value(op, "`", argument, "` of shape ", value,
                               " does not broadcast to the shape that the index gives, ", picked);
}

ChosenPlaces::ChosenPlaces(const KernelCall& call, const TensorView& indexed,
                           std::span<const TensorView> indices, const Shape& common)
    : count_(common.elements()), line_(common.rank() == 0 ? 1 : common[common.rank() - 1]) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto axes = a.ints("axes");
  const auto shown = a.ints("shown_axes").empty() ? axes : a.ints("shown_axes");
  for (size_t k = 0; k < indices.size(); ++k)
    indices_.push_back({broadcast_view(indices[k], common),
                        {indexed.shape[axes[k]], indexed.strides[axes[k]]},
                        shown[k]});
}

// Calls body(numbers, step, count) for the part of each line of the index array that `places`
// cover.
template <class Body>
void ChosenPlaces::for_lines(const Index& index, kernels::Range places, const Body& body) const {
  const int last = index.view.rank - 1;
  const int64_t step = last < 0 ? 0 : index.view.strides[last];
  for (int64_t i = places.begin; i < places.end;) {
    const int64_t at = i % line_;
    int64_t from = at * step;
    int64_t number = i / line_;
    for (int axis = last - 1; axis >= 0; --axis) {
      from += number % index.view.shape[axis] * index.view.strides[axis];
      number /= index.view.shape[axis];
    }
    const int64_t count = std::min(line_ - at, places.end - i);
    body(static_cast<const int64_t*>(index.view.data) + from, step, count);
    i += count;
  }
}

// The offset of a place is the sum over all index arrays: index times the stride of its axis.
bool ChosenPlaces::find(kernels::Range places, int64_t* offsets) const {
  bool inside = true;
  std::fill_n(offsets, places.end - places.begin, 0);
  for (const Index& index : indices_) {
    int64_t* to = offsets;
    for_lines(index, places, [&](const int64_t* numbers, int64_t step, int64_t count) {
      inside &= kernels::add_offsets(index.axis, numbers, step, count, to);
      to += count;
    });
  }
  return inside;
}

// Only after a failure: searches the first bad index for the error text.
Status ChosenPlaces::outside(kernels::Range places) const {
  Status found;
  for (const Index& index : indices_) {
    for_lines(index, places, [&](const int64_t* numbers, int64_t step, int64_t count) {
      for (int64_t i = 0; i < count && found.ok(); ++i) {
        const int64_t number = numbers[i * step];
        if (number < -index.axis.extent || number >= index.axis.extent)
          found = errors::index_out_of_range("index", number, " is out of bounds for axis ",
                                             index.shown_axis, " with extent ", index.axis.extent);
      }
    });
  }
  return found;
}

void FirstOutside::note(kernels::Range places) {
  const std::lock_guard lock(mutex_);
  if (places.begin < first_.begin) first_ = places;
}

Status FirstOutside::status(const ChosenPlaces& chosen) const {
  const std::lock_guard lock(mutex_);
  return first_.begin == kNone ? Status() : chosen.outside(first_);
}

kernels::Places places_of(const KernelCall& call, const TensorView& indexed,
                          const TensorView& picked, const Shape& common) {
  const AttributeReader a = call.op.reader(call.attributes);
  kernels::Places places{indexed.dtype, {}, {}, {}, nullptr};
  const auto position = static_cast<int>(a.integer("position"));
  for (int i = 0; i < common.rank(); ++i)
    places.chosen.append(common[i], 0, picked.strides[position + i]);
  int kept = 0;
  for (int axis = 0; axis < indexed.rank; ++axis) {
    if (holds(a.ints("axes"), axis)) continue;
    const bool is_before = kept < position;
    const int own = is_before ? kept : kept + common.rank();
    (is_before ? places.before : places.after)
        .append(indexed.shape[axis], indexed.strides[axis], picked.strides[own]);
    ++kept;
  }
  return places;
}

Value gather(const Value& data, std::span<const Value> indices,
             std::span<const Argument> attributes) {
  Values inputs{data};
  inputs.insert(inputs.end(), indices.begin(), indices.end());
  return data.builder().emit(op_named("gather"), inputs, attributes.first(3))[0];
}

Value as_array(const Value& value, const Value& like) {
  if (!value.is_scalar()) return value;
  const Argument& scalar = value.scalar();
  // `full` takes its value as float64, which holds every integer up to 2^53. A larger one, or one
  // for uint64 that is a negative integer with the same bits, is multiplied in instead.
  constexpr int64_t kMax = int64_t{1} << 53;
  const bool is_exact =
      scalar.tag != Tag::kInt || is_floating(like.dtype()) || like.dtype() == DType::kBool ||
      (scalar.integer >= (like.dtype() == DType::kUInt64 ? 0 : -kMax) && scalar.integer <= kMax);
  const Value filled = like.builder().call(
      "full", {},
      {Argument::of_ints({}), Argument::of_float(is_exact ? scalar.as_double() : 1),
       Argument::of_dtype(like.dtype())});
  return is_exact ? filled : filled * value;
}

Value scatter(const Value& data, const Value& value, std::span<const Value> indices,
              std::span<const Argument> attributes, bool accumulate) {
  const DType dtype = data.dtype();
  const DType sum = accumulate && is_half(dtype) ? DType::kFloat32 : dtype;
  Values inputs{cast(data, sum), cast(as_array(value, data), sum)};
  inputs.insert(inputs.end(), indices.begin(), indices.end());
  const Argument all[] = {attributes[0], attributes[1], attributes[2],
                          Argument::of_bool(accumulate)};
  return cast(data.builder().emit(op_named("scatter"), inputs, all)[0], dtype);
}

}  // namespace weft::ops
