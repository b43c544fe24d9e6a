// The members of the documents of an image that container engines know: names and types.
#pragma once

#include <span>
#include <string_view>

#include "oci/model/document_members.h"

namespace oci {

// A Go type, by what it takes.
enum class MemberType {
  kAny,        // not looked into
  kText,       // string
  kTexts,      // []string
  kTextMap,    // map[string]string
  kSet,        // map[string]struct{}: what is in the objects does not matter
  kFlag,       // bool
  kInteger,    // int64
  kSize,       // int64, of which no negative one makes sense
  kTime,       // time.Time
  kBytes,      // []byte
  kObject,     // a struct
  kObjects,    // a slice of structs
  kObjectMap,  // a map of structs
};

struct Members;

struct Member {
  std::string_view name;
  MemberType type;
  const Members* members = nullptr;  // of the structs
};

struct Members {
  std::span<const Member> known;
};

const Members& known_members(DocumentKind kind);

}  // namespace oci
