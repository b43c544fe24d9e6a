// Places a directory or a single file below a destination.
#include "layer/read/source_tree.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/xattrs.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/model/relative_path.h"
#include "layer/read/input_file.h"
#include "layer/read/placed_tree.h"

namespace layer {
namespace {

// The first that is there counts.
constexpr std::array<std::string_view, 2> kIgnoreFiles{".veneerignore", ".dockerignore"};
constexpr std::string_view kExclude = "--exclude";

struct TreeArgument {
  TreePlace place;
  bool is_into_directory = false;
};

TreeArgument parse_placement(std::string_view argument, StringArena& arena) {
  if (const size_t nul = argument.find('\0'); nul != std::string_view::npos) {
    throw Error(fmt::format("tree '{}' holds a NUL byte", argument.substr(0, nul)));
  }
  const size_t colon = argument.rfind(':');
  if (colon == std::string_view::npos) {
    throw Error(fmt::format("tree '{}' has no ':': expected SRC:DEST", argument))
        .with_help("DEST is a path in the image; 'SRC:/' is its root");
  }
  const std::string_view destination = argument.substr(colon + 1);
  TreeArgument placement{
      {std::string(argument.substr(0, colon)), normalize_path(destination, arena)},
      destination.empty() || destination.ends_with('/')};
  TreePlace& place = placement.place;
  if (place.source.empty()) {
    throw Error(fmt::format("tree '{}' has an empty SRC: expected SRC:DEST", argument));
  }
  while (place.source.size() > 1 && place.source.ends_with('/')) place.source.pop_back();
  if (place.destination.empty()) return placement;
  if (const std::string_view why = path_fault(place.destination); !why.empty()) {
    throw Error(fmt::format("tree '{}': DEST '{}' {}", argument, destination, why));
  }
  return placement;
}

std::vector<Entry> place_file(const TreeArgument& placement, uint32_t mode,
                              const TreeContext& context) {
  const TreePlace& place = placement.place;
  const std::string_view path = placement.is_into_directory
                                    ? context.arena.join(place.destination, base_name(place.source))
                                    : place.destination;
  return {{.path = path,
           .content = context.arena.copy(place.source),
           .origin = {context.arena.intern(Declaration{.file = place.source})},
           .attributes = tree_attributes(mode, false, read_xattrs(place.source), context)}};
}

std::vector<Entry> place_directory(const TreePlace& place, uint32_t mode, IgnoreRules& rules,
                                   const TreeContext& context) {
  std::vector<Entry> entries = entries_below(place, rules, context);
  if (place.destination.empty()) return entries;
  entries.insert(entries.begin(),
                 {.path = place.destination,
                  .origin = {context.arena.intern(Declaration{.file = place.source})},
                  .attributes = tree_attributes(mode, true, read_xattrs(place.source), context),
                  .kind = EntryKind::kDirectory,
                  .yields_to_base = true});
  return entries;
}

// Whether Python finds something to import in a directory: a module, or a package of modules.
bool has_modules(std::string_view directory, const std::vector<Entry>& entries) {
  return std::ranges::any_of(entries, [&](const Entry& entry) {
    if (!entry.path.ends_with(".py")) return false;
    const std::string_view folder = parent_path(entry.path);
    return folder == directory || parent_path(folder) == directory;
  });
}

AppFiles app_files(const TreePlace& place, const std::vector<Entry>& entries) {
  AppFiles app;
  app.source = absolute_path(place.source);
  app.real_source = real_path(place.source);
  app.is_directory = std::filesystem::is_directory(app.real_source);
  app.place = app.is_directory ? place.destination : entries.front().path;
  app.has_modules = has_modules(app.folder(), entries);
  return app;
}

bool has_ignore_file(const std::string& path) {
  struct stat status = {};
  return stat(path.c_str(), &status) == 0;
}

}  // namespace

SourceTrees::SourceTrees(const TreeOptions& options, StringArena& arena, Diagnostics& found)
    : options_(options), arena_(arena), found_(found), has_matched_(options.excludes.size()) {
  IgnoreRules checked;
  for (const std::string& exclude : options.excludes) checked.add(exclude, kExclude);
  for (const std::string& path : options.own_outputs) {
    struct stat status = {};
    if (stat(path.c_str(), &status) != 0) continue;
    const bool can_be_packed = S_ISREG(status.st_mode) || S_ISDIR(status.st_mode);
    if (can_be_packed) own_.push_back({status.st_dev, status.st_ino});
  }
}

IgnoreRules SourceTrees::rules_for(const std::string& source, size_t& from_file) {
  IgnoreRules rules;
  for (const std::string_view name : kIgnoreFiles) {
    const std::string file = source + '/' + std::string(name);
    if (!has_ignore_file(file)) continue;
    StringArena text;
    rules.add_file(file, read_found_file(file, text));
    break;
  }
  from_file = rules.size();
  for (const std::string& exclude : options_.excludes) rules.add(exclude, kExclude);
  return rules;
}

std::vector<Entry> SourceTrees::read(std::string_view argument) {
  return read_placed(argument, TreePurpose::kFiles);
}

std::vector<Entry> SourceTrees::read_app(std::string_view argument, std::vector<AppFiles>& apps) {
  const bool has_place = argument.find(':') != std::string_view::npos;
  // With a '/' behind it, DEST is the directory of a file; for a directory it makes no difference.
  const std::string whole =
      has_place ? std::string(argument) : fmt::format("{}:{}/", argument, kAppPlace);
  std::vector<Entry> entries = read_placed(whole, TreePurpose::kApp);
  apps.push_back(app_files(parse_placement(whole, arena_).place, entries));
  return entries;
}

std::vector<Entry> SourceTrees::read_placed(std::string_view argument, TreePurpose purpose) {
  const TreeArgument placement = parse_placement(argument, arena_);
  const std::string& source = placement.place.source;
  struct stat status = {};
  if (stat(source.c_str(), &status) != 0) {
    throw Error(fmt::format("tree '{}': cannot read '{}': {}", argument, source,
                            std::generic_category().message(errno)));
  }
  const FileIdentity identity{status.st_dev, status.st_ino};
  if (std::ranges::find(own_, identity) != own_.end()) {
    throw Error(fmt::format("tree '{}': this run writes to '{}'", argument, source))
        .with_help("pack another folder, or name another output");
  }
  const TreeContext context{options_, own_, arena_, found_, notes_, purpose};
  if (S_ISREG(status.st_mode)) return place_file(placement, status.st_mode, context);
  if (!S_ISDIR(status.st_mode)) {
    throw Error(fmt::format("tree '{}': '{}' is neither a file nor a directory", argument, source));
  }
  size_t from_file = 0;
  IgnoreRules rules = rules_for(source, from_file);
  std::vector<Entry> entries = place_directory(placement.place, status.st_mode, rules, context);
  for (size_t i = 0; i < has_matched_.size(); ++i) {
    if (rules.has_matched(from_file + i)) has_matched_[i] = true;
  }
  has_read_directory_ = true;
  return entries;
}

void SourceTrees::finish() {
  for (size_t i = 0; i < has_matched_.size(); ++i) {
    const std::string& exclude = options_.excludes[i];
    std::string fault;  // none: it was read before
    if (has_matched_[i] || IgnorePattern(exclude, fault).is_exception()) continue;
    found_.warn({{},
                 fmt::format("--exclude '{}' matches nothing in any --tree or --app", exclude),
                 {},
                 has_read_directory_
                     ? "patterns are those of .dockerignore: 'NAME' is at the top of "
                       "SRC, '**/NAME' anywhere below it"
                     : "--exclude matches files in directories, but no --tree or --app names a "
                       "directory"});
  }
}

}  // namespace layer
