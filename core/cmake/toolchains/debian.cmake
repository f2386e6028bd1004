# What Debian's cross compilers have in common: of weft_triplet, run by weft_emulator.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_C_COMPILER ${weft_triplet}-gcc)
set(CMAKE_CXX_COMPILER ${weft_triplet}-g++)

set(CMAKE_FIND_ROOT_PATH /usr/${weft_triplet})
set(CMAKE_FIND_ROOT_PATH_MODE_PROGRAM NEVER)
set(CMAKE_FIND_ROOT_PATH_MODE_LIBRARY ONLY)
set(CMAKE_FIND_ROOT_PATH_MODE_INCLUDE ONLY)

find_program(WEFT_QEMU NAMES ${weft_emulator} ${weft_emulator}-static)
mark_as_advanced(WEFT_QEMU)
if(WEFT_QEMU)
  set(CMAKE_CROSSCOMPILING_EMULATOR "${WEFT_QEMU};-L;/usr/${weft_triplet}")
endif()
