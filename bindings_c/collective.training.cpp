// weft_collective.h: drivers of groups. DrivenTransport turns the core's calls on a transport into
// calls of a driver's functions; the rest loads, checks and lists drivers.
#include <algorithm>
#include <cctype>
#include <map>
#include <mutex>

#include "graph/passes/bucket_bytes.h"
#include "guard.h"
#include "library_scope.h"
#include "runtime/collective/group.h"
#include "runtime/os/process.h"
#include "weft/weft_collective.h"

using namespace weft;

namespace {

// What a group's address may have: drivers write names, ports and file handles.
constexpr size_t kAddressBytes = 4096;

class DrivenTransport final : public Transport {
 public:
  DrivenTransport(const weft_collective_driver& driver, void* group)
      : driver_(driver), group_(group) {}
  ~DrivenTransport() override { driver_.close(driver_.context, group_); }

  Status connect(const void* const* addresses, const size_t* bytes) {
    return checked("connect", driver_.connect(driver_.context, group_, addresses, bytes));
  }
  Status run(const Operation& operation) override {
    weft_collective_call call{};
    call.struct_size = sizeof call;
    call.kind = static_cast<weft_collective_kind>(operation.kind);
    call.reduction = static_cast<weft_reduction>(operation.reduction);
    call.dtype = static_cast<weft_dtype>(operation.dtype);
    call.peer = operation.peer;
    call.tag = operation.tag;
    call.count = operation.count;
    call.send = operation.send;
    call.receive = operation.receive;
    call.ordered = operation.ordered;
    call.fingerprint = operation.fingerprint;
    call.where = operation.where.c_str();
    return checked("", driver_.run(driver_.context, group_, &call));
  }
  void abort(const std::string& reason) override {
    driver_.abort(driver_.context, group_, reason.c_str());
  }
  bool orders() const override { return driver_.flags & WEFT_COLLECTIVE_ORDERED; }
  bool checks() const override { return driver_.flags & WEFT_COLLECTIVE_CHECKS; }

  Status checked(const char* what, weft_status code) const {
    if (code == WEFT_OK) return {};
    const char* const given = driver_.error ? driver_.error(driver_.context) : nullptr;
    const std::string text = given && *given ? given : "no reason is given";
    if (!*what) return Status(status_code_of(code), text);
    return Status(status_code_of(code), errors::join(driver_.name, ": ", what, ": ", text));
  }

