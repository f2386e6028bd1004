// The .weft file: a safetensors file whose metadata holds, under the key "weft", one JSON text
// with the format version and the named entry points over the shared tensors.
//
// Everything read is checked before use: lengths, offsets, dtypes, operators, arities, types;
// inferred types must equal the stored ones. Weights are arrays on the mapped file, without a
// copy; writing to one gives it memory of its own.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "executor/program/program.h"
#include "graph/ir/ir.h"
#include "model/archive/safetensors.h"

namespace weft::model {

// 2 has graphs with sizes; files without are still 1.
inline constexpr int64_t kFormatVersion = 2;

// Files with random operators have a tensor of this name, uint64 [seed, next ordinal]: where a run
// goes on in the random numbers.
inline constexpr std::string_view kRandomState = "weft.random";

// ---- writing -----------------------------------------------------------------------------------

// Puts a file together. The graph's inputs are the entry's inputs followed by its captures.
class Writer {
 public:
  // Are lines of the program's source saved, so that errors name them? Not unless this is called.
  void keep_source_lines(bool keep) { keeps_source_lines_ = keep; }
  // `captures` are saved as tensors under their names; a name that is used again, in this entry or
  // another, must mean the same array. Contents are taken as they are at this call. One without a
  // name is left out with what the graph writes to it; it must not be read.
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
  Status add_random_state();

  bool keeps_source_lines_ = false;
  std::vector<SavedEntry> entries_;
  std::vector<SavedTensor> tensors_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

// ---- reading -----------------------------------------------------------------------------------

struct Port {
  std::string name;
  // An extent of -1: a dimension that is still open.
  graph::TensorType type;
  bool is_largest = false;  // the shape follows from values and is at most this one
  std::vector<std::string> dimensions = {};  // by axis, "" where there is none; or empty

  bool is_open() const { return std::ranges::count(type.shape, -1) > 0; }
};

std::string type_text(const Port& port);  // float32(batch, 3), for people

// The outputs of a graph with sizes for inputs of these types, as large as they may be: that is how
// large they are found to be at some values of the sizes, and where one is largest in between
// (`x[k:2 * k]`), near it. A run whose output is larger all the same is refused by who has the
// room.
Status find_outputs(const graph::Graph& graph, std::span<const graph::TensorType> inputs,
                    std::span<Port> outputs);

// A graph of an entry point over tensors of the file.
struct Runnable {
  std::vector<int32_t> captures;  // tensor of each input of the program's graph after the entry's
  Ref<executor::Program> program;
};

struct Entry : Runnable {  // as it was traced; in the runtime-only build null where `ready` does
  std::string name;
  std::vector<Port> inputs;  // without captures
  std::vector<Port> outputs;
  Runnable
      ready;  // the same behind its passes, see packed.h; null: the file has none for this build

  // Of plans that are made from now on.
  Status set_budget(int64_t bytes) const;
};

class IdleContexts;

class Model final : public Object {
 public:
  static Result<Ref<Model>> load(const std::string& path);
  // The bytes stay unchanged while the model or one of its arrays lives.
  static Result<Ref<Model>> load_memory(const void* data, size_t bytes);

  std::span<const Entry> entries() const { return entries_; }
  Result<const Entry*> entry(std::string_view name) const;
  // On the file's memory; the same array at each call. In the file's order. A library of some
  // operators hands none out: there arrays that no entry runs on are null.
  std::span<const NamedTensor> tensors() const { return archive_.tensors; }
  std::span<const std::pair<std::string, std::string>> metadata() const { return metadata_; }
  // Of all tensors and metadata, with what a reader of plain safetensors sees.
  const Archive& archive() const { return archive_; }
  int64_t format_version() const { return version_; }
  // A description for people; empty in a library of some operators.
  const std::string& text() const { return text_; }
  // What contexts of an entry run: `ready` unless a budget asks for more than it has, or a tensor
  // of the model was written after it was loaded.
  const Runnable& runnable(const Entry& entry) const;
  IdleContexts& idle_contexts() { return *idle_; }  // of run.h
  // Before a run: is the file that tensors are mapped from as long as it was?
  Status check_file() const { return file_->check(); }

 private:
  Model();
  ~Model() override;
  static Result<Ref<Model>> from_archive(ArchiveReader reader);

  Status check_packed() const;

  Archive archive_;
  Ref<Mapping> file_;
  std::vector<Ref<Storage>> loaded_;  // of the tensors, as the file has them; where some are packed
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  int64_t version_ = 0;
  std::string text_;
  std::unique_ptr<IdleContexts> idle_;
};

}  // namespace weft::model
