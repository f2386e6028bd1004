// Plans in a .weft file: the field "plan" of an entry point, which readers may ignore.
//
//   {"version": 1, "graph": fingerprint of the entry's graph, "for": conditions,
//    "plans": [{"graph", "order", "parts", "groups", "offsets", "arena", "without"}]}
//
// For an entry point with dimensions, the plans are those for the extents that the file's metadata
// lists under "plan_for": a list of objects of extents by name, as [{"batch": 1, "time": 16}].
//
// executor/plan/saved_plan.h explains the fields of a plan. A plan of another version, or made
// under other conditions, is not used; one of another graph is an error.
#pragma once

#include <string>

#include "executor/plan/saved_plan.h"
#include "model/json/json.h"

namespace weft::model {

// A hash of what the file says of the entry, except what its planning saved: it tells whether a
// saved plan belongs to the graph.
std::string fingerprint_of_entry(const Json& entry);
// Makes the field "plan" of an entry.
Json encode_plans(const executor::SavedPlans& plans, const Json& entry);

// Reads the plans of an entry; null: there are none that this build can use.
Result<Ref<executor::SavedPlans>> read_plans(const std::string& where, const Json& entry);

// Makes the plans of all entry points and writes the file anew with them, in one step. Entry points
// with dimensions get the plans that the metadata asks for; parts that depend on a size which only
// a run knows get none.
Status save_plans(const std::string& path);

}  // namespace weft::model
