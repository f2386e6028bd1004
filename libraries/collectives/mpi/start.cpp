// Starting MPI, and which MPI it is. Implementations agree on no binary interface: a plug-in that
// runs with another library than that of its headers would pass handles that mean nothing there.
#include <cstdlib>
#include <cstring>

#include "group.h"

namespace weft_collectives {
namespace {

#if defined(OPEN_MPI)
constexpr const char* kFamily = "Open MPI";
constexpr int kMajor = OMPI_MAJOR_VERSION, kMinor = OMPI_MINOR_VERSION;
#elif defined(MPICH_NUMVERSION)
constexpr const char* kFamily = "MPICH";
constexpr int kMajor = MPICH_NUMVERSION / 10000000, kMinor = MPICH_NUMVERSION / 100000 % 100;
#else
constexpr const char* kFamily = "";
constexpr int kMajor = MPI_VERSION, kMinor = MPI_SUBVERSION;
#endif

// The first line of what the library says of itself, such as "Open MPI v4.1.4, package: …".
std::string running_with() {
  char text[MPI_MAX_LIBRARY_VERSION_STRING] = {};
  int length = 0;
  MPI_Get_library_version(text, &length);
  for (char& character : text)
    if (character == '\n' || character == '\t') character = ' ';
  text[80] = 0;
  return text;
}

// The number that follows the family's name, as `major`.
bool is_of_headers(const std::string& running) {
  const size_t at = running.find(kFamily);
  if (at == std::string::npos) return false;
  const size_t digit = running.find_first_of("0123456789", at);
  return kFamily[0] == 0 ||
         (digit != std::string::npos && std::atoi(running.c_str() + digit) == kMajor);
}

void finalize() {
  int is_over = 0;
  MPI_Finalized(&is_over);
  if (!is_over) MPI_Finalize();
}

}  // namespace

std::string built_with() {
  return std::string(kFamily[0] ? kFamily : "MPI") + " " + std::to_string(kMajor) + "." +
         std::to_string(kMinor);
}

weft_status start_mpi() {
  // Permitted before MPI_Init, and needs no handle, so it tells libraries apart that share a name.
  const std::string running = running_with();
  if (!is_of_headers(running))
    return fail(WEFT_UNSUPPORTED,
                "open: the plug-in `mpi` was built with %s and runs with %s; build it again with "
                "`python -m weft.distributed.build mpi`",
                built_with().c_str(), running.c_str());
  int is_over = 0, is_begun = 0, level = MPI_THREAD_SINGLE;
  MPI_Finalized(&is_over);
  if (is_over) return fail(WEFT_INVALID_STATE, "open: MPI has ended in this process");
  MPI_Initialized(&is_begun);
  if (!is_begun) {
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_MULTIPLE, &level) != MPI_SUCCESS)
      return fail(WEFT_IO, "open: %s does not start", running.c_str());
    std::atexit(finalize);
  }
  MPI_Query_thread(&level);
  if (level < MPI_THREAD_SERIALIZED)
    return fail(WEFT_UNSUPPORTED,
                "open: the program started MPI for one thread; Weft calls it from a thread of its "
                "own, so start it with MPI_THREAD_SERIALIZED or MPI_THREAD_MULTIPLE");
  MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
  return WEFT_OK;
}

}  // namespace weft_collectives
