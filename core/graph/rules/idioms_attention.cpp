// Attention written out by hand: which scales, masks and shapes may stand between the product of
// queries and keys and its softmax.
#include "graph/rules/idioms_impl.h"

#include <algorithm>
#include <cmath>

namespace weft::graph {
namespace {

using ops::Argument;

// The links of the way from the softmax down to the product, and the spellings of a causal mask.
struct AttentionPatterns {
  Pattern product = parse_pattern("product:matmul(q, k)");
  Pattern scaled = parse_pattern("multiply(s, $c)");
  Pattern divided = parse_pattern("divide(s, $c)");
  Pattern multiplied = parse_pattern("multiply(s, f)");
  Pattern quotient = parse_pattern("divide(s, f)");
  Pattern shaped = parse_pattern("reshape(s)");
  Pattern shown = parse_pattern("where(m, s, $c)");
  Pattern hidden = parse_pattern("where(m, $c, s)");
  Pattern added = parse_pattern("add(s, m)");
  // Masks that are true at and before a query's own position, and (upper) the opposite.
  std::vector<Pattern> lower =
      parse_all({"greater_equal(i, j)", "less_equal(j, i)", "logical_not(less(i, j))",
                 "logical_not(greater(j, i))", "equal(where(greater_equal(i, j), 1, 0), 1)",
                 "not_equal(where(greater_equal(i, j), 1, 0), 0)",
                 "greater(where(greater_equal(i, j), 1, 0), 0)",
                 "cast(where(greater_equal(i, j), 1, 0), dtype=bool)",
                 "where(greater_equal(i, j), true, false)",
                 "not_equal(where(greater_equal(i, j), true, false), false)"});
  std::vector<Pattern> upper =
      parse_all({"less(i, j)", "greater(j, i)", "logical_not(greater_equal(i, j))",
                 "logical_not(where(greater_equal(i, j), true, false))",
                 "logical_not(less_equal(j, i))", "equal(where(greater_equal(i, j), 1, 0), 0)",
                 "logical_not(cast(where(greater_equal(i, j), 1, 0), dtype=bool))"});
  // Summands of the scores: 0 where a key is visible, $c elsewhere.
  std::vector<Pattern> summands =
      parse_all({"multiply(subtract(1, where(greater_equal(i, j), 1, 0)), $c)",
                 "where(greater_equal(i, j), 0, $c)", "where(less(i, j), $c, 0)",
                 "where(greater(j, i), $c, 0)"});
};
// Parsed at the first use.
const AttentionPatterns& attentions() {
  static const AttentionPatterns patterns;
  return patterns;
}

// Do i count queries down the rows, and j keys across?
bool is_triangle(const Graph& graph, const Bindings& found, const Shape& scores) {
  const int rank = scores.rank();
  const int64_t targets = scores[rank - 2], sources = scores[rank - 1];
  const ValueId i = found.value("i"), j = found.value("j");
  const bool down = counts_along(graph, i, 0, targets, 2);
  const bool across =
      counts_along(graph, j, 0, sources, 1) || counts_along(graph, j, 1, sources, 2);
  return down && across;
}

// Is the mask one of these spellings? `number` receives $c.
bool is_triangular(const Graph& graph, std::span<const Pattern> patterns, ValueId mask,
                   const Shape& scores, double* number = nullptr) {
  return std::ranges::any_of(patterns, [&](const Pattern& pattern) {
    Bindings nothing;
    return match_more(graph, pattern, mask, nothing, [&](Bindings& found) {
      if (number) *number = found.number("c");
      return is_triangle(graph, found, scores);
    });
  });
}

// Does a score of this size make a share 0 beside any other score?
bool hides(double number) { return number <= -1e9; }

// What was found between the softmax and the product of queries and keys.
struct Scores {
  double scale = 1;
  Factor factor = Factor::kNumber;
  Operand array;  // what scales, if it is no number
  Mask mask = Mask::kNone;
  bool is_causal = false;
  Operand operand;    // the mask
  double number = 0;  // the score of what is hidden
  Shape masked;       // shape of the scores where the mask is applied

