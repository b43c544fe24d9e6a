// Parses Bazel's runfiles manifest as bytes in no encoding. Source: Bazel's SourceManifestAction.
//
//   manifest = { line LF }                           the last LF may be missing
//   line     = path SP target                        split at the first space; target may hold more
//            | SP escaped-path SP escaped-target     since Bazel 7.4, where the plain form cannot say it
//   target   =                                       an empty file
//            | absolute path                         a file, or a tree artifact if it is a directory
//            | relative text                         the text of a declared symlink
//   escapes  = \s space, \n LF, \b backslash         Bazel leaves spaces in a target as they are
//
// A declared symlink with an absolute text is written like a file, and is taken for one. A line
// that ends in CR LF is an error: Bazel writes LF on every platform, so something converted the
// file, and reading on would turn each empty file into a link with the text CR. So is a byte order
// mark, which would be a part of the first path.
#include "layer/read/runfiles_manifest.h"

#include <fmt/core.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/model/relative_path.h"
#include "layer/model/unescape.h"
#include "layer/read/expand_tree.h"
#include "layer/read/input_file.h"
#include "layer/read/target.h"

namespace layer {
namespace {

constexpr Escape kManifestEscapes[] = {{'s', ' '}, {'n', '\n'}, {'b', '\\'}};

class ManifestReader {
 public:
  ManifestReader(const std::string& file, StringArena& arena)
      : declaration_(arena.intern(Declaration{.file = file})), arena_(arena) {}

  Runfiles run() {
    parse();
    tell_trees_from_files();
    found_.throw_if_errors();
    return finish();
  }

  // Fills in the entries, sorted; what their targets are is not yet known.
  const std::vector<Entry>& parse() {
    const std::string_view text = read_input_file(std::string(declaration_->file), arena_);
    entries_.reserve(static_cast<size_t>(std::ranges::count(text, '\n')) + 1);
    for (Lines lines(text); lines.next();) read_line(lines.line(), lines.number());
    reject_duplicates();
    found_.throw_if_errors();
    return entries_;
  }

 private:
  void read_line(std::string_view line, uint32_t number) {
    if (const size_t nul = line.find('\0'); nul != std::string_view::npos) {
      return fault(number, nul, "the line holds a NUL byte");
    }
    if (number == 1 && line.starts_with(kByteOrderMark)) {
      return fault(number, 0, "the line begins with a byte order mark: expected a path",
                   "Bazel writes none; undo the conversion of the file");
    }
    if (line.ends_with('\r')) {
      return fault(number, line.size() - 1, "the line ends in CR LF: expected LF alone",
                   "Bazel writes LF on every platform; undo the conversion of line endings");
    }
    const bool is_escaped = line.starts_with(' ');
    const size_t path_at = is_escaped ? 1 : 0;
    const size_t space = line.find(' ', path_at);
    if (space == std::string_view::npos) {
      return fault(number, line.size(),
                   fmt::format("no space after '{}': expected a path, a space and a target",
                               line.substr(path_at)));
    }
    std::string_view path = line.substr(path_at, space - path_at);
    std::string_view target = line.substr(space + 1);
    if (is_escaped) {
      if (!unescape_field(path, number, path_at)) return;
      if (!unescape_field(target, number, space + 1)) return;
    }
    if (std::string why = path_message(path); !why.empty()) {
      return fault(number, path_at, std::move(why));
    }
    if (std::string why = link_message(path, target); !why.empty() && !target.starts_with('/')) {
      return fault(number, path_at, std::move(why));
    }
    add(path, target, {declaration_, number, static_cast<uint32_t>(path_at + 1)});
  }

  bool unescape_field(std::string_view& field, uint32_t number, size_t offset) {
    const Unescaped plain = unescape(field, kManifestEscapes, arena_);
    if (plain.is_faulty()) {
      fault(number, offset + plain.fault_at,
            fmt::format("unknown escape '{}': expected '\\s', '\\n' or '\\b'",
                        field.substr(plain.fault_at, 2)));
      return false;
    }
    field = plain.text;
    return true;
  }

  void add(std::string_view path, std::string_view target, const Origin& origin) {
    EntryKind kind = EntryKind::kSymlink;
    if (target.empty()) kind = EntryKind::kEmptyFile;
    if (target.starts_with('/')) kind = EntryKind::kFile;  // or a tree: see below
    entries_.push_back({.path = path, .content = target, .origin = origin, .kind = kind});
  }

  // Bazel sorts by path, which leaves nothing to sort here.
  void reject_duplicates() {
    const auto by_path = [](const Entry& a, const Entry& b) { return a.path < b.path; };
    if (!std::ranges::is_sorted(entries_, by_path)) std::ranges::stable_sort(entries_, by_path);
    for (size_t i = 1; i < entries_.size(); ++i) {
      if (entries_[i].path != entries_[i - 1].path) continue;
      found_.error({entries_[i].origin.position(),
                    fmt::format("'{}' is listed twice", entries_[i].path),
                    {{entries_[i - 1].origin.position(), "listed here first"}},
                    {}});
    }
  }

  void tell_trees_from_files() {
    std::vector<std::string_view> paths;
    paths.reserve(entries_.size());
    for (const Entry& entry : entries_) {
      if (entry.kind == EntryKind::kFile) paths.push_back(entry.content);
    }
    const std::vector<Target> targets = find_targets(paths);
    auto target = targets.begin();
    for (Entry& entry : entries_) {
      if (entry.kind != EntryKind::kFile) continue;
      classify(entry, *target++);
    }
  }

  void classify(Entry& entry, const Target& target) {
    if (target.type == TargetType::kDirectory) entry.kind = EntryKind::kTreeArtifact;
    if (target.type == TargetType::kFile) entry.stamp = arena_.keep(target.stamp);
    const std::string why = target.fault();
    if (why.empty()) return;
    found_.error({entry.origin.position(),
                  fmt::format("'{}' is at '{}', which {}", entry.path, entry.content, why),
                  {},
                  "build the target again; a manifest cannot hold a declared symlink with an "
                  "absolute text: use a runfiles spec for one"});
  }

  Runfiles finish() {
    Runfiles runfiles;
    runfiles.root_symlinks = std::move(entries_);
    for (const Entry& entry : runfiles.root_symlinks) {
      if (entry.path.starts_with("_main/")) runfiles.workspace = "_main";
      if (entry.kind == EntryKind::kTreeArtifact)
        add_tree(entry, TreeLinks::kKept, runfiles, arena_);
    }
    return runfiles;
  }

  void fault(uint32_t number, size_t offset, std::string message, std::string help = {}) {
    found_.error({{std::string(declaration_->file), number, static_cast<uint32_t>(offset + 1)},
                  std::move(message),
                  {},
                  std::move(help)});
  }

  const Declaration* const declaration_;
  StringArena& arena_;
  Diagnostics found_;
  std::vector<Entry> entries_;
};

}  // namespace

Runfiles read_runfiles_manifest(const std::string& file, StringArena& arena) {
  return ManifestReader(file, arena).run();
}

std::vector<std::string_view> list_runfiles_manifest(const std::string& file, StringArena& arena) {
  ManifestReader reader(file, arena);
  std::vector<std::string_view> paths;
  for (const Entry& entry : reader.parse()) paths.push_back(entry.path);
  return paths;
}

}  // namespace layer
