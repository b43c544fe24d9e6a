// Takes a path apart from its end: a module's file name may have dots.
#include "layer/python/pyc_file.h"

#include <fmt/core.h>

#include "layer/base/ascii.h"
#include "layer/base/keyed_hash.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

constexpr std::string_view kPycSuffix = ".pyc";
constexpr std::string_view kSourceSuffix = ".py";
constexpr std::string_view kPycFolder = "__pycache__";
constexpr std::string_view kCpython3 = "cpython-3";
constexpr size_t kHeaderSize = 16;
constexpr uint32_t kHashBased = 1;
constexpr uint32_t kHashIsCompared = 3;
constexpr int kFirstWithSipHash13 = 11;  // 3.11

uint64_t number_at(std::string_view bytes, size_t at, size_t size) {
  uint64_t number = 0;
  while (size-- > 0) number = number << 8U | static_cast<unsigned char>(bytes[at + size]);
  return number;
}

void put_number(uint64_t number, size_t size, std::string& bytes) {
  for (size_t i = 0; i < size; ++i) bytes += static_cast<char>(number >> (8 * i) & 0xffU);
}

// 11 of "cpython-311" and "cpython-313t".
int minor_version(std::string_view tag) {
  int minor = 0;
  for (const char c : tag.substr(kCpython3.size())) {
    if (is_digit(c)) minor = 10 * minor + (c - '0');
  }
  return minor;
}

uint64_t hash_of_source(std::string_view pyc, std::string_view tag, std::string_view source) {
  const uint64_t magic = number_at(pyc, 0, 4);
  return minor_version(tag) < kFirstWithSipHash13 ? siphash24(source, magic, 0)
                                                  : siphash13(source, magic, 0);
}

// The part of `text` behind the last dot, which is cut off.
std::string_view cut_last(std::string_view& text) {
  const size_t dot = text.rfind('.');
  if (dot == std::string_view::npos) return {};
  const std::string_view last = text.substr(dot + 1);
  text = text.substr(0, dot);
  return last;
}

}  // namespace

bool is_compiled_path(std::string_view path) {
  return path.starts_with("__pycache__/") || base_name(path) == kPycFolder ||
         path.find("/__pycache__/") != std::string_view::npos;
}

std::optional<PycName> parse_pyc_path(std::string_view path) {
  const std::string_view folder = parent_path(path);
  std::string_view module = base_name(path);
  if (base_name(folder) != kPycFolder || !module.ends_with(kPycSuffix)) return std::nullopt;
  module.remove_suffix(kPycSuffix.size());
  std::string_view tag = cut_last(module);
  if (tag.starts_with("opt-")) tag = cut_last(module);
  if (tag.empty() || module.empty()) return std::nullopt;
  const std::string_view parent = parent_path(folder);
  return PycName{fmt::format("{}{}{}{}", parent, parent.empty() ? "" : "/", module, kSourceSuffix),
                 tag};
}

std::string pyc_path(std::string_view source, std::string_view tag) {
  const std::string_view parent = parent_path(source);
  const std::string_view name = base_name(source);
  return fmt::format("{}{}{}/{}.{}{}", parent, parent.empty() ? "" : "/", kPycFolder,
                     name.substr(0, name.size() - kSourceSuffix.size()), tag, kPycSuffix);
}

bool is_tag_of(std::string_view tag, std::string_view version) {
  if (tag.size() <= kCpython3.size() || !tag.starts_with(kCpython3)) return false;
  const auto is_free_threaded = [](std::string_view text) { return text.ends_with('t'); };
  std::string_view digits = tag.substr(kCpython3.size());
  if (is_free_threaded(digits)) digits.remove_suffix(1);
  if (digits.find_first_not_of("0123456789") != std::string_view::npos) return false;
  if (version.empty()) return true;
  if (is_free_threaded(tag) && !is_free_threaded(version)) return false;
  if (is_free_threaded(version)) version.remove_suffix(1);
  return version.starts_with("3.") && version.substr(2) == digits;
}

PycState compare_pyc(std::string_view pyc, std::string_view tag, const PycSource& source) {
  if (pyc.size() < kHeaderSize || pyc.substr(2, 2) != "\r\n") return PycState::kStale;
  const uint64_t flags = number_at(pyc, 4, 4);
  if (flags == kHashBased) return PycState::kAlways;
  bool fits = false;
  if (flags == kHashIsCompared) {
    fits = number_at(pyc, 8, 8) == hash_of_source(pyc, tag, source.bytes);
  } else if (flags == 0 && source.mtime) {
    fits = number_at(pyc, 8, 4) == static_cast<uint32_t>(*source.mtime) &&
           number_at(pyc, 12, 4) == static_cast<uint32_t>(source.bytes.size());
  }
  return fits ? PycState::kFits : PycState::kStale;
}

std::string always_taken_header(std::string_view pyc, std::string_view tag,
                                const PycSource& source) {
  std::string header(pyc.substr(0, 4));
  put_number(kHashBased, 4, header);
  put_number(hash_of_source(pyc, tag, source.bytes), 8, header);
  return header;
}

}  // namespace layer
