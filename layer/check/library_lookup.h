// How the dynamic linker finds one library that another file needs.
#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "layer/check/subject.h"
#include "layer/probe/elf_facts.h"

namespace layer {

// An ELF file by a path under which it is opened.
struct OpenedFile {
  std::string path;  // as it is opened; its directory is what $ORIGIN stands for
  const Node* file = nullptr;
  const ElfFacts* elf = nullptr;
};

// Where a library was found; `node` is null when it was not.
struct Found {
  const Node* node = nullptr;
  std::string path;             // as the dynamic linker opens it
  const Node* alien = nullptr;  // the first file of that name that was made for another machine
};

// Looks as glibc does (ld.so(8)): DT_RPATH without DT_RUNPATH, LD_LIBRARY_PATH of the image's
// config, DT_RUNPATH, then the image's own directories. $ORIGIN is the directory of the path as
// opened; ".." behind it is resolved by the kernel, physically. Left out: the DT_RPATH of the files
// that load this one, glibc-hwcaps directories (they hold second copies), what is loaded already.
class LibraryLookup {
 public:
  // `subject` outlives it. May be used from several threads.
  explicit LibraryLookup(const Subject& subject) : subject_(subject) {}

  Found find(const OpenedFile& opener, std::string_view needed) const;

  // Likewise among the files as the input declares them; a file's machine is taken from the image.
  bool is_in_input(const OpenedFile& opener, std::string_view needed) const;

  // The directories of a file's own run path, $ORIGIN and its like replaced, not resolved.
  std::vector<std::string> run_path(const OpenedFile& opener) const;

 private:
  Found try_file(const ElfFacts& opener, std::string path) const;
  bool try_input(const ElfFacts& opener, const std::string& path) const;
  bool fits(const Node& file, const ElfFacts& opener) const;
  Found find_in_image(const ElfFacts& opener, std::string_view needed) const;

  const Subject& subject_;
  mutable std::mutex mutex_;  // of the two below, which remember what all files ask for
  mutable std::map<std::string, std::vector<std::string>> directories_;  // by machine
  mutable std::map<std::string, Found, std::less<>> found_;              // by machine and name
};

}  // namespace layer
