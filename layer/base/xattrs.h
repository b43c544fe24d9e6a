// Extended attributes of files: which ones images keep, and their one text form.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace layer {

struct Xattr {
  std::string name;
  std::string value;  // bytes

  bool operator==(const Xattr&) const = default;
};

inline constexpr std::string_view kCapabilityXattr = "security.capability";

// Whether an image keeps the attribute: file capabilities and "user." attributes are kept. All
// others belong to one machine's security module, access lists or overlays.
bool is_kept_xattr(std::string_view name);

// The text form of attributes:
//
//   text := item { "," item }                 names ascending, none twice
//   item := "xattr." name "=" hex             in a name, a byte that is no ASCII letter, digit or
//                                             one of "._-:@+/" is written as "%" and two hex digits
//
// Equal attributes have equal texts; the text of no attributes is empty. Hex digits are lower-case.
std::string xattrs_to_text(std::vector<Xattr> xattrs);

// Parses such a text; no value if it is malformed.
std::optional<std::vector<Xattr>> parse_xattrs(std::string_view text);

// Parses a text that is known to be well-formed; throws std::logic_error if it is not.
std::vector<Xattr> xattrs_of_text(std::string_view text);

// The text of the kept attributes of a file or directory on disk, links followed. Capabilities that
// are tied to a user namespace (version 3) are returned without it, as layers have them. Throws
// Error if they cannot be read, and for a name that no tar can hold (one with '=').
std::string read_xattrs(const std::string& path);

// The text behind the pointer that Entry, Node and others hold; null means no attributes.
inline std::string_view xattrs_text(const std::string_view* xattrs) {
  return xattrs == nullptr ? std::string_view() : *xattrs;
}

}  // namespace layer
