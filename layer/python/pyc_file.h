// Reads the names and headers of compiled Python files: PEP 3147 and PEP 552.
//
//   path   = directory "/__pycache__/" module "." tag [ ".opt-" level ] ".pyc"
//   header = magic number{4} flags{4} ( mtime{4} size{4} | source hash{8} )    little-endian
//   flags  = 0: the source's time and size; 1: its hash, never compared; 3: its hash
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace layer {

// What becomes of compiled files in __pycache__: --pyc.
enum class PycFiles : uint8_t {
  kDefault,  // of a virtual environment kDrop; runfiles have them as they are
  kDrop,     // the image has none
  kKeep,     // those that fit their sources, without the sources' times: keep_compiled_files()
  kCompile,  // they are made anew: add_compiled_files()
};

// Whether a path leads through a folder __pycache__, or to one.
bool is_compiled_path(std::string_view path);

struct PycName {
  std::string source;    // "d/m.py"
  std::string_view tag;  // "cpython-311"
};

// No value if the path is not that of a compiled file in __pycache__.
std::optional<PycName> parse_pyc_path(std::string_view path);

// "d/m.py", "cpython-311" -> "d/__pycache__/m.cpython-311.pyc".
std::string pyc_path(std::string_view source, std::string_view tag);

// Whether a Python of this version, "3.11" or "3.13t", reads files with this tag. An empty version
// stands for any CPython 3.
bool is_tag_of(std::string_view tag, std::string_view version);

// A source, as a compiled file's header can describe it.
struct PycSource {
  std::string_view bytes;
  std::optional<int64_t> mtime;  // seconds; no value: not that of a file on disk
};

enum class PycState : uint8_t {
  kStale,   // made from another source, or no compiled file of CPython
  kFits,    // Python would take it
  kAlways,  // Python takes it without a look at the source
};

// Compares a compiled file with its source. `tag` is that of its name: CPython hashes sources by
// SipHash-2-4 up to 3.10, later by SipHash-1-3 (Python/pyhash.c).
PycState compare_pyc(std::string_view pyc, std::string_view tag, const PycSource& source);

// The header of a compiled file that kFits, changed so that Python always takes the file.
std::string always_taken_header(std::string_view pyc, std::string_view tag,
                                const PycSource& source);

}  // namespace layer
