// The profile: the functions behind weft.profiler.
#include <cstring>
#include <unordered_map>

#include "module.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// Texts repeat by the thousand, so each becomes one Python string. They are lent by the library and
// equal where their addresses are.
class Texts {
 public:
  py::object of(const char* text) {
    py::object& found = texts_[text];
    if (!found)
      found = py::reinterpret_steal<py::object>(
          PyUnicode_DecodeUTF8(text, static_cast<py::ssize_t>(strlen(text)), "replace"));
    return found;
  }

 private:
  std::unordered_map<const char*, py::object> texts_;
};

py::tuple event_of(const weft_profile_event& event, Texts& texts) {
  return py::make_tuple(event.kind, event.thread, texts.of(event.name), texts.of(event.line),
                        event.begin, event.end, event.read, event.written, event.flops, event.live);
}

// Events, names of threads, and how many events were dropped.
py::tuple profile_stop() {
  weft_profile profile = WEFT_PROFILE_INIT;
  check(weft_profile_stop(&profile));
  keep_layers(false);
  Texts texts;
  py::list events(profile.count), threads;
  for (size_t i = 0; i < profile.count; ++i) events[i] = event_of(profile.events[i], texts);
  for (size_t i = 0; i < profile.thread_count; ++i) threads.append(profile.threads[i]);
  return py::make_tuple(events, threads, profile.dropped);
}

}  // namespace

void define_profile(py::module_& module) {
  module.def("profile_start", [] {
    check(weft_profile_start());
    keep_layers(true);
  });
  module.def("profile_stop", profile_stop);
  // For the loop over batches: a wait, or what a worker has done; nothing outside of a profile.
  module.def("profile_note",
             [](int32_t kind, const char* name, const char* track, int64_t begin, int64_t end) {
               check(weft_profile_note(kind, name, track, begin, end));
             });
}

}  // namespace weft::python
