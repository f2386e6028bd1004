// The .weft file: a safetensors file whose metadata holds, under the key "weft", one JSON text
// with the format version and the named entry points over the shared tensors.
//
// Everything read is checked before use: lengths, offsets, dtypes, operators, arities, types;
// inferred types must equal the stored ones. Weights are arrays on the mapped file, without a
// copy; writing to one gives it memory of its own.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "executor/program.h"
#include "graph/ir.h"
#include "model/safetensors.h"

namespace weft::model {

// 2 has graphs with sizes; files without are still 1.
inline constexpr int64_t kFormatVersion = 2;

// ---- writing -----------------------------------------------------------------------------------

// Puts a file together. The graph's inputs are the entry's inputs followed by its captures.
class Writer {
 public:
  // `captures` are saved as tensors under their names; a name that is used again, in this entry or
  // another, must mean the same array. Contents are taken as they are at this call.
  Status add_entry(std::string_view name, const graph::Graph& graph,
                   std::span<const std::string> input_names,
                   std::span<const std::string> output_names,
                   std::span<const NamedTensor> captures);
  Status set_metadata(std::string_view key, std::string_view value);
  // In one step: a failure leaves the old file whole.
  Status save(const std::string& path) const;

 private:
  struct SavedEntry {
    std::string name;
    std::string json;
    int64_t format = 1;  // the first that has all of it
  };
  struct SavedTensor {
    NamedTensor tensor;
    HeldValue held;
    const Box* box;
  };
  Status add_tensor(const NamedTensor& tensor);

  std::vector<SavedEntry> entries_;
  std::vector<SavedTensor> tensors_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

// ---- reading -----------------------------------------------------------------------------------

struct Port {
  std::string name;
  graph::TensorType type;
  bool is_largest = false;  // the shape follows from values and is at most this one
};

struct Entry {
  std::string name;
  std::vector<Port> inputs;  // without captures
  std::vector<Port> outputs;
  std::vector<int32_t> captures;  // tensor of each further input of the program's graph
  Ref<executor::Program> program;
};

class Model final : public Object {
 public:
  static Result<Ref<Model>> load(const std::string& path);
  // The bytes stay unchanged while the model or one of its arrays lives.
  static Result<Ref<Model>> load_memory(const void* data, size_t bytes);

  std::span<const Entry> entries() const { return entries_; }
  Result<const Entry*> entry(std::string_view name) const;
  // On the file's memory; the same array at each call. In the file's order.
  std::span<const NamedTensor> tensors() const { return archive_.tensors; }
  std::span<const std::pair<std::string, std::string>> metadata() const { return metadata_; }
  int64_t format_version() const { return version_; }
  const std::string& text() const { return text_; }  // a description for people

 private:
  Model() = default;
  static Result<Ref<Model>> from_archive(Archive archive);

  Archive archive_;
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  int64_t version_ = 0;
  std::string text_;
};

// ---- running -----------------------------------------------------------------------------------

// One entry point with the memory to run it: used by one thread at a time; several contexts of a
// model run side by side. States start as the file has them and live here.
//
// An entry whose graph has sizes is run in stages, each with a plan for the sizes that are met:
// such a run allocates, and a caller's arena is not used.
class Context {
 public:
  // Bytes that `create` wants of a caller's arena, which is aligned to kAlignment.
  static Result<int64_t> arena_bytes(const Model& model, std::string_view entry);
  // `arena` null: allocated here.
  static Result<std::unique_ptr<Context>> create(Ref<Model> model, std::string_view entry,
                                                 void* arena, int64_t bytes);
  ~Context();

  std::span<const Port> inputs() const { return entry_->inputs; }
  // Shapes that follow from values are those of the last run.
  std::span<const Port> outputs() const { return outputs_now_; }
  // Dense memory of the caller until the next bind; exactly the port's bytes, those of the largest
  // shape where it follows from values.
  Status bind_input(size_t index, const void* data, size_t bytes);
  Status bind_output(size_t index, void* data, size_t bytes);
  Status run(uint64_t seed = 0);  // allocates nothing without sizes
  // Where output `index` is after a run; valid until the next.
  Result<const void*> output_data(size_t index) const;

 private:
  Context() = default;
  Status bind_memory(char* arena);
  void bind_captures();
  void take_new_states();
  Status bind_stages();
  Status run_stages(uint64_t seed, uint64_t first_ordinal);

  Ref<Model> model_;
  const Entry* entry_ = nullptr;
  Ref<executor::Compiled> compiled_;
  executor::FramePtr frame_;
  std::vector<void*> inputs_, outputs_;  // of the graph: with captures and states
  std::vector<HeldValue> held_;
  Ref<Storage> own_;  // the arena, where the caller gave none
  std::vector<Port> outputs_now_;
  // In stages: states, outputs of the last run, and where the caller wants them, or null.
  std::vector<Ref<Storage>> states_, results_;
  std::vector<void*> wanted_;
  uint64_t next_ordinal_ = 0;
  bool has_run_ = false;
};

}  // namespace weft::model
