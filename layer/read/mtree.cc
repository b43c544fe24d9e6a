// Parses mtree as bsdtar 3.6.2 reads it (libarchive's mtree reader with `checkfs`), row by row. It
// is not libarchive's own reader because that tells neither the path of a row's content nor the
// row's line, takes what a row does not state from disk, and refuses names that hold UTF-8.
//
//   mtree   = { line LF }                              the last LF may be missing
//   line    = blank | "#" comment | set | unset | row  a backslash before LF continues it
//   set     = "/set" { word }                          for every row that follows
//   unset   = "/unset" { keyword | "all" }
//   row     = name { word }
//   word    = keyword "=" value | "optional" | "nochange" | "ignore"
//   keyword = type mode uid gid time link content contents size cksum md5 rmd160 sha1 sha256 sha384
//             sha512 (or md5digest ...), and those that mean nothing here
//   name    = full | relative | ".."                   escapes: see unescape_mtree
//   full    = "." | a name with a "/"                  its path
//   relative = a name without "/"                      below the directory of the last relative row
//                                                      with type=dir; ".." leaves that directory
//
// Rows of the same full name are one entry: what later ones state counts. Any other second row of a
// path replaces the first. A file without `content` is the file at its own path below the current
// directory, or empty when there is none. What a row states of its content (size, digests) is held
// against it.
#include "layer/read/mtree.h"

#include <fmt/core.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <string_view>
#include <utility>

#include "layer/base/ascii.h"
#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/disk/staged_link.h"
#include "layer/model/relative_path.h"
#include "layer/read/input_file.h"
#include "layer/read/mtree_keywords.h"
#include "layer/read/mtree_lines.h"
#include "layer/read/stated_content.h"
#include "layer/read/target.h"

namespace layer {
namespace {

struct Row {
  std::string_view path{};      // normalised
  std::string_view spelling{};  // as written, escapes undone, and below the current directory
  bool is_full = false;
  MtreeKeywords keywords{};
  Origin origin{};

  bool has_content() const { return keywords.content && !keywords.content->empty(); }
};

class MtreeReader {
 public:
  MtreeReader(const std::string& file, const MtreeOptions& options, StringArena& arena)
      : declaration_(arena.intern(Declaration{.file = file})),
        directory_on_disk_(arena.intern(options.directory)),
        link_content_(options.link_content),
        arena_(arena) {}

  Mtree run(std::string_view text) {
    parse(text);
    make_entries();
    found_.throw_if_errors();
    return std::move(result_);
  }

  // Fills in the rows; what their contents are is not yet known.
  const std::vector<Row>& parse(std::string_view text) {
    if (text.starts_with(kByteOrderMark)) {
      fault({declaration_, 1, 1}, "the file begins with a byte order mark: expected none");
    }
    for (MtreeLines lines(text, arena_); lines.next();) read_line(lines.line());
    found_.throw_if_errors();
    return rows_;
  }

 private:
  void read_line(const MtreeLine& line) {
    if (const auto* bad =
            std::ranges::find_if(line.text, [](char c) { return is_control(c) && c != '\t'; });
        bad != line.text.end()) {
      return reject_control(line, static_cast<size_t>(bad - line.text.begin()));
    }
    MtreeWords words(line);
    words.next();
    if (words.word() == "/set") return set_all(line, words, global_);
    if (words.word() == "/unset") return read_unset(line, words);
    read_row(line, words);
  }

  void reject_control(const MtreeLine& line, size_t offset) {
    const bool is_crlf = line.text[offset] == '\r' && offset + 1 == line.text.size();
    fault({declaration_, line.number, line.column_at(offset)},
          is_crlf ? "the line ends in CR LF: expected LF alone"
                  : fmt::format("control character \\{:03o}: expected its escape",
                                static_cast<unsigned char>(line.text[offset])));
  }

  void read_unset(const MtreeLine& line, MtreeWords& words) {
    while (words.next()) {
      if (words.word().find('=') != std::string_view::npos) {
        fault({declaration_, line.number, words.column()},
              fmt::format("'{}' has a value: '/unset' takes keywords only", words.word()));
      }
      global_.unset(words.word());
    }
  }

  void set_all(const MtreeLine& line, MtreeWords& words, MtreeKeywords& keywords) {
    while (words.next()) {
      std::string why = keywords.set(words.word(), arena_);
      if (!why.empty()) fault({declaration_, line.number, words.column()}, std::move(why));
    }
  }

  void read_row(const MtreeLine& line, MtreeWords& words) {
    const Origin origin{declaration_, line.number, words.column()};
    const std::string_view word = words.word();
    const std::string_view name = unescape_mtree(word, arena_);
    if (name == "..") return leave_directory();
    Row row{.is_full = word == "." || word.find('/') != std::string_view::npos,
            .keywords = global_,
            .origin = origin};
    set_all(line, words, row.keywords);
    row.spelling = row.is_full ? name : arena_.join(directory_, name);
    if (row.spelling.size() > kMaxPath) throw Error(origin.position(), path_message(row.spelling));
    if (!row.is_full && row.keywords.type == MtreeType::kDirectory) directory_ = row.spelling;
    row.path = normalize_path(row.spelling, arena_);
    if (row.path.empty() && !row.spelling.starts_with('/')) return;  // "." and "./": the root
    const std::string_view why = path_fault(name.starts_with('/') ? name : row.path);
    if (!why.empty()) return fault(origin, fmt::format("path '{}' {}", shown_path(word), why));
    add(row);
  }

  void leave_directory() {
    const size_t slash = directory_.rfind('/');
    directory_ = slash == std::string_view::npos ? "" : directory_.substr(0, slash);
  }

