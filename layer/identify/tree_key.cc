// Hashes runs of entries in parallel, and then the digests of the runs.
#include "layer/identify/tree_key.h"

#include <oneapi/tbb/parallel_for.h>

#include <algorithm>
#include <atomic>
#include <vector>

#include "layer/base/xattrs.h"
#include "layer/store/memo.h"

namespace layer {
namespace {

constexpr size_t kRun = 2048;  // entries

void put_attributes(const Attributes& attributes, MemoWriter& text) {
  const auto put = [&](const auto& value) {
    text.put(uint64_t{value.has_value()});
    if (value) text.put(*value);
  };
  put(attributes.mode);
  put(attributes.uid);
  put(attributes.gid);
  put(attributes.mtime);
  text.put(xattrs_text(attributes.xattrs));
}

void put_entry(const Entry& entry, MemoWriter& text) {
  for (const std::string_view part : {entry.path, entry.content, entry.target, entry.owner(),
                                      entry.group(), entry.repository(), entry.origin.file()}) {
    text.put(part);
  }
  text.put(entry.origin.line);
  text.put(entry.origin.column);
  text.put(static_cast<uint64_t>(entry.kind));
  text.put(uint64_t{entry.yields_to_base});
  text.put(uint64_t{entry.attributes != nullptr});
  if (entry.attributes != nullptr) put_attributes(*entry.attributes, text);
  if (entry.stamp != nullptr) text.put(*entry.stamp);
}

bool can_be_trusted(const Entry& entry, int64_t now) {
  return entry.kind != EntryKind::kFile ||
         (entry.stamp != nullptr && is_settled(*entry.stamp, now));
}

}  // namespace

std::optional<Digest> tree_key(const FileTree& tree, int64_t now) {
  const size_t runs = (tree.entries.size() + kRun - 1) / kRun;
  std::vector<Digest> digests(runs);
  std::atomic<bool> is_trusted = true;
  tbb::parallel_for(size_t{0}, runs, [&](size_t run) {
    MemoWriter text;
    const size_t end = std::min((run + 1) * kRun, tree.entries.size());
    for (size_t i = run * kRun; i < end; ++i) {
      if (!can_be_trusted(tree.entries[i], now)) is_trusted = false;
      put_entry(tree.entries[i], text);
    }
    digests[run] = text.digest();
  });
  if (!is_trusted) return std::nullopt;
  MemoWriter text;
  for (const Digest& digest : digests) text.put(digest);
  for (const std::string_view workspace : tree.workspaces) text.put(workspace);
  for (const LostEntry& lost : tree.lost) {
    put_entry(lost.entry, text);
    text.put(lost.by);
    text.put(static_cast<uint64_t>(lost.fate));
  }
  return text.digest();
}

}  // namespace layer
