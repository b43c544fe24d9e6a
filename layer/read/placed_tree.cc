// Walks the directory, and lists directories that are left out only if something in them is kept.
#include "layer/read/placed_tree.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#include <algorithm>

#include "layer/base/error.h"
#include "layer/base/keyed_hash.h"
#include "layer/base/xattrs.h"
#include "layer/model/file_tree.h"
#include "layer/read/unmeant_files.h"
#include "layer/read/walk.h"

namespace layer {
namespace {

constexpr size_t kMaxUnmeant = 10;  // warnings of a tree
constexpr std::string_view kCompiledFolder = "__pycache__";

// The path as a pattern of itself, for a shell.
std::string as_pattern(std::string_view path) {
  std::string pattern;
  for (const char c : path) {
    if (std::string_view("*?[]\\").find(c) != std::string_view::npos) pattern += '\\';
    pattern += c;
  }
  return pattern;
}

// Places one directory's items.
class TreePlacer {
 public:
  TreePlacer(const TreePlace& place, IgnoreRules& rules, const TreeContext& context)
      : place_(place),
        rules_(rules),
        context_(context),
        origin_{context.arena.intern(Declaration{.file = place.source})} {}

  std::vector<Entry> run() {
    const LeavesOut leaves_out = [this](const WalkedItem& item, const FileIdentity& identity) {
      return leave_out(item, identity);
    };
    StringArena walked;  // every path becomes part of another
    for (const WalkedItem& item : walk(place_.source, leaves_out, walked)) add(item);
    state_attributes();
    report_lost_bits();
    report_unmeant();
    return std::move(entries_);
  }

 private:
  std::string on_disk(std::string_view path) const {
    return place_.source + '/' + std::string(path);
  }

  bool leave_out(const WalkedItem& item, const FileIdentity& identity) {
    if (std::ranges::find(context_.own, identity) != context_.own.end()) {
      context_.notes.push_back(
          {{on_disk(item.path)}, "is left out of the image: this run writes there", {}, {}});
      return true;
    }
    const IgnoreRules::Verdict verdict = rules_.judge(item.path);
    if (verdict == IgnoreRules::Verdict::kLeftOut) {
      if (item.type != DiskType::kDirectory || !rules_.may_keep_below(item.path)) return true;
      only_for_others_.insert(context_.arena.copy(item.path));
      return false;
    }
    if (verdict == IgnoreRules::Verdict::kKeptByName) return false;
    const bool is_kept_pyc =
        context_.options.app_pyc == AppPyc::kTaken && base_name(item.path) == kCompiledFolder;
    if (is_for_app() && !is_kept_pyc && is_never_of_app(item.path, item.type, on_disk(item.path))) {
      return true;
    }
    return look_at_meaning(item) && is_for_app();
  }

  bool is_for_app() const { return context_.purpose == TreePurpose::kApp; }

  // Whether it is told of. What is in a repository is not told of one by one.
  bool look_at_meaning(const WalkedItem& item) {
    if (item.path.starts_with(".git/") || item.path.find("/.git/") != std::string_view::npos)
      return false;
    const std::string_view why = why_unmeant(item.path, item.type, on_disk(item.path));
    if (why.empty()) return false;
    const std::string pattern = as_pattern(item.path);
    unmeant_.push_back(
        is_for_app()
            ? Diagnostic{{on_disk(item.path)},
                         fmt::format("is left out of the image: {}", why),
                         {},
                         fmt::format("take it in with --exclude '!{}'", pattern)}
            : Diagnostic{{on_disk(item.path)},
                         fmt::format("goes into the image although {}", why),
                         {},
                         fmt::format(
                             "leave it out with --exclude '{}', or confirm it with --exclude '!{}'",
                             pattern, pattern)});
    return true;
  }

  void add(const WalkedItem& item) {
    while (!waiting_.empty() && !is_below(item.path, waiting_.back().path)) waiting_.pop_back();
    if (only_for_others_.contains(item.path)) {
      waiting_.push_back(item);
      return;
    }
    for (const WalkedItem& above : waiting_) place(above);
    waiting_.clear();
    place(item);
  }

