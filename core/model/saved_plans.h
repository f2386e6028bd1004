// Plans in a .weft file: the field "plan" of an entry point, which readers may leave alone.
//
//   {"version": 1, "graph": fingerprint of the entry's graph, "for": conditions,
//    "plans": [{"graph", "order", "parts", "groups", "offsets", "arena", "without"}]}
//
// Of an entry point with dimensions, those for the extents that the file's metadata has under
// "plan_for": a list of objects of extents by name, as [{"batch": 1, "time": 16}].
//
// What they mean is in executor/plan/saved_plan.h. One of another version, or made under other
// conditions, is not used; one of another graph is an error.
#pragma once

#include <string>

#include "executor/plan/saved_plan.h"
#include "model/json/json.h"

namespace weft::model {

// Of what the file says of the entry, without what is saved of its planning.
std::string fingerprint_of_entry(const Json& entry);
// The field "plan" of an entry.
Json encode_plans(const executor::SavedPlans& plans, const Json& entry);

// Of an entry as the file has it; null: there is none that this build can use.
Result<Ref<executor::SavedPlans>> read_plans(const std::string& where, const Json& entry);

// Makes the plans of all entry points and writes the file anew with them, in one step. Entry points
// with dimensions have those for which the metadata asks; what depends on a size that only a run
// knows has none.
Status save_plans(const std::string& path);

}  // namespace weft::model
