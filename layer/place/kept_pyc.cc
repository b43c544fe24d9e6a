// Judges each file by itself, in parallel; then the links to them, RECORDs, and empty folders.
#include "layer/place/kept_pyc.h"

#include <fmt/core.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "layer/model/entry_walk.h"
#include "layer/place/links.h"
#include "layer/python/installed_packages.h"
#include "layer/python/pyc_file.h"
#include "layer/python/record.h"

namespace layer {
namespace {

// What becomes of an entry.
enum class PycFate : uint8_t {
  kStays,
  kChanges,     // to `bytes`
  kFollows,     // becomes a link to another that changes
  kStale,       // the others are removed: it was made from another source
  kOfAnother,   // of another Python, or something that Python does not read
  kSourceless,  // Python takes it only with its source
  kUnwanted,
};

struct PycVerdict {
  PycFate fate = PycFate::kStays;
  std::string bytes;
};

// Counted by the values of PycFate.
constexpr size_t kPycFates = static_cast<size_t>(PycFate::kUnwanted) + 1;

class PycSettler {
 public:
  PycSettler(const PythonPlaces& places, FileTree& tree, std::vector<FileFacts>& facts,
             StringArena& arena)
      : places_(places),
        tree_(tree),
        facts_(facts),
        arena_(arena),
        walk_(tree.entries),
        links_(plan_links(tree, facts)),
        verdicts_(tree.entries.size()) {
    for (size_t i = 0; i < verdicts_.size(); ++i) {
      const Entry& entry = tree.entries[i];
      if (is_compiled_path(entry.path) && places.have(entry)) compiled_.push_back(i);
    }
  }

  void drop() {
    for (const size_t i : compiled_) verdicts_[i].fate = PycFate::kUnwanted;
    finish();
  }
  std::array<size_t, kPycFates> keep(const std::string& version);

 private:
  bool is_left_out(size_t i) const { return verdicts_[i].fate >= PycFate::kStale; }
  std::optional<size_t> index_at(std::string_view path) const;
  std::optional<size_t> index_behind(std::string_view path) const;
  std::string read(size_t i) const;
  PycVerdict judge(size_t i, const std::string& version) const;
  void follow_links();
  bool has_something_left(std::string_view folder) const;
  void rewrite_records();
  void finish();

  const PythonPlaces& places_;
  FileTree& tree_;
  std::vector<FileFacts>& facts_;
  StringArena& arena_;
  const EntryWalk walk_;
  const std::vector<Link> links_;
  std::vector<PycVerdict> verdicts_;  // of each entry
  std::vector<size_t> compiled_;      // indices of entries in __pycache__
};

std::optional<size_t> PycSettler::index_at(std::string_view path) const {
  const Entry* found = find_entry(tree_, path);
  if (found == nullptr) return std::nullopt;
  return static_cast<size_t>(found - tree_.entries.data());
}

// The entry that a path leads to, if it is a file.
std::optional<size_t> PycSettler::index_behind(std::string_view path) const {
  const PathEnd end = walk_.resolve(path);
  return end.kind == NodeKind::kFile ? index_at(end.path) : std::nullopt;
}

std::string PycSettler::read(size_t i) const {
  const Entry& entry = tree_.entries[i];
  if (entry.kind != EntryKind::kFile) return std::string(entry.content);  // empty, or inline
  return read_planned_file(entry.content, *facts_[i].stamp);
}

PycVerdict PycSettler::judge(size_t i, const std::string& version) const {
  const Entry& entry = tree_.entries[i];
  const std::optional<PycName> name = parse_pyc_path(entry.path);
  if (!name || !is_tag_of(name->tag, version)) return {PycFate::kOfAnother, {}};
  const std::optional<size_t> found = index_behind(name->source);
  if (!found) return {PycFate::kSourceless, {}};
  const std::string pyc = read(i);
  const std::string bytes = read(*found);
  PycSource source{bytes, {}};
  if (tree_.entries[*found].kind == EntryKind::kFile) {
    source.mtime = facts_[*found].stamp->mtime / kNanosecondsPerSecond;
  }
  switch (compare_pyc(pyc, name->tag, source)) {
    case PycState::kStale:
      return {PycFate::kStale, {}};
    case PycState::kAlways:
      return {PycFate::kStays, {}};
    case PycState::kFits:
      break;
  }
  std::string changed = always_taken_header(pyc, name->tag, source);
  changed += std::string_view(pyc).substr(changed.size());
  return {PycFate::kChanges, std::move(changed)};
}

// Links have the fate of what they lead to.
void PycSettler::follow_links() {
  for (const size_t i : compiled_) {
    const Entry& entry = tree_.entries[i];
    if (entry.kind != EntryKind::kSymlink) {
      const bool is_link = links_[i].reason != LinkReason::kNone;
      if (is_link && verdicts_[links_[i].home].fate == PycFate::kChanges) {
        verdicts_[i] = {PycFate::kFollows, {}};
      }
      continue;
    }
    const PathEnd end = walk_.resolve(entry.path);
    if (!end.kind) continue;  // the checks tell of it
    const bool is_folder = end.kind == NodeKind::kDirectory;
    const std::optional<size_t> target = index_at(end.path);
    if (is_folder ? !has_something_left(end.path) : target && is_left_out(*target)) {
      verdicts_[i].fate = PycFate::kUnwanted;
    }
  }
}

bool PycSettler::has_something_left(std::string_view folder) const {
  const std::span<const Entry> below = entries_at_or_below(tree_, folder);
  return std::ranges::any_of(below, [&](const Entry& entry) {
    return entry.kind != EntryKind::kDirectory &&
           !is_left_out(static_cast<size_t>(&entry - tree_.entries.data()));
  });
}

void PycSettler::rewrite_records() {
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    const Entry& entry = tree_.entries[i];
    const std::string_view folder = parent_path(entry.path);
    const bool is_record = base_name(entry.path) == "RECORD" && dist_info_of(folder) == folder &&
                           entry.kind != EntryKind::kSymlink &&
                           entry.kind != EntryKind::kDirectory && places_.have(entry);
    if (!is_record) continue;
    const std::string text = read(i);
    std::string now = rewrite_record(text, [&](std::string_view row) {
      const std::string path = record_path(parent_path(folder), row);
      if (!is_compiled_path(path)) return RecordedFile{};
      const std::optional<size_t> file = index_at(path);
      if (!file || is_left_out(*file)) return RecordedFile{true};
      if (verdicts_[*file].fate != PycFate::kChanges) return RecordedFile{};
      return RecordedFile{false, verdicts_[*file].bytes};
    });
    if (now != text) verdicts_[i] = {PycFate::kChanges, std::move(now)};
  }
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    const bool is_link =
        links_[i].reason != LinkReason::kNone && links_[i].reason != LinkReason::kDeclared;
    if (!is_link || verdicts_[i].fate != PycFate::kChanges) continue;
    if (verdicts_[links_[i].home].fate == PycFate::kChanges) verdicts_[i] = {PycFate::kFollows, {}};
  }
}

