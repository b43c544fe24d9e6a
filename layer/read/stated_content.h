// What an mtree states of a file's content beside where it is: to be held against the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/stamp.h"

namespace layer {

struct StatedDigest {
  std::string_view keyword;  // as it is spelt
  std::string_view value;    // hexadecimal digits; of cksum a decimal number
};

struct StatedContent {
  std::optional<uint64_t> size;       // bytes
  std::vector<StatedDigest> digests;  // each algorithm once

  // Later ones replace those of the same algorithm.
  void add(const StatedDigest& digest);
  void forget(std::string_view keyword);
};

// cksum, md5, rmd160, sha1, sha256, sha384, sha512, and all but the first with "digest" behind it.
bool is_digest_keyword(std::string_view keyword);

struct ContentDifference {
  std::string stated;  // "size=3"
  std::string found;   // "its content has 6 bytes"
};

// How the file at `path` differs from what is stated; absent: not at all. `stamp` is that of when it was looked at, and becomes that of when it was read.
// Without digests nothing is read. Throws Error with the path for a file that cannot be read, or
// is written to meanwhile. Any thread.
std::optional<ContentDifference> find_difference(const StatedContent& stated, std::string_view path,
                                                 Stamp& stamp);

// The same for a file of no bytes with nothing behind it.
std::optional<ContentDifference> find_difference_to_nothing(const StatedContent& stated);

}  // namespace layer
