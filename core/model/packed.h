// Entry points that are ready to run: the field "packed" of an entry, which readers may ignore.
//
//   {"version": 5, "for": conditions, "of": fingerprint of the entry's graph,
//    "captures": [tensors], "constants": [tensors], "graph": {…}, "plan": {…},
//    "batch": {"parts": 4, "inputs": [0], "outputs": [0]}}
//
// The graph is what the passes made of the entry's own graph. It takes the entry's inputs, then the
// tensors that "captures" names: captures of the entry that it still reads, and weights in the form
// that kernels read, which were computed once and are mapped like all others. Neither depends on
// the instruction set or on threads; both depend on the release and on the passes. A packed form of
// another version, or made under other conditions, is not used; one of another graph is an error.
// The plan is as in saved_plans.h. With "batch" (graph/partition/batch.h) graph and plan are those
// of one part of the entry's batch; "parts" of them make the listed inputs and outputs.
#pragma once

#include <string>

#include "graph/partition/batch.h"
#include "model/file.h"
#include "model/json/json.h"

namespace weft::model {

// Raised when what is packed changes its meaning; other versions are ignored, not errors.
inline constexpr int64_t kPackedVersion = 5;

// Gives the packed field of an entry; null: there is none that this build can use.
Result<const Json*> find_packed(const std::string& where, const Json& entry);

// Reads how the packed graph runs a batch in parts. The inputs and outputs that are cut must be the
// entry's and divide evenly.
Result<graph::BatchParts> read_batch(const std::string& where, const Json& packed,
                                     const Entry& entry);

// A line for people; empty if nothing is packed.
std::string describe_packed(const Model& model, const Entry& entry);

// Writes the file anew, in one step, with all entry points packed that can be: not those with
// sizes, and not those that read what another one changes. Not in the runtime-only build.
Status pack(const std::string& path);

}  // namespace weft::model
