// Reading and writing where index arrays point: the two primitives under x[index]. The adjoint of
// gather is scatter with addition; the gradient of a write needs to know which values were not
// overwritten.

#include <algorithm>

#include "base/errors.h"
#include "ops/indexing/places_impl.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/split_work.h"
#include "runtime/engine/threads.h"

namespace weft::ops {
namespace {

Result<Types> infer_gather(const InferContext& c) {
  WEFT_ASSIGN(const Shape shape, picked_shape(c, c.in[0].shape, c.in.subspan(1)));
  return Types{{c.in[0].dtype, shape}};
}

Result<Types> infer_scatter(const InferContext& c) {
  WEFT_ASSIGN(const Shape picked, picked_shape(c, c.in[0].shape, c.in.subspan(2)));
  WEFT_TRY(check_written("index", "value", c.in[1].shape, picked));
  if (is_half(c.in[0].dtype) && c.flag("accumulate"))
    return errors::invalid_type("scatter", "`x` must not be of a half type to accumulate; got ",
                                c.in[0].dtype);
  return Types{{c.in[0].dtype, c.in[0].shape}};
}

Result<Shape> common_shape(std::span<const TensorView> indices) {
  PoolVector<TensorType> types;
  for (const TensorView& index : indices) types.push_back(type_of(index));
  return index_shape(types);
}

// Scratch: one offset for each place.
template <size_t first>
int64_t bytes_of_offsets(const SlotTypes& types, int) {
  const Result<Shape> shape = index_shape(types.in.subspan(first));
  return shape.ok() ? shape.value().elements() * static_cast<int64_t>(sizeof(int64_t)) : 0;
}

constexpr int64_t kPlacesAtOnce = 1024;  // their offsets stay in the first-level cache

// For single elements that lie side by side in the result: offsets are computed piece by piece,
// just before they are used.
Status gather_elements(const ChosenPlaces& chosen, const kernels::Places& places,
                       const TensorView& data, const TensorView& out) {
  FirstOutside outside;
  const int64_t step = places.chosen.picked_step() * size_of(out.dtype);
  split_work(chosen.count(), 2 * chosen.count(), nullptr, 0, [&](kernels::Range range, void*) {
    int64_t offsets[kPlacesAtOnce];
    kernels::Places piece = places;
    piece.offsets = offsets;
    for (int64_t i = range.begin; i < range.end; i += kPlacesAtOnce) {
      const kernels::Range part{i, std::min(range.end, i + kPlacesAtOnce)};
      if (chosen.find(part, offsets))
        kernels::run_gather(piece, data.data, static_cast<char*>(out.data) + i * step,
                            {0, part.end - i});
      else
        outside.note(part);
    }
  });
  return outside.status(chosen);
}

// Computes the offsets of all places; the error names the first index that is outside.
Status find_all(const ChosenPlaces& chosen, int64_t* offsets) {
  FirstOutside outside;
  split_work(chosen.count(), chosen.count(), nullptr, 0, [&](kernels::Range range, void*) {
    if (!chosen.find(range, offsets + range.begin)) outside.note(range);
  });
  return outside.status(chosen);
}

Status run_gather(const KernelCall& call) {
  const TensorView& data = call.in[0];
  const TensorView& out = call.out[0];
  const auto indices = call.in.subspan(1);
  WEFT_ASSIGN(const Shape common, common_shape(indices));
  const ChosenPlaces chosen(call, data, indices, common);
  kernels::Places places = places_of(call, data, out, common);
  if (places.has_single_elements() && places.before.rank == 0)
    return gather_elements(chosen, places, data, out);
  auto* const offsets = static_cast<int64_t*>(call.scratch);
  WEFT_TRY(find_all(chosen, offsets));
  places.offsets = offsets;
  if (elements_of(out) == 0) return {};
  split_work(places.rows(), elements_of(out), nullptr, 0, [&](kernels::Range rows, void*) {
    kernels::run_gather(places, data.data, out.data, rows);
  });
  return {};
}

Status run_scatter(const KernelCall& call) {
  const TensorView& out = call.out[0];
  const AttributeReader a = call.op.reader(call.attributes);
  const auto indices = call.in.subspan(2);
  WEFT_ASSIGN(const Shape common, common_shape(indices));
  const Shape picked = placed(shape_of(out), a.ints("axes"), a.integer("position"), common);
  const TensorView value = broadcast_view(call.in[1], picked);
  auto* const offsets = static_cast<int64_t*>(call.scratch);
  WEFT_TRY(find_all(ChosenPlaces(call, out, indices, common), offsets));
  kernels::Places places = places_of(call, out, value, common);
  places.offsets = offsets;
  if (out.data != call.in[0].data) copy_elements(out, call.in[0]);
  const int64_t work = picked.elements();
  if (work == 0) return {};
  // Every part looks at every place, which pays if each place has many elements. One part owns each
  // place, so the number of parts changes no bit of the result.
  const bool shared = work > kElementwiseGrain && num_threads() > 1;
  const int64_t parts =
      shared && work >= 8 * common.elements() ? std::min(16, 4 * num_threads()) : 1;
  split_work(parts, work, nullptr, 0, [&](kernels::Range range, void*) {
    for (int64_t part = range.begin; part < range.end; ++part)
      kernels::run_scatter(places, out.data, value.data, a.flag("accumulate"), part, parts);
  });
  return {};
}

template <size_t first>
Slot slot(KernelFunction run) {
  Slot s;
  s.run = run;
  s.exactness = Exactness::kExact;
  s.scratch_bytes = bytes_of_offsets<first>;
  return s;
}

Slot scatter_slot() {
  Slot s = slot<2>(run_scatter);
  s.updates = true;
  return s;
}

Values indices_of(const GradContext& g, size_t first) {
  Values indices;
  for (size_t i = first; i < g.inputs(); ++i) indices.push_back(g.in(i));
  return indices;
}

// Several places may be the same element, so their cotangents are added.
Values gather_gradient(const GradContext& g) {
  Values cotangents(g.inputs());
  const Value zero = zeros(g.dout(), {g.dout().dtype(), g.in(0).shape()});
  cotangents[0] = scatter(zero, g.dout(), indices_of(g, 1), g.all(), true);
  return cotangents;
}

// Which values are still there after a write: of several at one place, the last. Each value gets a
// number; after writing the numbers, a value that finds its own number again was not overwritten.
Value survivors(const GradContext& g, std::span<const Value> indices) {
  const Shape data = g.in(0).shape();
  PoolVector<TensorType> types;
  for (const Value& index : indices) types.push_back(index.type());
  Shape common = index_shape(types).value();
  Shape extents;
  PoolVector<int64_t> axes;
  for (const int64_t axis : g.ints("axes")) {
    axes.push_back(extents.rank());
    extents.push_back(data[static_cast<int>(axis)]);
  }
  const Argument whole[] = {Argument::of_ints(axes), Argument::of_int(0), Argument::of_ints({})};
  const Value numbers = reshape(iota(g.builder(), 0, common.elements()), common);
  const Value blank = zeros(g.dout(), {DType::kInt64, extents});
  const Value found = gather(scatter(blank, numbers, indices, whole, false), indices, whole);
  const int after = data.rank() - extents.rank() - static_cast<int>(g.integer("position"));
  for (int i = 0; i < after; ++i) common.push_back(1);
  return reshape(equal(found, numbers), common);
}

// Added values leave the base's cotangent as it is; replaced elements have none.
Values scatter_gradient(const GradContext& g) {
  Values cotangents(g.inputs());
  const Values indices = indices_of(g, 2);
  const Value zero = zeros(g.dout(), {g.dout().dtype(), Shape()});
  const bool adds = g.flag("accumulate");
  if (g.needs(0))
    cotangents[0] = adds ? g.dout() : scatter(g.dout(), zero, indices, g.all(), false);
  if (!g.needs(1)) return cotangents;
  const Value picked = gather(g.dout(), indices, g.all());
  cotangents[1] = adds ? picked : where(survivors(g, indices), picked, zero);
  return cotangents;
}

OpDef& index_list(OpDef& op) {
  op.input_list("indices", "int64 arrays that broadcast together; negative ones count back");
  op.inputs.back().keeps_dtype = true;
  place_attributes(op);
  return op;
}

}  // namespace

WEFT_OP(gather) {
  op.doc("Elements or slices at the places that index arrays choose: x[index].")
      .in(Namespace::kInternal)
      .input("x", "any dtype");
  index_list(op)
      .infer(infer_gather)
      .gradient(gather_gradient)
      .kernel(slot<1>(run_gather))
      .sample(R"({"shapes": [[4, 3], [2, 2]], "dtypes": [null, "int64"], "axes": [0]})")
      .sample(R"({"shapes": [[4, 3, 5], [6], [2, 1]], "dtypes": [null, "int64", "int64"],
                  "axes": [0, 1]})")
      .sample(R"({"shapes": [[2, 3, 4, 5], [7], [7]], "dtypes": [null, "int64", "int64"],
                  "axes": [1, 3], "position": 1,
                  "shown_axes": [2, 4]})")
      .sample(R"({"shapes": [[3], [0]], "dtypes": [null, "int64"], "axes": [0]})");
}

WEFT_OP(scatter) {
  op.doc(
        "The array with its elements at chosen places replaced, the last one winning, or added to.")
      .in(Namespace::kInternal)
      .input("x", "any dtype, but no half type to accumulate")
      .input("value", "broadcasts to what the index picks")
      .promote(Promotion::kCommon);
  index_list(op)
      .boolean("accumulate", false, "add instead of replacing")
      .infer(infer_scatter)
      .gradient(scatter_gradient)
      .kernel(scatter_slot())
      .sample(R"({"shapes": [[4, 3], [2, 2, 3], [2, 2]], "dtypes": [null, null, "int64"],
                  "axes": [0]})")
      .sample(R"({"shapes": [[4, 3], [3], [9]], "dtypes": [null, null, "int64"], "axes": [0],
                  "accumulate": true})")
      .sample(R"({"shapes": [[2, 3, 4, 5], [2, 7, 1], [7], [7]],
                  "dtypes": [null, null, "int64", "int64"], "axes": [1, 3], "position": 1,
                  "shown_axes": [2, 4]})")
      .sample(R"({"shapes": [[3], [], [0]], "dtypes": [null, null, "int64"], "axes": [0]})");
}

}  // namespace weft::ops
