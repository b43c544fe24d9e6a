// Compares names first, because most do not match; then sizes; then content.
#include "oci/read/match_base.h"

#include <sys/stat.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "layer/base/error.h"
#include "layer/base/threads.h"
#include "layer/identify/read_content.h"
#include "layer/place/mode_of_content.h"

namespace oci {
namespace {

constexpr size_t kReadSize = size_t{64} << 10;

// Of a file that cannot be read: identify() says what is wrong with it.
constexpr layer::Stamp kNoStamp{.size = UINT64_MAX};

layer::Stamp find_stamp(const layer::Entry& entry) {
  if (entry.stamp != nullptr) return *entry.stamp;
  struct stat status = {};
  const int64_t clock = layer::file_clock();
  if (::stat(std::string(entry.content).c_str(), &status) != 0) return kNoStamp;
  return layer::look_of(status, clock);
}

layer::Digest hash_fd(int fd, const layer::Node& file) {
  layer::Sha256 hash;
  std::vector<std::byte> buffer(kReadSize);
  while (true) {
    const ssize_t got = ::read(fd, buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw layer::system_error(file.path, "cannot read its unpacked content", errno);
    if (got == 0) return hash.finish();
    hash.update(std::span(buffer).first(static_cast<size_t>(got)));
  }
}

}  // namespace

BaseMatcher::BaseMatcher(const layer::FileTree& tree) : tree_(tree) {
  for (uint32_t i = 0; i < tree.entries.size(); ++i) {
    if (tree.entries[i].kind != layer::EntryKind::kFile) continue;
    names_[layer::base_name(tree.entries[i].path)].entries.push_back(i);
  }
}

bool BaseMatcher::matches(const layer::Node& file) {
  const auto found = names_.find(layer::base_name(file.path));
  if (found == names_.end() || file.size == 0) return false;
  Name& name = found->second;
  if (name.stamps.empty()) {
    for (const uint32_t i : name.entries) name.stamps.push_back(find_stamp(tree_.entries[i]));
  }
  if (std::ranges::find(name.stamps, file.size, &layer::Stamp::size) == name.stamps.end()) {
    return false;
  }
  const auto at = std::lower_bound(name.found_sizes.begin(), name.found_sizes.end(), file.size);
  if (at == name.found_sizes.end() || *at != file.size) name.found_sizes.insert(at, file.size);
  return true;
}

bool BaseMatcher::wants(const layer::Node& file, std::span<const std::byte> head) {
  if (!matches(file)) return false;
  const bool is_whole = head.size() == file.size;
  contents_.of_base[file.inode] = {is_whole ? layer::sha256(head) : layer::Digest{},
                                   layer::mode_of_content(head)};
  return !is_whole;
}

void BaseMatcher::take(const layer::Node& file, int fd) {
  contents_.of_base[file.inode].digest = hash_fd(fd, file);
}

bool BaseMatcher::recall(const layer::Node& file, const layer::BaseContents& known) {
  if (!matches(file)) return true;
  const auto content = known.of_base.find(file.inode);
  if (content == known.of_base.end()) return false;
  contents_.of_base.insert(*content);
  return true;
}

layer::BaseContents BaseMatcher::finish(unsigned jobs, layer::Store* store) {
  struct Chosen {
    uint32_t entry;
    const layer::Stamp* stamp;
  };
  std::vector<Chosen> chosen;
  for (const auto& [text, name] : names_) {
    for (size_t i = 0; i < name.stamps.size(); ++i) {
      if (std::ranges::binary_search(name.found_sizes, name.stamps[i].size)) {
        chosen.push_back({name.entries[i], &name.stamps[i]});
      }
    }
  }
  std::vector<layer::Digest> digests(chosen.size());
  layer::Threads(jobs).execute([&] {
    tbb::parallel_for(tbb::blocked_range<size_t>(0, chosen.size()), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        const std::string_view path = tree_.entries[chosen[i].entry].content;
        layer::Stamp stamp = *chosen[i].stamp;
        digests[i] = layer::read_content(path, stamp, store).digest;
      }
    });
  });
  for (size_t i = 0; i < chosen.size(); ++i) contents_.of_input[chosen[i].entry] = digests[i];
  return std::move(contents_);
}

}  // namespace oci
