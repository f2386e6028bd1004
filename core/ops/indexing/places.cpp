#include "ops/indexing/places.h"

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

bool holds(std::span<const int64_t> axes, int axis) {
  return std::find(axes.begin(), axes.end(), axis) != axes.end();
}

// Adds what one index array contributes to the offsets.
Status add_offsets(const TensorView& index, const Shape& common, int64_t extent, int64_t stride,
                   int64_t shown_axis, int64_t* offsets) {
  const TensorView view = broadcast_view(index, common);
  const auto* numbers = static_cast<const int64_t*>(view.data);
  const int last = view.rank - 1;
  const int64_t line = last < 0 ? 1 : view.shape[last];
  const int64_t step = last < 0 ? 0 : view.strides[last];
  const int64_t count = common.elements();
  int64_t at[kMaxRank] = {};
  int64_t from = 0;
  for (int64_t begin = 0; begin < count; begin += line) {
    for (int64_t i = 0; i < line; ++i) {
      const int64_t number = numbers[from + i * step];
      if (number < -extent || number >= extent)
        return errors::index_out_of_range("index", number, " is out of bounds for axis ",
                                          shown_axis, " with extent ", extent);
      offsets[begin + i] += (number < 0 ? number + extent : number) * stride;
    }
    for (int axis = last - 1; axis >= 0; --axis) {
      from += view.strides[axis];
      if (++at[axis] < view.shape[axis]) break;
      at[axis] = 0;
      from -= view.strides[axis] * view.shape[axis];
    }
  }
  return {};
}

Value scalar_array(const Value& like, const Argument& number) {
  return like.builder().call("full", {},
                             {Argument::of_ints({}), Argument::of_float(number.as_double()),
                              Argument::of_dtype(like.dtype())});
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

Result<kernels::Places> find_places(const KernelCall& call, const TensorView& indexed,
                                    const TensorView& picked, std::span<const TensorView> indices,
                                    int64_t* offsets) {
  const AttributeReader a = call.op.reader(call.attributes);
  const auto axes = a.ints("axes");
  const auto shown = a.ints("shown_axes").empty() ? axes : a.ints("shown_axes");
  PoolVector<TensorType> types;
  for (const TensorView& index : indices) types.push_back(type_of(index));
  WEFT_ASSIGN(const Shape common, index_shape(types));

  kernels::Places places{indexed.dtype, {}, {}, {}, offsets};
  std::fill_n(offsets, common.elements(), 0);
  for (size_t k = 0; k < indices.size(); ++k)
    WEFT_TRY(add_offsets(indices[k], common, indexed.shape[axes[k]], indexed.strides[axes[k]],
                         shown[k], offsets));
  const auto position = static_cast<int>(a.integer("position"));
  for (int i = 0; i < common.rank(); ++i)
    places.chosen.append(common[i], 0, picked.strides[position + i]);
  int kept = 0;
  for (int axis = 0; axis < indexed.rank; ++axis) {
    if (holds(axes, axis)) continue;
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

Value scatter(const Value& data, const Value& value, std::span<const Value> indices,
              std::span<const Argument> attributes, bool accumulate) {
  const DType dtype = data.dtype();
  const bool is_half = dtype == DType::kFloat16 || dtype == DType::kBFloat16;
  const DType sum = accumulate && is_half ? DType::kFloat32 : dtype;
  const Value array = value.is_scalar() ? scalar_array(data, value.scalar()) : value;
  Values inputs{cast(data, sum), cast(array, sum)};
  inputs.insert(inputs.end(), indices.begin(), indices.end());
  const Argument all[] = {attributes[0], attributes[1], attributes[2],
                          Argument::of_bool(accumulate)};
  return cast(data.builder().emit(op_named("scatter"), inputs, all)[0], dtype);
}

}  // namespace weft::ops