  bool is_scaled() const { return scale != 1 || factor != Factor::kNumber; }
};

// Takes one mask into account. The scores must not have been scaled on the way from the softmax to
// the mask, and there may be only one mask.
bool take_mask(const Graph& graph, const Pattern& pattern, const Bindings& found, Scores& scores) {
  const AttentionPatterns& p = attentions();
  const ValueId mask = found.value("m");
  const Shape& shape = shape_of(graph, found, "s");
  if (scores.mask != Mask::kNone || scores.is_causal || scores.is_scaled()) return false;
  scores.masked = shape;
  scores.operand = Operand::of_value(mask);
  if (&pattern == &p.added) {
    scores.is_causal =
        is_triangular(graph, p.summands, mask, shape, &scores.number) && hides(scores.number);
    if (!scores.is_causal) scores.mask = Mask::kAdded;
    return is_floating(graph.type(mask).dtype);
  }
  const bool shows = &pattern == &p.shown;
  scores.number = found.number("c");
  if (!hides(scores.number)) return false;
  scores.is_causal = is_triangular(graph, shows ? p.lower : p.upper, mask, shape);
  if (scores.is_causal) return true;
  // A finite number is no mask of the kernel but a summand: see attended.
  if (std::isinf(scores.number))
    scores.mask = shows ? Mask::kShown : Mask::kHidden;
  else
    scores.mask = shows ? Mask::kShownElse : Mask::kHiddenElse;
  return true;
}

// Goes from `id` down to the product: through scales, masks and reshapes of the leading axes. It
// searches depth first, so `so_far` is what was found above.
bool reach_product(const Graph& graph, ValueId id, const Scores& so_far, Bindings& found,
                   Scores& result) {
  const AttentionPatterns& p = attentions();
  const Shape& shape = graph.type(id).shape;
  if (shape.rank() < 2) return false;
  for (const Pattern* pattern : {&p.scaled, &p.divided, &p.multiplied, &p.quotient, &p.shaped,
                                 &p.shown, &p.hidden, &p.added}) {
    Bindings more = found.without_names();
    const bool reached = match_more(graph, *pattern, id, more, [&](Bindings& link) {
      Scores scores = so_far;
      const TensorType& inner = graph.type(link.value("s"));
      const int rank = inner.shape.rank();
      if (pattern == &p.shaped) {
        if (rank < 2 || inner.shape[rank - 1] != shape[shape.rank() - 1] ||
            inner.shape[rank - 2] != shape[shape.rank() - 2])
          return false;
      } else if (!(inner.shape == shape)) {
        return false;
      }
      if (pattern == &p.scaled) scores.scale *= link.number("c");
      if (pattern == &p.divided) scores.scale /= link.number("c");
      if (pattern == &p.multiplied || pattern == &p.quotient) {
        const TensorType& factor = graph.type(link.value("f"));
        if (scores.factor != Factor::kNumber || factor.shape.rank() > 0 ||
            factor.dtype != inner.dtype)
          return false;
        scores.factor = pattern == &p.quotient ? Factor::kDivisor : Factor::kArray;
        scores.array = *link.operand("f");
      }
      const bool is_mask = pattern == &p.shown || pattern == &p.hidden || pattern == &p.added;
      if (is_mask && !take_mask(graph, *pattern, link, scores)) return false;
      return reach_product(graph, link.value("s"), scores, link, result);
    });
    if (!reached) continue;
    found = std::move(more);
    return true;
  }
  Bindings more = found.without_names();
  if (!match_more(graph, p.product, id, more)) return false;
  found = std::move(more);
  result = so_far;
  return true;
}

// The last two axes of `own` behind the leading axes of `lead`.
std::vector<int64_t> with_lead(const Shape& lead, const Shape& own) {
  std::vector<int64_t> shape(lead.span().begin(), lead.span().end() - 2);
  shape.insert(shape.end(), own.span().end() - 2, own.span().end());
  return shape;
}

// Have the two the same leading axes?
bool same_lead(const Shape& a, const Shape& b) {
  return a.rank() == b.rank() &&
         std::ranges::equal(a.span().first(static_cast<size_t>(a.rank() - 2)),
                            b.span().first(static_cast<size_t>(b.rank() - 2)));
}

// Where scores have other leading axes on the way (einsum multiplies in three axes), all operands
// get the leading axes that the mask has. Else they stay as they are, and broadcast.
bool bind_shapes(const Graph& graph, Bindings& found, const Scores& scores) {
  const Shape &q = shape_of(graph, found, "q"), &k = shape_of(graph, found, "k"),
              &v = shape_of(graph, found, "v"), &w = shape_of(graph, found, "w"),
              &product = shape_of(graph, found, "product");
  for (const Shape* shape : {&q, &k, &v, &w})
    if (shape->rank() < 2) return false;
  const bool has_mask = scores.mask != Mask::kNone;
  const Shape& masked = has_mask ? scores.masked : product;
  Shape turned = k;
  std::swap(turned[k.rank() - 1], turned[k.rank() - 2]);
  std::vector<int64_t> axes;
  for (int axis = 0; axis < k.rank(); ++axis) axes.push_back(axis);
  std::swap(axes[axes.size() - 1], axes[axes.size() - 2]);
  found.set_ints("turn", axes);
  found.set_ints("so", shape_of(graph, found, "o").span());
  if (same_lead(masked, w) && same_lead(product, w)) {
    found.set_ints("sq", q.span());
    found.set_ints("sk", turned.span());
    found.set_ints("sv", v.span());
    return true;
  }
  if (!same_lead(q, k) || !same_lead(w, v)) return false;
  found.set_ints("sq", with_lead(masked, q));
  found.set_ints("sk", with_lead(masked, turned));
  found.set_ints("sv", with_lead(masked, v));
  return true;
}

// Does the mask broadcast to the scores?
bool fits(const Graph& graph, ValueId mask, const Shape& scores) {
  const Result<Shape> both = broadcast(graph.type(mask).shape, scores, "", "", "");
  return both.ok() && both.value() == scores;
}

}  // namespace

// A row without any visible key is 0 where scores are hidden by -inf; written out by hand it is
// NaN. Where they are hidden by a number the row is the mean of all values: the kernel adds the
// number, which has to be so large that it swallows the scores. That holds for float32.
bool attended(const Graph& graph, Bindings& found, Mask wanted, Factor factor) {
  Bindings more = found.without_names();
  Scores scores;
  if (!reach_product(graph, found.value("s"), {}, more, scores) || scores.mask != wanted ||
      scores.factor != factor)
    return false;
  const DType dtype = graph.type(more.value("q")).dtype;
  if (!is_floating(dtype) || graph.type(more.value("k")).dtype != dtype ||
      graph.type(found.value("v")).dtype != dtype || !std::isfinite(scores.scale))
    return false;
  const bool is_number = wanted == Mask::kShownElse || wanted == Mask::kHiddenElse;
  if (is_number && dtype != DType::kFloat32) return false;
  if (wanted != Mask::kNone && !fits(graph, scores.operand.value, scores.masked)) return false;
  found.absorb(more);
  for (const char* name : {"q", "k", "product"}) found.set(name, *more.operand(name));
  if (!bind_shapes(graph, found, scores)) return false;
  found.set("scale", Argument::of_float(scores.scale));
  found.set("causal", Argument::of_bool(scores.is_causal));
  found.set("n", Operand::of_scalar(Argument::of_float(scores.number)));
  if (wanted != Mask::kNone) found.set("m", scores.operand);
  if (factor != Factor::kNumber) found.set("f", scores.array);
  return true;
}

}  // namespace weft::graph
