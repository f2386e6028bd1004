// Plans as JSON, and the file that is written anew with them. Lists are checked number by number: a
// plan decides where values lie in memory.
#include "model/saved_plans.h"

#include <algorithm>
#include <utility>

#include "base/errors.h"
#include "base/log.h"
#include "executor/program/stages.h"
#include "graph/sizes/sizes.h"
#include "model/file.h"
#include "weft_parts.h"

namespace weft::model {
namespace {

using executor::SavedPlan;
using executor::SavedPlans;

constexpr int64_t kVersion = 1;
constexpr std::string_view kPlanFor = "plan_for";

template <class Numbers>
Json encode_list(const Numbers& numbers) {
  Json list = Json::array();
  for (const auto number : numbers) list.push(int64_t{number});
  return list;
}

// Reads a list of numbers from 0 to `maximum`.
template <class Number>
Status decode_list(const std::string& where, const Json& plan, const char* key, int64_t maximum,
                   std::vector<Number>& numbers) {
  const Json* list = plan.find(key);
  if (!list || !list->is_array()) return errors::io(where, "the saved plan has no ", key);
  for (const Json& item : list->items()) {
    if (!item.is_integer() || item.integer() < 0 || item.integer() > maximum)
      return errors::io(where, "the saved plan must have numbers in [0, ", maximum, "] in its ",
                        key, "; got ", item.integer());
    numbers.push_back(static_cast<Number>(item.integer()));
  }
  return {};
}

// Byte counts stay far below INT64_MAX, so that later sums cannot overflow.
Result<SavedPlan> decode(const std::string& where, const Json& json) {
  SavedPlan plan;
  const Json *graph = json.find("graph"), *arena = json.find("arena"),
             *without = json.find("without"), *parts = json.find("parts");
  if (!graph || !graph->is_string() || !arena || !arena->is_integer() || arena->integer() < 0 ||
      arena->integer() > INT64_MAX / 4 || !without || !without->is_integer() || !parts ||
      !parts->is_bool())
    return errors::io(where, "the saved plan is damaged");
  plan.graph = graph->text();
  plan.arena_bytes = arena->integer();
  plan.arena_without = without->integer();
  plan.parts = parts->flag();
  WEFT_TRY(decode_list(where, json, "order", INT32_MAX, plan.order));
  WEFT_TRY(decode_list(where, json, "groups", INT32_MAX, plan.groups));
  WEFT_TRY(decode_list(where, json, "offsets", INT64_MAX / 4, plan.offsets));
  return plan;
}

// What the metadata asks for: a list of objects that give extents by name.
Result<Json> read_wanted(const Metadata& metadata) {
  for (const auto& [key, text] : metadata) {
    if (key != kPlanFor) continue;
    const Result<Json> list = parse_json(text);
    bool fits = list.ok() && list.value().is_array();
    for (size_t i = 0; fits && i < list.value().items().size(); ++i) {
      const Json& extents = list.value().items()[i];
      fits = extents.is_object() && std::ranges::all_of(extents.members(), [](const auto& member) {
               return member.value.is_integer() && member.value.integer() >= 0;
             });
    }
    if (!fits)
      return errors::invalid_value(
          "save plans", "the metadata `", kPlanFor,
          "` must be a list of extents by name, such as [{\"batch\": 8}]; got ", text);
    return list.value();
  }
  return Json::array();
}

// Adds the plans for these extents; false if they leave a dimension of the entry open.
Result<bool> add_plans_for(const Json& extents, executor::Program& program, SavedPlans& plans) {
  const graph::Graph& graph = program.graph();
  std::vector<graph::TensorType> types = graph.input_types();
  for (const graph::Size& size : graph.sizes) {
    if (!size.is_dimension()) continue;
    const Json* const extent = extents.find(size.name);
    if (!extent) return false;
    for (const graph::InputAxis& at : size.axes)
      types[static_cast<size_t>(at.input)].shape[at.axis] = extent->integer();
  }
  WEFT_ASSIGN(std::vector<int64_t> dimensions, graph::dimensions_of(graph, types));
  WEFT_TRY(program.stages()->add_plans(types, std::move(dimensions), plans));
  return true;
}

// Adds the plans of a program with dimensions, and marks the requests that it used.
Status add_wanted_plans(const Json& wanted, std::vector<bool>& is_used, executor::Program& program,
                        SavedPlans& plans) {
  if constexpr (!WEFT_KEEPS_sizes) return {};
  if (!program.stages()) return {};
  for (size_t i = 0; i < wanted.items().size(); ++i) {
    WEFT_ASSIGN(const bool fits, add_plans_for(wanted.items()[i], program, plans));
    is_used[i] = is_used[i] || fits;
  }
  return {};
}

// An entry, or its packed form, with a new field "plan".
Result<Json> with_plans(const Json& entry, executor::Program& program) {
  Json changed = Json::object();
  for (const Json::Member& member : entry.members())
    if (member.key() != "plan") changed.set(member.key(), member.value);
  WEFT_ASSIGN(const Ref<SavedPlans> plans, program.plans_to_save());
  changed.set("plan", encode_plans(*plans, entry));
  return changed;
}

}  // namespace

std::string fingerprint_of_entry(const Json& entry) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const char* key : {"inputs", "outputs", "captures", "constants", "graph"}) {
    const Json* part = entry.find(key);
    for (const char c : part ? write_json(*part) : std::string())
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3;
  }
  std::string text;
  for (int digit = 60; digit >= 0; digit -= 4) text += "0123456789abcdef"[hash >> digit & 15];
  return text;
}