void PycSettler::finish() {
  follow_links();
  rewrite_records();
  std::vector<Entry> entries;
  std::vector<FileFacts> facts;
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    Entry entry = tree_.entries[i];
    const bool is_empty_folder = entry.kind == EntryKind::kDirectory &&
                                 is_compiled_path(entry.path) && places_.have(entry) &&
                                 !has_something_left(entry.path);
    if (is_left_out(i) || is_empty_folder) continue;
    FileFacts known = facts_[i];
    if (verdicts_[i].fate == PycFate::kChanges) {
      entry.kind = EntryKind::kInlineFile;
      entry.content = arena_.copy(verdicts_[i].bytes);
      known = {.size = entry.content.size()};
      verdicts_[i].bytes = {};  // there may be many
    } else if (verdicts_[i].fate == PycFate::kFollows) {
      entry.kind = EntryKind::kSymlink;
      entry.content = relative_link(entry.path, tree_.entries[links_[i].home].path, arena_);
      entry.attributes = nullptr;
      known = {};
    }
    if (entry.kind != EntryKind::kFile) entry.stamp = nullptr;
    entries.push_back(entry);
    facts.push_back(known);
  }
  tree_.entries = std::move(entries);
  facts_ = std::move(facts);
}

std::array<size_t, kPycFates> PycSettler::keep(const std::string& version) {
  tbb::parallel_for(tbb::blocked_range<size_t>(0, compiled_.size(), 8), [&](const auto& range) {
    for (size_t at = range.begin(); at != range.end(); ++at) {
      const EntryKind kind = tree_.entries[compiled_[at]].kind;
      if (kind == EntryKind::kSymlink || kind == EntryKind::kDirectory) continue;
      verdicts_[compiled_[at]] = judge(compiled_[at], version);
    }
  });
  std::array<size_t, kPycFates> counts = {};
  for (const size_t i : compiled_) ++counts[static_cast<size_t>(verdicts_[i].fate)];
  finish();
  return counts;
}

std::string describe_left_out(size_t stale, size_t of_another, size_t sourceless,
                              const std::string& version) {
  std::string text;
  const auto add = [&](size_t number, const std::string& one, const std::string& many) {
    if (number == 0) return;
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", number, number == 1 ? one : many);
  };
  add(stale, "does not fit its source", "do not fit their sources");
  const std::string python = version.empty() ? "of no CPython 3" : "not of Python " + version;
  add(of_another, "is " + python, "are " + python);
  add(sourceless, "has no source", "have no source");
  return text;
}

}  // namespace

std::optional<Diagnostic> keep_compiled_files(const PythonPlaces& places,
                                              const std::string& version, FileTree& tree,
                                              std::vector<FileFacts>& facts, StringArena& arena) {
  const std::array counts = PycSettler(places, tree, facts, arena).keep(version);
  const auto count = [&](PycFate fate) { return counts[static_cast<size_t>(fate)]; };
  const size_t stale = count(PycFate::kStale);
  const size_t of_another = count(PycFate::kOfAnother);
  const size_t sourceless = count(PycFate::kSourceless);
  const size_t all = stale + of_another + sourceless;
  if (all == 0) return std::nullopt;
  return Diagnostic{
      {},
      fmt::format("--pyc=keep leaves out {} compiled file{}: {}", all, all == 1 ? "" : "s",
                  describe_left_out(stale, of_another, sourceless, version)),
      {},
      "--pyc=compile makes all of them anew"};
}

void drop_compiled_files(const PythonPlaces& places, FileTree& tree, std::vector<FileFacts>& facts,
                         StringArena& arena) {
  PycSettler(places, tree, facts, arena).drop();
}

}  // namespace layer
