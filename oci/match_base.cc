// Names first, because most do not match; then sizes; then content.
#include "oci/match_base.h"

#include <sys/stat.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <string>
#include <utility>

#include "layer/error.h"
#include "layer/plan/mode_of_content.h"
#include "layer/store/hash_file.h"

namespace oci {
namespace {

constexpr size_t kReadSize = size_t{64} << 10;

// Of a file that cannot be read: identify() says what is wrong with it.
constexpr uint64_t kNoSize = UINT64_MAX;

uint64_t size_of(std::string_view path) {
  struct stat status = {};
  if (::stat(std::string(path).c_str(), &status) != 0) return kNoSize;
  return static_cast<uint64_t>(status.st_size);
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

// Shows each file to two visitors.
class BothVisitors : public FileVisitor {
 public:
  BothVisitors(FileVisitor& first, FileVisitor* second) : first_(first), second_(second) {}

  bool wants(const layer::Node& file, std::span<const std::byte> head) override {
    first_wants_ = first_.wants(file, head);
    second_wants_ = second_ != nullptr && second_->wants(file, head);
    return first_wants_ || second_wants_;
  }

  void take(const layer::Node& file, int fd) override {
    if (first_wants_) first_.take(file, fd);
    // Each takes the file from its beginning.
    if (::lseek(fd, 0, SEEK_SET) != 0) throw layer::system_error(file.path, "cannot seek", errno);
    if (second_wants_) second_->take(file, fd);
  }

 private:
  FileVisitor& first_;
  FileVisitor* second_;       // may be null
  bool first_wants_ = false;  // of the file at hand
  bool second_wants_ = false;
};

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
  if (name.sizes.empty()) {
    for (const uint32_t i : name.entries) name.sizes.push_back(size_of(tree_.entries[i].content));
  }
  if (std::find(name.sizes.begin(), name.sizes.end(), file.size) == name.sizes.end()) return false;
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

layer::BaseContents BaseMatcher::finish(unsigned jobs) {
  std::vector<uint32_t> chosen;
  for (const auto& [text, name] : names_) {
    for (size_t i = 0; i < name.sizes.size(); ++i) {
      const auto& found = name.found_sizes;
      if (std::binary_search(found.begin(), found.end(), name.sizes[i])) {
        chosen.push_back(name.entries[i]);
      }
    }
  }
  std::vector<layer::Digest> digests(chosen.size());
  tbb::task_arena(static_cast<int>(jobs)).execute([&] {
    tbb::parallel_for(tbb::blocked_range<size_t>(0, chosen.size()), [&](const auto& range) {
      for (size_t i = range.begin(); i != range.end(); ++i) {
        digests[i] = layer::hash_file(tree_.entries[chosen[i]].content);
      }
    });
  });
  for (size_t i = 0; i < chosen.size(); ++i) contents_.of_input[chosen[i]] = digests[i];
  return std::move(contents_);
}

BaseImage read_base(const StoredImage& image, const std::string& scratch, layer::StringArena& arena,
                    const layer::FileTree& tree, FindDuplicates find_duplicates, FileVisitor* also,
                    unsigned jobs) {
  if (find_duplicates == FindDuplicates::kNo) {
    return {read_image_tree(image, scratch, arena, also), {}};
  }
  BaseMatcher matcher(tree);
  BaseImage base;
  BothVisitors both(matcher, also);
  base.tree = read_image_tree(image, scratch, arena, &both);
  base.contents = matcher.finish(jobs);
  return base;
}

}  // namespace oci
