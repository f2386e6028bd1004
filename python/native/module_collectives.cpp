// Groups of processes: the functions behind weft._core.collectives.
#include <weft/weft_collective.h>

#include "module.h"
#include "native.h"

namespace py = pybind11;

namespace weft::python {
namespace {

// A group that this process is joining or has joined. The handle is released with the object.
class GroupHandle {
 public:
  GroupHandle(const std::string& driver, int32_t rank, int32_t ranks, const std::string& group,
              const std::string& key, const std::optional<std::string>& bind,
              const py::bytes& secret, double timeout) {
    const std::string hidden = secret;
    weft_collective_options options{};
    options.struct_size = sizeof options;
    options.rank = rank;
    options.ranks = ranks;
    options.group = c_text(group);
    options.key = c_text(key);
    options.bind = bind ? c_text(*bind) : nullptr;
    options.secret = hidden.data();
    options.secret_bytes = hidden.size();
    options.timeout = timeout;
    const void* address = nullptr;
    size_t bytes = 0;
    check(without_gil(
        [&] { return weft_group_open(driver.c_str(), &options, &group_, &address, &bytes); }));
    address_.assign(static_cast<const char*>(address), bytes);
  }
  ~GroupHandle() {
    const WithoutGil free;
    weft_group_release(group_);
  }
  GroupHandle(const GroupHandle&) = delete;
  GroupHandle& operator=(const GroupHandle&) = delete;

  py::bytes address() const { return address_; }
  void connect(const std::vector<std::string>& addresses) const {
    if (addresses.size() != static_cast<size_t>(size())) {
      raise_error(WEFT_INVALID_VALUE,
                  "connect: `addresses` must have one item for each of %d ranks; got %zu",
                  static_cast<int>(size()), addresses.size());
      throw py::error_already_set();
    }
    std::vector<const void*> blocks;
    std::vector<size_t> bytes;
    for (const std::string& address : addresses) {
      blocks.push_back(address.data());
      bytes.push_back(address.size());
    }
    check(without_gil([&] { return weft_group_connect(group_, blocks.data(), bytes.data()); }));
  }
  int32_t rank() const { return weft_group_rank(group_); }
  int32_t size() const { return weft_group_size(group_); }
  void abort(const std::string& reason) const {
    check(without_gil([&] { return weft_group_abort(group_, reason.c_str()); }));
  }
  void leave() const {
    check(without_gil([&] { return weft_group_leave(group_); }));
  }

 private:
  weft_group group_ = nullptr;
  std::string address_;
};

// Rank and number of ranks.
std::pair<int32_t, int32_t> group_place(const std::string& name) {
  weft_group group = nullptr;
  check(weft_group_get(c_text(name), &group));
  return {weft_group_rank(group), weft_group_size(group)};
}

std::string load_collective(const FilePath& path) {
  const char* name = nullptr;
  check(weft_collective_load(c_text(path), &name));
  return name;
}

}  // namespace

void define_collectives(py::module_& module) {
  module.def("load_collective", load_collective);
  module.def("group_place", group_place);
  module.def("set_bucket_bytes", [](int64_t first, int64_t others) {
    check(weft_collective_set_buckets(first, others));
  });
  py::class_<GroupHandle>(module, "GroupHandle")
      .def(py::init<const std::string&, int32_t, int32_t, const std::string&, const std::string&,
                    const std::optional<std::string>&, const py::bytes&, double>())
      .def_property_readonly("address", &GroupHandle::address)
      .def_property_readonly("rank", &GroupHandle::rank)
      .def_property_readonly("size", &GroupHandle::size)
      .def("connect", &GroupHandle::connect)
      .def("abort", &GroupHandle::abort)
      .def("leave", &GroupHandle::leave);
}

}  // namespace weft::python
