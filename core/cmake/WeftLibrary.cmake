# The object files of the core, and libweft made of them. Tests link the same object files, because
# the library shows weft_* only.

set(weft_folders base runtime kernels encoder ops graph executor eager autograd trace model c99)
if(WEFT_RUNTIME_ONLY)
  list(REMOVE_ITEM weft_folders eager autograd trace c99)
endif()
if(NOT WEFT_ENCODER)
  list(REMOVE_ITEM weft_folders encoder)
endif()

set(weft_sources "")
foreach(folder IN LISTS weft_folders)
  file(GLOB_RECURSE found CONFIGURE_DEPENDS core/${folder}/*.cpp)
  list(APPEND weft_sources ${found})
endforeach()
list(APPEND weft_sources ${weft_extra_operator_sources})
file(GLOB_RECURSE found CONFIGURE_DEPENDS bindings_c/*.cpp)
list(APPEND weft_sources ${found})

file(GLOB_RECURSE weft_isa_sources CONFIGURE_DEPENDS core/kernels/*.isa.cpp)
list(FILTER weft_sources EXCLUDE REGEX "\\.isa\\.cpp$")
if(WEFT_RUNTIME_ONLY)
  list(FILTER weft_sources EXCLUDE REGEX "\\.training\\.cpp$")
endif()

if(WIN32)
  list(FILTER weft_sources EXCLUDE REGEX "/runtime/os/posix\\.cpp$")
else()
  list(FILTER weft_sources EXCLUDE REGEX "/runtime/os/windows\\.cpp$")
endif()
# The pool of threads: the system's own, workers that share a WebAssembly memory, or the caller alone.
set(weft_pool_of_system "/runtime/engine/(region|threads|pool_threads)\\.cpp$")
set(weft_pool_of_workers
    "/runtime/(engine/(region|threads|pool_threads_workers)|os/worker_locks)\\.cpp$")
set(weft_pool_of_none "/runtime/engine/threads_alone\\.cpp$")
if(WEFT_THREADS)
  set(weft_pool "${weft_pool_of_system}")
elseif(WEFT_WASM_THREADS)
  set(weft_pool "${weft_pool_of_workers}")
else()
  set(weft_pool "${weft_pool_of_none}")
endif()
set(weft_pool_sources ${weft_sources})
list(FILTER weft_pool_sources INCLUDE REGEX "${weft_pool}")
list(FILTER weft_sources EXCLUDE REGEX
  "${weft_pool_of_system}|${weft_pool_of_workers}|${weft_pool_of_none}")
list(APPEND weft_sources ${weft_pool_sources})
if(WEFT_OPS)
  list(FILTER weft_sources EXCLUDE REGEX "/kernels/recorder/record\\.cpp$")  # prints C99
endif()

if(WEFT_ENCODER)
  set_property(SOURCE core/executor/lowering/chain.cpp PROPERTY COMPILE_DEFINITIONS WEFT_ENCODER=1)
endif()

# Saved plans belong to a release.
set_property(SOURCE core/executor/plan/saved_plan.cpp
             PROPERTY COMPILE_DEFINITIONS "WEFT_RELEASE=\"${WEFT_VERSION}\"")

set(weft_private_includes
  "${CMAKE_CURRENT_SOURCE_DIR}/core"
  "${CMAKE_CURRENT_SOURCE_DIR}/bindings_c/include"
  "${WEFT_GENERATED_DIR}")

# Instruction sets. The generic objects exist everywhere and use the platform's baseline, on aarch64
# with NEON.
set(weft_isas generic)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$" AND CMAKE_SIZEOF_VOID_P EQUAL 8)
  list(APPEND weft_isas avx2 avx512)
endif()
if(WEFT_ISAS)
  foreach(isa IN LISTS WEFT_ISAS)
    if(NOT isa IN_LIST weft_isas)
      message(FATAL_ERROR "WEFT_ISAS may have ${weft_isas} here; got ${isa}")
    endif()
  endforeach()
  if(NOT "generic" IN_LIST WEFT_ISAS)
    message(FATAL_ERROR "WEFT_ISAS must have generic, which runs where nothing else does")
  endif()
  set(weft_isas ${WEFT_ISAS})
endif()
set(weft_isa_definitions "")
foreach(isa IN LISTS weft_isas)
  if(NOT isa STREQUAL "generic")
    string(TOUPPER "${isa}" name)
    list(APPEND weft_isa_definitions "WEFT_WITH_${name}=1")
  endif()
endforeach()
# Where the processor nearly always has something better, generic is kept small. In a library of
# some operators AVX2's are, too, and those of processors that have one set: their loops are
# unrolled by hand, so that a fifth of the code less costs a twentieth of the speed.
set(weft_flags_small $<$<CONFIG:Release>:-Os>)
set(weft_flags_generic "")
if(weft_isa_definitions OR WEFT_OPS)
  set(weft_flags_generic ${weft_flags_small})
endif()
set(weft_flags_avx2 -mavx2 -mfma -mf16c)
if(WEFT_OPS)
  list(APPEND weft_flags_avx2 ${weft_flags_small})
endif()
# So are these of every set, whose hundreds of loops wait for memory or are rarely run: they take two
# thirds of the bytes of -O2, and the rows of benchmarks/operators.py as long.
set(weft_small_sources chain_int32 scan elementwise_narrow elementwise_wide elementwise_halves
    elementwise_float64 attention_gradient)
list(JOIN weft_small_sources "|" weft_small_sources)
foreach(source IN LISTS weft_isa_sources)
  if(source MATCHES "/(${weft_small_sources})\\.isa\\.cpp$")
    set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${weft_flags_small})
  endif()
endforeach()
# GCC 12 makes vfmaddsub of a scalar complex product even where -ffp-contract=off forbids it, so that
# a row alone would have other bits than among others.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  set_property(SOURCE core/kernels/signal/fourier.isa.cpp APPEND PROPERTY COMPILE_OPTIONS
               -fno-tree-slp-vectorize)
endif()
set(weft_flags_avx512 -mavx512f -mavx512bw -mavx512vl -mavx512dq -mavx512cd -mfma -mf16c
                      -mprefer-vector-width=512)

# What every target of the core is compiled with, tests included.
function(weft_core_target target)
  target_include_directories(${target} PRIVATE ${weft_private_includes})
  target_compile_definitions(${target} PRIVATE ${weft_isa_definitions})
  if(WEFT_RUNTIME_ONLY)
    target_compile_definitions(${target} PRIVATE WEFT_RUNTIME_ONLY=1)
    # Without exceptions nothing reads tables of how to unwind, and they are a tenth of the library.
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-exceptions -fno-rtti
      -fno-unwind-tables -fno-asynchronous-unwind-tables>)
  endif()
  if(WEFT_OPS)
    target_compile_definitions(${target} PRIVATE WEFT_HAS_SOME_OPERATORS=1)
  endif()
  if(NOT WEFT_THREADS)
    target_compile_definitions(${target} PRIVATE WEFT_WITHOUT_THREADS=1)
  endif()
  add_dependencies(${target} weft_generated)
endfunction()

# What runs once per definition, plan or file is compiled for size; the eager call, the executor's
# loop and the kernels for speed. A library of some operators is to be small: there all but the
# kernels is, and the shared library is optimised as a whole when it is linked, which also drops the
# texts and functions that are handed to what keeps none of them. The archive is not: who links it
# may have another release of the compiler.
set(weft_small -Os)
set(weft_link_time OFF)
if(WEFT_OPS AND CMAKE_BUILD_TYPE STREQUAL "Release")
  include(CheckCXXCompilerFlag)
  check_cxx_compiler_flag(-Oz WEFT_HAS_OZ)
  if(WEFT_HAS_OZ)
    set(weft_small -Oz)
  endif()
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    list(APPEND weft_small -fno-inline-functions-called-once)
    if(BUILD_SHARED_LIBS AND NOT WEFT_SANITIZE)
      set(weft_link_time ON)
    endif()
  endif()
endif()
foreach(source IN LISTS weft_sources)
  if((WEFT_OPS OR source MATCHES "/core/(base|c99|encoder|ops|graph|model)/|/kernels/recorder/record|/bindings_c/|/executor/(lowering/low|memory/(arena|pla)|plan/(bra|des|mak|sav)|program/(com|pro)|remat/spl)|/core/trace/(trace|gradients|sizes)")
     AND CMAKE_BUILD_TYPE STREQUAL "Release")
    set_property(SOURCE ${source} APPEND PROPERTY COMPILE_OPTIONS ${weft_small})
  endif()
endforeach()

set(weft_objects "")
if(weft_sources)
  add_library(weft_core OBJECT ${weft_sources})
  weft_core_target(weft_core)
  target_compile_definitions(weft_core PRIVATE WEFT_BUILDING_LIBRARY=1)
  if(weft_link_time)
    target_compile_options(weft_core PRIVATE -flto -ffat-lto-objects)
  endif()
  list(APPEND weft_objects $<TARGET_OBJECTS:weft_core>)
endif()

# Kernels are vector functions inlined by the thousand. To check each of their references and the end
# of each of their locals would make compiling take three to five times as long, for mistakes that
# arithmetic on vectors does not make; what lies beyond memory and what overflows is found here, too.
set(weft_isa_sanitizer "")
if(WEFT_SANITIZE MATCHES "address")
  list(APPEND weft_isa_sanitizer -fno-sanitize-address-use-after-scope)
endif()
if(WEFT_SANITIZE MATCHES "undefined")
  list(APPEND weft_isa_sanitizer -fno-sanitize=null,alignment,object-size,pointer-overflow)
endif()

if(weft_isa_sources)
  foreach(isa IN LISTS weft_isas)
    add_library(weft_isa_${isa} OBJECT ${weft_isa_sources})
    weft_core_target(weft_isa_${isa})
    target_compile_definitions(weft_isa_${isa} PRIVATE WEFT_ISA_NAMESPACE=${isa})
    # Kernels are optimised in every build type: without inlining, a shared inline function could be
    # emitted in its AVX-512 form and be the copy that the linker keeps for all callers.
    target_compile_options(weft_isa_${isa} PRIVATE
      ${weft_flags_${isa}} ${weft_isa_sanitizer}
      -fno-exceptions -fno-rtti -fno-asynchronous-unwind-tables -Wno-psabi
      # GCC's own AVX-512 headers start from undefined vectors (its bug 105593).
      $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized> -Wno-uninitialized
      $<$<CONFIG:Debug>:-O2>)
    list(APPEND weft_objects $<TARGET_OBJECTS:weft_isa_${isa}>)
  endforeach()
endif()

if(weft_objects)
  add_library(weft ${weft_objects})
  add_library(weft::weft ALIAS weft)
  set_target_properties(weft PROPERTIES
    LINKER_LANGUAGE CXX
    LIBRARY_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/lib"
    ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/lib")
  target_include_directories(weft INTERFACE
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/bindings_c/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  if(BUILD_SHARED_LIBS)
    # A wheel keeps no symbolic links: there the library has one name, libweft.so.
    if(NOT DEFINED SKBUILD)
      set_target_properties(weft PROPERTIES VERSION ${weft_VERSION} SOVERSION ${weft_VERSION_MAJOR})
    endif()
    target_link_libraries(weft PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
    # Of the part that runs models also an archive: a program linked with `-static` starts with the
    # least memory.
    if(WEFT_RUNTIME_ONLY)
      add_library(weft_static STATIC ${weft_objects})
      set_target_properties(weft_static PROPERTIES
        OUTPUT_NAME weft
        LINKER_LANGUAGE CXX
        ARCHIVE_OUTPUT_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/lib")
      if(weft_link_time)
        add_custom_command(TARGET weft_static POST_BUILD VERBATIM
          COMMAND "${CMAKE_OBJCOPY}" --wildcard "--remove-section=.gnu.lto_*"
                  "$<TARGET_FILE:weft_static>")
      endif()
      install(TARGETS weft_static ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
    endif()
    set(version_script "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/weft.map")
    if(WEFT_OPS)
      # Models are loaded and run, no more: what else is exported keeps code alive.
      set(version_script "${CMAKE_CURRENT_SOURCE_DIR}/core/cmake/weft_ops.map")
    endif()
    if(UNIX AND NOT APPLE)  # elsewhere hidden visibility alone says what is exported
      target_link_options(weft PRIVATE "-Wl,--version-script=${version_script}")
      set_property(TARGET weft APPEND PROPERTY LINK_DEPENDS "${version_script}")
      if(NOT WEFT_SANITIZE)
        target_link_options(weft PRIVATE -Wl,--no-undefined)
      endif()
    endif()
    if(weft_link_time)
      # Code, read-only data and tables need no pages of their own in a file that is to be small, and
      # addresses in tables no entry of 24 bytes each: one bit does, where the C library reads it.
      # What only kernels that are left out call is dropped from sections that the last step makes.
      # In one piece: of several each has what they share.
      target_link_options(weft PRIVATE -flto=auto -flto-partition=one -ffunction-sections
                          -fdata-sections -Wl,-z,noseparate-code,-z,common-page-size=64)
      # Where pages may have 64 KB, a part that is read-only once loaded would need as much padding.
      if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(aarch64|arm64)$")
        target_link_options(weft PRIVATE -Wl,-z,norelro)
      endif()
      include(CheckLinkerFlag)
      check_linker_flag(CXX -Wl,-z,pack-relative-relocs WEFT_HAS_PACKED_RELOCATIONS)
      if(WEFT_HAS_PACKED_RELOCATIONS)
        target_link_options(weft PRIVATE -Wl,-z,pack-relative-relocs)
      endif()
    endif()
  else()
    target_link_libraries(weft PUBLIC Threads::Threads ${CMAKE_DL_LIBS})
    if(WIN32)
      target_compile_definitions(weft INTERFACE WEFT_STATIC=1)
    endif()
  endif()
endif()
