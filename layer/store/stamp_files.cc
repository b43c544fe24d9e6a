// stat(2), a file after the other as they stand in the tree.
#include "layer/store/stamp_files.h"

#include <fmt/format.h>
#include <oneapi/tbb/blocked_range.h>
#include <oneapi/tbb/parallel_for.h>
#include <sys/stat.h>

#include <cerrno>
#include <vector>

#include "layer/error.h"
#include "layer/path_cursor.h"

namespace layer {
namespace {

constexpr size_t kGrain = 256;  // files a task

Stamp look_there(const Entry& entry, const PathCursor::Place& place) {
  struct stat status = {};
  if (fstatat(place.directory, place.name, &status, 0) != 0) {
    throw system_error(entry.content, fmt::format("cannot read, for '{}'", entry.path), errno)
        .with_note(entry.origin.position(), "declared here");
  }
  if (!S_ISREG(status.st_mode)) {
    throw Error(Position{std::string(entry.content)},
                fmt::format("is not a regular file, for '{}'", entry.path))
        .with_note(entry.origin.position(), "declared here");
  }
  return stamp_of(status);
}

}  // namespace

Stamp look_at(const Entry& entry) {
  return look_there(entry, PathCursor().find(entry.content, {}));
}

void stamp_files(FileTree& tree, StringArena& arena) {
  std::vector<Entry*> files;
  for (Entry& entry : tree.entries) {
    if (entry.kind == EntryKind::kFile && entry.stamp == nullptr) files.push_back(&entry);
  }
  std::vector<Stamp> stamps(files.size());
  tbb::parallel_for(tbb::blocked_range<size_t>(0, files.size(), kGrain), [&](const auto& range) {
    PathCursor cursor;
    for (size_t i = range.begin(); i != range.end(); ++i) {
      const bool has_next = i + 1 != range.end();
      stamps[i] = look_there(
          *files[i],
          cursor.find(files[i]->content, has_next ? files[i + 1]->content : std::string_view{}));
    }
  });
  for (size_t i = 0; i < files.size(); ++i) files[i]->stamp = arena.keep(stamps[i]);
}

}  // namespace layer
