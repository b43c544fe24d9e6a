// Parses a veneer spec, whose grammar is in spec_record.h.
#include "layer/read/spec.h"

#include <fmt/core.h>

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/model/layer_name.h"
#include "layer/model/relative_path.h"
#include "layer/read/input_file.h"
#include "layer/read/spec_contents.h"
#include "layer/read/spec_record.h"

namespace layer {
namespace {

EntryKind kind_of(char type) {
  if (type == 'd') return EntryKind::kTreeArtifact;
  return type == 'l' ? EntryKind::kSymlink : EntryKind::kFile;
}

class SpecReader {
 public:
  SpecReader(const std::string& file, StringArena& arena)
      : whole_file_(arena.intern(Declaration{.file = file})),
        arena_(arena),
        last_declaration_(whole_file_) {
    runfiles_.paths = std::make_shared<StringArena>();
  }

  Runfiles run() {
    read_records();
    contents_ = {};
    settle_files();
    read_spec_contents(runfiles_, arena_);
    return take();
  }

  Runfiles parse() {
    read_records();
    return take();
  }

 private:
  void read_records() {
    LineReader lines{std::string(whole_file_->file)};
    const bool is_there = lines.next();
    check_spec_version(is_there ? std::optional(lines.line()) : std::nullopt,
                       std::string(whole_file_->file));
    while (lines.next()) {
      const auto record = split_record(lines.line(), position(lines.number(), 0), found_, arena_);
      if (record) read(*record);
    }
    if (workspace_line_ == 0) {
      fault(lines.number() + 1, 0, "expected a 'W' record, found the end of the file");
    }
    found_.throw_if_errors();
  }

  Runfiles take() {
    for (const Entry& link : links_) {
      runfiles_.files.push_back(link);
      auto& program = runfiles_.executable;
      if (program && program->path == link.path) program = link;
    }
    return std::move(runfiles_);
  }

  // What only all records together tell: which files are links, and which groups files are in.
  void settle_files() {
    make_links(runfiles_, known_links_);
    for (const size_t i : unknown_) {
      Entry& entry = runfiles_.files[i];
      if (is_relative_link(entry.content)) entry.kind = EntryKind::kSymlink;
    }
    for (Entry& entry : runfiles_.files) {
      if (const auto owner = inputs_.find(entry.content); owner != inputs_.end()) {
        Declaration declaration = *entry.origin.declaration;
        declaration.group = owner->second;
        entry.origin.declaration = arena_.intern(declaration);
      }
    }
  }

  void read(const SpecRecord& record) {
    if (record.letter == 'W') return read_workspace(record);
    if (workspace_line_ == 0 && first_record_line_ == 0) first_record_line_ = record.line;
    switch (record.letter) {
      case 'x':
        return read_executable(record);
      case 's':
        return read_symlink(record, runfiles_.symlinks);
      case 'r':
        return read_symlink(record, runfiles_.root_symlinks);
      case 'e':
        return read_empty_file(record);
      case 'm':
        return read_repo_mapping(record);
      case 'G':
        return read_group(record);
      case 'i':
        return read_input(record);
      case 'k':
        return read_known_link(record);
      case 't':
        return read_link(record);
      case 'V':
        return fault(record.line, 0, "a second 'V' record");
      default:
        return read_file(record);
    }
  }

  void read_workspace(const SpecRecord& record) {
    if (workspace_line_ != 0) return duplicate(record, workspace_line_);
    workspace_line_ = record.line;
    if (first_record_line_ != 0) {
      found_.error({position(record.line, 0),
                    "the 'W' record comes after records that depend on it",
                    {{position(first_record_line_, 0), "the first of them"}},
                    {}});
    }
    if (check_path("workspace", record, 0)) runfiles_.workspace = arena_.copy(record[0].text);
  }

  void read_group(const SpecRecord& record) {
    group_ = arena_.intern(record[0].text);
    if (group_.empty()) return;
    if (const std::string_view why = layer_name_fault(group_); !why.empty()) {
      fault(record.line, record[0].offset, fmt::format("group '{}' {}", group_, why));
    }
  }

  void read_input(const SpecRecord& record) {
    if (group_.empty()) return fault(record.line, 0, "an 'i' record outside of any group");
    if (check_exec_path(record, 0)) inputs_.try_emplace(content(record[0].text), group_);
  }

  void read_known_link(const SpecRecord& record) {
    if (check_exec_path(record, 0)) known_links_.insert(content(record[0].text));
  }

  void read_executable(const SpecRecord& record) {
    if (runfiles_.executable) return duplicate(record, runfiles_.executable->origin.line);
    Entry entry = make_entry(record, EntryKind::kFile, 0, 1);
    if (!check_short_path(record, 0) || !check_exec_path(record, 1)) return;
    runfiles_.executable = entry;
  }

  void read_file(const SpecRecord& record) {
    if (!check_short_path(record, 0) || !check_exec_path(record, 1)) return;
    Entry entry = make_entry(record, kind_of(record.letter), 0, 1);
    entry.origin.declaration = declaration(record[2].text);
    if (record.letter == 'u') unknown_.push_back(runfiles_.files.size());
    runfiles_.files.push_back(entry);
  }

  void read_link(const SpecRecord& record) {
    if (!check_short_path(record, 0)) return;
    if (record[1].text.empty()) return fault(record.line, record[1].offset, "the link is empty");
    if (const std::string_view why = link_text_fault(record[1].text); !why.empty()) {
      return fault(record.line, record[1].offset,
                   fmt::format("the link text '{}' {}", shown_path(record[1].text), why));
    }
    Entry entry = make_entry(record, EntryKind::kSymlink, 0, 1);
    entry.origin.declaration = declaration(record[2].text);
    links_.push_back(entry);
  }

