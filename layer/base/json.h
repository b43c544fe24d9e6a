// Parses and prints JSON strictly: bounded size, no duplicate names, valid UTF-8, typed access.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "layer/base/error.h"

namespace layer {

// Only forward-declared here. A source that looks into a value includes <nlohmann/json.hpp> itself,
// because that header takes long to compile.
using Json = nlohmann::json;
using StringMap = std::map<std::string, std::string>;

// The limits within which registries and engines accept a manifest or a config.
inline constexpr uint64_t kMaxJsonBytes = uint64_t{4} << 20;
inline constexpr size_t kMaxJsonDepth = 64;

// Parses a document. Throws Error at `file` if it is too long or too deep or has too many values, is
// not JSON or not UTF-8, begins with a byte order mark, or names a member twice (image-spec
// considerations.md, "JSON": I-JSON, RFC 7493 section 2.3).
Json parse_json(std::string_view text, const std::string& file, uint64_t max_bytes = kMaxJsonBytes);

// Prints a document compactly, with members sorted bytewise and non-ASCII characters unescaped.
// Digests are computed of these bytes.
std::string dump_json(const Json& value);

// Prints a document for people and their programs: indented, with LF at its end, and with what no
// terminal shows as it is escaped. Bytes that are not UTF-8 become U+FFFD.
std::string dump_report(const Json& value);

// One value of a document, for reading fields by name and type. The document must outlive it. Every
// failure is an Error "FILE: error: POINTER: ..." with a JSON pointer (RFC 6901).
class JsonField {
 public:
  JsonField(const Json& document, std::string file);

  const Json& value() const { return *value_; }

  // A member of an object. null counts as absent, because image-spec config.md lets optional fields
  // be null.
  std::optional<JsonField> find(std::string_view name) const;
  JsonField at(std::string_view name) const;

  std::vector<JsonField> items() const;  // of an array
  const std::string& text() const;
  bool flag() const;
  uint64_t size() const;  // a whole number from 0 to 2^63-1
  // In both, null is an empty text, as engines read it.
  std::vector<std::string> texts() const;
  StringMap text_map() const;
  std::vector<std::string> names() const;  // of an object, sorted

  Error error(const std::string& message) const;

 private:
  JsonField(const Json& value, std::string file, std::string pointer);
  void require_object() const;

  const Json* value_;
  std::string file_;
  std::string pointer_;
};

}  // namespace layer
