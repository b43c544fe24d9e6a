# One target that carries the language level and the warnings; every target of the project links it.
add_library(veneer_options INTERFACE)
target_compile_features(veneer_options INTERFACE cxx_std_20)
target_include_directories(veneer_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(veneer_options INTERFACE _FILE_OFFSET_BITS=64)
target_compile_options(veneer_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wextra-semi -Wcast-qual)
# GCC 12 finds strings in optionals uninitialized that are not, once it inlines as much as a release
# does.
target_compile_options(veneer_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
