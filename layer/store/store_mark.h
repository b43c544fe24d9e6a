// The mark that tells a store from other directories, so that nothing else is ever deleted.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace layer {

// Every store has a file of this name, whose first line is kStoreMark.
inline constexpr std::string_view kStoreMarkName = "veneer-store";
inline constexpr std::string_view kStoreMark = "veneer store 1\n";

enum class StoreState : uint8_t {
  kNone,      // absent or without any file: can become a store
  kMarked,    // a store
  kUnmarked,  // a store of an early veneer: known by its index, and by holding nothing else
  kOther,     // something else
};

// Finds out what a directory is. Throws Error if that fails, or if the mark is that of another
// version.
StoreState find_store_state(const std::string& directory);

// Marks an existing directory, unless it is marked. To be called under the store's lock.
void mark_store(const std::string& directory);

// Throws the error for a directory that is not a store.
[[noreturn]] void throw_other_directory(const std::string& directory);

}  // namespace layer
