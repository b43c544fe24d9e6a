# Decides whether veneer can write the page of `inspect --html`, and makes the source that holds it.
#
# The page draws with d3-hierarchy, which npm downloads once for a build folder, from the registry
# that the user's npm is set to. If that fails, AUTO builds veneer without the page, and does not
# try again until VENEER_PAGE is set.
set(VENEER_PAGE AUTO CACHE STRING
  "Build the page of `inspect --html`: AUTO (if npm gets its library), ON, OFF")
set_property(CACHE VENEER_PAGE PROPERTY STRINGS AUTO ON OFF)

set(page_library d3-hierarchy-3.1.2)
set(page_library_sha512
  157ffd7eb72e6f9e1b78176e8078c309d8a4c53844aa39d1f7742decfbd04ce1f1ca2342025bccac785c964ddc0f955e01aabd7f199f469f829d6c3dac4301b8)
set(page_folder ${CMAKE_CURRENT_BINARY_DIR}/page)

# Sets `result` to what went wrong; empty if the library is in page_folder.
function(get_page_library result)
  set(${result} "" PARENT_SCOPE)
  set(archive ${page_folder}/${page_library}.tgz)
  if(EXISTS ${page_folder}/package/LICENSE)
    return()
  endif()
  find_program(VENEER_NPM npm)
  if(NOT VENEER_NPM)
    set(${result} "npm is not installed" PARENT_SCOPE)
    return()
  endif()
  file(MAKE_DIRECTORY ${page_folder})
  execute_process(
    COMMAND ${VENEER_NPM} pack --loglevel=error --ignore-scripts --prefer-offline --fetch-retries=1
      --fetch-timeout=30000 d3-hierarchy@3.1.2
    WORKING_DIRECTORY ${page_folder} TIMEOUT 90
    RESULT_VARIABLE status OUTPUT_QUIET ERROR_VARIABLE errors)
  if(NOT status EQUAL 0 OR NOT EXISTS ${archive})
    set(${result} "`npm pack d3-hierarchy@3.1.2` failed (${status}) ${errors}" PARENT_SCOPE)
    return()
  endif()
  file(SHA512 ${archive} found)
  if(NOT found STREQUAL page_library_sha512)
    file(REMOVE ${archive})
    set(${result} "what npm got is not ${page_library}: its SHA-512 is ${found}" PARENT_SCOPE)
    return()
  endif()
  file(ARCHIVE_EXTRACT INPUT ${archive} DESTINATION ${page_folder})
endfunction()

# Writes a source with a function that returns the page's parts.
function(write_page_source file)
  set(page ${CMAKE_CURRENT_SOURCE_DIR}/inspect/page)
  set(scripts data boxes map search parts tables main)
  set(inputs ${page}/page.css ${page}/page.html)
  foreach(script IN LISTS scripts)
    list(APPEND inputs ${page}/${script}.js)
  endforeach()
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${inputs})
  file(READ ${page}/page.css style)
  file(READ ${page}/page.html body)
  file(READ ${page_folder}/package/LICENSE license)
  file(READ ${page_folder}/package/dist/d3-hierarchy.min.js library)
  # One literal for each file: compilers bound the length of one.
  string(CONCAT script "R\"veneer(\n/* ${page_library}\n${license}*/\n)veneer\"\n"
    "R\"veneer(${library}\n(() => {\n\"use strict\";\n)veneer\"\n")
  foreach(name IN LISTS scripts)
    file(READ ${page}/${name}.js text)
    string(APPEND script "R\"veneer(${text})veneer\"\n")
  endforeach()
  file(CONFIGURE OUTPUT ${file} @ONLY CONTENT [=[
// Made by cmd/inspect/page.cmake.
#include "cmd/inspect/page_source.h"

namespace cmd {

std::optional<PageSource> page_source() {
  return PageSource{R"veneer(@style@)veneer", R"veneer(@body@)veneer",
@script@R"veneer(})();
)veneer"};
}

}  // namespace cmd
]=])
endfunction()

set(page_fault "VENEER_PAGE is OFF")
if(VENEER_PAGE STREQUAL AUTO AND VENEER_PAGE_FAULT)
  set(page_fault ${VENEER_PAGE_FAULT})
  message(STATUS "Without `inspect --html`, because of what an earlier run found")
elseif(VENEER_PAGE)
  get_page_library(page_fault)
  set(VENEER_PAGE_FAULT "${page_fault}" CACHE INTERNAL "Why the page could not be built")
  if(page_fault AND VENEER_PAGE STREQUAL AUTO)
    message(WARNING "veneer is built without `inspect --html`: ${page_fault}\n"
      "Configure with -DVENEER_PAGE=ON to try again, or OFF to be silent.")
  elseif(page_fault)
    message(FATAL_ERROR "the page of `inspect --html` cannot be built: ${page_fault}")
  endif()
endif()

if(page_fault)
  target_sources(veneer_cmd PRIVATE inspect/no_page_source.cc)
else()
  write_page_source(${page_folder}/page_source.cc)
  target_sources(veneer_cmd PRIVATE ${page_folder}/page_source.cc)
  # Lint reads unity sources. This one is mostly not ours.
  set_source_files_properties(${page_folder}/page_source.cc PROPERTIES
    SKIP_UNITY_BUILD_INCLUSION ON)
endif()
