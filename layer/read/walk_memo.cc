//   walk      := directory*
//   directory := path stamp count item{count}
//   item      := path link type
#include "layer/read/walk_memo.h"

#include <filesystem>
#include <span>

#include "layer/store/memo.h"

namespace layer {
namespace {

constexpr std::string_view kForm = "walk 1 ";
constexpr size_t kItemSize = 3 * sizeof(uint64_t);  // at least

Digest key_of(const std::string& root) {
  const std::string text = std::string(kForm) + std::filesystem::absolute(root).string();
  return sha256(std::as_bytes(std::span(text)));
}

}  // namespace

WalkMemo::WalkMemo(const std::string& root, Store& store, StringArena& arena)
    : key_(key_of(root)), store_(store) {
  Memo memo = store.find_memo(key_);
  if (memo) read(arena.adopt(std::move(memo.memory), memo.size));
}

void WalkMemo::read(std::string_view bytes) {
  MemoReader memo(bytes);
  while (!memo.is_done() && !memo.has_failed()) {
    ListedDirectory directory;
    directory.path = memo.text();
    directory.stamp = memo.stamp();
    directory.first = items_.size();
    directory.count = memo.count(kItemSize);
    for (size_t i = 0; i < directory.count; ++i) {
      WalkedItem& item = items_.emplace_back();
      item.path = memo.text();
      item.link = memo.text();
      item.type = static_cast<DiskType>(memo.small_number());
    }
    directories_.emplace(directory.path, directory);
  }
  if (memo.has_failed()) directories_.clear();
}

const ListedDirectory* WalkMemo::find(std::string_view path, const Stamp& stamp) const {
  const auto found = directories_.find(path);
  return found != directories_.end() && found->second.stamp == stamp ? &found->second : nullptr;
}

void WalkMemo::replace(const std::vector<ListedDirectory>& directories,
                       const std::vector<WalkedItem>& items) {
  MemoWriter memo;
  for (const ListedDirectory& directory : directories) {
    if (!is_settled(directory.stamp, store_.now())) continue;
    memo.put(directory.path);
    memo.put(directory.stamp);
    memo.put(uint64_t{directory.count});
    for (size_t i = directory.first; i < directory.first + directory.count; ++i) {
      memo.put(items[i].path);
      memo.put(items[i].link);
      memo.put(static_cast<uint64_t>(items[i].type));
    }
  }
  store_.add_memo(key_, memo.bytes());
}

}  // namespace layer
