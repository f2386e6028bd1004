// What the conditions of idioms share: questions about shapes, and about parts of patterns. They
// are functions of a graph and of what a pattern has bound.
#pragma once

#include "graph/rules/rules.h"

namespace weft::graph {

// The shape of the value that the name stands for.
const Shape& shape_of(const Graph& graph, const Bindings& found, std::string_view name);

// The one axis that the attribute names, counted from the front; -1: it names several, or none.
int single_axis(const ops::Argument& axes, int rank);
// Does the attribute name the last axis alone?
bool is_last(const ops::Argument& axes, int rank);

// Has `column` one number for each row along the axis, with the axis kept as 1?
bool is_column(const Shape& column, const Shape& array, int axis);

// Is the value 0, 1, … along one axis, with one element along all others?
bool counts_along(const Graph& graph, ValueId id, int axis, int64_t extent, int rank);

// Parses patterns that are alternatives.
std::vector<Pattern> parse_all(std::initializer_list<const char*> texts);
// Does one of the patterns match? Binds its names.
bool matches_any(const Graph& graph, std::span<const Pattern> patterns, ValueId id,
                 Bindings& found);

// The condition of normalisations. The pattern bound c, which is divided by s, the root of v + e.
// It holds if c is x - mean(x) and v the variance of x, or if c is any array x and v the mean of
// its squares. Binds x, and as t whether it is centred.
bool normalised(const Graph& graph, Bindings& found);
// g has one number for each column of x: binds the shape of such a vector as z.
bool vector(const Graph& graph, Bindings& found);

// How scores are masked: not (or only causally), by what is shown or hidden, the same with a number
// instead of -inf, or by summands. And what scales them: a number, an array of one element, or a
// divisor.
enum class Mask : uint8_t { kNone, kShown, kHidden, kShownElse, kHiddenElse, kAdded };
enum class Factor : uint8_t { kNumber, kArray, kDivisor };
// The condition of attention. The pattern bound o = w v, where w is softmax(s) in any shape. It
// holds if s is a product of queries and keys, scaled and masked in this way. Binds q, k and the
// shapes, the mask as m, and an array that scales or divides as f.
bool attended(const Graph& graph, Bindings& found, Mask mask, Factor factor);

}  // namespace weft::graph
