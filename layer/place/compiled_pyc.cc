// Compiles each source once, where it is stored; other paths get links.
#include "layer/place/compiled_pyc.h"

#include <fmt/core.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "layer/base/error.h"
#include "layer/model/entry_walk.h"
#include "layer/place/add_entry.h"
#include "layer/place/links.h"
#include "layer/python/pyc_file.h"

namespace layer {
namespace {

constexpr std::string_view kEmptyFile = "/dev/null";
constexpr std::string_view kNameCompiler =
    "name one of the same version on this machine: --pyc-python=FILE";

class PycAdder {
 public:
  PycAdder(const PythonPlaces& places, FileTree& tree, std::vector<FileFacts>& facts,
           StringArena& arena)
      : places_(places),
        tree_(tree),
        facts_(facts),
        arena_(arena),
        links_(plan_links(tree, facts)),
        compiled_(tree.entries.size()) {}

  void run(const CompileOptions& options) {
    choose(options.made);
    CompiledSources compiled = compile(options);
    if (!options.version.empty() && !sources_.empty() &&
        !is_tag_of(compiled.tag, options.version)) {
      throw Error(Position{options.compiler.program},
                  fmt::format("makes files for '{}', but the program runs with Python {}",
                              compiled.tag, options.version))
          .with_help(std::string(kNameCompiler));
    }
    for (size_t i = 0; i < homes_.size(); ++i) {
      if (compiled.files[i].empty()) continue;
      add_file(homes_[i], arena_.copy(compiled.files[i]), compiled.tag);
      compiled.files[i] = {};  // there may be many
    }
    add_links();
    merge();
  }

 private:
  // Of a source's compiled file; empty: there is none.
  struct CompiledPlace {
    std::string_view path;
    std::string tag;
  };
  struct NewEntry {
    Entry entry;
    FileFacts facts;
  };

  void choose(const MadePycs& made);
  bool has_made(size_t source, const MadePycs& made);
  CompiledSources compile(const CompileOptions& options) const;
  void add_file(size_t source, std::string_view bytes, std::string_view tag);
  void add_links();
  std::optional<size_t> home_of(size_t source, const EntryWalk& walk) const;
  std::string_view free_place(const Entry& source, std::string_view tag);
  void merge();