 private:
  // lives as long as the process
  const weft_collective_driver& driver_;
  void* const group_;
};

struct Drivers {
  std::mutex mutex;
  std::map<std::string, const weft_collective_driver*, std::less<>> by_name;
  std::map<std::string, const char*, std::less<>> by_path;  // names of those that were loaded
};

// Never destroyed: groups may outlive main.
Drivers& drivers() {
  static Drivers* const instance = new Drivers;
  return *instance;
}

Status check_name(const weft_collective_driver& driver) {
  const std::string_view name = driver.name ? driver.name : "";
  const bool plain = !name.empty() && std::ranges::all_of(name, [](char letter) {
    return std::islower(static_cast<unsigned char>(letter)) ||
           std::isdigit(static_cast<unsigned char>(letter)) || letter == '_';
  });
  if (plain) return {};
  return errors::invalid_value("weft_collective_register",
                               "`driver->name` must consist of lower-case letters, digits and "
                               "underscores; got \"",
                               name, "\"");
}

Status check_driver(const weft_collective_driver& driver) {
  // The struct of another ABI may have another layout: only size and number are read first.
  if (driver.struct_size < sizeof driver || driver.abi != WEFT_COLLECTIVE_ABI)
    return errors::unsupported("weft_collective_register", "`driver` must have collective ABI ",
                               int64_t{WEFT_COLLECTIVE_ABI}, " and ", sizeof driver,
                               " bytes; got ABI ", static_cast<int64_t>(driver.abi), " and ",
                               driver.struct_size,
                               " bytes; build the plug-in with the header of this release");
  WEFT_TRY(check_name(driver));
  if (driver.open && driver.connect && driver.run && driver.abort && driver.close) return {};
  return errors::invalid_value("weft_collective_register",
                               "`driver` must have all its functions; got NULL for one of \"",
                               driver.name, "\"");
}

// A driver may be registered again as long as it is the same one.
Status register_driver(const weft_collective_driver& driver) {
  WEFT_TRY(check_driver(driver));
  Drivers& all = drivers();
  const std::lock_guard lock(all.mutex);
  const auto [found, is_new] = all.by_name.try_emplace(driver.name, &driver);
  if (is_new || found->second == &driver) return {};
  return errors::invalid_state("weft_collective_register", "there is another driver `", driver.name,
                               "` already");
}

// The library is never closed: its groups may live until the process ends.
Status load_driver(const char* path, const char** name) {
  Drivers& all = drivers();
  {
    const std::lock_guard lock(all.mutex);
    if (const auto known = all.by_path.find(path); known != all.by_path.end()) {
      if (name) *name = known->second;
      return {};
    }
  }
  WEFT_TRY(c::require_regular_file("weft_collective_load", path));
  void* const library = os::open_library(path);
  if (!library) return errors::not_found("weft_collective_load", os::why_no_library());
  const auto entry = reinterpret_cast<weft_collective_plugin_function>(
      os::find_symbol(library, WEFT_COLLECTIVE_PLUGIN));
  if (!entry)
    return errors::unsupported(
        "weft_collective_load", path,
        " is not a collective plug-in: it does not export " WEFT_COLLECTIVE_PLUGIN);
  const weft_collective_driver* const driver = entry(WEFT_COLLECTIVE_ABI);
  if (!driver)
    return errors::unsupported("weft_collective_load", path,
                               " cannot work here, or does not support collective ABI ",
                               int64_t{WEFT_COLLECTIVE_ABI});
  WEFT_TRY(register_driver(*driver));
  const std::lock_guard lock(all.mutex);
  all.by_path.emplace(path, driver->name);
  if (name) *name = driver->name;
  return {};
}

Result<const weft_collective_driver*> driver_named(std::string_view name) {
  Drivers& all = drivers();
  const std::lock_guard lock(all.mutex);
  const auto found = all.by_name.find(name);
  if (found != all.by_name.end()) return found->second;
  std::string names;
  for (const auto& [known, driver] : all.by_name)
    names.append(names.empty() ? "" : ", ").append(known);
  return errors::not_found("weft_group_open", "`driver` must be one that was loaded (",
                           names.empty() ? "there is none" : names, "); got \"", name,
                           "\"; load it with weft_collective_load");
}

Status check_options(const weft_collective_options& options) {
  if (options.struct_size < sizeof options)
    return errors::invalid_value("weft_group_open", "`options->struct_size` must be at least ",
                                 sizeof options, "; got ", options.struct_size);
  WEFT_TRY(c::require("weft_group_open",
                      {{"options->group", options.group}, {"options->key", options.key}}));
  if (!*options.group)
    return errors::invalid_value("weft_group_open", "`options->group` must not be empty");
  if (options.ranks < 1 || options.rank < 0 || options.rank >= options.ranks)
    return errors::invalid_value("weft_group_open", "`options->rank` must be in [0, ",
                                 options.ranks, "), of at least 1 rank; got ", options.rank);
  if (!(options.timeout > 0))
    return errors::invalid_value("weft_group_open", "`options->timeout` must be positive; got ",
                                 options.timeout);
  return {};
}

// A group with the address that it lends.
struct Member {
  Ref<Group> group;
  std::string address;
};

Member* member(weft_group handle) { return reinterpret_cast<Member*>(handle); }

DrivenTransport* transport_of(const Member& member) {
  return static_cast<DrivenTransport*>(member.group->transport());
}

Status open(const char* name, const weft_collective_options& options, Member* made) {
  WEFT_TRY(check_options(options));
  WEFT_ASSIGN(const weft_collective_driver* const driver, driver_named(name));
  if (driver->device_kind)
    return errors::unsupported("weft_group_open", "driver `", name, "` moves arrays of ",
                               driver->device_kind, ", which no group does yet");
  std::string address(kAddressBytes, '\0');
  size_t bytes = address.size();
  void* handle = nullptr;
  const weft_status code = driver->open(driver->context, &options, &handle, address.data(), &bytes);
  if (code != WEFT_OK) {
    const char* const given = driver->error ? driver->error(driver->context) : nullptr;
    return Status(status_code_of(code),
                  errors::join(driver->name, ": open: ", given && *given ? given : "no reason"));
  }
  address.resize(std::min(bytes, kAddressBytes));
  auto transport = std::make_unique<DrivenTransport>(*driver, handle);
  made->group = Ref<Group>::adopt(
      new Group(options.group, options.rank, options.ranks, options.timeout, std::move(transport)));
  made->address = std::move(address);
  return {};
}

// Handles of weft_group_get, which lends: one for each group that was asked for.
struct Lent {
  std::mutex mutex;
  std::map<std::string, Member, std::less<>> by_name;
};

Lent& lent() {
  static Lent* const instance = new Lent;
  return *instance;
}

}  // namespace

