// Opens files without trusting them: pipes, folders and files that change while they are read are
// errors.
#include "model/archive/mapping.h"

#include <cerrno>
#include <cstring>

#include "base/errors.h"
#include "runtime/memory/pool.h"
#include "runtime/os/files.h"
#include "runtime/os/memory.h"

namespace weft::model {
namespace {

// Smaller files are read: a mapping costs a page fault and cannot be protected from shortening.
constexpr size_t kReadBytes = size_t{64} << 10;

Status failed(const std::string& path, const char* what) {
  return errors::io("load", "`", path, "` ", what, ": ", std::strerror(errno));
}

}  // namespace

Result<Ref<Mapping>> Mapping::open(const std::string& path) {
  const int file = os::open_to_read(path.c_str());
  if (file < 0) {
    if (errno == ENOENT) return errors::not_found("load", "there is no file `", path, "`");
    return failed(path, "cannot be opened");
  }
  const int64_t length = os::length_of(file);
  if (length < 0) {
    os::close_file(file);
    return errors::io("load", "`", path, "` is not a regular file");
  }
  const auto bytes = static_cast<size_t>(length);
  if (bytes <= kReadBytes) return read(file, path, bytes);
  void* const data = os::map_private(file, bytes);
  if (!data && errno == 0) return read(file, path, bytes);
  if (!data) {
    const int error = errno;
    os::close_file(file);
    errno = error;
    return failed(path, "cannot be mapped");
  }
  Ref<Mapping> mapping =
      Ref<Mapping>::adopt(new Mapping(Kind::kMapped, static_cast<char*>(data), bytes));
  mapping->file_ = file;
  mapping->path_ = path;
  return mapping;
}

// Reads the file and closes it. Fails if it was shortened meanwhile.
Result<Ref<Mapping>> Mapping::read(int file, const std::string& path, size_t bytes) {
  auto* const data = static_cast<char*>(pool_allocate(bytes));
  size_t found = 0;
  ptrdiff_t got = data ? 1 : 0;
  while (got > 0 && found < bytes) {
    got = os::read(file, data + found, bytes - found);
    if (got > 0) found += static_cast<size_t>(got);
    if (got < 0 && errno == EINTR) got = 1;
  }
  const int error = errno;
  os::close_file(file);
  if (!data) return errors::out_of_memory("load", static_cast<int64_t>(bytes));
  Ref<Mapping> mapping = Ref<Mapping>::adopt(new Mapping(Kind::kRead, data, bytes));
  errno = error;
  if (got < 0) return failed(path, "cannot be read");
  if (found < bytes) return errors::io("load", "`", path, "` was shortened while it was read");
  return mapping;
}

Ref<Mapping> Mapping::borrow(const void* data, size_t bytes) {
  auto* start = const_cast<char*>(static_cast<const char*>(data));  // boxes on it are read-only
  return Ref<Mapping>::adopt(new Mapping(Kind::kBorrowed, start, bytes));
}

Mapping::~Mapping() {
  if (kind_ == Kind::kRead) pool_free(data_, bytes_);
  if (kind_ != Kind::kMapped) return;
  os::unmap(data_, bytes_);
  os::close_file(file_);
}

Status Mapping::check() const {
  if (kind_ != Kind::kMapped) return {};
  const int64_t length = os::length_of(file_);
  if (length < 0 || static_cast<uint64_t>(length) >= bytes_) return {};
  return errors::io("run", "`", path_, "` was shortened to ", length,
                    " bytes after it was loaded, of ", bytes_,
                    "; load it again, and replace files instead of writing over them");
}

void Mapping::forget_first(size_t bytes) const {
  const size_t page = os::page_bytes();
  if (kind_ == Kind::kMapped && bytes >= page)
    os::forget_pages(data_, bytes / page * page, /*for_good=*/false);
}

Result<Ref<Storage>> Mapping::storage(size_t offset, int64_t bytes) {
  if (kind_ == Kind::kMapped) return Storage::adopt_mapped(data_ + offset, bytes, *this);
  Result<Ref<Storage>> storage = Storage::adopt(data_ + offset, bytes, this, [](void* mapping) {
    static_cast<Mapping*>(mapping)->release();
  });
  if (storage.ok()) retain();  // the storage releases it
  return storage;
}

}  // namespace weft::model
