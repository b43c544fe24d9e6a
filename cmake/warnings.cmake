# A target with the language level and the warnings. Every target of the project links to it.
add_library(veneer_options INTERFACE)
target_compile_features(veneer_options INTERFACE cxx_std_20)
target_include_directories(veneer_options INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_definitions(veneer_options INTERFACE _FILE_OFFSET_BITS=64)
target_compile_options(veneer_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Wformat=2 -Wextra-semi -Wcast-qual)
# With the inlining of a release build, GCC 12 wrongly reports strings in optionals as
# uninitialized.
target_compile_options(veneer_options INTERFACE $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized>)
