// What the conditions of idioms share: questions about shapes, and about parts of patterns.
#pragma once

#include "graph/rules/rules.h"

namespace weft::graph {

const Shape& shape_of(const Graph& graph, const Bindings& found, std::string_view name);

// The one axis that the attribute names, counted from the front; -1: it names others.
int single_axis(const ops::Argument& axes, int rank);
bool is_last(const ops::Argument& axes, int rank);

// One number for each row along the axis, which the array of numbers keeps.
bool is_column(const Shape& column, const Shape& array, int axis);

// Is it 0, 1, … along one axis, and of extent 1 along all others?
bool counts_along(const Graph& graph, ValueId id, int axis, int64_t extent, int rank);

std::vector<Pattern> parse_all(std::initializer_list<const char*> texts);
bool matches_any(const Graph& graph, std::span<const Pattern> patterns, ValueId id,
                 Bindings& found);

// Conditions of the rules in idioms.cpp.
// c divided by s, the root of v + e. It is x - mean(x), and v the variance of x, or any array, and
// v the mean of its squares. Binds x, and whether it is centred as t.
bool normalised(const Graph& graph, Bindings& found);
// One number g for each column of x: binds the vector's shape as z.
bool vector(const Graph& graph, Bindings& found);

// o = w v, where w is softmax(s) in any shape, and s a product of queries and keys, scaled and
// masked: by nothing or causally, by what is shown or hidden, or by summands. Binds q, k, their
// shapes, the mask as m, and an array of one number that scales, or divides, as f.
enum class Mask : uint8_t { kNone, kShown, kHidden, kShownElse, kHiddenElse, kAdded };
enum class Factor : uint8_t { kNumber, kArray, kDivisor };
bool attended(const Graph& graph, Bindings& found, Mask mask, Factor factor);

}  // namespace weft::graph
