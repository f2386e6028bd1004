// Idioms: what programs write out by hand, and the operator that has a kernel for it. All are of
// class tolerance, because the kernel sums in another order. In some cases the kernel gives a
// number and the formula does not: exp overflows in a softmax without its maximum, a row of -inf
// alone is 0 / 0, and a variance as E[x²] - E[x]² loses its digits. There the kernel's result is
// the better one.
//
// Two formulas are not here, because their meaning differs: a product with one_hot(label), which
// ignores a label that is no class where cross entropy refuses it; and a variance with ddof.
#include "graph/rules/idioms_impl.h"

#include <algorithm>

#include "ops/rules.h"

namespace weft::graph {

const Shape& shape_of(const Graph& graph, const Bindings& found, std::string_view name) {
  return graph.type(found.value(name)).shape;
}

int single_axis(const ops::Argument& axes, int rank) {
  const bool is_list = axes.tag == ops::Tag::kInts && axes.count == 1;
  if (!is_list && axes.tag != ops::Tag::kInt) return -1;
  const int64_t axis = is_list ? axes.ints[0] : axes.integer;
  return static_cast<int>(axis < 0 ? axis + rank : axis);
}

bool is_last(const ops::Argument& axes, int rank) {
  return rank > 0 && single_axis(axes, rank) == rank - 1;
}

bool is_column(const Shape& column, const Shape& array, int axis) {
  if (axis < 0 || axis >= array.rank() || column.rank() != array.rank()) return false;
  Shape wanted = array;
  wanted[axis] = 1;
  return column == wanted;
}

bool matches_any(const Graph& graph, std::span<const Pattern> patterns, ValueId id,
                 Bindings& found) {
  return std::ranges::any_of(
      patterns, [&](const Pattern& pattern) { return match_more(graph, pattern, id, found); });
}

std::vector<Pattern> parse_all(std::initializer_list<const char*> texts) {
  std::vector<Pattern> patterns;
  for (const char* text : texts) patterns.push_back(parse_pattern(text));
  return patterns;
}

// Is it 0, 1, … along one axis, and of extent 1 along all others?
bool counts_along(const Graph& graph, ValueId id, int axis, int64_t extent, int rank) {
  static const Pattern counting = parse_pattern("reshape?(arange(start=0.0, step=1.0))");
  Bindings found;
  if (!match_more(graph, counting, id, found)) return false;
  Shape wanted;
  wanted.resize(rank, 1);
  wanted[axis] = extent;
  return graph.type(id).shape == wanted;
}

namespace {

// x is reduced over one axis; its sum s, and its maximum m if there is one, have one number for
// each row. Binds the axis as d.
bool rows(const Graph& graph, Bindings& found) {
  const Shape& shape = shape_of(graph, found, "x");
  const int rank = shape.rank(), axis = single_axis(found.attribute("a"), rank);
  if (!is_column(shape_of(graph, found, "s"), shape, axis)) return false;
  found.set("d", ops::Argument::of_int(axis == rank - 1 ? -1 : axis));
  return !found.operand("m") || (single_axis(found.attribute("b"), rank) == axis &&
                                 is_column(shape_of(graph, found, "m"), shape, axis));
}

// l has one label for each row of x along the axis, and none is clamped. Binds the shapes of labels
// (s) and result (o).
bool picked_rows(const Graph& graph, Bindings& found) {
  if (found.attribute("m").as_text() == "clip") return false;
  const Shape& shape = shape_of(graph, found, "x");
  const Shape& labels = shape_of(graph, found, "l");
  const int rank = shape.rank(), axis = single_axis(found.attribute("d"), rank);
  if (single_axis(found.attribute("a"), rank) != axis) return false;
  if (labels.rank() == rank && labels[axis] != 1) return false;
  found.set_ints("s", ops::rules::reduced_shape(shape, uint32_t{1} << axis, false).span());
  found.set_ints("o", labels.span());
  return true;
}

// x[0…, 1…, l]: one element of each row, selected by l. Binds the shapes of labels (s) and result
// (o).
bool gathered_rows(const Graph& graph, Bindings& found) {
  const Shape& shape = shape_of(graph, found, "x");
  const Shape& labels = shape_of(graph, found, "l");
  const int rank = shape.rank(), given = labels.rank();
  const bool has_column = given == rank && labels[given - 1] == 1;
  if (graph.type(found.value("l")).dtype != DType::kInt64) return false;
  if (rank < 2 || !(has_column || given == rank - 1)) return false;
  const auto axes = found.attribute("a").as_ints();
  if (static_cast<int>(axes.size()) != rank || found.attribute("p").integer != 0) return false;
  // The names of the indices of leading axes in the patterns: up to two.
  constexpr std::string_view kPlaces[] = {"i", "j"};
  for (int axis = 0; axis + 1 < rank; ++axis) {
    const Operand* const place = found.operand(kPlaces[axis]);
    if (axes[static_cast<size_t>(axis)] != axis || !place || labels[axis] != shape[axis] ||
        !counts_along(graph, place->value, axis, shape[axis], given))
      return false;
  }
  const auto lead = shape.span().first(static_cast<size_t>(rank - 1));
  found.set_ints("s", lead);
  found.set_ints("o", labels.span());
  return axes[static_cast<size_t>(rank - 1)] == rank - 1;
}

// The same as `vector` for a summand b, where the factors are in place already.
bool shifted(const Graph& graph, Bindings& found) {
  Bindings summand;
  summand.set("x", *found.operand("x"));
  summand.set("g", *found.operand("b"));
  if (!vector(graph, summand)) return false;
  found.set("z", summand.attribute("z"));
  return true;
}

constexpr PassClass kTolerance = PassClass::kTolerance;

// `attended` as a condition: a rule has a plain function.
template <Mask mask, Factor factor>
bool attended_by(const Graph& graph, Bindings& found) {
  return attended(graph, found, mask, factor);
}

// The maximum of each row, with or without stop_gradient and reshapes. Binds m.
#define WEFT_MAXIMUM "m:stop_gradient?(reshape?(max(stop_gradient?(x), axis=@b)))"
// One rule for each kind of factor and mask. The right side brings all operands to a common number
// of leading axes and transposes the keys back.
#define WEFT_ATTENTION(query, factor, mask, kind)                                       \
  {                                                                                     \
    "o:matmul(w:reshape?(softmax_rows(s, axis=-1)), v)",                                \
        "reshape(scaled_dot_product_attention(reshape(" query                           \
        ", newshape=@sq), reshape(transpose(k, axes=@turn), newshape=@sk), reshape(v, " \
        "newshape=@sv)" mask ", scale=@scale, causal=@causal), newshape=@so)",          \
        kTolerance, attended_by<Mask::kind, Factor::factor>                             \
  }
#define WEFT_ATTENTIONS(query, factor)                                                    \
  WEFT_ATTENTION(query, factor, "", kNone), WEFT_ATTENTION(query, factor, ", m", kShown), \
      WEFT_ATTENTION(query, factor, ", logical_not(m)", kHidden),                         \
      WEFT_ATTENTION(query, factor, ", where(m, 0.0, $n)", kShownElse),                   \
      WEFT_ATTENTION(query, factor, ", where(m, $n, 0.0)", kHiddenElse),                  \
      WEFT_ATTENTION(query, factor, ", m", kAdded)
constexpr const char* kNormalised = "normalize_rows(x, eps=$e, centred=@t)";

constexpr RewriteRule kIdioms[] = {
    // softmax
    {"divide(e:exp(subtract(x, " WEFT_MAXIMUM ")), s:reshape?(sum(e, axis=@a, dtype=none)))",
     "softmax_rows(x, axis=@d)", kTolerance, rows},
    {"divide(e:exp(x), s:reshape?(sum(e, axis=@a, dtype=none)))", "softmax_rows(x, axis=@d)",
     kTolerance, rows},
    // its logarithm
    {"log(softmax_rows(x, axis=@d))", "log_softmax_rows(x, axis=@d)", kTolerance},
    {"subtract(z:subtract(x, " WEFT_MAXIMUM
     "), s:reshape?(log(reshape?(sum(exp(z), axis=@a, dtype=none)))))",
     "log_softmax_rows(x, axis=@d)", kTolerance, rows},
    {"subtract(x, s:reshape?(add(" WEFT_MAXIMUM
     ", log(sum(exp(subtract(x, m)), axis=@a, dtype=none)))))",
     "log_softmax_rows(x, axis=@d)", kTolerance, rows},
    {"subtract(x, s:reshape?(add(log(sum(exp(subtract(x, t:stop_gradient(where(less(abs(m:max(x, "
     "axis=@b)), inf), m, 0)))), axis=@a, dtype=none)), reshape?(t))))",
     "log_softmax_rows(x, axis=@d)", kTolerance, rows},
    // npx.logsumexp, whose logarithm of 0 has a derivative
    {"subtract(x, s:reshape?(add(where(greater(u:sum(exp(subtract(x, "
     "t:stop_gradient(where(less(abs("
     "m:max(x, axis=@b)), inf), m, 0)))), axis=@a, dtype=none), 0), log(where(greater(u, 0), u, "
     "1)), subtract(u, inf)), reshape?(t))))",
     "log_softmax_rows(x, axis=@d)", kTolerance, rows},
    {"subtract(x, s:reshape?(log(reshape?(sum(exp(x), axis=@a, dtype=none)))))",
     "log_softmax_rows(x, axis=@d)", kTolerance, rows},
    // cross entropy
    {"pick_rows(log_softmax_rows(x, axis=@d), l, axis=@a, mode=@m)",
     "reshape(negative(cross_entropy_rows(x, reshape(l, newshape=@s), axis=@d, mode=@m)), "
     "newshape=@o)",
     kTolerance, picked_rows},
    {"log(pick_rows(softmax_rows(x, axis=@d), l, axis=@a, mode=@m))",
     "reshape(negative(cross_entropy_rows(x, reshape(l, newshape=@s), axis=@d, mode=@m)), "
     "newshape=@o)",
     kTolerance, picked_rows},
    {"gather(log_softmax_rows(x, axis=-1), i, l, axes=@a, position=@p)",
     "reshape(negative(cross_entropy_rows(x, reshape(l, newshape=@s))), newshape=@o)", kTolerance,
     gathered_rows},
    {"log(gather(softmax_rows(x, axis=-1), i, l, axes=@a, position=@p))",
     "reshape(negative(cross_entropy_rows(x, reshape(l, newshape=@s))), newshape=@o)", kTolerance,
     gathered_rows},
    {"gather(log_softmax_rows(x, axis=-1), i, j, l, axes=@a, position=@p)",
     "reshape(negative(cross_entropy_rows(x, reshape(l, newshape=@s))), newshape=@o)", kTolerance,
     gathered_rows},
    // normalisations
    {"divide(c, s:reshape?(sqrt(reshape?(add(v, $e)))))", kNormalised, kTolerance, normalised},
    {"divide(c, s:reshape?(pow(reshape?(add(v, $e)), 0.5)))", kNormalised, kTolerance, normalised},
    {"multiply(c, s:reshape?(rsqrt(reshape?(add(v, $e)))))", kNormalised, kTolerance, normalised},
    {"multiply(c, s:reshape?(reciprocal(reshape?(sqrt(reshape?(add(v, $e)))))))", kNormalised,
     kTolerance, normalised},
    {"multiply(c, s:reshape?(divide(1, reshape?(sqrt(reshape?(add(v, $e)))))))", kNormalised,
     kTolerance, normalised},
    {"multiply(c, s:reshape?(pow(reshape?(add(v, $e)), -0.5)))", kNormalised, kTolerance,
     normalised},
    {"multiply(normalize_rows(x, eps=@e, centred=@t), g)",
     "normalize_rows(x, reshape(g, newshape=@z), eps=@e, centred=@t)", kTolerance, vector},
    {"add(normalize_rows(x, g, eps=@e, centred=@t), b)",
     "normalize_rows(x, g, reshape(b, newshape=@z), eps=@e, centred=@t)", kTolerance, shifted},
    {"add(normalize_rows(x, eps=@e, centred=@t), g)",
     "normalize_rows(x, none, reshape(g, newshape=@z), eps=@e, centred=@t)", kTolerance, vector},
    // attention
    WEFT_ATTENTIONS("q", kNumber),
    WEFT_ATTENTIONS("multiply(q, f)", kArray),
    WEFT_ATTENTIONS("divide(q, f)", kDivisor),
    // sigmoid and softplus, which overflow by hand
    {"divide(1, add(exp(negative(x)), 1))", "sigmoid(x)", kTolerance},
    {"reciprocal(add(exp(negative(x)), 1))", "sigmoid(x)", kTolerance},
    {"log(add(exp(x), 1))", "logaddexp(x, 0.0)", kTolerance},
};

#undef WEFT_MAXIMUM
#undef WEFT_ATTENTION
#undef WEFT_ATTENTIONS

}  // namespace

std::span<const RewriteRule> idioms() { return kIdioms; }

}  // namespace weft::graph
