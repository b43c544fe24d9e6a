// Stats everything, groups files by inode and size, and hashes only within groups that could share.
#include "layer/identify/identify.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>

#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "layer/base/threads.h"
#include "layer/disk/file_reader.h"
#include "layer/identify/elf.h"
#include "layer/identify/read_content.h"
#include "layer/identify/stamp_files.h"
#include "layer/model/runfiles_path.h"
#include "layer/store/store.h"

namespace layer {
namespace {

// One kFile entry on its way through the grouping.
struct File {
  Stamp stamp;
  uint32_t index = 0;  // in the tree
  bool hashed = false;
  KnownDigest content;  // if hashed
};

bool same_inode(const File& a, const File& b) {
  return a.stamp.device == b.stamp.device && a.stamp.inode == b.stamp.inode;
}

// One file under several names, looked at once for each of them, may have changed in between.
void check_inodes(const FileTree& tree, const std::vector<File>& files) {
  for (size_t i = 1; i < files.size(); ++i) {
    if (!same_inode(files[i - 1], files[i])) continue;
    check_unchanged(tree.entries[files[i].index].content, files[i - 1].stamp, files[i].stamp);
  }
}

// The files of the tree, sorted so that equal sizes and, within them, equal inodes are neighbours.
std::vector<File> stat_files(const FileTree& tree) {
  std::vector<File> files;
  files.reserve(tree.entries.size());
  for (size_t i = 0; i < tree.entries.size(); ++i) {
    if (tree.entries[i].kind != EntryKind::kFile) continue;
    files.emplace_back().index = static_cast<uint32_t>(i);
  }
  tbb::parallel_for(tbb::blocked_range<size_t>(0, files.size(), 256), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i) {
      const Entry& entry = tree.entries[files[i].index];
      files[i].stamp = entry.stamp != nullptr ? *entry.stamp : look_at(entry);
    }
  });
  tbb::parallel_sort(files, [](const File& a, const File& b) {
    return std::tie(a.stamp.size, a.stamp.device, a.stamp.inode, a.index) <
           std::tie(b.stamp.size, b.stamp.device, b.stamp.inode, b.index);
  });
  check_inodes(tree, files);
  return files;
}

using Group = std::span<File>;

// Calls `visit` for each run of neighbours that `same` holds for.
template <typename Same, typename Visit>
void for_each_run(Group files, Same same, Visit visit) {
  for (size_t begin = 0; begin < files.size();) {
    size_t end = begin + 1;
    while (end < files.size() && same(files[begin], files[end])) ++end;
    visit(files.subspan(begin, end - begin));
    begin = end;
  }
}

// The files that share their key with another inode; an empty key is none.
template <typename Key>
void choose_by(Key key, Group group, std::vector<File*>& chosen) {
  std::vector<std::pair<std::string_view, File*>> keyed;
  for (File& file : group) {
    if (const std::string_view text = key(file); !text.empty()) keyed.emplace_back(text, &file);
  }
  std::sort(keyed.begin(), keyed.end());
  for (size_t begin = 0; begin < keyed.size();) {
    size_t end = begin + 1;
    while (end < keyed.size() && keyed[end].first == keyed[begin].first) ++end;
    if (!same_inode(*keyed[begin].second, *keyed[end - 1].second)) {
      for (size_t i = begin; i < end; ++i) chosen.push_back(keyed[i].second);
    }
    begin = end;
  }
}

// What is chosen, in the order of `files`, with all other names of its inodes: what is known of one
// name is known of all, or they would no longer look the same.
std::vector<File*> with_other_names(Group files, std::vector<File*> chosen) {
  std::sort(chosen.begin(), chosen.end());
  std::vector<File*> all;
  auto next = chosen.begin();
  for_each_run(files, same_inode, [&](Group names) {
    const File* const end = names.data() + names.size();
    if (next == chosen.end() || *next >= end) return;
    for (File& name : names) all.push_back(&name);
    while (next != chosen.end() && *next < end) ++next;
  });
  return all;
}

// The files that a link rule may want to compare, in the order of `files`.
std::vector<File*> choose_files_to_hash(const FileTree& tree, Group files, uint64_t min_size) {
  const auto suffix = [&](const File& file) {
    return site_packages_suffix(tree.entries[file.index].path);
  };
  // What an interpreter is called is at most an alias of one beside it. Below 4 KiB it is none.
  const auto interpreter_folder = [&](const File& file) {
    const std::string_view path = tree.entries[file.index].path;
    return is_interpreter_name(base_name(path)) ? parent_path(path) : std::string_view{};
  };
  std::vector<File*> chosen;
  for_each_run(
      files, [](const File& a, const File& b) { return a.stamp.size == b.stamp.size; },
      [&](Group group) {
        const uint64_t size = group.front().stamp.size;
        if (size == 0 || same_inode(group.front(), group.back())) return;
        if (size >= min_size) {
          for (File& file : group) chosen.push_back(&file);
          return;
        }
        choose_by(suffix, group, chosen);
        if (size >= kMinContentLinkSize) choose_by(interpreter_folder, group, chosen);
      });
  return with_other_names(files, std::move(chosen));
}

