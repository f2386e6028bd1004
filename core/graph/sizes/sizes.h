// Sizes: numbers that shapes follow from and that only a run knows. Most a graph computes itself,
// such as how many elements a mask chooses, bounded by something known before. *Dimensions* are
// extents that inputs may have anew at each run, such as a batch.
//
// A graph with sizes is an *example* of itself: its types, attributes and scalar operands are those
// of the sizes' example values, so whatever reads graphs reads this one. Which of its numbers
// follow from sizes, and by which polynomial, stands beside them; for_sizes() puts others in. Then
// inference runs again, so shape rules, compositions and gradient rules know numbers only.
//
// generalize() finds these numbers: a program is traced once for each of several examples, and what
// differs between the graphs is fitted. What fits no polynomial, or takes another path, is refused.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// Traces that a program with sizes needs.
inline constexpr size_t kExamples = 6;
// The value of a size in one of them: at least 2, different in each, and above its bound in the
// last one, so that a path that is taken from some number on is met.
int64_t example_of(size_t round, size_t size, int64_t bound);

// The nodes with the numbers that these sizes give; their types are still those of the example.
Graph with_sizes(const Graph& graph, std::span<const int64_t> sizes);
// The graph for these input types and these values of its sizes; it has no sizes. It is verified:
// that the example keeps the rules says nothing of other numbers, which may come from a file.
Result<Graph> for_sizes(const Graph& graph, std::span<const TensorType> inputs,
                        std::span<const int64_t> sizes);

size_t count_dimensions(const Graph& graph);
// The dimensions that inputs of these types have. Refuses other extents where there is no
// dimension, different ones for one dimension, and one that is out of its range.
Result<std::vector<int64_t>> dimensions_of(const Graph& graph, std::span<const TensorType> inputs);

// The bound of each size, where all that come before it reach theirs; `dimensions` are known.
std::vector<int64_t> largest_sizes(const Graph& graph, std::vector<int64_t> dimensions);

// The name of an input for people.
std::string name_of_input(const Graph& graph, size_t input);

// One graph from those of all examples, in their order.
Result<Graph> generalize(std::span<const Graph* const> examples);

// Do two values have the same content, whatever the inputs? Random nodes never do.
bool same_content(const Graph& graph, ValueId a, ValueId b);

}  // namespace weft::graph
