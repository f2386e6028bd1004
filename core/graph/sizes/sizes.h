// Sizes: numbers that shapes follow from and that only a run knows. Most are computed by the graph
// itself, as the number of elements that a mask selects, and are bounded by something known before.
// *Dimensions* are extents of inputs that may change at each run, as a batch.
//
// A graph with sizes is an *example* of itself: its types, attributes and scalar operands are those
// for example values of the sizes, so everything that reads graphs can read it. Beside them stands
// which numbers follow from sizes, and by which polynomial. for_sizes() puts other values in, and
// inference runs again; so shape rules, compositions and gradient rules only ever see numbers.
//
// generalize() finds these numbers: a program is traced once for each of several examples, and
// numbers that differ between the graphs are fitted. A number that fits no polynomial, or a trace
// that takes another path, is refused.
#pragma once

#include "graph/ir/ir.h"

namespace weft::graph {

// How many times a program with sizes is traced.
inline constexpr size_t kExamples = 6;
// The value of a size in one trace: at least 2, different in each trace, and above its bound in the
// last one. So a path that is taken only from some number on is met, too.
int64_t example_of(size_t round, size_t size, int64_t bound);

// Puts the numbers for these sizes into the nodes. Types are still those of the example.
Graph with_sizes(const Graph& graph, std::span<const int64_t> sizes);
// The graph for these input types and these values of its sizes; it has no sizes any more. It is
// verified, because rules that hold for the example may not hold for other numbers, which may come
// from a file.
Result<Graph> for_sizes(const Graph& graph, std::span<const TensorType> inputs,
                        std::span<const int64_t> sizes);

// Dimensions are the first sizes of a graph.
size_t count_dimensions(const Graph& graph);
// The dimensions that inputs of these types have. Refuses a different extent where there is no
// dimension, two extents for one dimension, and an extent out of its range.
Result<std::vector<int64_t>> dimensions_of(const Graph& graph, std::span<const TensorType> inputs);

// The bound of each size, if all sizes before it reach theirs; `dimensions` are known.
std::vector<int64_t> largest_sizes(const Graph& graph, std::vector<int64_t> dimensions);

// The name of an input in errors.
std::string name_of_input(const Graph& graph, size_t input);

// One graph with sizes from the graphs of all examples, in the order of the traces.
Result<Graph> generalize(std::span<const Graph* const> examples);

// Do two values always have the same content, whatever the inputs are? Random nodes never do.
bool same_content(const Graph& graph, ValueId a, ValueId b);

}  // namespace weft::graph
