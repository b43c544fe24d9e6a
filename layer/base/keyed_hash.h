// A hash for tables of names that others choose, which nobody can make collide on purpose.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace layer {

// SipHash-1-3 under a key that each process draws anew. Its values are never stored.
struct KeyedHash {
  size_t operator()(std::string_view text) const;
};

// Tables of paths and other names. Iterate over neither: their order differs from run to run.
template <typename Value>
using NameMap = std::unordered_map<std::string_view, Value, KeyedHash>;
using NameSet = std::unordered_set<std::string_view, KeyedHash>;

// SipHash-1-3 and SipHash-2-4 under a given key.
uint64_t siphash13(std::string_view text, uint64_t key0, uint64_t key1);
uint64_t siphash24(std::string_view text, uint64_t key0, uint64_t key1);

}  // namespace layer
