// Reads ld.so.conf as ldconfig(8) does: directories, `include` with wildcards, '#' comments.
#include "layer/check/library_directories.h"

#include <elf.h>
#include <fmt/core.h>
#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>

#include "layer/base/error.h"
#include "layer/model/file_tree.h"

namespace layer {
namespace {

struct MultiarchName {
  uint16_t machine;
  bool is_big_endian;
  std::string_view name;
};
// What Debian's dynamic linker has built in: /lib/NAME and /usr/lib/NAME.
constexpr std::array kMultiarchNames{
    MultiarchName{EM_X86_64, false, "x86_64-linux-gnu"},
    MultiarchName{EM_386, false, "i386-linux-gnu"},
    MultiarchName{EM_AARCH64, false, "aarch64-linux-gnu"},
    MultiarchName{EM_ARM, false, "arm-linux-gnueabihf"},
    MultiarchName{EM_PPC64, false, "powerpc64le-linux-gnu"},
    MultiarchName{EM_S390, true, "s390x-linux-gnu"},
    MultiarchName{EM_RISCV, false, "riscv64-linux-gnu"},
    MultiarchName{EM_LOONGARCH, false, "loongarch64-linux-gnu"},
};

std::string_view trim_line(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n";
  const size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

constexpr size_t kMaxFilesIncluded = 1'000'000;

class LoaderConfig {
 public:
  LoaderConfig(const Subject& subject, std::vector<std::string>& directories)
      : subject_(subject), directories_(directories) {}

  // A file that is absent says nothing.
  void read(std::string_view path);

 private:
  void read_line(std::string_view line, std::string_view file);
  void include(std::string_view pattern, std::string_view file);

  const Subject& subject_;
  std::vector<std::string>& directories_;
  std::set<std::string> seen_;
  size_t looks_ = 0;
};

void LoaderConfig::read(std::string_view path) {
  const Node* file = subject_.view.find(path);
  if (file == nullptr || !seen_.insert(std::string(file->path)).second) return;
  std::string_view text = subject_.probes.text(file);
  while (!text.empty()) {
    const size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    read_line(trim_line(line.substr(0, line.find('#'))), path);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

void LoaderConfig::read_line(std::string_view line, std::string_view file) {
  constexpr std::string_view kInclude = "include";
  const bool includes = line.starts_with(kInclude) && line.size() > kInclude.size() &&
                        (line[kInclude.size()] == ' ' || line[kInclude.size()] == '\t');
  if (includes) {
    include(trim_line(line.substr(kInclude.size())), file);
  } else if (line.starts_with('/')) {
    directories_.emplace_back(line.substr(0, line.find('=')));  // "DIRECTORY=TYPE" of libc5's time
  }
}

void LoaderConfig::include(std::string_view pattern, std::string_view file) {
  const std::string absolute = pattern.starts_with('/')
                                   ? std::string(pattern)
                                   : fmt::format("{}/{}", parent_path(file), pattern);
  const Node* directory = subject_.view.find(parent_path(absolute));
  if (directory == nullptr || directory->kind != NodeKind::kDirectory) return;
  const std::string name(base_name(absolute));
  for (const Node& node : subject_.view.below(*directory)) {
    if (++looks_ > kMaxFilesIncluded) {
      throw Error({std::string(file)},
                  fmt::format("its 'include' lines look at more than {} files", kMaxFilesIncluded));
    }
    const std::string_view rest = node.path.substr(directory->path.size() + 1);
    if (rest.find('/') != std::string_view::npos) continue;
    if (::fnmatch(name.c_str(), std::string(rest).c_str(), FNM_PERIOD) == 0) {
      read(fmt::format("/{}", node.path));
    }
  }
}

}  // namespace

std::vector<std::string> library_directories(const Subject& subject, const ElfMachine& machine) {
  std::vector<std::string> directories;
  LoaderConfig(subject, directories).read("/etc/ld.so.conf");
  const auto multiarch =
      std::find_if(kMultiarchNames.begin(), kMultiarchNames.end(), [&](const auto& known) {
        return known.machine == machine.machine && known.is_big_endian == machine.is_big_endian;
      });
  if (multiarch != kMultiarchNames.end()) {
    directories.push_back(fmt::format("/lib/{}", multiarch->name));
    directories.push_back(fmt::format("/usr/lib/{}", multiarch->name));
  }
  if (machine.is_64_bit) {
    directories.insert(directories.end(), {"/lib64", "/usr/lib64"});
  }
  // musl looks into /usr/local/lib, too (its ldso/dynlink.c); glibc has it in ld.so.conf if at all.
  directories.insert(directories.end(), {"/lib", "/usr/lib"});
  if (subject.view.find("/lib/ld-musl-x86_64.so.1") != nullptr ||
      subject.view.find("/lib/ld-musl-aarch64.so.1") != nullptr) {
    directories.emplace_back("/usr/local/lib");
  }
  return directories;
}

}  // namespace layer
