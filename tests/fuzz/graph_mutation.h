// Changes of a file's graphs that keep them graphs: types, attributes, kinds of nodes, operands,
// regions, sizes, states, packed forms and plans.
#pragma once

#include <string>
#include <vector>

#include "weft_file.h"

struct Operator {
  std::string name;
  std::vector<std::string> attributes;
  std::vector<Json> samples;
};

// A graph with what is defined before its nodes: inputs and constants.
struct Scope {
  Json* graph = nullptr;
  Json* holder = nullptr;  // of an entry's graph: where its captures and constants are named
  Json* entry = nullptr;
  Json* body = nullptr;  // of a body: where its inputs are
  std::vector<Json> leading;

  std::vector<Json>& nodes() const { return graph->find("nodes")->items; }
  std::vector<Json> types() const;
};
std::vector<Scope> scopes_of(WeftFile& file);

class Mutation {
 public:
  Mutation(WeftFile& file, const std::vector<Operator>& operators,
           const std::vector<WeftFile>& others, uint64_t seed)
      : file_(file), operators_(operators), others_(others), state_(seed * 2 + 1) {}

  void run();  // one change
  // A network of one operator, as a sample of the registry has it.
  static WeftFile of_sample(const Operator& op, const Json& sample);
  // Adds the sample to a graph, on values that are there where their types fit.
  void add_sample(const Scope& scope, const Operator& op, const Json& sample);
  uint32_t draw(size_t below);

 private:
  template <class Items>
  auto& one_of(Items& items) {
    return items[draw(items.size())];
  }
  int64_t number();
  Json some_type(const Scope& scope);
  std::string name();
  const Operator& some_operator() { return one_of(operators_); }
  void change_number(Json& json);
  void change_list(Json& list);
  void change_attribute(Json& node);
  void change_type(Json& type);
  void resize(int64_t from, int64_t to);
  void change_node(const Scope& scope);
  void change_operands(const Scope& scope, Json& node);
  void remove_node(const Scope& scope);
  void repeat_node(const Scope& scope);
  void wrap_in_region(const Scope& scope);
  void change_region(const Scope& scope);
  void change_outputs(const Scope& scope);
  void change_states(const Scope& scope);
  void change_sizes(const Scope& scope);
  Json polynomial(size_t sizes);
  void change_tensor();
  void change_packed();
  void change_plan();
  void change_names();
  void splice();

  WeftFile& file_;
  const std::vector<Operator>& operators_;
  const std::vector<WeftFile>& others_;
  uint64_t state_;
};

// What the library said was wrong, mended as far as that is a matter of types. False: it is not.
bool mend(WeftFile& file, const std::string& failure);