  void add(const Row& row) {
    const auto [found, is_new] = rows_by_path_.try_emplace(row.path, rows_.size());
    if (is_new) return rows_.push_back(row);
    Row& first = rows_[found->second];
    if (first.is_full && row.is_full && first.spelling == row.spelling) {
      first.keywords.merge(row.keywords);
    } else {
      first = row;
    }
  }

  // Where a row's file is on disk.
  std::string_view place(const Row& row) const {
    const std::string_view place = row.has_content() ? *row.keywords.content : row.spelling;
    const bool is_below = !directory_on_disk_.empty() && !place.starts_with('/');
    return is_below ? arena_.join(directory_on_disk_, place) : place;
  }

  static bool is_looked_up(const Row& row) {
    return row.keywords.type == MtreeType::kFile || row.keywords.is_optional;
  }

  void make_entries() {
    std::vector<std::string_view> places;
    for (const Row& row : rows_) {
      if (is_looked_up(row)) places.push_back(place(row));
    }
    const std::vector<Target> targets = find_targets(places);
    auto target = targets.begin();
    auto looked_up = places.begin();
    result_.entries.reserve(rows_.size());
    for (const Row& row : rows_) {
      const bool is_placed = is_looked_up(row);
      const std::string_view at = is_placed ? *looked_up++ : std::string_view();
      const Target at_place = is_placed ? *target++ : Target{};
      if (row.keywords.is_optional && at_place.error == ENOENT) continue;
      if (const auto entry = make_entry(row, at, at_place)) {
        if (entry->kind == EntryKind::kFile && row.keywords.stated.is_anything()) {
          stating_.push_back({&row.keywords.stated, result_.entries.size()});
        }
        result_.entries.push_back(*entry);
        result_.names.push_back(row.spelling);
      }
    }
    compare_contents(stating_, result_.entries, arena_, found_);
  }

  std::optional<Entry> make_entry(const Row& row, std::string_view at, const Target& target) {
    Entry entry{.path = row.path, .origin = row.origin};
    if (row.keywords.attributes != Attributes{}) {
      entry.attributes = arena_.intern(row.keywords.attributes);
    }
    if (!row.keywords.type) {
      fault(row.origin,
            fmt::format("'{}' has no type: expected type=file, type=dir or type=link", row.path));
      return std::nullopt;
    }
    switch (*row.keywords.type) {
      case MtreeType::kDirectory:
        entry.kind = EntryKind::kDirectory;
        return entry;
      case MtreeType::kLink:
        entry.kind = EntryKind::kSymlink;
        entry.content = row.keywords.link.value_or("");
        return check_link(row, entry);
      case MtreeType::kFile:
        return find_content(row, at, target, entry);
    }
    return std::nullopt;
  }

  std::optional<Entry> check_link(const Row& row, const Entry& entry) {
    std::string why = entry.content.empty()
                          ? fmt::format("'{}' has type=link, but no link=TEXT", row.path)
                          : link_message(row.path, entry.content);
    if (why.empty()) return entry;
    fault(row.origin, std::move(why));
    return std::nullopt;
  }

  std::optional<Entry> find_content(const Row& row, std::string_view content, const Target& target,
                                    Entry entry) {
    if (target.type == TargetType::kFile) {
      entry.content = content;
      entry.stamp = arena_.keep(target.stamp);
      return entry;
    }
    if (link_content_ == LinkContent::kKeep) {
      if (const auto text = unstaged_link_text(std::string(content))) {
        entry.kind = EntryKind::kSymlink;
        entry.content = arena_.copy(*text);
        result_.kept_links.push_back(entry.path);
        return entry;
      }
    }
    if (!row.has_content() && (target.error == ENOENT || target.error == ENOTDIR)) {
      if (const auto difference = find_difference_to_nothing(row.keywords.stated)) {
        found_.error({row.origin.position(),
                      fmt::format("'{}' states {} and has no content: '{}' does not exist",
                                  row.path, difference->stated, content),
                      {},
                      "name the file with its bytes: content=PATH"});
      }
      entry.kind = EntryKind::kEmptyFile;
      return entry;
    }
    const std::string why =
        target.type == TargetType::kDirectory ? "is a directory" : target.fault();
    found_.error({row.origin.position(),
                  fmt::format("'{}' has its content at '{}', which {}", row.path, content, why),
                  {},
                  "a relative content= path is resolved from the current directory"});
    return std::nullopt;
  }

  void fault(const Origin& origin, std::string message) {
    found_.error({origin.position(), std::move(message), {}, {}});
  }

  const Declaration* const declaration_;
  const std::string_view directory_on_disk_;  // of relative contents
  const LinkContent link_content_;
  StringArena& arena_;
  Diagnostics found_;
  Mtree result_;
  MtreeKeywords global_;
  std::string_view directory_;  // of the relative rows
  std::vector<Row> rows_;
  std::vector<StatedEntry> stating_;
  NameMap<size_t> rows_by_path_;
};

}  // namespace

std::vector<Entry> read_mtree(const std::string& file, StringArena& arena) {
  return parse_mtree(read_input_file(file, arena), file, {}, arena).entries;
}

Mtree parse_mtree(std::string_view text, const std::string& name, const MtreeOptions& options,
                  StringArena& arena) {
  return MtreeReader(name, options, arena).run(text);
}

std::vector<std::string_view> list_mtree(std::string_view text, const std::string& name,
                                         StringArena& arena) {
  MtreeReader reader(name, {}, arena);
  std::vector<std::string_view> paths;
  for (const Row& row : reader.parse(text)) paths.push_back(row.path);
  return paths;
}

}  // namespace layer
