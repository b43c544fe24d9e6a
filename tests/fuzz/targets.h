// The readers of what others made, each as a function of bytes: for libFuzzer and for replay.
#pragma once

#include <span>
#include <string_view>

namespace fuzz {

// A layer::Error is a fine end of a target. A crash, any other exception, or what a sanitizer finds
// is a fault of veneer's. A target's outcome depends on the bytes alone, and it reads and writes
// nothing of the file system but files in memory and a folder of its own.
struct Target {
  std::string_view name;  // also of its seeds' folder
  void (*run)(std::string_view bytes);
};

// Sorted by name.
std::span<const Target> all_targets();
// Null if there is none of that name.
const Target* find_target(std::string_view name);

// Runs a target. Returns whether it read the bytes; false: it refused them with an Error.
bool is_read(const Target& target, std::string_view bytes);

}  // namespace fuzz
