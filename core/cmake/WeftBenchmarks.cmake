# benchmarks/**/*.cpp make one program each, over the object files of the core. *_loops.cpp are not
# programs: a script compiles them, with this processor's instructions, and calls what is in them.
file(GLOB_RECURSE weft_benchmark_sources CONFIGURE_DEPENDS benchmarks/*.cpp)
list(FILTER weft_benchmark_sources EXCLUDE REGEX "_loops[.]cpp$")
if(weft_objects)
  foreach(source IN LISTS weft_benchmark_sources)
    get_filename_component(name "${source}" NAME_WE)
    add_executable(weft_bench_${name} "${source}" ${weft_objects})
    weft_core_target(weft_bench_${name})
    target_link_libraries(weft_bench_${name} PRIVATE Threads::Threads ${CMAKE_DL_LIBS})
  endforeach()
endif()
