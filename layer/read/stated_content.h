// Checks a file against the size and digests that an mtree states for it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/disk/stamp.h"
#include "layer/model/entry.h"
#include "layer/model/string_arena.h"

namespace layer {

struct StatedDigest {
  std::string_view keyword;  // as it is spelled
  std::string_view value;    // hexadecimal digits; for cksum, a decimal number
};

struct StatedContent {
  std::optional<uint64_t> size;       // bytes
  std::vector<StatedDigest> digests;  // at most one per algorithm

  bool is_anything() const { return size || !digests.empty(); }
  // Replaces an earlier digest of the same algorithm.
  void add(const StatedDigest& digest);
  void forget(std::string_view keyword);
};

// Whether the keyword is cksum, md5, rmd160, sha1, sha256, sha384 or sha512, or one of these, but
// not cksum, followed by "digest".
bool is_digest_keyword(std::string_view keyword);

struct ContentDifference {
  std::string stated;  // "size=3"
  std::string found;   // of the content: "has 6 bytes"
};

// How the file at `path` differs from what is stated; no value if it does not. `stamp` is the
// file's stamp from an earlier moment, and becomes that of the moment when it was read. The file is
// read only if digests are stated. Throws Error with the path for a file that cannot be read, or is
// written to meanwhile. Safe to call from any thread.
std::optional<ContentDifference> find_difference(const StatedContent& stated, std::string_view path,
                                                 Stamp& stamp);

// The same for a file of no bytes that is not on disk.
std::optional<ContentDifference> find_difference_to_nothing(const StatedContent& stated);

// What is stated of the content of an entry, by its index.
struct StatedEntry {
  const StatedContent* stated = nullptr;
  size_t entry = 0;
};

// Reports each entry whose file is not what is stated of it. Files are read, in parallel, only where
// a digest is stated; an entry's stamp is then that of the moment of reading.
void compare_contents(std::span<const StatedEntry> stated, std::vector<Entry>& entries,
                      StringArena& arena, Diagnostics& found);

}  // namespace layer
