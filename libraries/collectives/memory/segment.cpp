// Making, finding and mapping shared memory.
#include "segment.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace weft_collectives::memory {
namespace {

constexpr char kMagic[8] = {'w', 'e', 'f', 't', 'm', 'e', 'm', '1'};

size_t rounded_up(size_t bytes, size_t unit) { return (bytes + unit - 1) / unit * unit; }

// Reads up to `bytes` of a file; the number of those read, 0 for none.
size_t read_file(const char* path, char* to, size_t bytes) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t got = read(file, to, bytes);
  ::close(file);
  return got > 0 ? static_cast<size_t>(got) : 0;
}

// The state and the start of a process, from the line that the kernel has of it: its name comes
// second, in parentheses, and may have any characters.
bool read_process(int32_t process, char* state, uint64_t* started) {
  char path[64], line[1024];
  std::snprintf(path, sizeof path, "/proc/%d/stat", process);
  const size_t got = read_file(path, line, sizeof line - 1);
  line[got] = 0;
  const char* at = std::strrchr(line, ')');
  if (at == nullptr || at[1] != ' ') return false;
  at += 2;
  *state = *at;
  for (int field = 3; field < 22; ++field) {
    at = std::strchr(at, ' ');
    if (at == nullptr) return false;
    ++at;
  }
  *started = std::strtoull(at, nullptr, 10);
  return true;
}

// The identity that the kernel drew when the machine started, without its hyphens.
void read_machine(uint8_t (&machine)[16]) {
  char text[64];
  const size_t got = read_file("/proc/sys/kernel/random/boot_id", text, sizeof text);
  const Digest digest = Sha256().add(text, got).finish();
  std::memcpy(machine, digest.data(), sizeof machine);
}

Digest signature_of(const weft_collective_options& options, const Address& address) {
  // What is signed holds for one group of one job.
  const Digest key = Sha256().add(options.key, std::strlen(options.key)).finish();
  uint8_t message[sizeof(Address) + sizeof key];
  std::memcpy(message, key.data(), sizeof key);
  const size_t bytes = offsetof(Address, signature);
  std::memcpy(message + sizeof key, &address, bytes);
  return Secret(options.secret, options.secret_bytes).sign(message, sizeof key + bytes);
}

}  // namespace

// Windows of 256 KiB stay in the second cache while ranks hand them on; with many ranks the whole
// stays below about 64 MiB.
Layout::Layout(int32_t ranks)
    : ranks_(static_cast<size_t>(ranks)),
      pairs_(ranks_ * ranks_),
      window_bytes_(ranks <= 64 ? 256 << 10 : 64 << 10),
      ring_bytes_(ranks <= 8 ? 128 << 10 : 16 << 10),
      windows_(rounded_up(kSeats + ranks_ * sizeof(Seat), 4096)),
      rings_(windows_ + 2 * ranks_ * window_bytes_) {}

bool is_alive(int32_t process, uint64_t started) {
  char state = 0;
  uint64_t begun = 0;
  return read_process(process, &state, &begun) && begun == started && state != 'Z' && state != 'X';
}

weft_status Segment::open(const weft_collective_options& options, Address* address) {
  std::memset(static_cast<void*>(address), 0, sizeof *address);
  std::memcpy(address->magic, kMagic, sizeof kMagic);
  address->rank = options.rank;
  address->ranks = options.ranks;
  address->process = static_cast<int32_t>(getpid());
  address->descriptor = -1;
  char state = 0;
  if (!read_process(address->process, &state, &address->started))
    return fail(WEFT_UNSUPPORTED, "open: the driver `memory` needs /proc, which is not mounted");
  struct stat numbers;
  if (stat("/proc/self/ns/pid", &numbers) == 0) address->process_namespace = numbers.st_ino;
  read_machine(address->machine);
  layout_ = Layout(options.ranks);
  if (options.rank == 0) {
    const weft_status status = create(address);
    if (status != WEFT_OK) return status;
  }
  address->signature = signature_of(options, *address);
  return WEFT_OK;
}

weft_status Segment::create(Address* address) {
  if (!fill_random(address->nonce, sizeof address->nonce))
    return fail(WEFT_IO, "open: the system gives no random bytes: %s", std::strerror(errno));
  descriptor_ = memfd_create("weft", MFD_CLOEXEC);
  if (descriptor_ < 0)
    return fail(WEFT_IO, "open: cannot make shared memory: %s", std::strerror(errno));
  // Memory that is not there would end a process much later, when it touches it.
  const int error = posix_fallocate(descriptor_, 0, static_cast<off_t>(layout_.bytes()));
  if (error != 0 || fchmod(descriptor_, 0600) != 0)
    return fail(error == ENOSPC || error == ENOMEM ? WEFT_OUT_OF_MEMORY : WEFT_IO,
                "open: cannot make %zu bytes of shared memory: %s", layout_.bytes(),
                std::strerror(error ? error : errno));
  address->descriptor = descriptor_;
  const weft_status status = map_descriptor(descriptor_);
  if (status != WEFT_OK) return status;
  std::memcpy(header().nonce, address->nonce, sizeof address->nonce);
  return WEFT_OK;
}