  void read_symlink(const SpecRecord& record, std::vector<Entry>& list) {
    const std::string_view type = record[1].text;
    if (type != "f" && type != "d" && type != "l") {
      return fault(record.line, record[1].offset,
                   fmt::format("unknown type '{}': expected 'f', 'd' or 'l'", type));
    }
    const bool is_root = record.letter == 'r';
    if (is_root ? !check_path("path", record, 0) : !check_short_path(record, 0)) return;
    if (!check_exec_path(record, 2) || !check_short_path(record, 3)) return;
    Entry entry = make_entry(record, kind_of(type.front()), 0, 2);
    if (entry.kind != EntryKind::kSymlink) entry.target = target(record[3].text, entry.content);
    entry.origin.declaration = declaration(record[4].text);
    list.push_back(entry);
  }

  void read_empty_file(const SpecRecord& record) {
    if (!check_short_path(record, 0)) return;
    runfiles_.empty_files.push_back({.path = runfiles_.paths->copy(record[0].text),
                                     .origin = {declaration({}), record.line, 1},
                                     .kind = EntryKind::kEmptyFile});
  }

  void read_repo_mapping(const SpecRecord& record) {
    if (runfiles_.repo_mapping) return duplicate(record, runfiles_.repo_mapping->origin.line);
    if (!check_exec_path(record, 0)) return;
    Entry entry = make_entry(record, EntryKind::kFile, 0, 0);
    entry.path = "_repo_mapping";
    runfiles_.repo_mapping = entry;
  }

  // Where Bazel places a file by its short_path. Runfiles.getRunfilesInputs: "../repo/x" is
  // "repo/x". An exec path mostly ends so, and then lends its bytes.
  std::string_view target(std::string_view short_path, std::string_view content) {
    if (!short_path.starts_with("../")) return arena_.join(runfiles_.workspace, short_path);
    const std::string_view path = short_path.substr(3);
    if (content.ends_with(path)) return content.substr(content.size() - path.size());
    return arena_.copy(path);
  }

  // The one copy of an exec path: many files are declared twice, at home and in a virtual
  // environment.
  std::string_view content(std::string_view text) {
    const auto known = contents_.find(text);
    return known != contents_.end() ? *known : *contents_.insert(arena_.copy(text)).first;
  }

  bool check_path(std::string_view what, const SpecRecord& record, size_t field) {
    const std::string_view why = path_fault(record[field].text);
    if (why.empty()) return true;
    fault(record.line, record[field].offset,
          fmt::format("{} '{}' {}", what, shown_path(record[field].text), why));
    return false;
  }

  bool check_short_path(const SpecRecord& record, size_t field) {
    const std::string_view path = record[field].text;
    const std::string_view why = path_fault(path.starts_with("../") ? path.substr(3) : path);
    if (why.empty()) return true;
    fault(record.line, record[field].offset, fmt::format("path '{}' {}", shown_path(path), why));
    return false;
  }

  bool check_exec_path(const SpecRecord& record, size_t field) {
    if (!record[field].text.empty()) return true;
    fault(record.line, record[field].offset, "the exec path is empty");
    return false;
  }

  Entry make_entry(const SpecRecord& record, EntryKind kind, size_t path, size_t exec_path) {
    return {.path = runfiles_.paths->copy(record[path].text),
            .content = content(record[exec_path].text),
            .origin = origin(record),
            .kind = kind};
  }

  Origin origin(const SpecRecord& record) const { return {whole_file_, record.line, 1}; }

  // Of a record with this owner in the current group. What is of one owner mostly stands together.
  const Declaration* declaration(std::string_view owner) {
    if (last_declaration_->owner != owner || last_declaration_->group != group_) {
      last_declaration_ = arena_.intern(Declaration{whole_file_->file, owner, group_, {}});
    }
    return last_declaration_;
  }

  Position position(uint32_t line, size_t offset) const {
    return {std::string(whole_file_->file), line, static_cast<uint32_t>(offset + 1)};
  }

  void duplicate(const SpecRecord& record, uint32_t first_line) {
    found_.error({position(record.line, 0),
                  fmt::format("a second '{}' record: expected at most one", record.letter),
                  {{position(first_line, 0), "the first one"}},
                  {}});
  }

  void fault(uint32_t line, size_t offset, std::string message) {
    found_.error({position(line, offset), std::move(message), {}, {}});
  }

  const Declaration* const whole_file_;  // of records without owner and group
  StringArena& arena_;
  Diagnostics found_;
  Runfiles runfiles_;
  NameSet contents_;
  std::vector<size_t> unknown_;       // of runfiles_.files: those of u records
  std::vector<Entry> links_;          // of t records: nothing on disk belongs to them
  NameSet known_links_;               // exec paths of k records
  NameMap<std::string_view> inputs_;  // exec path -> group
  std::string_view group_;            // of the records that follow
  const Declaration* last_declaration_;
  uint32_t workspace_line_ = 0;
  uint32_t first_record_line_ = 0;  // of those that came before W
};

}  // namespace

Runfiles read_spec(const std::string& file, StringArena& arena) {
  return SpecReader(file, arena).run();
}

Runfiles parse_spec(const std::string& file, StringArena& arena) {
  return SpecReader(file, arena).parse();
}

}  // namespace layer
