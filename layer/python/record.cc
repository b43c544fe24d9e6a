// Splits lines at their first field; the others are only written.
#include "layer/python/record.h"

#include <fmt/core.h>
#include <openssl/evp.h>

#include <algorithm>
#include <filesystem>
#include <span>

#include "layer/base/digest.h"

namespace layer {
namespace {

// The first field of a line of CSV, without its quotes.
std::string first_field(std::string_view line) {
  if (!line.starts_with('"')) return std::string(line.substr(0, line.find_first_of(",\r\n")));
  std::string field;
  for (size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '"' && (i + 1 == line.size() || line[++i] != '"')) break;
    field += line[i];
  }
  return field;
}

std::string quoted_field(const std::string& field) {
  if (field.find_first_of(",\"") == std::string::npos) return field;
  std::string quoted = "\"";
  for (const char c : field) {
    if (c == '"') quoted += '"';
    quoted += c;
  }
  return quoted += '"';
}

// RFC 4648, section 5, without padding.
std::string url_safe_base64(std::span<const uint8_t> bytes) {
  std::string text(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes.data(),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<size_t>(size));
  while (text.ends_with('=')) text.pop_back();
  std::ranges::replace(text, '+', '-');
  std::ranges::replace(text, '/', '_');
  return text;
}

}  // namespace

std::vector<RecordRow> record_rows(std::string_view text) {
  std::vector<RecordRow> rows;
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size() - 1);
    const std::string_view line = text.substr(0, end + 1);
    text.remove_prefix(line.size());
    std::string path = first_field(line);
    if (!path.empty()) rows.push_back({line, std::move(path)});
  }
  return rows;
}

std::string record_path(std::string_view site, std::string_view path) {
  if (path.starts_with('/')) return {};
  if (site.empty()) {
    std::string whole = std::filesystem::path(path).lexically_normal().string();
    while (whole.starts_with("../")) whole.erase(0, 3);
    return whole == ".." || whole == "." ? std::string() : whole;
  }
  if (path.find("./") == std::string_view::npos && path.find("//") == std::string_view::npos) {
    return fmt::format("{}/{}", site, path);  // most
  }
  std::string whole =
      (std::filesystem::path(site) / std::filesystem::path(path)).lexically_normal().string();
  return whole.starts_with("..") ? std::string() : whole;
}

std::string rewrite_record(std::string_view text,
                           const std::function<RecordedFile(std::string_view path)>& look) {
  std::string result;
  for (const RecordRow& row : record_rows(text)) {
    const RecordedFile file = look(row.path);
    if (file.is_left_out) continue;
    if (!file.bytes) {
      result += row.line;
      continue;
    }
    const Digest digest = sha256(std::as_bytes(std::span(*file.bytes)));
    result +=
        fmt::format("{},sha256={},{}{}", quoted_field(row.path), url_safe_base64(digest.bytes),
                    file.bytes->size(), row.line.ends_with("\r\n") ? "\r\n" : "\n");
  }
  return result;
}

}  // namespace layer
