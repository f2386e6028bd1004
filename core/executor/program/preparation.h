// Prepared values (graph/partition/preparation.h) at run time: computed when first needed, kept,
// and computed again when one of the arrays that they follow from was written.
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

// The values of a preparation, and the contents they were computed from. Written once, by
// Preparation::make; a caller that runs a plan with it holds a reference meanwhile.
class Prepared final : public Object {
 public:
  // Room for values of these types, to be made from the contents that `sources` have now. It is one
  // block, so that small weights lie on huge pages, too.
  static Result<Ref<Prepared>> allocate(std::span<const graph::TensorType> types,
                                        std::span<Storage* const> sources);

  // Are the sources these storages, and has none of them been written since?
  bool is_from(std::span<Storage* const> sources) const;
  std::span<const Ref<Storage>> contents() const { return contents_; }

 private:
  friend class Preparation;
  Prepared() = default;
  ~Prepared() override = default;

  // A storage and its count of writes when the values were made.
  struct Source {
    Ref<Storage> storage;  // kept alive, so that no other storage gets its address
    uint32_t writes;
  };
  std::vector<Source> sources_;
  std::vector<Ref<Storage>> contents_;
};

// The plan that makes a program's prepared values. Plans that prepare the same values share it.
class Preparation final : public Object {
 public:
  Preparation(graph::Graph graph, std::vector<int32_t> inputs, Ref<Compiled> plan);

  // The inputs of the program that the plan takes, and the types of what it gives.
  std::span<const int32_t> inputs() const { return inputs_; }
  std::span<const graph::TensorType> types() const;
  Compiled& plan() const { return *plan_; }
  int64_t bytes() const;

  // Would this graph, with these inputs of the program, prepare the same values?
  bool is_for(const graph::Graph& graph, std::span<const int32_t> inputs) const;

  // Computes the contents of `prepared` from its sources, whose data lie at `in`.
  Status make(Frame& frame, const Prepared& prepared, std::span<void* const> in) const;

  // The values that were kept, if they follow from the present contents of `sources`; else null.
  Ref<Prepared> kept(std::span<Storage* const> sources) const;
  // Keeps these values in place of the older ones.
  void keep(Ref<Prepared> prepared);

 private:
  ~Preparation() override;

  const graph::Graph graph_;
  const std::vector<int32_t> inputs_;
  const Ref<Compiled> plan_;
  mutable std::mutex mutex_;  // guards kept_
  Ref<Prepared> kept_;
};

}  // namespace weft::executor
