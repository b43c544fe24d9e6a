// Finds a library that another file needs, as the dynamic linker does.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "layer/check/subject.h"
#include "layer/probe/elf_facts.h"

namespace layer {

// An ELF file, and a path under which it is opened.
struct OpenedFile {
  std::string path;  // as it is opened; $ORIGIN is its directory
  const Node* file = nullptr;
  const ElfFacts* elf = nullptr;
};

// Where a library was found; `node` is null if it was not found.
struct Found {
  const Node* node = nullptr;
  std::string path;             // as the dynamic linker opens it
  const Node* alien = nullptr;  // the first file of that name for another machine
};

// Searches as glibc does (ld.so(8)): DT_RPATH (if there is no DT_RUNPATH), LD_LIBRARY_PATH of the
// image's config, DT_RUNPATH, then the image's own directories. $ORIGIN is the directory of the
// path as opened; ".." after it is resolved physically, as the kernel does. Not covered: DT_RPATH
// of the files that load this one, glibc-hwcaps directories (they hold second copies), and
// libraries already loaded.
class LibraryLookup {
 public:
  // `subject` must outlive this object. Safe to use from several threads.
  // Functions throw Error once the image has made it look at more paths than any real one does.
  explicit LibraryLookup(const Subject& subject);

  Found find(const OpenedFile& opener, std::string_view needed) const;

  // Whether the library is found among the files as the input declares them (Subject::input). A
  // file's machine is taken from the image.
  bool is_in_input(const OpenedFile& opener, std::string_view needed) const;

  // The directories of a file's own run path, with $ORIGIN and the like replaced, links not
  // resolved.
  std::vector<std::string> run_path(const OpenedFile& opener) const;

 private:
  void count_looks(uint64_t count) const;
  Found try_file(const ElfFacts& opener, std::string path) const;
  bool try_input(const ElfFacts& opener, const std::string& path) const;
  bool fits(const Node& file, const ElfFacts& opener) const;
  Found find_in_image(const ElfFacts& opener, std::string_view needed) const;

  const Subject& subject_;
  std::vector<std::string> from_env_;        // LD_LIBRARY_PATH
  mutable std::atomic<uint64_t> looks_ = 0;  // paths looked at
  mutable std::mutex mutex_;                 // of the two caches below, which all files share
  mutable std::map<std::string, std::vector<std::string>> directories_;  // by machine
  mutable std::map<std::string, Found, std::less<>> found_;              // by machine and name
};

}  // namespace layer
