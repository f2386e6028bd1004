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
  Storage& content(int32_t output) const { return *contents_[static_cast<size_t>(output)]; }

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

// A plan that makes prepared values. Plans that prepare some of the same values share it, so a
// weight is packed once for each layout, whatever batches there are.
class Preparation final : public Object {
 public:
  Preparation(graph::Graph graph, std::vector<int32_t> inputs, Ref<Compiled> plan);

  // The inputs of the program that the plan takes, and the types of what it gives.
  std::span<const int32_t> inputs() const { return inputs_; }
  std::span<const graph::TensorType> types() const;
  Compiled& plan() const { return *plan_; }
  int64_t bytes() const;

  const graph::Graph& graph() const { return graph_; }

  // Computes the contents of `prepared` from its sources, whose data lie at `in`.
  Status make(Frame& frame, const Prepared& prepared, std::span<void* const> in) const;

  // The values that were kept, if they follow from the present contents of `sources`; else null.
  Ref<Prepared> kept(std::span<Storage* const> sources) const;
  // Keeps these values in place of the older ones.
  void keep(Ref<Prepared> prepared);
  // What was kept, or made now by a caller whose sources no other thread writes: of several threads
  // that ask at a time one makes the values, and the others wait for it.
  Result<Ref<Prepared>> kept_or_made(std::span<Storage* const> sources, std::span<void* const> in);

 private:
  ~Preparation() override;

  const graph::Graph graph_;
  const std::vector<int32_t> inputs_;
  const Ref<Compiled> plan_;
  std::mutex making_;         // held by kept_or_made while it makes
  mutable std::mutex mutex_;  // guards kept_
  Ref<Prepared> kept_;
};

// A prepared value of a plan: which of its preparations makes it, as which output.
struct PreparedValue {
  int32_t preparation;
  int32_t output;
};

}  // namespace weft::executor
