// Extended attributes of files: which are kept, and the one text that all steps carry them in.
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

// Whether an image keeps it: file capabilities and "user." attributes. Others say what one machine's
// security module, access lists or overlays think of a file.
bool is_kept_xattr(std::string_view name);

//   text := item { "," item }                 names ascending, none twice
//   item := "xattr." name "=" hex             a byte of a name that is no ASCII letter, digit or one
//                                             of "._-:@+/" is "%" and two hex digits
// Equal attributes have equal texts; no attributes have the empty one. All digits are small.
std::string xattrs_to_text(std::vector<Xattr> xattrs);

// The attributes of such a text; no value for another.
std::optional<std::vector<Xattr>> parse_xattrs(std::string_view text);

// The same of a text that is known to be one; of another a std::logic_error.
std::vector<Xattr> xattrs_of_text(std::string_view text);

// Those of a file or directory on disk, links followed, that are kept; capabilities that are tied to
// a user namespace (version 3) are there without it, as layers have them. Throws Error for what
// cannot be read, and for a name that no tar can hold ('=').
std::string read_xattrs(const std::string& path);

// What Entry, Node and the like hold: null is no attributes.
inline std::string_view xattrs_text(const std::string_view* xattrs) {
  return xattrs == nullptr ? std::string_view() : *xattrs;
}

}  // namespace layer
