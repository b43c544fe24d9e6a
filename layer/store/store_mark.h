// What tells a store from any other directory, so that nothing is ever dropped from another.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace layer {

// A file of this name, whose first line is kStoreMark, is in every store.
inline constexpr std::string_view kStoreMarkName = "veneer-store";
inline constexpr std::string_view kStoreMark = "veneer store 1\n";

// What OutputFile calls a file that waits for its name.
inline constexpr std::string_view kTemporaryStart = ".veneer-";

enum class StoreState : uint8_t {
  kNone,      // absent, or without any file: a store can be made of it
  kMarked,    // a store
  kUnmarked,  // a store of a veneer that made no mark: its index says so, and nothing else is there
  kOther,     // something else
};

// Throws Error if that cannot be found out, or if the mark is that of another version.
StoreState find_store_state(const std::string& directory);

// Marks a directory that exists, if it is not marked. Under the store's lock.
void mark_store(const std::string& directory);

// The error for what is something else.
[[noreturn]] void throw_other_directory(const std::string& directory);

}  // namespace layer