// Hashes each inode of the chosen files once, the largest first so that no thread ends up alone.
void hash_files(const FileTree& tree, std::vector<File*> chosen, Store* store) {
  std::vector<std::span<File*>> inodes;
  for (size_t begin = 0; begin < chosen.size();) {
    size_t end = begin + 1;
    while (end < chosen.size() && same_inode(*chosen[begin], *chosen[end])) ++end;
    inodes.push_back(std::span(chosen).subspan(begin, end - begin));
    begin = end;
  }
  std::reverse(inodes.begin(), inodes.end());
  tbb::parallel_for(
      tbb::blocked_range<size_t>(0, inodes.size(), 1),
      [&](const auto& range) {
        for (size_t i = range.begin(); i != range.end(); ++i) {
          const File& first = *inodes[i].front();
          Stamp stamp = first.stamp;
          const KnownDigest content = read_content(tree.entries[first.index].content, stamp, store);
          for (File* file : inodes[i]) {
            file->content = content;
            file->stamp = stamp;
            file->hashed = true;
          }
        }
      },
      tbb::simple_partitioner());
}

bool is_program(std::string_view path, const Stamp& stamp) {
  FileReader reader(path);
  std::array<std::byte, kElfHeadBytes> head;
  const bool is_one = is_elf_program(std::span(head).first(reader.read(head)));
  check_unchanged(path, stamp, reader.stamp());
  return is_one;
}

// Whether a hardlink could join two of these files, so that it matters if they are programs: rule 3
// settles those that differ only before site-packages/, if one of them is a wheel's.
bool may_be_hardlinked(const FileTree& tree, Group group, uint64_t min_size) {
  if (group.front().stamp.size < min_size) return false;
  const auto path = [&](const File& file) { return tree.entries[file.index].path; };
  const std::string_view suffix = site_packages_suffix(path(group.front()));
  const bool is_one_place = !suffix.empty() && std::ranges::all_of(group, [&](const File& file) {
    return site_packages_suffix(path(file)) == suffix;
  });
  return !is_one_place || std::ranges::count_if(group, is_wheel_path, path) != 1;
}

// Numbers a group of equal files by its first one's place in the tree.
void record_equal(const FileTree& tree, Group group, uint64_t min_size,
                  std::vector<FileFacts>& facts) {
  const File& first = *std::ranges::min_element(group, {}, &File::index);
  const bool program = may_be_hardlinked(tree, group, min_size) &&
                       (first.hashed ? first.content.is_program
                                     : is_program(tree.entries[first.index].content, first.stamp));
  for (const File& file : group) {
    facts[file.index].equality_class = first.index + 1;
    facts[file.index].is_program = program;
  }
}

// Groups of more than one file, none of them empty. `files` are in the order of stat_files(), and
// are reordered within a size: hashed ones come together by digest, the others stay together by
// inode.
std::vector<Group> find_equal(std::span<File> files) {
  const auto key = [](const File& file) {
    return std::tie(file.hashed, file.content.digest, file.stamp.device, file.stamp.inode);
  };
  const auto is_equal = [](const File& a, const File& b) {
    return a.hashed == b.hashed &&
           (a.hashed ? a.content.digest == b.content.digest : same_inode(a, b));
  };
  std::vector<Group> equal;
  for_each_run(
      files, [](const File& a, const File& b) { return a.stamp.size == b.stamp.size; },
      [&](Group size) {
        if (size.size() == 1 || size.front().stamp.size == 0) return;
        std::sort(size.begin(), size.end(),
                  [&](const File& a, const File& b) { return key(a) < key(b); });
        for_each_run(size, is_equal, [&](Group group) {
          if (group.size() > 1) equal.push_back(group);
        });
      });
  return equal;
}

std::vector<FileFacts> identify_in_arena(const FileTree& tree, StringArena& texts,
                                         const IdentifyOptions& options) {
  std::vector<File> files = stat_files(tree);
  hash_files(tree, choose_files_to_hash(tree, files, options.min_content_link), options.store);
  std::vector<FileFacts> facts(tree.entries.size());
  for (size_t i = 0; i < facts.size(); ++i) {
    const Entry& entry = tree.entries[i];
    if (entry.kind == EntryKind::kInlineFile) facts[i].size = entry.content.size();
  }
  for (const File& file : files) {
    facts[file.index].size = file.stamp.size;
    const Stamp* known = tree.entries[file.index].stamp;
    const bool is_known = known != nullptr && *known == file.stamp;
    facts[file.index].stamp = is_known ? known : texts.keep(file.stamp);
  }

  std::vector<Group> equal = find_equal(files);
  tbb::parallel_for(tbb::blocked_range<size_t>(0, equal.size(), 16), [&](const auto& range) {
    for (size_t i = range.begin(); i != range.end(); ++i)
      record_equal(tree, equal[i], options.min_content_link, facts);
  });
  for (const Group group : equal) {
    if (!group.front().hashed) continue;
    const auto* digest = texts.keep(group.front().content.digest.bytes);
    for (const File& file : group) facts[file.index].sha256 = digest;
  }
  return facts;
}

}  // namespace

std::vector<FileFacts> identify(const FileTree& tree, StringArena& arena,
                                const IdentifyOptions& options) {
  Threads threads(options.jobs);
  return threads.execute([&] { return identify_in_arena(tree, arena, options); });
}

}  // namespace layer
