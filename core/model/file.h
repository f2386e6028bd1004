// The .weft file: a safetensors file whose metadata has, under the key "weft", one JSON text with
// the format version and the named entry points over the shared tensors.
//
// All that is read is checked before use: lengths, offsets, dtypes, operators, numbers of operands,
// types; the stored types must equal the inferred ones. Weights are arrays on the mapped file,
// without a copy; a write to one gives it memory of its own.
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

// Version 2 has graphs with sizes, version 3 integers of 4 bits in half bytes; files without them
// are written as version 1, which older releases read.
inline constexpr int64_t kFormatVersion = 3;

// A file with random operators has a tensor of this name, uint64 [seed, next ordinal]: the place in
// the random numbers from which runs go on.
inline constexpr std::string_view kRandomState = "weft.random";

// ---- writing -----------------------------------------------------------------------------------

// Puts a file together. A graph's inputs are the entry's inputs, then its captures.
class Writer {
 public:
  // Does the file keep the source lines of operators, so that errors of runs name them? It does not
  // unless this says so.
  void keep_source_lines(bool keep) { keeps_source_lines_ = keep; }
  // Adds an entry point. `captures` are saved as tensors under their names; a name that is used
  // again, here or in another entry, must mean the same array. Contents are taken as they are at
  // this call. A capture without a name is left out, with what the graph writes to it; the graph
  // must not read it.
  Status add_entry(std::string_view name, const graph::Graph& graph,
                   std::span<const std::string> input_names,
                   std::span<const std::string> output_names,
                   std::span<const NamedTensor> captures);
  // Sets a text of the file; the key "weft" is refused.
  Status set_metadata(std::string_view key, std::string_view value);
  // Writes in one step: a failure leaves the old file whole.
  Status save(const std::string& path) const;

 private:
  struct SavedEntry {
    std::string name;
    std::string json;    // the entry's JSON
    int64_t format = 1;  // the first format version that has all of it
  };
  struct SavedTensor {
    NamedTensor tensor;
    HeldValue held;  // keeps the content of the moment
    const Box* box;  // the box of the program's array, to tell arrays apart
  };
  Status add_tensor(const NamedTensor& tensor);
  Status add_random_state();

  bool keeps_source_lines_ = false;
  std::vector<SavedEntry> entries_;
  std::vector<SavedTensor> tensors_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

// ---- reading -----------------------------------------------------------------------------------

// What an input, an output or a state is.
struct Port {
  std::string name;
  // An extent of -1 is a dimension that is not known yet.
  graph::TensorType type;
  bool is_largest = false;  // the shape follows from values; this is the largest one
  std::vector<std::string> dimensions = {};  // by axis, "" where an axis has no name; or empty

  bool is_open() const { return std::ranges::count(type.shape, -1) > 0; }
};

std::string type_text(const Port& port);  // for people, such as float32(batch, 3)

// Finds the largest outputs of a graph with sizes for inputs of these types. It tries several
// values of the sizes. An output that is largest at some value in between (`x[k:2 * k]`) is found
// nearly. A run whose output is larger all the same is refused where the memory is bound.
Status find_outputs(const graph::Graph& graph, std::span<const graph::TensorType> inputs,
                    std::span<Port> outputs);

// A graph that can run over tensors of the file.
struct Runnable {
  // Tensors of the file, for the graph's inputs behind the entry's own.
  std::vector<int32_t> captures;
  Ref<executor::Program> program;
};

// An entry point. The inherited Runnable is the graph as it was traced; in the runtime-only build
// its program is null if `ready` can do without.
struct Entry : Runnable {  // as it was traced; in the runtime-only build null where `ready` does
  std::string name;
  std::vector<Port> inputs;  // without captures
  std::vector<Port> outputs;
  Runnable ready;  // the graph behind its passes, see packed.h; null: the file has none for us

  // Limits the bytes of plans that are made from now on.
  Status set_budget(int64_t bytes) const;
};

class IdleContexts;

// A loaded file. Several threads may use it; contexts (run/context.h) run its entries.
class Model final : public Object {
 public:
  static Result<Ref<Model>> load(const std::string& path);
  // The bytes must stay unchanged while the model or one of its arrays lives.
  static Result<Ref<Model>> load_memory(const void* data, size_t bytes);

  std::span<const Entry> entries() const { return entries_; }
  Result<const Entry*> entry(std::string_view name) const;
  // The arrays on the file's memory, in the file's order, the same array at each call. A library of
  // some operators gives none out: there, arrays that no entry reads are null.
  std::span<const NamedTensor> tensors() const { return archive_.tensors; }
  std::span<const std::pair<std::string, std::string>> metadata() const { return metadata_; }
  // All tensors and metadata, as a reader of plain safetensors sees them.
  const Archive& archive() const { return archive_; }
  int64_t format_version() const { return version_; }
  // A description for people; empty in a library of some operators.
  const std::string& text() const { return text_; }
  // What contexts of an entry run: `ready`, unless a budget asks for less than it needs, or a
  // tensor of the model was written after the load (what is packed would then be out of date).
  const Runnable& runnable(const Entry& entry) const;
  IdleContexts& idle_contexts() { return *idle_; }  // of run.h
  // Before a run: is the mapped file still as long as it was?
  Status check_file() const { return file_->check(); }

 private:
  Model();
  ~Model() override;
  static Result<Ref<Model>> from_archive(ArchiveReader reader);

  Status check_packed() const;

  Archive archive_;
  Ref<Mapping> file_;
  std::vector<Ref<Storage>> loaded_;  // contents at the load, by tensor; to find later writes
  std::vector<Entry> entries_;
  std::vector<std::pair<std::string, std::string>> metadata_;
  int64_t version_ = 0;
  std::string text_;
  std::unique_ptr<IdleContexts> idle_;
};

}  // namespace weft::model