  void place(const WalkedItem& item) {
    Entry entry{.path = context_.arena.join(place_.destination, item.path), .origin = origin_};
    switch (item.type) {
      case DiskType::kFile:
        entry.content = context_.arena.join(place_.source, item.path);
        break;
      case DiskType::kDirectory:
        entry.kind = EntryKind::kDirectory;
        entry.yields_to_base = true;
        break;
      case DiskType::kSymlink:
        entry.kind = EntryKind::kSymlink;
        entry.content = context_.arena.copy(item.link);
        break;
      case DiskType::kOther:
        throw Error({place_.source},
                    fmt::format("'{}' is a socket, a pipe or a device: expected a file, a link or "
                                "a directory",
                                item.path))
            .with_help(fmt::format("leave it out with --exclude '{}'", as_pattern(item.path)));
    }
    note_lost_bits(item);
    entries_.push_back(entry);
    modes_.push_back(item.mode);
  }

  // Extended attributes cost a call or two each, and are read in parallel.
  void state_attributes() {
    std::vector<std::string> xattrs(entries_.size());
    tbb::parallel_for(tbb::blocked_range<size_t>(0, xattrs.size(), 64), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        const Entry& entry = entries_[i];
        if (entry.kind != EntryKind::kSymlink) xattrs[i] = read_xattrs(path_on_disk(entry));
      }
    });
    for (size_t i = 0; i < xattrs.size(); ++i) {
      Entry& entry = entries_[i];
      if (entry.kind == EntryKind::kSymlink) continue;
      const bool is_directory = entry.kind == EntryKind::kDirectory;
      entry.attributes = tree_attributes(modes_[i], is_directory, xattrs[i], context_);
    }
  }

  std::string path_on_disk(const Entry& entry) const {
    std::string_view below = entry.path;
    if (!place_.destination.empty()) below.remove_prefix(place_.destination.size() + 1);
    return on_disk(below);
  }

  // A directory's setgid bit only matters to who works in it.
  void note_lost_bits(const WalkedItem& item) {
    if (context_.options.modes == TreeModes::kDisk) return;
    const uint32_t bits = item.type == DiskType::kDirectory ? S_ISVTX : S_ISUID | S_ISGID;
    if ((item.mode & bits) == 0) return;
    if (lost_++ == 0) lost_path_ = item.path;
  }

  void report_lost_bits() {
    if (lost_ == 0) return;
    const std::string more = lost_ > 1 ? fmt::format(", like {} more,", lost_ - 1) : std::string();
    context_.found.warn(
        {{on_disk(lost_path_)},
         fmt::format("has{} a setuid, setgid or sticky bit on disk, but not in the image", more),
         {},
         "--tree-modes=disk keeps the modes that files have on disk"});
  }

  void report_unmeant() {
    const size_t shown = std::min(unmeant_.size(), kMaxUnmeant);
    for (size_t i = 0; i < shown; ++i) context_.found.warn(unmeant_[i]);
    if (unmeant_.size() == shown) return;
    context_.found.warn({{place_.source},
                         fmt::format("{} more such paths {}", unmeant_.size() - shown,
                                     is_for_app() ? "are left out" : "go into the image"),
                         {},
                         {}});
  }

  const TreePlace& place_;
  IgnoreRules& rules_;
  const TreeContext& context_;
  const Origin origin_;
  std::vector<Entry> entries_;
  std::vector<uint32_t> modes_;      // of each, on disk
  NameSet only_for_others_;          // left out, unless something below is kept
  std::vector<WalkedItem> waiting_;  // such directories that the last item is in, outermost first
  std::vector<Diagnostic> unmeant_;
  std::string lost_path_;
  size_t lost_ = 0;
};

}  // namespace

const Attributes* tree_attributes(uint32_t mode, bool is_directory, std::string_view xattrs,
                                  const TreeContext& context) {
  Attributes attributes;
  attributes.xattrs = context.arena.intern_at(xattrs);
  if (context.options.modes == TreeModes::kDisk) {
    attributes.mode = mode & 07777U;
  } else if (!is_directory) {
    attributes.mode = (mode & S_IXUSR) != 0 ? 0755 : 0644;
  }
  return attributes == Attributes{} ? nullptr : context.arena.intern(attributes);
}

std::vector<Entry> entries_below(const TreePlace& place, IgnoreRules& rules,
                                 const TreeContext& context) {
  return TreePlacer(place, rules, context).run();
}

}  // namespace layer
