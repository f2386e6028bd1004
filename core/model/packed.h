// Entry points that are ready to run: the field "packed" of an entry, which readers may leave
// alone.
//
//   {"version": 5, "for": conditions, "of": fingerprint of the entry's graph,
//    "captures": [tensors], "constants": [tensors], "graph": {…}, "plan": {…},
//    "batch": {"parts": 4, "inputs": [0], "outputs": [0]}}
//
// The graph is what passes made of the entry's own: it takes the entry's inputs, then the tensors
// that "captures" names: those of the entry's captures that it reads, and weights in the form that
// kernels read, computed once and mapped like others ever after. Neither depends on the instruction
// set or on threads; both belong to a release and to the passes. One of another version, or made
// under other conditions, is not used; one of another graph is an error. The plan is as in
// saved_plans.h. With "batch" (graph/partition/batch.h) graph and plan are those of one part of the
// entry's batch, of which as many make the listed inputs and outputs.
#pragma once

#include <string>

#include "graph/partition/batch.h"
#include "model/file.h"
#include "model/json/json.h"

namespace weft::model {

inline constexpr int64_t kPackedVersion = 5;

// Null: the entry has none that this build can use.
Result<const Json*> find_packed(const std::string& where, const Json& entry);

// How what is packed runs a batch. The inputs and outputs that it names are the entry's, and can be
// cut so.
Result<graph::BatchParts> read_batch(const std::string& where, const Json& packed,
                                     const Entry& entry);

// A line for people; empty where nothing is packed.
std::string describe_packed(const Model& model, const Entry& entry);

// Writes the file anew, in one step, with all entry points packed that can be: not those with
// sizes, nor those that read what another one changes. Not in the runtime-only build.
Status pack(const std::string& path);

}  // namespace weft::model
