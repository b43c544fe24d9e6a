// Goes through the files once, and then through the RECORDs of those that were changed.
#include "layer/python/venv_files.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "layer/base/keyed_hash.h"
#include "layer/base/nearest_names.h"
#include "layer/disk/real_path.h"
#include "layer/model/file_tree.h"
#include "layer/model/runfiles_path.h"
#include "layer/python/editable.h"
#include "layer/python/installed_packages.h"
#include "layer/python/record.h"
#include "layer/python/script.h"
#include "layer/read/input_file.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

constexpr std::string_view kVenvConfig = "pyvenv.cfg";
constexpr size_t kMostUnowned = 5;  // files without a package

bool is_of_output(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

// Without what this run writes there.
std::vector<WalkedItem> walk_venv(const VenvOnDisk& disk, StringArena& arena, Store* store,
                                  std::vector<Diagnostic>& notes) {
  std::vector<WalkedItem> items = walk(disk.directory, WalkDetail::kTypes, arena, store);
  for (const std::string& output : disk.own_outputs) {
    const size_t left_out = std::erase_if(
        items, [&](const WalkedItem& item) { return is_of_output(item.path, output); });
    if (left_out == 0) continue;
    notes.push_back({{disk.directory + '/' + output},
                     "is left out of the image: this run writes there",
                     {},
                     {}});
  }
  return items;
}

class VenvFilesReader {
 public:
  VenvFilesReader(const VenvOnDisk& disk, const Venv& venv, PycFiles pyc, const MovedPaths& moves,
                  StringArena& arena, Diagnostics& found, Store* store)
      : disk_(disk),
        venv_(venv),
        moves_(moves),
        arena_(arena),
        found_(found),
        items_(walk_venv(disk, arena, store, files_.notes)),
        packages_(disk.directory, disk.site_packages, items_, arena),
        place_(arena.copy(venv.place)),
        keeps_compiled_(pyc == PycFiles::kKeep) {}

  VenvFiles run() {
    for (const WalkedItem& item : items_) {
      const bool is_left_out = is_compiled_path(item.path) && !keeps_compiled_;
      if (!is_left_out && item.path != ".lock") add(item);
    }
    for (const size_t i : records_) settle_record(files_.entries[i]);
    if (venv_.is_site_packages) add_interpreter();
    tell_of_rest();
    return std::move(files_);
  }

 private:
  std::string on_disk(std::string_view path) const {
    return disk_.directory + '/' + std::string(path);
  }
  // The path below the environment.
  std::string_view below(const Entry& entry) const { return entry.path.substr(place_.size() + 1); }
  bool is_in_site(std::string_view path) const {
    return std::ranges::find(disk_.site_packages, parent_path(path)) != disk_.site_packages.end();
  }

  void add(const WalkedItem& item);
  void add_link(const WalkedItem& item, Entry& entry);
  void add_linked_file(const WalkedItem& item, const std::string& target, Entry& entry);
  void add_file(const WalkedItem& item, const InstalledPackage* package, Entry& entry);
  std::optional<std::string> moved(const WalkedItem& item, const InstalledPackage* package);
  void settle_record(Entry& entry);
  void add_interpreter();
  void tell_of_rest();
  void put_bytes(std::string_view bytes, Entry& entry);

  const VenvOnDisk& disk_;
  const Venv& venv_;
  const MovedPaths& moves_;
  StringArena& arena_;
  Diagnostics& found_;
  VenvFiles files_;
  const std::vector<WalkedItem> items_;
  const InstalledPackages packages_;
  const std::string_view place_;
  const bool keeps_compiled_;
  std::vector<size_t> records_;               // indices of entries
  NameMap<const std::string_view*> changed_;  // the bytes of changed files, by path below
  std::vector<std::string_view> without_package_;
};

void VenvFilesReader::put_bytes(std::string_view bytes, Entry& entry) {
  entry.kind = EntryKind::kInlineFile;
  entry.content = arena_.copy(bytes);
}

// What is in site-packages is a package's; the rest may be the environment's own.
void VenvFilesReader::add(const WalkedItem& item) {
  if (item.type == DiskType::kDirectory && !item.is_empty) return;
  if (item.type == DiskType::kOther) {
    throw Error(Position{on_disk(item.path)}, "is a socket, a pipe or a device");
  }
  const InstalledPackage* package = packages_.owner(item.path);
  const std::optional<PycName> compiled = parse_pyc_path(item.path);
  // Not every installer records what it compiles.
  if (package == nullptr && compiled) package = packages_.owner(compiled->source);
  const std::string repository =
      package == nullptr ? std::string() : std::string(kVenvPackage) + package->name;
  Entry entry{
      .path = arena_.join(place_, item.path),
      .origin = {arena_.intern(Declaration{.file = disk_.directory, .repository = repository})}};
  if (item.type == DiskType::kDirectory) {
    entry.kind = EntryKind::kDirectory;
  } else if (item.type == DiskType::kSymlink) {
    add_link(item, entry);
  } else {
    add_file(item, package, entry);
    const bool is_told = package == nullptr && !compiled &&
                         std::ranges::any_of(disk_.site_packages, [&](const std::string& site) {
                           return site.empty() || is_below(item.path, site);
                         });
    if (is_told) without_package_.push_back(item.path);
  }
  files_.entries.push_back(entry);
}

void VenvFilesReader::add_link(const WalkedItem& item, Entry& entry) {
  entry.kind = EntryKind::kSymlink;
  entry.content = arena_.copy(item.link);
  const bool is_interpreter =
      parent_path(item.path) == "bin" && is_interpreter_name(base_name(item.path));
  if (is_interpreter && item.link.find('/') != std::string_view::npos) {
    entry.content = arena_.copy(venv_.interpreter);
    return;
  }
  namespace fs = std::filesystem;
  const fs::path directory = fs::path("/") / fs::path(parent_path(item.path));
  if (!item.link.starts_with('/')) {
    // Counted from the environment: what leaves it begins with "..".
    const std::string end =
        (fs::path(parent_path(item.path)) / fs::path(item.link)).lexically_normal().string();
    if (end != ".." && !end.starts_with("../")) return;
  } else {
    for (const std::string& old : disk_.old_places) {
      if (!is_below(item.link, old)) continue;
      const std::string inside(item.link.substr(old.size()));
      entry.content = arena_.copy(fs::path(inside).lexically_relative(directory).string());
      return;
    }
  }
  add_linked_file(item, on_disk(item.path), entry);
}

void VenvFilesReader::add_linked_file(const WalkedItem& item, const std::string& target,
                                      Entry& entry) {
  struct stat status = {};
  if (::stat(target.c_str(), &status) != 0) {
    throw system_error(target, fmt::format("leads to '{}'", item.link), errno);
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(Position{target}, fmt::format("leads to '{}', a folder outside of the virtual "
                                              "environment",
                                              item.link))
        .with_help(
            "copy the folder to the link's place, or install the packages with links of "
            "another kind: `uv pip install --link-mode=copy`");
  }
  entry.kind = EntryKind::kFile;
  entry.content = arena_.copy(real_path(target));
}

// The text of a file that names its own place, there; no value for any other file.
std::optional<std::string> VenvFilesReader::moved(const WalkedItem& item,
                                                  const InstalledPackage* package) {
  const std::string_view name = base_name(item.path);
  const std::string_view parent = parent_path(item.path);
  const auto read = [&] { return read_installed_file(on_disk(item.path), arena_); };
  if (item.path == kVenvConfig) return std::string(read());
  if (parent == "bin") {
    const bool is_activation = name.starts_with("activate") || name.starts_with("Activate") ||
                               name.starts_with("deactivate");
    if (is_activation) return moved_activation(read(), moves_);
    if (!begins_a_script(on_disk(item.path))) return std::nullopt;
    return venv_.is_site_packages ? script_run_by(read(), fmt::format("/{}/bin/python", place_))
                                  : moved_script(read(), moves_);
  }
  const NamingFile file{on_disk(item.path), {}, package == nullptr ? "" : package->name};
  const auto naming = [&] { return NamingFile{file.path, read(), file.project}; };
  if (is_in_site(item.path) && name.ends_with(".pth")) {
    const std::string site =
        disk_.old_places.front() + (parent.empty() ? "" : "/") + std::string(parent);
    return moved_pth(naming(), site, moves_, found_);
  }
  if (is_in_site(item.path) && name.starts_with("__editable__") && name.ends_with("_finder.py")) {
    return moved_finder(naming(), moves_, found_);
  }
  if (name == "direct_url.json" && package != nullptr && package->folder == parent) {
    return moved_direct_url(read(), moves_);
  }
  return std::nullopt;
}

void VenvFilesReader::add_file(const WalkedItem& item, const InstalledPackage* package,
                               Entry& entry) {
  entry.content = arena_.join(disk_.directory, item.path);
  if (package != nullptr && base_name(item.path) == "RECORD" &&
      parent_path(item.path) == package->folder) {
    records_.push_back(files_.entries.size());
    return;
  }
  std::optional<std::string> text = moved(item, package);
  if (!text) return;
  StringArena before;
  const bool is_changed = *text != read_installed_file(std::string(entry.content), before);
  if (!is_changed && item.path != kVenvConfig) return;
  put_bytes(*text, entry);
  if (is_changed) changed_.emplace(item.path, arena_.intern_at(entry.content));
}

void VenvFilesReader::settle_record(Entry& entry) {
  const InstalledPackage& package = *packages_.owner(below(entry));
  const std::string_view site = parent_path(package.folder);
  std::string text = rewrite_record(package.record, [&](std::string_view row) {
    const std::string path = record_path(site, row);
    const auto change = changed_.find(path);
    RecordedFile file{is_compiled_path(path) && !keeps_compiled_};
    if (change != changed_.end()) file.bytes = *change->second;
    return file;
  });
  if (text != package.record) put_bytes(text, entry);
}

// The place of the interpreter is the base's to say, and scripts should not depend on it.
void VenvFilesReader::add_interpreter() {
  const std::string_view path = arena_.join(place_, "bin/python");
  std::vector<Entry>& entries = files_.entries;
  const auto at = std::ranges::lower_bound(entries, path, tree_order, &Entry::path);
  if (at != entries.end() && at->path == path) return;
  const Declaration of_folder{.file = disk_.directory};
  entries.insert(at, {.path = path,
                      .content = arena_.copy(venv_.interpreter),
                      .origin = {arena_.intern(of_folder)},
                      .kind = EntryKind::kSymlink});
}

void VenvFilesReader::tell_of_rest() {
  if (without_package_.empty()) return;
  std::vector<std::string_view> shown;
  for (const std::string_view path : without_package_) {
    if (shown.size() < kMostUnowned) shown.push_back(path);
  }
  const size_t more = without_package_.size() - shown.size();
  files_.notes.push_back(
      {{disk_.directory},
       fmt::format("{}{} {} in no package's RECORD, and so in the layer of the app",
                   quoted_names(shown), more == 0 ? "" : fmt::format(" and {} more", more),
                   without_package_.size() == 1 ? "is" : "are"),
       {},
       {}});
}

}  // namespace

VenvFiles read_venv_files(const VenvOnDisk& disk, const Venv& venv, PycFiles pyc,
                          const MovedPaths& moves, StringArena& arena, Diagnostics& found,
                          Store* store) {
  return VenvFilesReader(disk, venv, pyc, moves, arena, found, store).run();
}

}  // namespace layer
