// Lists directories in parallel, and closes each before it opens those in it.
#include "layer/read/walk.h"

#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <optional>

#include "layer/read/walk_memo.h"

namespace layer {
namespace {

// Lists directories some at a time, in parallel, each some's contents being the next ones' names.
class Walker {
 public:
  Walker(const std::string& root, WalkDetail detail, StringArena& arena, Store* store,
         const LeavesOut& leaves_out)
      : root_(root), detail_(detail), leaves_out_(leaves_out), arena_(arena) {
    if (store != nullptr && detail == WalkDetail::kTypes) memo_.emplace(root, *store, arena);
  }

  std::vector<WalkedItem> run() {
    directories_.emplace_back();
    for (size_t begin = 0; begin < directories_.size();) {
      const size_t end = std::min(begin + kBatch, directories_.size());
      list_some(begin, end);
      begin = end;
    }
    if (memo_ && found_new_) memo_->replace(directories_, items_);
    std::vector<WalkedItem> sorted;
    sorted.reserve(items_.size());
    append_below(0, sorted);
    return sorted;
  }

 private:
  static constexpr size_t kBatch = 512;  // directories, whose listings are in memory together
  static constexpr size_t kGrain = 4;

  // What is in a directory: known, or listed.
  struct Found {
    const ListedDirectory* known = nullptr;
    Listing listing{};
  };

  void list_some(size_t begin, size_t end) {
    std::vector<Found> found(end - begin);
    tbb::parallel_for(tbb::blocked_range<size_t>(begin, end, kGrain), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        const std::string_view path = directories_[i].path;
        Found& one = found[i - begin];
        one.known = memo_ ? memo_->find(path) : nullptr;
        if (one.known != nullptr) continue;
        one.listing =
            list_directory(path.empty() ? root_ : root_ + '/' + std::string(path), detail_);
      }
    });
    for (size_t i = begin; i < end; ++i) add(i, found[i - begin]);
  }

  void add(size_t index, const Found& found) {
    const std::string_view path = directories_[index].path;
    ListedDirectory& directory = directories_[index];
    directory.first = items_.size();
    if (found.known != nullptr) {
      const WalkedItem* items = memo_->items(*found.known);
      items_.insert(items_.end(), items, items + found.known->count);
      directory.stamp = found.known->stamp;
    } else {
      found_new_ = true;
      for (const Listing::Item& item : found.listing.items) {
        items_.push_back({.path = arena_.join(path, found.listing.name(item)),
                          .link = arena_.copy(found.listing.link(item)),
                          .mode = item.mode,
                          .type = item.type});
        if (leaves_out_ && leaves_out_(items_.back(), item.identity)) items_.pop_back();
      }
      directory.stamp = found.listing.stamp;
    }
    directory.count = items_.size() - directory.first;
    add_directories(index);
  }

  void add_directories(size_t index) {
    first_below_.push_back(directories_.size());
    const ListedDirectory directory = directories_[index];
    for (size_t i = directory.first; i < directory.first + directory.count; ++i) {
      if (items_[i].type == DiskType::kDirectory) directories_.push_back({.path = items_[i].path});
    }
  }

  // What is in a directory, each directory in it followed by its own.
  void append_below(size_t index, std::vector<WalkedItem>& sorted) const {
    const ListedDirectory& directory = directories_[index];
    size_t next = first_below_[index];
    for (size_t i = directory.first; i < directory.first + directory.count; ++i) {
      sorted.push_back(items_[i]);
      if (items_[i].type != DiskType::kDirectory) continue;
      sorted.back().is_empty = directories_[next].count == 0;
      append_below(next++, sorted);
    }
  }

  const std::string root_;
  const WalkDetail detail_;
  const LeavesOut& leaves_out_;
  StringArena& arena_;
  std::optional<WalkMemo> memo_;
  // Found so far. Found in one listing, directories and their items stand together, in the order of
  // their names.
  std::vector<ListedDirectory> directories_;
  std::vector<size_t> first_below_;  // of the directories in each, among all
  std::vector<WalkedItem> items_;
  bool found_new_ = false;
};

}  // namespace

std::vector<WalkedItem> walk(const std::string& directory, WalkDetail detail, StringArena& arena,
                             Store* store) {
  static const LeavesOut kNothing;
  return Walker(directory, detail, arena, store, kNothing).run();
}

std::vector<WalkedItem> walk(const std::string& directory, const LeavesOut& leaves_out,
                             StringArena& arena) {
  return Walker(directory, WalkDetail::kModes, arena, nullptr, leaves_out).run();
}

}  // namespace layer
