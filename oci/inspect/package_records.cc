// The grammars:
//   METADATA   core metadata: "Key: value" lines up to an empty line (packaging.python.org)
//   RECORD     CSV, "path,hash,size"; a path with a comma is quoted; the hash is
//              "sha256=" and the digest in urlsafe base64 without '=' (packaging.python.org)
//   status     stanzas of "Key: value" lines, separated by empty lines; a line that begins with a
//              space continues a value (deb-control(5)); "Status: WANT FLAG STATE" (dpkg(1))
//   NAME.list  a path per line, with '/' in front
//   md5sums    "MD5  PATH", relative to the root
//   installed  stanzas of "K:value" lines: P name, V version, A architecture, I installed size,
//              L license, F folder, R file in the folder before it (apk-package(5), Alpine)
//   os-release "KEY=VALUE" lines, a value may be in quotes (os-release(5))
#include "oci/inspect/package_records.h"

#include <algorithm>
#include <charconv>
#include <string>
#include <utility>

#include "layer/base/ascii.h"

namespace oci {
namespace {

constexpr size_t kMaxReleaseWord = 64;  // bytes; os-release(5) knows none so long

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

// Takes the first field off a row of CSV, whose other fields have no LF in them.
std::string take_field(std::string_view& row) {
  std::string field;
  size_t end = 0;
  if (!row.starts_with('"')) {
    end = std::min(row.find(','), row.size());
    field = row.substr(0, end);
  } else {
    for (end = 1; end < row.size(); ++end) {
      if (row[end] == '"' && (end + 1 == row.size() || row[++end] != '"')) break;
      field += row[end];
    }
  }
  row.remove_prefix(std::min(end + 1, row.size()));
  return field;
}

// The digest of "sha256=BASE64".
std::optional<layer::Digest> record_digest(std::string_view text) {
  constexpr std::string_view kAlgorithm = "sha256=";
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  if (!text.starts_with(kAlgorithm)) return std::nullopt;
  text.remove_prefix(kAlgorithm.size());
  text = text.substr(0, text.find('='));
  layer::Digest digest;
  constexpr size_t kLength = (sizeof digest.bytes * 8 + 5) / 6;
  if (text.size() != kLength) return std::nullopt;
  uint32_t bits = 0;
  for (size_t i = 0, held = 0, at = 0; i < text.size(); ++i) {
    const size_t digit = kDigits.find(text[i]);
    if (digit == kDigits.npos) return std::nullopt;
    bits = bits << 6U | static_cast<uint32_t>(digit);
    held += 6;
    if (held < 8) continue;
    held -= 8;
    digest.bytes[at++] = static_cast<uint8_t>(bits >> held);
  }
  return digest;
}

// The lines of a field of METADATA that is being read.
class LicenseReader {
 public:
  void take_line(std::string_view line, const std::optional<Field>& field) {
    if (!field) {
      is_text_ = is_text_ || (is_in_license_ && !trimmed(line).empty());
      return;
    }
    is_in_license_ = is_key(*field, "License");
    if (is_in_license_) words_ = field->value;
    if (is_key(*field, "License-Expression")) expression_ = field->value;
    if (is_key(*field, "Classifier")) take_classifier(field->value);
  }

  void finish(Package& package) {
    if (!expression_.empty()) {
      package.license = std::move(expression_);
    } else if (!is_text_ && words_ != "UNKNOWN") {
      package.license = std::move(words_);
    }
    package.license_classifiers = std::move(classifiers_);
  }

 private:
  void take_classifier(std::string_view value) {
    constexpr std::string_view kLicense = "License :: ";
    if (value.starts_with(kLicense)) {
      classifiers_.emplace_back(value.substr(kLicense.size()));
    }
  }

  std::string expression_;
  std::string words_;
  std::vector<std::string> classifiers_;
  bool is_in_license_ = false;
  bool is_text_ = false;  // License has lines: it is the license's text, not its name
};

// The value of an apk line with this key; empty: another key.
std::string_view apk_value(std::string_view line, char key) {
  return line.size() > 2 && line[0] == key && line[1] == ':' ? line.substr(2) : std::string_view();
}

void take_apk_line(std::string_view line, Package& package) {
  if (const auto value = apk_value(line, 'P'); !value.empty()) package.name = value;
  if (const auto value = apk_value(line, 'V'); !value.empty()) package.version = value;
  if (const auto value = apk_value(line, 'A'); !value.empty()) package.architecture = value;
  if (const auto value = apk_value(line, 'L'); !value.empty()) package.license = value;
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
  LicenseReader license;
  bool is_over = false;
  read_lines(text, [&](std::string_view line) {
    is_over = is_over || line.empty();
    if (is_over) return;
    const std::optional<Field> field = split_field(line);
    license.take_line(line, field);
    if (!field) return;
    if (package.name.empty() && is_key(*field, "Name")) package.name = field->value;
    if (package.version.empty() && is_key(*field, "Version")) package.version = field->value;
  });
  if (package.name.empty()) return std::nullopt;
  license.finish(package);
  return package;
}

void read_python_record(std::string_view text, const std::function<void(const RecordRow&)>& take) {
  read_lines(text, [&](std::string_view line) {
    RecordRow row{take_field(line)};
    row.content = record_digest(take_field(line));
    if (!row.path.empty()) take(row);
  });
}

Distribution parse_os_release(std::string_view text) {
  Distribution found;
  read_lines(text, [&](std::string_view line) {
    const size_t equals = line.find('=');
    if (equals == line.npos) return;
    const std::string_view key = line.substr(0, equals);
    std::string_view value = line.substr(equals + 1);
    const bool is_quoted =
        value.size() > 1 && (value[0] == '"' || value[0] == '\'') && value.back() == value[0];
    if (is_quoted) value = value.substr(1, value.size() - 2);
    // Each package URL repeats them.
    if (value.size() > kMaxReleaseWord) return;
    if (key == "ID") found.id = value;
    if (key == "VERSION_ID") found.version = value;
  });
  return found;
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
  std::string path = "/";  // of the folder, then of a file in it
  size_t folder = path.size();
  read_stanzas(
      text,
      [&](std::string_view line) {
        is_named = is_named || !apk_value(line, 'P').empty();
        if (line.starts_with("F:")) {
          path.assign(line.substr(2)) += '/';
          folder = path.size();
        }
        const std::string_view name = apk_value(line, 'R');
        if (!is_named || name.empty()) return;
        path.resize(folder);
        take(number, path += name);
      },
      [&] {
        if (is_named) ++number;
        is_named = false;
        path = "/";
        folder = path.size();
      });
}

}  // namespace oci