Json encode_plans(const SavedPlans& plans, const Json& entry) {
  Json list = Json::array();
  for (const SavedPlan& plan : plans.plans) {
    Json json = Json::object();
    json.set("graph", plan.graph);
    json.set("order", encode_list(plan.order));
    json.set("parts", plan.parts);
    json.set("groups", encode_list(plan.groups));
    json.set("offsets", encode_list(plan.offsets));
    json.set("arena", plan.arena_bytes);
    json.set("without", plan.arena_without);
    list.push(std::move(json));
  }
  Json json = Json::object();
  json.set("version", kVersion);
  json.set("graph", fingerprint_of_entry(entry));
  json.set("for", plans.conditions);
  json.set("plans", std::move(list));
  return json;
}

Result<Ref<SavedPlans>> read_plans(const std::string& where, const Json& entry) {
  const Json* json = entry.find("plan");
  if (!json) return Ref<SavedPlans>();
  const Json *version = json->find("version"), *graph = json->find("graph"),
             *conditions = json->find("for"), *list = json->find("plans");
  if (!version || !version->is_integer()) return errors::io(where, "the saved plan has no version");
  if (version->integer() != kVersion) {
    log(LogLevel::kInfo, where, ": the saved plan is not used: it has version ",
        version->integer());
    return Ref<SavedPlans>();
  }
  if (!graph || !conditions || !conditions->is_string() || !list || !list->is_array())
    return errors::io(where, "the saved plan is damaged");
  // A build without passes cannot make the plan of another graph; it checks every location of a
  // plan against the graph that uses it instead.
  if (WEFT_KEEPS_passes && graph->text() != fingerprint_of_entry(entry))
    return errors::io(where,
                      "the saved plan was made for another graph; remove it or make it again");
  auto* const plans = new SavedPlans;
  Ref<SavedPlans> owned = Ref<SavedPlans>::adopt(plans);
  plans->where = where;
  plans->conditions = conditions->text();
  for (const Json& item : list->items()) {
    WEFT_ASSIGN(SavedPlan plan, decode(where, item));
    plans->plans.push_back(std::move(plan));
  }
  return owned;
}

// Copies the file's JSON member by member, so that fields which this release does not know stay.
Status save_plans(const std::string& path) {
  WEFT_ASSIGN(const Ref<Model> model, Model::load(path));
  Metadata metadata = model->archive().metadata;
  WEFT_ASSIGN(const Json wanted, read_wanted(metadata));
  std::vector<bool> is_used(wanted.items().size(), false);
  for (auto& [key, text] : metadata) {
    if (key != "weft") continue;
    WEFT_ASSIGN(const Json old, parse_json(text));
    Json entries = Json::array();
    size_t next = 0;
    for (const Json& entry : old.find("entries")->items()) {
      Json changed = Json::object();
      const Entry& own = model->entries()[next++];
      for (const Json::Member& member : entry.members()) {
        const std::string_view name = member.key();
        const Json& value = member.value;
        if (name == "plan") continue;
        if (name != "packed" || !own.ready.program) {
          changed.set(name, value);
          continue;
        }
        WEFT_ASSIGN(Json packed, with_plans(value, *own.ready.program));
        changed.set(name, std::move(packed));
      }
      if (own.program) {
        WEFT_ASSIGN(const Ref<SavedPlans> plans, own.program->plans_to_save());
        WEFT_TRY(add_wanted_plans(wanted, is_used, *own.program, *plans));
        if (!plans->plans.empty()) changed.set("plan", encode_plans(*plans, entry));
      }
      entries.push(std::move(changed));
    }
    Json json = Json::object();
    for (const Json::Member& member : old.members())
      json.set(member.key(), member.key() == "entries" ? entries : member.value);
    text = write_json(json);
  }
  // A request that fits no entry is probably a misspelt name.
  for (size_t i = 0; i < is_used.size(); ++i)
    if (!is_used[i])
      return errors::invalid_value("save plans", "the metadata `", kPlanFor, "` has ",
                                   write_json(wanted.items()[i]),
                                   ", which does not match the dimensions of any entry point");
  return write_archive(path, model->archive().tensors, metadata);
}

}  // namespace weft::model
