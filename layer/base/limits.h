// How much it may cost to read what others made, as far as options raise it. docs/limits.md lists
// all limits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace layer {

// Compressed bytes may stand for any number of plain ones. Up to the floor nothing is refused; above
// it, no more than so many plain bytes for each stored one.
struct UnpackLimit {
  uint64_t floor;  // bytes
  uint64_t ratio;
  std::string_view option;  // that raises it

  uint64_t of(uint64_t stored) const;
};

struct Limits {
  // Plain bytes that are hashed, and held by nobody.
  UnpackLimit unpacked{uint64_t{4} << 30, 200, "--max-unpacked"};
  // Plain bytes of a compressed archive, or of one file of a layer, that go to the temporary folder.
  UnpackLimit temporary{uint64_t{256} << 20, 100, "--max-temporary"};
  // Entries of all layers of an image, or of an archive.
  uint64_t entries = uint64_t{4} << 20;
};

// What raises the limit, as the help of an Error.
std::string limit_help(std::string_view option);
inline constexpr std::string_view kMaxEntriesOption = "--max-entries";

// "256 MiB", or "1000 bytes" of less than a MiB.
std::string limit_text(uint64_t bytes);

}  // namespace layer