extern "C" {

weft_status weft_collective_load(const char* path, const char** name) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_collective_load", {{"path", path}}));
    return load_driver(path, name);
  });
}

weft_status weft_collective_register(const weft_collective_driver* driver) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_collective_register", {{"driver", driver}}));
    return register_driver(*driver);
  });
}

weft_status weft_collective_set_buckets(int64_t first, int64_t others) {
  return c::guard([&]() -> Status {
    if (first < 0 || others < first)
      return errors::invalid_value("weft_collective_set_buckets",
                                   "`first` must be at least 0 and at most `others`; got ", first,
                                   " and ", others);
    graph::set_bucket_bytes({first, others});
    return {};
  });
}

weft_status weft_group_open(const char* driver, const weft_collective_options* options,
                            weft_group* group, const void** address, size_t* bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_group_open", {{"driver", driver},
                                            {"options", options},
                                            {"group", group},
                                            {"address", address},
                                            {"bytes", bytes}}));
    auto made = std::make_unique<Member>();
    WEFT_TRY(open(driver, *options, made.get()));
    *address = made->address.data();
    *bytes = made->address.size();
    *group = reinterpret_cast<weft_group>(made.release());
    return {};
  });
}

weft_status weft_group_connect(weft_group group, const void* const* addresses,
                               const size_t* bytes) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_group_connect",
                        {{"group", group}, {"addresses", addresses}, {"bytes", bytes}}));
    const Member& joining = *member(group);
    if (!joining.group->transport())
      return errors::invalid_state("weft_group_connect", "group `", joining.group->name(),
                                   "` is that of this process alone");
    WEFT_TRY(c::require_all("weft_group_connect", "addresses", addresses,
                            static_cast<size_t>(joining.group->size())));
    WEFT_TRY(transport_of(joining)->connect(addresses, bytes));
    add_group(joining.group);
    return {};
  });
}

weft_status weft_group_get(const char* name, weft_group* group) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_group_get", {{"name", name}, {"group", group}}));
    WEFT_ASSIGN(Ref<Group> found, group_named(name, "weft_group_get"));
    Lent& all = lent();
    const std::lock_guard lock(all.mutex);
    Member& handle = all.by_name[name];
    handle.group = std::move(found);
    *group = reinterpret_cast<weft_group>(&handle);
    return {};
  });
}

int32_t weft_group_rank(weft_group group) { return group ? member(group)->group->rank() : -1; }
int32_t weft_group_size(weft_group group) { return group ? member(group)->group->size() : 0; }

weft_status weft_group_abort(weft_group group, const char* reason) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_group_abort", {{"group", group}, {"reason", reason}}));
    member(group)->group->abort(reason);
    return {};
  });
}

weft_status weft_group_leave(weft_group group) {
  return c::guard([&]() -> Status {
    WEFT_TRY(c::require("weft_group_leave", {{"group", group}}));
    const Ref<Group> leaving = member(group)->group;
    Status status = leaving->drain();
    remove_group(*leaving);
    return status;
  });
}

void weft_group_release(weft_group group) {
  if (!group) return;
  {
    Lent& all = lent();
    const std::lock_guard lock(all.mutex);
    for (const auto& [name, handle] : all.by_name)
      if (&handle == member(group)) return;  // it is lent
  }
  delete member(group);
}

}  // extern "C"
