// The rules of algebra. All are *exact*: every bit of the result stays, for infinities and for
// zeros of either sign; a NaN stays a NaN, with any payload. A compiled step promises the bits of
// the eager one, so what would only be close is not here:
//
// - x + 0 → x (-0.0 + 0 is 0; for integers it is a rule), x * 0 → 0, x - x → 0, exp(log(x)) → x
//   lose NaN, infinities or digits;
// - (x * a) * b → x * (a b), sum(sum(x)) → sum(x), pow(x, 2) → x² round differently. (A power by a
//   number is x² from the start, power.cpp.)
//
// The gradients of both sides agree, at kinks, too: min(max(x, a), b) twice is not here, because
// each of the two halves the gradient at a tie.
//
// rules_test draws graphs from each left side; it fails for a rule for which it can make none.
#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "graph/rules/rules.h"

namespace weft::graph {
namespace {

using ops::Argument;

// The type of what a name stands for.
const TensorType& type_of(const Graph& graph, const Bindings& found, std::string_view name) {
  return graph.type(found.value(name));
}

// ---- conditions: dtypes

// x is an integer.
bool integers(const Graph& graph, Bindings& found) {
  const DType dtype = type_of(graph, found, "x").dtype;
  return !is_floating(dtype) && dtype != DType::kBool;
}

// x is no bool. For bools -x is x, and x - y is x + y: neither undoes the other.
bool numbers(const Graph& graph, Bindings& found) {
  return type_of(graph, found, "x").dtype != DType::kBool;
}

// x is a bool.
bool truths(const Graph& graph, Bindings& found) {
  return type_of(graph, found, "x").dtype == DType::kBool;
}

// Elements are as wide as lanes, so nothing is rounded between two steps.
bool wide_floats(const Graph& graph, Bindings& found) {
  const DType dtype = type_of(graph, found, "x").dtype;
  return dtype == DType::kFloat32 || dtype == DType::kFloat64;
}

// Binary digits that a dtype represents exactly: the fraction of a float, all bits of an integer.
int digits(DType dtype) {
  switch (dtype) {
    case DType::kBool: return 1;
    case DType::kBFloat16: return 8;
    case DType::kFloat16: return 11;
    case DType::kFloat32: return 24;
    case DType::kFloat64: return 53;
    default: return static_cast<int>(8 * size_of(dtype));
  }
}

bool is_unsigned(DType dtype) {
  return dtype == DType::kUInt8 || dtype == DType::kUInt16 || dtype == DType::kUInt32 ||
         dtype == DType::kUInt64;
}

// An unsigned integer is its own magnitude, which a minus before it changes.
bool signed_numbers(const Graph& graph, Bindings& found) {
  return numbers(graph, found) && !is_unsigned(type_of(graph, found, "x").dtype);
}

// Is each number of the narrow dtype a number of the wide one, with its sign?
bool holds(DType wide, DType narrow) {
  if (wide == narrow || narrow == DType::kBool) return true;
  if (wide == DType::kBool || (is_floating(narrow) && !is_floating(wide))) return false;
  const bool same_size = is_floating(wide) && size_of(wide) == size_of(narrow);
  if (same_size && is_floating(narrow)) return false;  // one has more digits, the other more range
  if (wide == DType::kFloat16 && !is_floating(narrow)) return size_of(narrow) == 1;
  if (!is_floating(wide) && is_unsigned(wide) && !is_unsigned(narrow)) return false;
  const bool gains_sign = !is_floating(wide) && !is_unsigned(wide) && is_unsigned(narrow);
  return digits(wide) >= digits(narrow) + (gains_sign ? 1 : 0);
}

// A node made x as an array of its own. A copy of it gives the same elements in another place,
// which no reader tells apart; a copy of an input or of a view may be there for its strides, which
// an array without axes has not.
bool own_array(const Graph& graph, Bindings& found) {
  if (type_of(graph, found, "x").shape.rank() == 0) return true;
  const Node* const node = graph.producer(found.value("x"));
  return node && node->op && !keeps_elements(*node);
}

// The cast goes to the dtype that x has.
bool same_dtype(const Graph& graph, Bindings& found) {
  return found.attribute("d").integer == static_cast<int64_t>(type_of(graph, found, "x").dtype);
}

// The cast back from a wider dtype gives x again.
bool through_wider(const Graph& graph, Bindings& found) {
  return same_dtype(graph, found) &&
         holds(static_cast<DType>(found.attribute("w").integer), type_of(graph, found, "x").dtype);
}

// Floats saturate where integers wrap, so both casts have to stay in one kind.
bool by_way_of_wider(const Graph& graph, Bindings& found) {
  const DType from = type_of(graph, found, "x").dtype;
  const auto wide = static_cast<DType>(found.attribute("w").integer);
  return from != DType::kBool && wide != DType::kBool && is_floating(from) == is_floating(wide) &&
         holds(wide, from);
}

// ---- conditions: numbers

// The inverse of the divisor is exact in every floating dtype: binds it as r.
bool power_of_two(const Graph&, Bindings& found) {
  // 2^-14 is the smallest normal float16.
  constexpr int kMin = 14;
  const double divisor = found.number("c");
  int exponent = 0;
  if (std::abs(std::frexp(divisor, &exponent)) != 0.5 || std::abs(exponent - 1) > kMin)
    return false;
  found.set("r", Operand::of_scalar(Argument::of_float(1 / divisor)));
  return true;
}

// The two bounds differ in every dtype, so a tie with one is no tie with the other. Binds the bound
// that counts as c. False for NaN and infinities.
bool bounds(Bindings& found, bool upper) {
  const double a = found.number("a"), b = found.number("b");
  const bool differ = std::abs(a - b) > 0x1p-6 * std::max(std::abs(a), std::abs(b));
  if (!differ || std::isinf(a) || std::isinf(b)) return false;
  found.set("c", *found.operand((a < b) == upper ? "b" : "a"));
  return true;
}
bool lower_bounds(const Graph&, Bindings& found) { return bounds(found, true); }
bool upper_bounds(const Graph&, Bindings& found) { return bounds(found, false); }

// ---- conditions: axes

// The axes of a transpose, counted from the front; absent axes reverse the order.
std::vector<int64_t> permutation(const Argument& axes, int rank) {
  std::vector<int64_t> result;
  for (int axis = 0; axis < rank; ++axis)
    result.push_back(axes.is_absent() ? rank - 1 - axis
                                      : axes.as_ints()[static_cast<size_t>(axis)]);
  for (int64_t& axis : result) axis = axis < 0 ? axis + rank : axis;
  return result;
}

// The transpose moves nothing.
bool in_order(const Graph& graph, Bindings& found) {
  const std::vector<int64_t> axes =
      permutation(found.attribute("p"), type_of(graph, found, "x").shape.rank());
  return std::ranges::is_sorted(axes);
}

// First by p, then by q: binds the permutation that does both as r.
bool composed(const Graph& graph, Bindings& found) {
  const int rank = type_of(graph, found, "x").shape.rank();
  const std::vector<int64_t> first = permutation(found.attribute("p"), rank);
  std::vector<int64_t> axes = permutation(found.attribute("q"), rank);
  for (int64_t& axis : axes) axis = first[static_cast<size_t>(axis)];
  found.set_ints("r", axes);
  return true;
}

// q undoes p.
bool undone(const Graph& graph, Bindings& found) {
  composed(graph, found);
  return std::ranges::is_sorted(found.attribute("r").as_ints());
}

// The same for two operands of equal rank.
bool undone_of_both(const Graph& graph, Bindings& found) {
  return type_of(graph, found, "x").shape.rank() == type_of(graph, found, "y").shape.rank() &&
         undone(graph, found);
}

// The axes of a reduction, counted from the front and sorted.
std::vector<int64_t> reduced_axes(const Argument& axes, int rank) {
  std::vector<int64_t> result;
  if (axes.is_absent()) {
    for (int axis = 0; axis < rank; ++axis) result.push_back(axis);
  } else {
    for (const int64_t axis : axes.as_ints()) result.push_back(axis < 0 ? axis + rank : axis);
  }
  std::ranges::sort(result);
  return result;
}

// The reduction is over axes with one element: binds the result's shape as s.
bool single_elements(const Graph& graph, Bindings& found) {
  const Shape& shape = type_of(graph, found, "x").shape;
  const std::vector<int64_t> axes = reduced_axes(found.attribute("a"), shape.rank());
  for (const int64_t axis : axes)
    if (shape[static_cast<int>(axis)] != 1) return false;
  std::vector<int64_t> left;
  for (int axis = 0; axis < shape.rank(); ++axis)
    if (found.attribute("k").integer || !std::ranges::binary_search(axes, axis))
      left.push_back(shape[axis]);
  found.set_ints("s", left);
  return true;
}

// ---- conditions: parts

// Every step is 1. With the type of the result equal, the slice is the whole array.
bool whole(const Graph&, Bindings& found) {
  return std::ranges::all_of(found.attribute("t").as_ints(),
                             [](int64_t step) { return step == 1; });
}

// Was nothing of the slice outside the array, so that `begin` and `size` say where it lies?
bool unclipped(const Graph& graph, const Bindings& found, std::string_view part,
               std::string_view begin, std::string_view size) {
  const auto first = found.attribute(begin).as_ints();
  const Shape& shape = type_of(graph, found, part).shape;
  return std::ranges::equal(shape.span(), found.attribute(size).as_ints()) &&
         shape.elements() > 0 &&
         std::ranges::all_of(first, [](int64_t index) { return index >= 0; });
}

// A slice of a slice: binds where it begins in the array (e), and its steps (v).
bool part_of_part(const Graph& graph, Bindings& found) {
  if (!unclipped(graph, found, "i", "b", "z") || !unclipped(graph, found, "o", "c", "s"))
    return false;
  const auto b = found.attribute("b").as_ints(), t = found.attribute("t").as_ints();
  const auto c = found.attribute("c").as_ints(), u = found.attribute("u").as_ints();
  std::vector<int64_t> begin, step;
  for (size_t axis = 0; axis < b.size(); ++axis) {
    begin.push_back(b[axis] + c[axis] * t[axis]);
    step.push_back(t[axis] * u[axis]);
  }
  found.set_ints("e", begin);
  found.set_ints("v", step);
  return true;
}

// A slice that lies in one array of a concatenation: binds this array as x, and the begin in it as
// e.
bool inside_one(const Graph& graph, Bindings& found) {
  if (found.attribute("a").is_absent() || !unclipped(graph, found, "o", "b", "s")) return false;
  const auto begin = found.attribute("b").as_ints(), size = found.attribute("s").as_ints(),
             step = found.attribute("t").as_ints();
  const auto rank = static_cast<int64_t>(begin.size());
  const int64_t given = found.attribute("a").integer;
  const auto axis = static_cast<size_t>(given < 0 ? given + rank : given);
  if (axis >= begin.size() || size[axis] < 1) return false;
  const int64_t first = begin[axis], last = first + (size[axis] - 1) * step[axis];
  int64_t offset = 0;
  for (const Operand& each : found.list("xs")) {
    if (!each.is_value()) return false;
    const int64_t extent = graph.type(each.value).shape[static_cast<int>(axis)];
    if (std::min(first, last) >= offset && std::max(first, last) < offset + extent) {
      std::vector<int64_t> moved(begin.begin(), begin.end());
      moved[axis] -= offset;
      found.set("x", each);
      found.set_ints("e", moved);
      return true;
    }
    offset += extent;
  }
  return false;
}

// All parts of one split, joined in their order along its axis: binds what was split as x.
bool parts_of_one(const Graph& graph, Bindings& found) {
  const std::vector<Operand>& parts = found.list("xs");
  const Node* split = nullptr;
  for (size_t i = 0; i < parts.size(); ++i) {
    const Node* const from = parts[i].is_value() ? graph.producer(parts[i].value) : nullptr;
    if (!from || !from->op || from->op->name != "split" || from->clone_of != kNoValue ||
        (split && from != split) || from->outputs.size() != parts.size() ||
        from->outputs[i] != parts[i].value)
      return false;
    split = from;
  }
  if (!split || found.attribute("a").is_absent()) return false;
  const int rank = graph.type(parts[0].value).shape.rank();
  const auto normal = [&](int64_t axis) { return axis < 0 ? axis + rank : axis; };
  const int64_t axis = split->op->reader(split->attributes.view()).integer("axis");
  if (normal(axis) != normal(found.attribute("a").integer)) return false;
  found.set("x", split->operands[0]);
  return true;
}

// ---- conditions: poolings

// Does the cotangent have the shape of what was pooled?
bool of_the_image(const Graph& graph, Bindings& found) {
  return std::ranges::equal(type_of(graph, found, "x").shape.span(),
                            found.attribute("s").as_ints());
}

constexpr PassClass kExact = PassClass::kExact;

constexpr RewriteRule kRules[] = {
    // numbers that change nothing
    {"multiply(x, 1)", "x", kExact},
    {"divide(x, 1)", "x", kExact},
    {"add(x, 0)", "x", kExact, integers},
    {"add(x, -0.0)", "x", kExact},
    {"subtract(x, 0)", "x", kExact},
    {"pow(x, 1)", "x", kExact},
    {"bitwise_and(x, x)", "x", kExact},
    {"bitwise_or(x, x)", "x", kExact},
    // signs
    {"negative(negative(x))", "x", kExact},
    {"multiply(x, -1)", "negative(x)", kExact},
    {"divide(x, -1)", "negative(x)", kExact},
    {"add(x, negative(y))", "subtract(x, y)", kExact, numbers},
    {"subtract(x, negative(y))", "add(x, y)", kExact, numbers},
    {"multiply(negative(x), negative(y))", "multiply(x, y)", kExact},
    {"divide(negative(x), negative(y))", "divide(x, y)", kExact},
    {"abs(negative(x))", "abs(x)", kExact, signed_numbers},
    {"abs(abs(x))", "abs(x)", kExact},
    {"square(negative(x))", "square(x)", kExact},
    {"square(abs(x))", "square(x)", kExact},
    // products and quotients
    {"multiply(x, x)", "square(x)", kExact},
    {"divide(x, $c)", "multiply(x, $r)", kExact, power_of_two},
    {"divide(1, x)", "reciprocal(x)", kExact},
    {"reciprocal(sqrt(x))", "rsqrt(x)", kExact, wide_floats},
    // bounds
    {"relu(relu(x))", "relu(x)", kExact},
    {"maximum(x, x)", "x", kExact},
    {"minimum(x, x)", "x", kExact},
    {"maximum(maximum(x, $a), $b)", "maximum(x, $c)", kExact, lower_bounds},
    {"minimum(minimum(x, $a), $b)", "minimum(x, $c)", kExact, upper_bounds},
    // truths
    {"logical_not(logical_not(x))", "x", kExact, truths},
    {"logical_and(x, x)", "x", kExact, truths},
    {"logical_or(x, x)", "x", kExact, truths},
    {"logical_and(x, true)", "x", kExact, truths},
    {"logical_or(x, false)", "x", kExact, truths},
    {"not_equal(x, false)", "x", kExact, truths},
    {"logical_not(equal(x, y))", "not_equal(x, y)", kExact},
    {"logical_not(not_equal(x, y))", "equal(x, y)", kExact},
    {"logical_not(less(x, y))", "greater_equal(x, y)", kExact, integers},
    {"logical_not(greater(x, y))", "less_equal(x, y)", kExact, integers},
    {"where(true, x, y)", "x", kExact},
    {"where(false, y, x)", "x", kExact},
    {"where(p, x, x)", "x", kExact},
    {"where(logical_not(x), y, z)", "where(x, z, y)", kExact, truths},
    {"where(p, where(p, x, z), y)", "where(p, x, y)", kExact},
    {"where(p, x, where(p, z, y))", "where(p, x, y)", kExact},
    // truths that went through numbers
    {"equal(where(x, 1, 0), 0)", "logical_not(x)", kExact, truths},
    {"equal(where(x, 1, 0), 1)", "x", kExact, truths},
    {"not_equal(where(x, 1, 0), 0)", "x", kExact, truths},
    {"cast(where(x, 1, 0), dtype=bool)", "x", kExact, truths},
    // conversions
    {"cast(x, dtype=@d)", "x", kExact, same_dtype},
    {"cast(cast(x, dtype=@w), dtype=@d)", "x", kExact, through_wider},
    {"cast(cast(x, dtype=@w), dtype=@d)", "cast(x, dtype=@d)", kExact, by_way_of_wider},
    // copies
    {"copy(x)", "x", kExact, own_array},
    {"copy(copy(x))", "copy(x)", kExact},
    // views
    {"transpose(x, axes=@p)", "x", kExact, in_order},
    {"transpose(transpose(x, axes=@p), axes=@q)", "transpose(x, axes=@r)", kExact, composed},
    {"transpose(*f(transpose(x, axes=@p)), axes=@q)", "*f(x)", kExact, undone},
    {"transpose(*f(transpose(x, axes=@p), $c), axes=@q)", "*f(x, $c)", kExact, undone},
    {"transpose(*f(transpose(x, axes=@p), transpose(y, axes=@p)), axes=@q)", "*f(x, y)", kExact,
     undone_of_both},
    {"reshape(x)", "x", kExact},
    {"reshape(reshape(x), newshape=@s)", "reshape(x, newshape=@s)", kExact},
    {"broadcast_to(x)", "x", kExact},
    {"broadcast_to(broadcast_to(x), shape=@s)", "broadcast_to(x, shape=@s)", kExact},
    {"slice(x, step=@t)", "x", kExact, whole},
    {"o:slice(i:slice(x, begin=@b, size=@z, step=@t), begin=@c, size=@s, step=@u)",
     "slice(x, begin=@e, size=@s, step=@v)", kExact, part_of_part},
    {"o:slice(concatenate(xs..., axis=@a), begin=@b, size=@s, step=@t)",
     "slice(x, begin=@e, size=@s, step=@t)", kExact, inside_one},
    {"concatenate(x)", "x", kExact},
    {"concatenate(xs..., axis=@a)", "x", kExact, parts_of_one},
    // poolings: what leads an element on to its maximum is as large as the element
    {"where(greater(x, 0), pooling_scatter(y, i:pooling_indices(x, kernel=@k, stride=@t, pad=@p, "
     "global_pool=@g, pooling_convention=@c), data_shape=@s), 0)",
     "pooling_scatter(where(greater(pooling_image(x, kernel=@k, stride=@t, pad=@p, "
     "global_pool=@g, pooling_convention=@c), 0), y, 0), i, data_shape=@s)",
     kExact, of_the_image},
    // reductions
    {"max(x, axis=@a, keepdims=@k)", "reshape(x, newshape=@s)", kExact, single_elements},
    {"min(x, axis=@a, keepdims=@k)", "reshape(x, newshape=@s)", kExact, single_elements},
};

}  // namespace

std::span<const RewriteRule> algebraic_rules() { return kRules; }

}  // namespace weft::graph
