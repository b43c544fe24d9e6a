// Parses the grammar of docker_name.h by hand: std::regex is locale-bound and recursive.
#include "oci/model/docker_name.h"

#include <fmt/core.h>

#include <algorithm>

#include "layer/base/ascii.h"
#include "layer/base/error.h"

namespace oci {
namespace {

constexpr size_t kMaxNameBytes = 255;
constexpr size_t kMaxTagBytes = 128;

using layer::is_alphanumeric;
using layer::is_digit;
using layer::is_lower;
using layer::is_upper;

bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f');
}

template <typename Predicate>
bool all_of(std::string_view text, Predicate predicate) {
  return !text.empty() && std::all_of(text.begin(), text.end(), predicate);
}

// Whether every part between separators fulfils `check`.
template <typename Check>
bool all_parts(std::string_view text, char separator, Check check) {
  while (true) {
    const size_t end = text.find(separator);
    if (!check(text.substr(0, end))) return false;
    if (end == text.npos) return true;
    text.remove_prefix(end + 1);
  }
}

bool is_label(std::string_view text) {
  return all_of(text, [](char c) { return is_alphanumeric(c) || c == '-'; }) &&
         text.front() != '-' && text.back() != '-';
}

bool is_domain(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon != text.npos && text.back() != ']') {
    if (!all_of(text.substr(colon + 1), is_digit)) return false;
    text = text.substr(0, colon);
  }
  if (text.size() > 2 && text.front() == '[' && text.back() == ']') {
    return all_of(text.substr(1, text.size() - 2),
                  [](char c) { return is_hex(c) || (c >= 'A' && c <= 'F') || c == ':'; });
  }
  return all_parts(text, '.', is_label);
}

bool is_name_separator(std::string_view text) {
  return text == "." || text == "_" || text == "__" ||
         all_of(text, [](char c) { return c == '-'; });
}

bool is_component(std::string_view text) {
  const auto is_word = [](char c) { return is_digit(c) || is_lower(c); };
  if (text.empty() || !is_word(text.front()) || !is_word(text.back())) return false;
  for (size_t i = 0; i < text.size();) {
    size_t end = i;
    while (end < text.size() && is_word(text[end]) == is_word(text[i])) ++end;
    if (!is_word(text[i]) && !is_name_separator(text.substr(i, end - i))) return false;
    i = end;
  }
  return true;
}

bool is_tag(std::string_view text) {
  return text.size() <= kMaxTagBytes && text.front() != '.' && text.front() != '-' &&
         all_of(text,
                [](char c) { return is_alphanumeric(c) || c == '_' || c == '.' || c == '-'; });
}

bool names_domain(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != first.npos ||
         std::any_of(first.begin(), first.end(), is_upper);
}

// Reads a name; returns what is wrong with it, or nothing.
std::string read_name(std::string_view text, DockerName& name) {
  if (text.find('@') != text.npos) return "a name with a digest is not supported";
  std::string_view rest = text;
  name = {"docker.io", {}, "latest"};
  const size_t slash = rest.rfind('/');
  const size_t colon = rest.rfind(':');
  if (colon != rest.npos && (slash == rest.npos || colon > slash)) {
    name.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
    if (name.tag.empty()) return "the tag after ':' is empty";
    if (!is_tag(name.tag)) return fmt::format("'{}' is not a tag", name.tag);
  }
  if (rest.empty()) return "the name is empty";
  const size_t first = rest.find('/');
  if (first != rest.npos && names_domain(rest.substr(0, first))) {
    name.domain = rest.substr(0, first);
    rest.remove_prefix(first + 1);
    if (!is_domain(name.domain)) {
      return fmt::format("'{}' is not a host name", name.domain);
    }
    if (name.domain == "index.docker.io") name.domain = "docker.io";
  } else if (rest.size() == 64 && all_of(rest, is_hex)) {
    return "64 hexadecimal digits are an image id";
  }
  name.path = rest;
  if (std::any_of(rest.begin(), rest.end(), is_upper)) {
    return "a repository name is lower case";
  }
  if (!all_parts(rest, '/', is_component)) {
    return fmt::format("'{}' is not a repository name", rest);
  }
  if (name.domain == "docker.io" && rest.find('/') == rest.npos) name.path = "library/" + name.path;
  if (name.domain.size() + 1 + name.path.size() > kMaxNameBytes) {
    return fmt::format("it is longer than {} bytes", kMaxNameBytes);
  }
  return {};
}

}  // namespace

DockerName parse_docker_name(std::string_view text) {
  DockerName name;
  if (const std::string problem = read_name(text, name); !problem.empty()) {
    throw layer::Error(fmt::format("'{}' is not an image name: {}", text, problem))
        .with_help(
            "an image name is [DOMAIN/]NAME[:TAG], for example registry.example/team/app:1.0");
  }
  return name;
}

std::optional<DockerName> find_docker_name(std::string_view text) {
  DockerName name;
  if (!read_name(text, name).empty()) return std::nullopt;
  return name;
}

}  // namespace oci
