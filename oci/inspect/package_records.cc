// The grammars:
//   METADATA   core metadata: "Key: value" lines up to an empty line (packaging.python.org)
//   RECORD     CSV, "path,hash,size"; a path with a comma is quoted (packaging.python.org)
//   status     stanzas of "Key: value" lines, separated by empty lines; a line that begins with a
//              space continues a value (deb-control(5)); "Status: WANT FLAG STATE" (dpkg(1))
//   NAME.list  a path per line, with '/' in front
//   md5sums    "MD5  PATH", relative to the root
//   installed  stanzas of "K:value" lines: P name, V version, A architecture, I installed size,
//              F folder, R file in the folder before it (apk-package(5), Alpine)
#include "oci/inspect/package_records.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "layer/base/ascii.h"

namespace oci {
namespace {

struct Field {
  std::string_view key;
  std::string_view value;
};

std::string_view trimmed(std::string_view text) {
  const size_t begin = text.find_first_not_of(" \t");
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") + 1 - begin);
}

// No value for a line that continues another.
std::optional<Field> split_field(std::string_view line) {
  const size_t colon = line.find(':');
  if (colon == line.npos || line.starts_with(' ') || line.starts_with('\t')) return std::nullopt;
  return Field{line.substr(0, colon), trimmed(line.substr(colon + 1))};
}

char lower_case(char c) {
  return layer::is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
}

// Keys are compared without case, in METADATA as in status.
bool is_key(const Field& field, std::string_view key) {
  return std::ranges::equal(field.key, key,
                            [](char a, char b) { return lower_case(a) == lower_case(b); });
}

std::optional<uint64_t> number_of_bytes(std::string_view text, uint64_t unit) {
  constexpr uint64_t kMax = uint64_t{1} << 50;
  uint64_t number = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool is_whole = fault == std::errc() && end == text.data() + text.size();
  return is_whole && number < kMax ? std::optional(number * unit) : std::nullopt;
}

// The package of one stanza of a status file.
class DpkgStanza {
 public:
  void take_line(std::string_view line) {
    const std::optional<Field> field = split_field(line);
    if (!field) return;
    if (is_key(*field, "Package")) package_.name = field->value;
    if (is_key(*field, "Version")) package_.version = field->value;
    if (is_key(*field, "Architecture")) package_.architecture = field->value;
    if (is_key(*field, "Installed-Size"))
      package_.stated_size = number_of_bytes(field->value, 1024);
    if (is_key(*field, "Status")) is_installed_ = field->value.ends_with(" installed");
  }

  // At the end of a stanza.
  void finish(const PackageTaker& take) {
    package_.kind = PackageKind::kDebian;
    if (!package_.name.empty() && is_installed_) take(std::move(package_));
    package_ = {};
    is_installed_ = true;
  }

 private:
  Package package_;
  bool is_installed_ = true;  // a part of status.d does not say so
};

// The first field of a row of CSV, whose other fields have no LF in them.
std::string first_field(std::string_view row) {
  if (!row.starts_with('"')) return std::string(row.substr(0, row.find(',')));
  std::string field;
  for (size_t i = 1; i < row.size(); ++i) {
    if (row[i] != '"') {
      field += row[i];
    } else if (i + 1 < row.size() && row[i + 1] == '"') {
      field += row[++i];
    } else {
      break;
    }
  }
  return field;
}

// The value of an apk line with this key; empty: another key.
std::string_view apk_value(std::string_view line, char key) {
  return line.size() > 2 && line[0] == key && line[1] == ':' ? line.substr(2) : std::string_view();
}

void take_apk_line(std::string_view line, Package& package) {
  if (const auto value = apk_value(line, 'P'); !value.empty()) package.name = value;
  if (const auto value = apk_value(line, 'V'); !value.empty()) package.version = value;
  if (const auto value = apk_value(line, 'A'); !value.empty()) package.architecture = value;
  if (const auto value = apk_value(line, 'I'); !value.empty()) {
    package.stated_size = number_of_bytes(value, 1);
  }
}

// Calls `take_line` for the lines of each stanza, and `finish` at its end.
void read_stanzas(std::string_view text, const TextTaker& take_line,
                  const std::function<void()>& finish) {
  read_lines(text, [&](std::string_view line) { line.empty() ? finish() : take_line(line); });
  finish();
}

}  // namespace

std::optional<Package> parse_python_metadata(std::string_view text) {
  Package package;
  bool is_over = false;
  read_lines(text, [&](std::string_view line) {
    is_over = is_over || line.empty();
    const std::optional<Field> field = is_over ? std::nullopt : split_field(line);
    if (!field) return;
    if (package.name.empty() && is_key(*field, "Name")) package.name = field->value;
    if (package.version.empty() && is_key(*field, "Version")) package.version = field->value;
  });
  if (package.name.empty()) return std::nullopt;
  return package;
}

void read_python_record(std::string_view text, const TextTaker& take_path) {
  read_lines(text, [&](std::string_view row) {
    const std::string path = first_field(row);
    if (!path.empty()) take_path(path);
  });
}

void read_dpkg_status(std::string_view text, const PackageTaker& take) {
  DpkgStanza stanza;
  read_stanzas(
      text, [&](std::string_view line) { stanza.take_line(line); }, [&] { stanza.finish(take); });
}

void read_lines(std::string_view text, const TextTaker& take) {
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    take(line);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void read_dpkg_md5sums(std::string_view text, const TextTaker& take_path) {
  read_lines(text, [&](std::string_view line) {
    const size_t space = line.find("  ");
    if (space != line.npos) take_path(line.substr(space + 2));
  });
}

void read_apk_packages(std::string_view text, const PackageTaker& take) {
  Package package;
  read_stanzas(
      text, [&](std::string_view line) { take_apk_line(line, package); },
      [&] {
        package.kind = PackageKind::kAlpine;
        if (!package.name.empty()) take(std::move(package));
        package = {};
      });
}

void read_apk_paths(std::string_view text,
                    const std::function<void(size_t package, std::string_view path)>& take) {
  size_t number = 0;
  bool is_named = false;
  std::string_view folder;
  read_stanzas(
      text,
      [&](std::string_view line) {
        is_named = is_named || !apk_value(line, 'P').empty();
        if (line.starts_with("F:")) folder = line.substr(2);
        const std::string_view name = apk_value(line, 'R');
        if (is_named && !name.empty()) take(number, std::string(folder) + '/' + std::string(name));
      },
      [&] {
        if (is_named) ++number;
        is_named = false;
        folder = {};
      });
}

}  // namespace oci
