// Normalisations written out by hand: which formulas count as a mean, a variance and its root.
#include "graph/rules/idioms_impl.h"

#include <algorithm>
#include <cmath>

namespace weft::graph {
namespace {

using ops::Argument;

// The patterns of the parts. A mean is a sum divided by, or multiplied with the inverse of, the
// number of elements.
struct NormPatterns {
  std::vector<Pattern> means =
      parse_all({"reshape?(divide(reshape?(sum(x, axis=@a, dtype=none)), $n))",
                 "reshape?(multiply(reshape?(sum(x, axis=@a, dtype=none)), $r))"});
  std::vector<Pattern> mean_squares = parse_all({
      "reshape?(divide(reshape?(sum(square(d), axis=@b, dtype=none)), $k))",
      "reshape?(divide(reshape?(sum(multiply(d, d), axis=@b, dtype=none)), $k))",
      "reshape?(multiply(reshape?(sum(square(d), axis=@b, dtype=none)), $q))",
      "reshape?(multiply(reshape?(sum(multiply(d, d), axis=@b, dtype=none)), $q))",
  });
  Pattern centred = parse_pattern("subtract(x, m)");
  std::vector<Pattern> differences =
      parse_all({"reshape?(subtract(e, square(f)))", "reshape?(subtract(e, multiply(f, f)))"});
};
// Parsed at the first use.
const NormPatterns& norms() {
  static const NormPatterns patterns;
  return patterns;
}

// Is the number of elements the divisor, or its inverse the factor?
bool counts(const Bindings& found, std::string_view divisor, std::string_view factor,
            int64_t elements) {
  const auto count = static_cast<double>(elements);
  if (found.operand(divisor)) return found.number(divisor) == count;
  return std::abs(found.number(factor) * count - 1) < 1e-6;
}

// Is the value the mean of x over the last axis? The nodes in between count as matched.
bool is_mean(const Graph& graph, ValueId id, ValueId x, Bindings& found) {
  const Shape& shape = graph.type(x).shape;
  Bindings more = found.without_names();
  more.set("x", Operand::of_value(x));
  if (!matches_any(graph, norms().means, id, more)) return false;
  const int rank = shape.rank();
  if (!is_last(more.attribute("a"), rank) || !counts(more, "n", "r", shape[rank - 1])) return false;
  found.absorb(more);
  return true;
}

// If the value is a mean of d² over the last axis: d; else kNoValue.
ValueId squared_in(const Graph& graph, ValueId id, Bindings& found) {
  Bindings more = found.without_names();
  if (!matches_any(graph, norms().mean_squares, id, more)) return kNoValue;
  const Shape& shape = shape_of(graph, more, "d");
  const int rank = shape.rank();
  if (rank < 1 || !is_last(more.attribute("b"), rank) || !counts(more, "k", "q", shape[rank - 1]))
    return kNoValue;
  found.absorb(more);
  return more.value("d");
}

// If the value is x - mean(x): x; else kNoValue.
ValueId centred_in(const Graph& graph, ValueId id, Bindings& found) {
  Bindings more = found.without_names();
  if (!match_more(graph, norms().centred, id, more)) return kNoValue;
  const ValueId x = more.value("x"), mean = more.value("m");
  const Shape& shape = graph.type(x).shape;
  if (!is_column(graph.type(mean).shape, shape, shape.rank() - 1) || !is_mean(graph, mean, x, more))
    return kNoValue;
  found.absorb(more);
  return x;
}

// Is the value E[x²] - E[x]²?
bool is_difference(const Graph& graph, ValueId id, ValueId x, Bindings& found) {
  Bindings more = found.without_names();
  if (!matches_any(graph, norms().differences, id, more)) return false;
  const ValueId squares = more.value("e"), mean = more.value("f");
  if (!is_mean(graph, mean, x, more)) return false;
  const ValueId squared = squared_in(graph, squares, more);
  if (squared == kNoValue || !more.takes_same(graph, x, squared)) return false;
  found.absorb(more);
  return true;
}

}  // namespace

// First the centred form, in all spellings of the variance; then the form without a mean (RMS
// norm).
bool normalised(const Graph& graph, Bindings& found) {
  const ValueId c = found.value("c"), v = found.value("v");
  const TensorType& type = graph.type(c);
  const bool wide = type.dtype == DType::kFloat32 || type.dtype == DType::kFloat64;
  if (!wide || !(found.number("e") >= 0) ||
      !is_column(shape_of(graph, found, "s"), type.shape, type.shape.rank() - 1))
    return false;
  // An attempt of its own, so that a failure leaves `found` as it was.
  Bindings centred = found;
  const ValueId x = centred_in(graph, c, centred);
  if (x != kNoValue) {
    bool is_variance = is_difference(graph, v, x, centred);
    if (!is_variance) {
      const ValueId squared = squared_in(graph, v, centred);
      is_variance = squared != kNoValue && (centred.takes_same(graph, c, squared) ||
                                            centred_in(graph, squared, centred) == x);
    }
    if (is_variance) {
      found = std::move(centred);
      found.set("x", Operand::of_value(x));
      found.set("t", Argument::of_bool(true));
      return true;
    }
  }
  const ValueId squared = squared_in(graph, v, found);
  if (squared == kNoValue || !found.takes_same(graph, c, squared)) return false;
  found.set("x", Operand::of_value(c));
  found.set("t", Argument::of_bool(false));
  return true;
}

bool vector(const Graph& graph, Bindings& found) {
  const TensorType &array = graph.type(found.value("x")), &given = graph.type(found.value("g"));
  const int rank = given.shape.rank();
  if (rank < 1 || rank > array.shape.rank() || given.dtype != array.dtype) return false;
  const int64_t cols = array.shape[array.shape.rank() - 1];
  if (given.shape[rank - 1] != cols || given.shape.elements() != cols) return false;
  found.set_ints("z", std::span(&cols, 1));
  return true;
}

}  // namespace weft::graph