weft_status Segment::map_descriptor(int descriptor) {
  struct stat facts;
  if (fstat(descriptor, &facts) != 0 || !S_ISREG(facts.st_mode) || facts.st_uid != geteuid() ||
      static_cast<size_t>(facts.st_size) != layout_.bytes())
    return fail(WEFT_DISCONNECTED,
                "connect: what rank 0 gave is not the memory of this group any "
                "more: it has given the group up");
  void* const memory =
      mmap(nullptr, layout_.bytes(), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (memory == MAP_FAILED)
    return fail(WEFT_OUT_OF_MEMORY, "connect: cannot map %zu bytes of shared memory: %s",
                layout_.bytes(), std::strerror(errno));
  // A process that is forked from this one is no rank.
  madvise(memory, layout_.bytes(), MADV_DONTFORK);
  base_.store(static_cast<char*>(memory), std::memory_order_release);
  return WEFT_OK;
}

weft_status Segment::check(const weft_collective_options& options, int32_t rank) const {
  const Address& address = addresses_[rank];
  const Address& mine = addresses_[options.rank];
  if (std::memcmp(address.magic, kMagic, sizeof kMagic) != 0)
    return fail(WEFT_INVALID_VALUE, "connect: the address of rank %d is not of the driver `memory`",
                rank);
  if (!is_equal(address.signature, signature_of(options, address)))
    return fail(WEFT_DISCONNECTED,
                "connect: rank %d of the group `%s` has another secret or key than rank %d", rank,
                options.group, options.rank);
  if (address.rank != rank || address.ranks != options.ranks)
    return fail(WEFT_INVALID_VALUE,
                "connect: address %d must be that of rank %d of %d; got that of rank %d of %d",
                rank, rank, options.ranks, address.rank, address.ranks);
  if (std::memcmp(address.machine, mine.machine, sizeof mine.machine) != 0)
    return fail(WEFT_UNSUPPORTED,
                "connect: rank %d runs on another machine than rank %d, and the driver `memory` "
                "serves one; use `gloo` or `mpi`",
                rank, options.rank);
  if (address.process_namespace != mine.process_namespace)
    return fail(WEFT_UNSUPPORTED,
                "connect: rank %d runs in another container than rank %d, and they see no memory "
                "of each other; use `gloo` or `mpi`",
                rank, options.rank);
  return WEFT_OK;
}

weft_status Segment::map(const weft_collective_options& options, const void* const* addresses,
                         const size_t* bytes) {
  addresses_ =
      static_cast<Address*>(std::calloc(static_cast<size_t>(options.ranks), sizeof(Address)));
  if (addresses_ == nullptr) return fail(WEFT_OUT_OF_MEMORY, "connect: no memory for addresses");
  for (int32_t rank = 0; rank < options.ranks; ++rank) {
    if (bytes[rank] != sizeof(Address))
      return fail(WEFT_INVALID_VALUE,
                  "connect: the address of rank %d is not of the driver `memory`", rank);
    std::memcpy(static_cast<void*>(&addresses_[rank]), addresses[rank], sizeof(Address));
  }
  for (int32_t rank = 0; rank < options.ranks; ++rank) {
    const weft_status status = check(options, rank);
    if (status != WEFT_OK) return status;
  }
  if (options.rank == 0) return WEFT_OK;
  char path[64];
  std::snprintf(path, sizeof path, "/proc/%d/fd/%d", addresses_[0].process,
                addresses_[0].descriptor);
  const int descriptor = ::open(path, O_RDWR | O_CLOEXEC);
  if (descriptor < 0) {
    // ENXIO: something that cannot be opened has got the number since, as rank 0 has given up.
    const int why = errno;
    const bool is_gone =
        why == ENOENT || why == ENXIO || !is_alive(addresses_[0].process, addresses_[0].started);
    return fail(
        is_gone ? WEFT_DISCONNECTED : WEFT_IO,
        "connect: rank %d cannot open the memory of rank 0 of the group `%s` (process %d)%s: "
        "%s",
        options.rank, options.group, addresses_[0].process,
        is_gone ? ", which has left the group or ended" : "", std::strerror(why));
  }
  const weft_status status = map_descriptor(descriptor);
  ::close(descriptor);
  if (status != WEFT_OK) return status;
  if (std::memcmp(header().nonce, addresses_[0].nonce, sizeof header().nonce) == 0) return WEFT_OK;
  munmap(base_.exchange(nullptr), layout_.bytes());  // it is of another group
  return fail(
      WEFT_DISCONNECTED,
      "connect: what rank 0 gave is not the memory of this group any more: it has given the "
      "group up");
}

void Segment::close_descriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

void Segment::release() {
  close_descriptor();
  char* const base = base_.exchange(nullptr);
  if (base != nullptr) munmap(base, layout_.bytes());
  std::free(addresses_);
  addresses_ = nullptr;
}

}  // namespace weft_collectives::memory
