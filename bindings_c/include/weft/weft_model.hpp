// Weft for C++17: .weft files, written and run.
#ifndef WEFT_WEFT_MODEL_HPP_
#define WEFT_WEFT_MODEL_HPP_

#include <algorithm>

#include "weft_autograd.hpp"

namespace weft {
inline namespace cpp {

// Puts a .weft file together.
class Writer : public Owned<weft_writer, weft_writer_release> {
 public:
  using Names = Span<const char* const>;

  Writer() { check(weft_writer_create(&handle_)); }
  // Do entries added from now on keep source lines, so that errors name them?
  void keep_source_lines(bool keep) { check(weft_writer_keep_source_lines(handle_, keep)); }
  // Adds an entry point. A capture is saved under the name in `named` of the array with the same
  // box; other captures get the names constant0, constant1, ...
  void add(const char* entry, const Function& function, Names inputs, Names outputs,
           Span<const Named> named = {}) {
    require(entry, "input", inputs.size(), function.inputs());
    require(entry, "output", outputs.size(), function.outputs());
    std::vector<std::string> names;
    for (const Tensor& capture : function.captures()) names.push_back(name_of(capture, named));
    std::vector<const char*> texts;
    for (const std::string& name : names) texts.push_back(name.c_str());
    check(weft_writer_add_entry(handle_, entry, function.handle(), inputs.data(), outputs.data(),
                                texts.data()));
  }
  void set_metadata(const char* key, const char* value) {
    check(weft_writer_set_metadata(handle_, key, value));
  }
  // Writes the file in one step.
  void save(const char* path) const { check(weft_writer_save(handle_, path)); }

 private:
  static void require(const char* entry, const char* what, size_t given, size_t wanted) {
    if (given != wanted)
      throw Error(WEFT_INVALID_VALUE,
                  std::string("Writer::add: `") + entry + "` needs a name for " + "each " + what +
                      ", " + std::to_string(wanted) + "; got " + std::to_string(given));
  }
  // The name of a capture; an array that several entries capture has one name.
  std::string name_of(const Tensor& capture, Span<const Named> named) {
    for (const Named& known : named)
      if (known.tensor.shares_box(capture)) return known.name;
    for (size_t i = 0; i < unnamed_.size(); ++i)
      if (unnamed_[i].shares_box(capture)) return "constant" + std::to_string(i);
    unnamed_.push_back(capture);
    return "constant" + std::to_string(unnamed_.size() - 1);
  }

  std::vector<Tensor> unnamed_;  // of all entries: one array has one name
};

// A loaded .weft file: entry points over shared arrays.
class Model : public Owned<weft_model, weft_model_release> {
 public:
  // Writes the file anew with the plans of its entry points.
  static void save_plans(const char* path) { check(weft_model_save_plans(path)); }
  // Writes the file anew with entry points that are ready to run.
  static void pack(const char* path) { check(weft_model_pack(path)); }
  // Limits the bytes that plans of this entry may need; 0: no limit.
  void set_budget(const char* entry, int64_t bytes) {
    check(weft_model_set_budget(handle_, entry, bytes));
  }
  explicit Model(const char* path) { check(weft_model_load(path, &handle_)); }
  // Loads from memory. The bytes must stay unchanged as long as the model, its contexts and
  // functions.
  Model(const void* data, size_t bytes) { check(weft_model_load_memory(data, bytes, &handle_)); }

  // A description for people.
  std::string text() const { return weft_model_text(handle_); }
  std::vector<std::string> entries() const {
    std::vector<std::string> names(weft_model_entry_count(handle_));
    for (size_t i = 0; i < names.size(); ++i) names[i] = weft_model_entry_name_at(handle_, i);
    return names;
  }
  // All arrays of the file, with their names.
  std::vector<Named> tensors() const {
    std::vector<Named> found;
    for (size_t i = 0; i < weft_model_tensor_count(handle_); ++i) {
      weft_tensor tensor = nullptr;
      check(weft_model_tensor(handle_, i, &tensor));
      found.push_back({weft_model_tensor_name_at(handle_, i), Tensor(tensor)});
    }
    return found;
  }
  const char* metadata(const char* key) const {  // nullptr: unknown; as long as the model lives
    return weft_model_metadata(handle_, key);
  }
  // The bytes that a context needs as its arena.
  size_t arena_bytes(const char* entry = "forward") const {
    size_t bytes = 0;
    check(weft_model_arena_bytes(handle_, entry, &bytes));
    return bytes;
  }
  // An entry as a function whose captures can be trained.
  Function function(const char* entry = "forward") const {
    weft_function out = nullptr;
    check(weft_model_function(handle_, entry, &out));
    return Function(out);
  }
};

// Runs one entry point, on one thread at a time. It keeps what it needs of the model. Runs,
// bindings and reads of results allocate nothing.
class Context : public Owned<weft_context, weft_context_release> {
 public:
  // `arena`: Model::arena_bytes bytes aligned to 64, which must outlive the context; empty: the
  // library allocates.
  explicit Context(const Model& model, const char* entry = "forward", Span<std::byte> arena = {}) {
    check(weft_context_create(model.handle(), entry, arena.data(), arena.size(), &handle_));
  }
  // Another entry point that shares the states of `first`.
  Context(const Context& first, const char* entry, Span<std::byte> arena = {}) {
    check(weft_context_create_sharing(first.handle(), entry, arena.data(), arena.size(), &handle_));
  }
  Context(Context&&) = default;
  Context& operator=(Context&&) = default;

  size_t inputs() const { return weft_context_inputs(handle_); }
  size_t outputs() const { return weft_context_outputs(handle_); }
  size_t states() const { return weft_context_states(handle_); }
  // Ports: name, dtype, shape and bytes.
  weft_port input(size_t index) const { return port(weft_context_get_input, index); }
  weft_port output(size_t index) const { return port(weft_context_get_output, index); }
  weft_port state(size_t index) const { return port(weft_context_get_state, index); }

  // Sets the shape of an input with dimensions: axes whose extent may differ from run to run. Its
  // port has -1 there, and 0 bytes, until this is called. It unbinds the input.
  void set_input_shape(size_t index, Extents shape) {
    check(weft_context_set_input_shape(handle_, index, shape.data(),
                                       static_cast<int32_t>(shape.size())));
  }
  const char* dimension(size_t index, int32_t axis) const {  // its name; nullptr: it has none
    return weft_context_dimension_at(handle_, index, axis);
  }

  // Binds the caller's dense memory; every run reads it until the next bind.
  template <class T>
  void bind_input(size_t index, Span<T> data) {
    require(input(index), dtype_of<std::remove_const_t<T>>());
    check(weft_context_bind_input(handle_, index, data.data(), data.size() * sizeof(T)));
  }
  template <class Container>
  void bind_input(size_t index, const Container& data) {
    bind_input(index, Span(data.data(), data.size()));
  }
  // The same with the shape of the data, which must be the input's, or becomes it where the input
  // has dimensions.
  template <class Container>
  void bind_input(size_t index, const Container& data, Extents shape) {
    if (has_dimensions(index)) set_input_shape(index, shape);
    require(input(index), shape);
    bind_input(index, data);
  }
  // Binds the caller's dense memory; every run writes it.
  template <class T>
  void bind_output(size_t index, Span<T> data) {
    require(output(index), dtype_of<T>());
    check(weft_context_bind_output(handle_, index, data.data(), data.size() * sizeof(T)));
  }
  template <class T>
  void bind_output(size_t index, Span<T> data, Extents shape) {
    require(output(index), shape);
    bind_output(index, data);
  }
  void run() { check(weft_context_run(handle_)); }
  // An output of the last run; valid until the next run.
  template <class T>
  Span<const T> output_data(size_t index) const {
    const weft_port found = output(index);
    require(found, dtype_of<T>());
    const void* data = nullptr;
    check(weft_context_output_data(handle_, index, &data));
    return {static_cast<const T*>(data), found.bytes / sizeof(T)};
  }

  // States: what runs change.
  template <class T>
  std::vector<T> read_state(size_t index) const {
    const weft_port found = state(index);
    require(found, dtype_of<T>());
    std::vector<T> data(found.bytes / sizeof(T));
    check(weft_context_read_state(handle_, index, data.data(), found.bytes));
    return data;
  }
  template <class Container>
  void write_state(size_t index, const Container& data) {
    const Span elements(data.data(), data.size());
    require(state(index), dtype_of<typename decltype(elements)::value_type>());
    check(weft_context_write_state(handle_, index, elements.data(),
                                   elements.size() * sizeof(elements[0])));
  }
  template <class Container>
  void write_state(size_t index, const Container& data, Extents shape) {
    require(state(index), shape);
    write_state(index, data);
  }
  // Sets all states back to the file's contents.
  void reset() { check(weft_context_reset(handle_)); }
  // Writes the model's file with the present states.
  void save(const char* path) const { check(weft_context_save(handle_, path)); }

 private:
  using GetPort = weft_status (*)(weft_context, size_t, weft_port*);
  weft_port port(GetPort get, size_t index) const {
    weft_port port = WEFT_PORT_INIT;
    check(get(handle_, index, &port));
    return port;
  }
  bool has_dimensions(size_t index) const {
    const int32_t rank = input(index).rank;
    for (int32_t axis = 0; axis < rank; ++axis)
      if (dimension(index, axis)) return true;
    return false;
  }
  // Refuses data that do not fit a port.
  static void require(const weft_port& port, Extents shape) {
    const Extents wanted(port.shape, static_cast<size_t>(port.rank));
    if (shape.size() == wanted.size() && std::equal(shape.begin(), shape.end(), wanted.begin()))
      return;
    throw Error(WEFT_INVALID_VALUE, std::string("Context: `") + port.name + "` has shape " +
                                        text_of(wanted) + "; got " + text_of(shape));
  }
  static std::string text_of(Extents shape) {
    std::string text = "(";
    for (size_t i = 0; i < shape.size(); ++i)
      text += (i > 0 ? ", " : "") + std::to_string(shape[i]);
    return text + (shape.size() == 1 ? ",)" : ")");
  }
  static void require(const weft_port& port, Dtype dtype) {
    if (port.dtype != static_cast<weft_dtype>(dtype))
      throw Error(WEFT_INVALID_TYPE, std::string("Context: `") + port.name + "` has elements of " +
                                         weft_dtype_name(port.dtype) + "; got " +
                                         weft_dtype_name(static_cast<weft_dtype>(dtype)));
  }
};

}  // namespace cpp
}  // namespace weft

#endif  // WEFT_WEFT_MODEL_HPP_
