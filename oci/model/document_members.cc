// Walks through a document along the tables of its members.
#include "oci/model/document_members.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "layer/base/ascii.h"
#include "layer/base/base64.h"
#include "oci/model/known_members.h"
#include "oci/model/rfc3339.h"

namespace oci {
namespace {

// As Go's encoding/json does it, as far as the names above go: beside ASCII, the Kelvin sign is a
// letter k, and the long s is a letter s (unicode.SimpleFold).
std::string fold(std::string_view name) {
  constexpr std::string_view kKelvinSign = "\u212a";
  constexpr std::string_view kLongS = "\u017f";
  std::string folded;
  while (!name.empty()) {
    size_t length = 1;
    char c = name.front();
    if (name.starts_with(kKelvinSign)) {
      c = 'k';
      length = kKelvinSign.size();
    } else if (name.starts_with(kLongS)) {
      c = 's';
      length = kLongS.size();
    } else if (layer::is_upper(c)) {
      c = static_cast<char>(c - 'A' + 'a');
    }
    folded += c;
    name.remove_prefix(length);
  }
  return folded;
}

// Throws Error for a name that only engines take for a known one.
void check_name(const JsonField& object, const std::string& name, const Members& members) {
  const auto has_name = [&](const Member& member) { return member.name == name; };
  if (std::ranges::any_of(members.known, has_name)) return;
  const std::string folded = fold(name);
  for (const Member& member : members.known) {
    if (fold(member.name) != folded) continue;
    throw object
        .error(
            fmt::format("has '{}', which container engines read as '{}', because they ignore case",
                        name, member.name))
        .with_help(
            "a tool that reads an image and writes its documents anew spells all names right, such "
            "as `crane mutate`");
  }
}

// Members that are not null. Throws Error for what is no object.
std::vector<JsonField> members_with_values(const JsonField& map) {
  std::vector<JsonField> found;
  for (const std::string& name : map.names()) {
    if (auto member = map.find(name)) found.push_back(*std::move(member));
  }
  return found;
}

std::vector<JsonField> elements_with_values(const JsonField& array) {
  std::vector<JsonField> found = array.items();
  std::erase_if(found, [](const JsonField& element) { return element.value().is_null(); });
  return found;
}

void check_integer(const JsonField& field) {
  const Json& value = field.value();
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const bool fits = value.is_number_unsigned()
                        ? value.get<uint64_t>() <= static_cast<uint64_t>(kMax)
                        : value.is_number_integer();
  if (fits) return;
  throw field.error(fmt::format("expected a whole number of 64 bits, found {}",
                                value.is_number() ? value.dump() : value.type_name()));
}

void check_time(const JsonField& field) {
  if (is_rfc3339(field.text())) return;
  throw field.error(fmt::format(
      "'{}' is not a time: expected RFC 3339, such as 1970-01-01T00:00:00Z", field.text()));
}

using Struct = std::pair<JsonField, const Members*>;

// Checks a value that is not null, but for the structs in it: these are added to `structs`.
void check_value(const JsonField& field, const Member& member, std::vector<Struct>& structs) {
  switch (member.type) {
    case MemberType::kAny:
      return;
    case MemberType::kText:
      field.text();
      return;
    case MemberType::kTexts:
      field.texts();
      return;
    case MemberType::kTextMap:
      field.text_map();
      return;
    case MemberType::kSet:
      for (const JsonField& value : members_with_values(field)) value.names();
      return;
    case MemberType::kFlag:
      field.flag();
      return;
    case MemberType::kInteger:
      check_integer(field);
      return;
    case MemberType::kSize:
      field.size();
      return;
    case MemberType::kTime:
      check_time(field);
      return;
    case MemberType::kBytes:
      if (!layer::bytes_of_base64(field.text())) throw field.error("is not base64");
      return;
    case MemberType::kObject:
      structs.emplace_back(field, member.members);
      return;
    case MemberType::kObjects:
      for (const JsonField& value : elements_with_values(field)) {
        structs.emplace_back(value, member.members);
      }
      return;
    case MemberType::kObjectMap:
      for (const JsonField& value : members_with_values(field)) {
        structs.emplace_back(value, member.members);
      }
      return;
  }
}

}  // namespace

void check_members(const JsonField& document, DocumentKind kind) {
  std::vector<Struct> structs{{document, &known_members(kind)}};
  for (size_t i = 0; i < structs.size(); ++i) {
    const auto [object, members] = structs[i];  // a copy: the vector grows
    for (const std::string& name : object.names()) check_name(object, name, *members);
    for (const Member& member : members->known) {
      if (const auto value = object.find(member.name)) check_value(*value, member, structs);
    }
  }
}

}  // namespace oci
