#include "model/mapping.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/errors.h"

namespace weft::model {
namespace {

Status failed(const std::string& path, const char* what) {
  return errors::io("load", "`", path, "` ", what, ": ", std::strerror(errno));
}

}  // namespace

Result<Ref<Mapping>> Mapping::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    if (errno == ENOENT) return errors::not_found("load", "there is no file `", path, "`");
    return failed(path, "cannot be opened");
  }
  struct stat info {};
  if (::fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    ::close(file);
    return errors::io("load", "`", path, "` is not a regular file");
  }
  const auto bytes = static_cast<size_t>(info.st_size);
  void* data = nullptr;
  if (bytes > 0)
    data = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE, file, 0);
  const int error = errno;
  ::close(file);
  errno = error;
  if (data == MAP_FAILED) return failed(path, "cannot be mapped");
  return Ref<Mapping>::adopt(new Mapping(static_cast<char*>(data), bytes, true));
}

Ref<Mapping> Mapping::borrow(const void* data, size_t bytes) {
  auto* start = const_cast<char*>(static_cast<const char*>(data));  // boxes on it are read-only
  return Ref<Mapping>::adopt(new Mapping(start, bytes, false));
}

Mapping::~Mapping() {
  if (owned_ && data_) ::munmap(data_, bytes_);
}

void Mapping::forget_first(size_t bytes) const {
  const auto page = static_cast<size_t>(::sysconf(_SC_PAGESIZE));
  if (owned_ && bytes >= page) ::madvise(data_, bytes / page * page, MADV_DONTNEED);
}

Result<Ref<Storage>> Mapping::storage(size_t offset, int64_t bytes) {
  if (owned_) return Storage::adopt_mapped(data_ + offset, bytes, *this);
  Result<Ref<Storage>> storage = Storage::adopt(data_ + offset, bytes, this, [](void* mapping) {
    static_cast<Mapping*>(mapping)->release();
  });
  if (storage.ok()) retain();  // given back by the call above
  return storage;
}

}  // namespace weft::model
