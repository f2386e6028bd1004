// Prepared values (graph/partition/preparation.h) at run time: computed when first needed, kept,
// and computed again when one of the arrays that they come from was written.
#pragma once

#include <mutex>
#include <span>
#include <vector>

#include "base/ref.h"
#include "graph/ir/ir.h"
#include "runtime/memory/storage.h"

namespace weft::executor {

class Compiled;
class Frame;

// What a preparation gave, and from which contents. Never written again: who runs a plan with it
// holds it meanwhile.
class Prepared final : public Object {
 public:
  // Room for values of these types, to be made from the contents that `sources` have now: one
  // block, so that small weights lie on huge pages, too.
  static Result<Ref<Prepared>> allocate(std::span<const graph::TensorType> types,
                                        std::span<Storage* const> sources);

  bool is_from(std::span<Storage* const> sources) const;
  std::span<const Ref<Storage>> contents() const { return contents_; }

 private:
  friend class Preparation;
  Prepared() = default;
  ~Prepared() override = default;

  struct Source {
    Ref<Storage> storage;  // alive, so that no other has its address
    uint32_t writes;
  };
  std::vector<Source> sources_;
  std::vector<Ref<Storage>> contents_;
};

// The plan that makes a program's prepared values; shared by plans that prepare the same.
class Preparation final : public Object {
 public:
  Preparation(graph::Graph graph, std::vector<int32_t> inputs, Ref<Compiled> plan);

  // The inputs of the program that the plan takes, and what it gives.
  std::span<const int32_t> inputs() const { return inputs_; }
  std::span<const graph::TensorType> types() const;
  Compiled& plan() const { return *plan_; }
  int64_t bytes() const;

  bool is_for(const graph::Graph& graph, std::span<const int32_t> inputs) const;

  // Computes the contents of `prepared` from its sources, which lie at `in`.
  Status make(Frame& frame, const Prepared& prepared, std::span<void* const> in) const;

  // What was kept, if it is from the present contents of `sources`; else null.
  Ref<Prepared> kept(std::span<Storage* const> sources) const;
  void keep(Ref<Prepared> prepared);

 private:
  ~Preparation() override;

  const graph::Graph graph_;
  const std::vector<int32_t> inputs_;
  const Ref<Compiled> plan_;
  mutable std::mutex mutex_;
  Ref<Prepared> kept_;
};

}  // namespace weft::executor
