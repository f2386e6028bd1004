// Cuts an array into parts along one axis. The parts are views, and the cotangent of all of them is
// one concatenation.

#include "base/errors.h"
#include "ops/registry.h"
#include "ops/rules.h"
#include "ops/slots/copy_slot.h"
#include "ops/slots/kernel_call.h"

namespace weft::ops {
namespace {

constexpr std::string_view kSections = "indices_or_sections";

// A list of n indices makes n + 1 parts; a number is the number of parts.
Result<size_t> count_parts(const AttributeReader& a) {
  const Argument& given = a.get(kSections);
  if (given.tag == Tag::kInts) return given.as_ints().size() + 1;
  if (given.integer >= 1 && given.integer <= static_cast<int64_t>(kMaxListed))
    return static_cast<size_t>(given.integer);
  return errors::invalid_value(a.op().name, "`", kSections, "` must be from 1 to ", kMaxListed,
                               "; got ", given.integer);
}

// The elements [begin, end) of a part along the axis. Indices work as in Python's slices. Without
// indices, the first parts get one element more if the extent does not divide.
struct Part {
  int64_t begin, end;
};
// Negative cuts count from the end; those outside are clamped to the axis.
Part part_of(const Argument& given, int64_t extent, size_t index) {
  const auto i = static_cast<int64_t>(index);
  if (given.tag != Tag::kInts) {
    const int64_t size = extent / given.integer;
    const int64_t longer = extent % given.integer;
    const int64_t begin = i * size + std::min(i, longer);
    return {begin, begin + size + (i < longer)};
  }
  const auto cuts = given.as_ints();
  const auto inside = [&](int64_t cut) {
    return std::clamp(cut < 0 ? cut + extent : cut, int64_t{0}, extent);
  };
  const int64_t begin = index == 0 ? 0 : inside(cuts[index - 1]);
  const int64_t end = index == cuts.size() ? extent : inside(cuts[index]);
  return {begin, std::max(begin, end)};
}

int axis_of(const AttributeReader& a, int rank) {
  const int64_t axis = a.integer("axis");
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

Result<Types> infer(const InferContext& c) {
  const Shape& whole = c.in[0].shape;
  WEFT_ASSIGN(const int axis, normalize_axis(c.integer("axis"), whole.rank(), "split", "axis"));
  const Argument& given = c.get(kSections);
  WEFT_ASSIGN(const size_t count, count_parts(c));
  if (given.tag == Tag::kInt && whole[axis] % given.integer != 0)
    return errors::invalid_value("split", "`", kSections, "` must divide the extent of axis ", axis,
                                 ", ", whole[axis], "; got ", given.integer,
                                 "; `array_split` makes parts of two sizes");
  Types types(count, TensorType{c.in[0].dtype, whole});
  for (size_t i = 0; i < count; ++i) {
    const Part part = part_of(given, whole[axis], i);
    types[i].shape[axis] = part.end - part.begin;
  }
  return types;
}

std::optional<Geometry> view(const InferContext& c, const Geometry& input, const TensorType& output,
                             size_t index) {
  const int axis = axis_of(c, input.shape.rank());
  const Part part = part_of(c.get(kSections), input.shape[axis], index);
  Geometry result{output.shape, input.strides, input.offset};
  if (output.shape.elements() > 0) result.offset += part.begin * input.strides[axis];
  return result;
}

Status run(const KernelCall& call) {
  const AttributeReader a = call.op.reader(call.attributes);
  const int axis = axis_of(a, call.in[0].rank);
  for (size_t i = 0; i < call.out.size(); ++i) {
    const Part part = part_of(a.get(kSections), call.in[0].shape[axis], i);
    TensorView from = call.in[0];
    from.shape[axis] = part.end - part.begin;
    from.data =
        static_cast<char*>(from.data) + part.begin * from.strides[axis] * size_of(from.dtype);
    copy_elements(call.out[i], from);
  }
  return {};
}

// Indices that go back make parts that overlap or leave elements out. Then each part is written
// into zeros of its own, and these are summed.
Values gradient(const GradContext& g) {
  const Shape whole = g.in(0).shape();
  const int axis = axis_of(g, whole.rank());
  Value sum;
  int64_t at = 0;
  bool in_order = true;
  for (size_t i = 0; i < g.outputs(); ++i) {
    const Part part = part_of(g.get(kSections), whole[axis], i);
    in_order = in_order && part.begin == at;
    at = part.end;
  }
  if (in_order) return {concatenate(g.douts(), axis)};
  for (size_t i = 0; i < g.outputs(); ++i) {
    const Part part = part_of(g.get(kSections), whole[axis], i);
    TensorType before = g.in(0).type(), after = before;
    before.shape[axis] = part.begin;
    after.shape[axis] = whole[axis] - part.end;
    const Value parts[] = {zeros(g.dout(), before), g.dout(i), zeros(g.dout(), after)};
    const Value padded = concatenate(parts, axis);
    sum = sum ? sum + padded : padded;
  }
  return {sum};
}

// Parts of different sizes are cut at indices.
Values array_split(const ComposeContext& c) {
  const Argument& given = c.get(kSections);
  const Result<int> axis = normalize_axis(c.integer("axis"), c.in(0).rank(), "array_split", "axis");
  const Result<size_t> count = count_parts(c);
  if (!axis.ok() || !count.ok()) {
    c.builder.fail(axis.ok() ? count.status() : axis.status());
    return {c.in(0)};
  }
  PoolVector<int64_t> cuts;
  const int64_t extent = c.in(0).shape()[axis.value()];
  for (size_t i = 1; i < count.value(); ++i)
    cuts.push_back(given.tag == Tag::kInts ? given.as_ints()[i - 1]
                                           : part_of(given, extent, i).begin);
  const Argument attributes[] = {Argument::of_ints(cuts), Argument::of_int(axis.value())};
  return c.builder.emit(op_named("split"), {&c.in(0), 1}, attributes);
}

Slot slot() {
  Slot s = copy_slot();
  s.run = run;
  return s;
}

}  // namespace

WEFT_OP(split) {
  op.doc("Parts of an array along one axis, as views: so many equal ones, or cut at indices.")
      .input("ary", "any dtype")
      .required(AttributeKind::kIntOrInts, kSections,
                "the number of equal parts, or the indices before which to cut")
      .integer("axis", 0, "axis to cut along")
      .outputs(count_parts)
      .infer(infer)
      .gradient(gradient)
      .kernel(slot())
      .view(view)
      .like("numpy.split")
      .sample(R"({"shapes": [[6, 2]], "indices_or_sections": 3})")
      .sample(R"({"shapes": [[2, 7]], "indices_or_sections": [2, 3, -1], "axis": -1})")
      .sample(R"({"shapes": [[5]], "indices_or_sections": [3, 1, 9]})")
      .sample(R"({"shapes": [[2, 3]], "indices_or_sections": []})")
      .sample(R"({"shapes": [[40]], "indices_or_sections": 40})");
}

WEFT_OP(array_split) {
  op.doc(
        "Parts of an array along one axis, the first ones longer where its extent does not divide.")
      .input("ary", "any dtype")
      .required(AttributeKind::kIntOrInts, kSections,
                "the number of parts, or the indices before which to cut")
      .integer("axis", 0, "axis to cut along")
      .outputs(count_parts)
      .compose(array_split)
      .like("numpy.array_split")
      .sample(R"({"shapes": [[7, 2]], "indices_or_sections": 3})")
      .sample(R"({"shapes": [[2, 7]], "indices_or_sections": [2, 5], "axis": 1})")
      .sample(R"({"shapes": [[2]], "indices_or_sections": 4})");
}

}  // namespace weft::ops