  const PythonPlaces& places_;
  FileTree& tree_;
  std::vector<FileFacts>& facts_;
  StringArena& arena_;
  const std::vector<Link> links_;
  std::vector<size_t> homes_;              // the sources that are compiled, by entry
  std::vector<PythonSourceFile> sources_;  // the same
  std::vector<CompiledPlace> compiled_;    // of each entry
  std::vector<NewEntry> added_;
};

// A file that another run made is taken if it has the hash of this source.
bool PycAdder::has_made(size_t source, const MadePycs& made) {
  if (made.empty()) return false;
  const Entry& entry = tree_.entries[source];
  const auto found = made.find(places_.place_of(entry));
  if (found == made.end() || entry.kind != EntryKind::kFile) return false;
  const MadePyc& pyc = found->second;
  const std::string bytes = read_planned_file(entry.content, *facts_[source].stamp);
  if (compare_pyc(pyc.bytes, pyc.tag, {bytes, {}}) != PycState::kAlways) return false;
  if (!pyc.bytes.starts_with(always_taken_header(pyc.bytes, pyc.tag, {bytes, {}}))) return false;
  add_file(source, pyc.bytes, pyc.tag);
  return true;
}

void PycAdder::choose(const MadePycs& made) {
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    const Entry& entry = tree_.entries[i];
    const bool is_empty = entry.kind == EntryKind::kEmptyFile;
    if (entry.kind != EntryKind::kFile && !is_empty) continue;
    if (links_[i].reason != LinkReason::kNone || !places_.have_module(entry)) continue;
    if (has_made(i, made)) continue;
    homes_.push_back(i);
    sources_.push_back({places_.place_of(entry), is_empty ? kEmptyFile : entry.content,
                        is_empty ? nullptr : facts_[i].stamp, places_.group_of(entry)});
  }
}

// An interpreter of the runfiles may be for another machine.
CompiledSources PycAdder::compile(const CompileOptions& options) const {
  if (sources_.empty()) return {};
  try {
    return compile_sources(options.compiler, sources_, options.jobs, options.store);
  } catch (Error& fault) {
    if (options.compiler.home.empty()) throw;
    throw std::move(fault).with_help(std::string(kNameCompiler));
  }
}

// Empty if something else is at the place of a source's compiled file.
std::string_view PycAdder::free_place(const Entry& source, std::string_view tag) {
  const std::string path = pyc_path(source.path, tag);
  if (!entries_at_or_below(tree_, path).empty()) return {};
  const Entry* folder = find_entry(tree_, parent_path(path));
  if (folder != nullptr && folder->kind != EntryKind::kDirectory) return {};
  return arena_.copy(path);
}

void PycAdder::add_file(size_t source, std::string_view bytes, std::string_view tag) {
  const Entry& from = tree_.entries[source];
  const std::string_view path = free_place(from, tag);
  if (path.empty()) return;
  compiled_[source] = {path, std::string(tag)};
  added_.push_back(
      {{.path = path, .content = bytes, .origin = from.origin, .kind = EntryKind::kInlineFile},
       {.size = bytes.size()}});
}

// The source that is stored and that a link of the tree leads to.
std::optional<size_t> PycAdder::home_of(size_t source, const EntryWalk& walk) const {
  if (tree_.entries[source].kind != EntryKind::kSymlink) return links_[source].home;
  const PathEnd end = walk.resolve(tree_.entries[source].path);
  if (end.kind != NodeKind::kFile) return std::nullopt;
  const Entry* found = find_entry(tree_, end.path);
  if (found == nullptr) return std::nullopt;
  const auto index = static_cast<size_t>(found - tree_.entries.data());
  return links_[index].reason == LinkReason::kNone ? index : links_[index].home;
}

void PycAdder::add_links() {
  const EntryWalk walk(tree_.entries);
  for (size_t i = 0; i < links_.size(); ++i) {
    const Entry& from = tree_.entries[i];
    if (links_[i].reason == LinkReason::kNone || !places_.have_module(from)) continue;
    const std::optional<size_t> home = home_of(i, walk);
    if (!home || compiled_[*home].path.empty()) continue;
    const std::string_view path = free_place(from, compiled_[*home].tag);
    if (path.empty()) continue;
    added_.push_back({{.path = path,
                       .content = relative_link(path, compiled_[*home].path, arena_),
                       .origin = from.origin,
                       .kind = EntryKind::kSymlink},
                      {}});
  }
}

void PycAdder::merge() {
  std::ranges::sort(added_, tree_order, [](const NewEntry& added) { return added.entry.path; });
  std::vector<Entry> entries;
  std::vector<FileFacts> facts;
  entries.reserve(tree_.entries.size() + added_.size());
  facts.reserve(entries.capacity());
  auto next = added_.begin();
  const auto add_before = [&](std::string_view path) {
    for (; next != added_.end() && (path.empty() || tree_order(next->entry.path, path)); ++next) {
      entries.push_back(next->entry);
      facts.push_back(next->facts);
    }
  };
  for (size_t i = 0; i < tree_.entries.size(); ++i) {
    add_before(tree_.entries[i].path);
    entries.push_back(tree_.entries[i]);
    facts.push_back(facts_[i]);
  }
  add_before({});
  tree_.entries = std::move(entries);
  facts_ = std::move(facts);
}

}  // namespace

void add_compiled_files(const PythonPlaces& places, const CompileOptions& options, FileTree& tree,
                        std::vector<FileFacts>& facts, StringArena& arena) {
  PycAdder(places, tree, facts, arena).run(options);
}

PythonCompiler packed_compiler(const std::vector<PackedPython>& pythons) {
  const auto is_usable = [](const PackedPython& python) { return !python.program.empty(); };
  const auto found = std::ranges::find_if(pythons, is_usable);
  if (found == pythons.end()) {
    throw Error("--pyc=compile: the runfiles have no interpreter that could compile")
        .with_help(std::string(kNameCompiler));
  }
  const auto other = std::find_if(found + 1, pythons.end(), is_usable);
  if (other != pythons.end()) {
    throw Error(fmt::format("--pyc=compile: the runfiles have two interpreters, '{}' and '{}'",
                            found->program, other->program))
        .with_help("name the one that runs the program: --pyc-python=FILE");
  }
  return {found->program, found->home};
}

}  // namespace layer
