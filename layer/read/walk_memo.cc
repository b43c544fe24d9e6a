// Writes and reads listings as a memo:
//
//   walk      := directory*
//   directory := path stamp count items
//   items     := a text of `count` times: type, shared, name 0 rest 0
// where an item's path is its directory's and its name, and its link the first `shared` bytes of the
// link before it, in the walk, and the rest. Links of neighbours differ in their ends.
#include "layer/read/walk_memo.h"

#include <algorithm>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <utility>

#include "layer/model/file_tree.h"
#include "layer/read/target.h"
#include "layer/store/memo.h"

namespace layer {
namespace {

constexpr std::string_view kWalkMemoForm = "walk 3 ";
constexpr size_t kMinItemSize = 5;
constexpr size_t kMaxShared = std::numeric_limits<uint16_t>::max();

Digest walk_memo_key(const std::string& root) {
  const std::string text = std::string(kWalkMemoForm) + std::filesystem::absolute(root).string();
  return sha256(std::as_bytes(std::span(text)));
}

class ItemWriter {
 public:
  void add(const WalkedItem& item) {
    const size_t most = std::min({item.link.size(), link_.size(), kMaxShared});
    const auto differs = std::mismatch(link_.begin(), link_.begin() + most, item.link.begin());
    const auto shared = static_cast<size_t>(differs.first - link_.begin());
    text_ += static_cast<char>(item.type);
    text_ += static_cast<char>(shared & 0xFFU);
    text_ += static_cast<char>(shared >> 8U);
    text_ += base_name(item.path);
    text_ += '\0';
    text_ += item.link.substr(shared);
    text_ += '\0';
    if (!item.link.empty()) link_ = item.link;
  }
  std::string take() { return std::exchange(text_, {}); }

 private:
  std::string text_;
  std::string_view link_;  // the last
};

class WalkReader {
 public:
  WalkReader(std::string_view bytes, StringArena& arena) : memo_(bytes), arena_(arena) {}

  // Nothing at all unless every byte has a meaning.
  bool read(std::vector<ListedDirectory>& directories, std::vector<WalkedItem>& items) {
    while (!memo_.is_done()) {
      ListedDirectory directory;
      directory.path = memo_.text();
      directory.stamp = memo_.stamp();
      directory.first = items.size();
      directory.count = memo_.count(kMinItemSize);
      items_ = memo_.text();
      if (memo_.has_failed()) return false;
      for (size_t i = 0; i < directory.count; ++i) {
        if (!read_item(directory.path, items.emplace_back())) return false;
      }
      if (!items_.empty()) return false;
      directories.push_back(directory);
    }
    return true;
  }

 private:
  bool read_item(std::string_view directory, WalkedItem& item) {
    if (items_.size() < kMinItemSize) return false;
    item.type = static_cast<DiskType>(items_[0]);
    const size_t shared =
        static_cast<unsigned char>(items_[1]) | size_t{static_cast<unsigned char>(items_[2])} << 8U;
    items_.remove_prefix(3);
    const size_t name = items_.find('\0');
    const size_t rest = name == std::string_view::npos ? name : items_.find('\0', name + 1);
    if (rest == std::string_view::npos || shared > link_.size()) return false;
    item.path = arena_.join(directory, items_.substr(0, name));
    item.link =
        arena_.concatenate(link_.substr(0, shared), items_.substr(name + 1, rest - name - 1));
    if (!item.link.empty()) link_ = item.link;
    items_.remove_prefix(rest + 1);
    return true;
  }

  MemoReader memo_;
  StringArena& arena_;
  std::string_view items_;  // of the directory, those not read yet
  std::string_view link_;   // the last
};

}  // namespace

WalkMemo::WalkMemo(const std::string& root, Store& store, StringArena& arena)
    : key_(walk_memo_key(root)), store_(store) {
  Memo memo = store.find_memo(key_);
  if (!memo) return;
  std::vector<ListedDirectory> directories;
  const std::string_view bytes = arena.adopt(std::move(memo.memory), memo.size);
  if (WalkReader(bytes, arena).read(directories, items_)) keep_unchanged(root, directories);
}

void WalkMemo::keep_unchanged(const std::string& root,
                              const std::vector<ListedDirectory>& directories) {
  std::vector<std::string> paths(directories.size());
  for (size_t i = 0; i < directories.size(); ++i) {
    const std::string_view path = directories[i].path;
    paths[i] = path.empty() ? root : root + '/' + std::string(path);
  }
  // What cannot be looked at cannot be listed either, which tells why.
  const std::vector<Target> targets =
      find_targets(std::vector<std::string_view>(paths.begin(), paths.end()));
  directories_.reserve(directories.size());
  for (size_t i = 0; i < directories.size(); ++i) {
    const bool is_there = targets[i].type == TargetType::kDirectory;
    if (is_there && targets[i].stamp == directories[i].stamp) {
      directories_.emplace(directories[i].path, directories[i]);
    }
  }
}

const ListedDirectory* WalkMemo::find(std::string_view path) const {
  const auto found = directories_.find(path);
  return found != directories_.end() ? &found->second : nullptr;
}

void WalkMemo::replace(const std::vector<ListedDirectory>& directories,
                       const std::vector<WalkedItem>& items) {
  MemoWriter memo;
  ItemWriter writer;
  for (const ListedDirectory& directory : directories) {
    if (!is_settled(directory.stamp, store_.now())) continue;
    memo.put(directory.path);
    memo.put(directory.stamp);
    memo.put(uint64_t{directory.count});
    for (size_t i = directory.first; i < directory.first + directory.count; ++i) {
      writer.add(items[i]);
    }
    memo.put(writer.take());
  }
  store_.add_memo(key_, memo.bytes());
}

}  // namespace layer
