// Finds the list in a text that is known to be JSON, and cuts it into its objects.
#include "oci/toc/table_reader.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "layer/base/base64.h"
#include "layer/base/error.h"
#include "oci/model/document_members.h"
#include "oci/model/json.h"

namespace oci {
namespace {

constexpr std::string_view kList = "entries";
constexpr size_t kLongestValue = 200;  // of members of the table itself, but for the list
constexpr size_t kMostMembers = 100;   // of the table itself
constexpr std::string_view kSpaces = " \t\r\n";

size_t skip_spaces(std::string_view text, size_t at) {
  return std::min(text.find_first_not_of(kSpaces, at), text.size());
}

// Behind the string that begins here.
size_t skip_string(std::string_view text, size_t at) {
  for (++at; text[at] != '"'; ++at) {
    if (text[at] == '\\') ++at;
  }
  return at + 1;
}

// Behind the value that begins here.
size_t skip_value(std::string_view text, size_t at) {
  if (text[at] == '"') return skip_string(text, at);
  if (text[at] != '{' && text[at] != '[') return text.find_first_of(",]} \t\r\n", at);
  size_t depth = 0;
  do {
    const char c = text[at];
    if (c == '"') {
      at = skip_string(text, at);
      continue;
    }
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    ++at;
  } while (depth > 0);
  return at;
}

int64_t number(const JsonField& object, std::string_view name) {
  const auto field = object.find(name);
  return field ? field->value().get<int64_t>() : 0;
}

uint64_t size(const JsonField& object, std::string_view name) {
  const auto field = object.find(name);
  return field ? field->size() : 0;
}

std::string text(const JsonField& object, std::string_view name) {
  const auto field = object.find(name);
  return field ? field->text() : std::string();
}

std::vector<layer::Xattr> xattrs(const JsonField& object) {
  std::vector<layer::Xattr> found;
  const auto field = object.find("xattrs");
  if (!field) return found;
  for (const auto& [name, value] : field->text_map()) {
    std::optional<std::string> bytes = layer::bytes_of_base64(value);
    if (!bytes) throw field->error(fmt::format("the value of '{}' is not base64", name));
    found.push_back({name, *std::move(bytes)});
  }
  return found;
}

TableEntry read_entry(const JsonField& object) {
  check_members(object, DocumentKind::kTableEntry);
  TableEntry entry;
  entry.name = text(object, "name");
  entry.type = text(object, "type");
  entry.link = text(object, "linkName");
  entry.size = size(object, "size");
  entry.mtime = text(object, "modtime");
  entry.mode = number(object, "mode");
  entry.uid = number(object, "uid");
  entry.gid = number(object, "gid");
  entry.device_major = number(object, "devMajor");
  entry.device_minor = number(object, "devMinor");
  entry.xattrs = xattrs(object);
  entry.digest = text(object, "digest");
  entry.piece_digest = text(object, "chunkDigest");
  entry.piece_offset = size(object, "chunkOffset");
  entry.piece_size = size(object, "chunkSize");
  entry.is_hole = text(object, "chunkType") == "zeros";
  return entry;
}

}  // namespace

TableReader::TableReader(std::string text, std::string blob)
    : text_(std::move(text)), blob_(std::move(blob)) {
  if (!Json::accept(text_)) throw refusal("is not JSON");
  size_t at = skip_spaces(text_, 0);
  if (text_[at] != '{') throw refusal("is no JSON object");
  Json document = Json::object();  // without what may be long
  size_t list = 0;
  at = skip_spaces(text_, at + 1);
  while (text_[at] != '}') {
    const size_t key_end = skip_string(text_, at);
    const Json key = Json::parse(std::string_view(text_).substr(at, key_end - at));
    const size_t begin = skip_spaces(text_, skip_spaces(text_, key_end) + 1);
    at = skip_value(text_, begin);
    const std::string_view value = std::string_view(text_).substr(begin, at - begin);
    if (!document.emplace(key, value.size() > kLongestValue ? Json() : Json::parse(value)).second) {
      throw refusal(fmt::format("has '{}' twice", key.get_ref<const std::string&>()));
    }
    if (document.size() > kMostMembers) throw refusal("has too many members");
    if (key == kList) list = begin;
    at = skip_spaces(text_, at);
    if (text_[at] == ',') at = skip_spaces(text_, at + 1);
  }
  check_members(JsonField(document, fmt::format("{}(its table of contents)", blob_)),
                DocumentKind::kTable);
  if (document.value("version", Json()) != 1) throw refusal("is of another version than 1");
  if (list == 0 || text_[list] != '[') throw refusal("has no list 'entries'");
  at_ = list + 1;
}

std::optional<TableEntry> TableReader::next() {
  at_ = skip_spaces(text_, at_);
  if (text_[at_] == ',') at_ = skip_spaces(text_, at_ + 1);
  if (text_[at_] == ']') return std::nullopt;
  const size_t begin = at_;
  at_ = skip_value(text_, begin);
  const std::string name = fmt::format("{}(entry {} of its table of contents)", blob_, ++count_);
  const Json object = parse_json(std::string_view(text_).substr(begin, at_ - begin), name);
  return read_entry(JsonField(object, name));
}

layer::Error TableReader::refusal(std::string_view what) const {
  return layer::Error({blob_}, fmt::format("its table of contents {}", what))
      .with_help(kTableRemedy);
}

}  // namespace oci
