// What both kinds of source share, and the directory.
#include "oci/source.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

namespace oci {
namespace {

class Directory : public Source {
 public:
  explicit Directory(const std::string& path) : path_(path) {
    const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) throw layer::system_error(path, "cannot open the directory", errno);
    root_ = std::make_shared<const File>(fd, path);
  }

  std::string name_of(std::string_view path) const override {
    return fmt::format("{}/{}", path_, path);
  }

  std::optional<Blob> find(std::string_view path) const override {
    const std::string name = name_of(path);
    std::shared_ptr<const File> at = root_;
    for (size_t start = 0; start <= path.size();) {
      const size_t end = std::min(path.find('/', start), path.size());
      at = open_part(*at, std::string(path.substr(start, end - start)), end < path.size(), name);
      if (!at) return std::nullopt;
      start = end + 1;
    }
    return Blob(at, 0, file_size(*at), name);
  }

 private:
  // image-layout.md does not provide for links, and following one would read a file that the layout
  // does not hold. O_NONBLOCK: a FIFO must not make us wait.
  static std::shared_ptr<const File> open_part(const File& parent, const std::string& part,
                                               bool is_directory, const std::string& name) {
    const int kind = is_directory ? O_DIRECTORY : O_NONBLOCK;
    const int fd = ::openat(parent.fd(), part.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | kind);
    if (fd >= 0) return std::make_shared<const File>(fd, name);
    if (errno == ENOENT) return nullptr;
    const int error_number = errno;
    struct stat status {};
    if (::fstatat(parent.fd(), part.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
        S_ISLNK(status.st_mode)) {
      throw layer::Error({name}, "is reached through a symlink, which a layout must not hold")
          .with_help("copy the layout with its links followed: cp -rL");
    }
    throw layer::system_error(name, "cannot open", error_number);
  }

  std::string path_;
  std::shared_ptr<const File> root_;
};

}  // namespace

Blob Source::get(std::string_view path) const {
  std::optional<Blob> blob = find(path);
  if (!blob) throw layer::Error({name_of(path)}, "there is no such file");
  return *std::move(blob);
}

std::unique_ptr<Source> open_directory(const std::string& path) {
  return std::make_unique<Directory>(path);
}

std::optional<std::string> clean_path(std::string_view path) {
  std::string clean;
  for (size_t start = 0; start <= path.size();) {
    const size_t end = std::min(path.find('/', start), path.size());
    const std::string_view part = path.substr(start, end - start);
    start = end + 1;
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (clean.empty()) return std::nullopt;
      const size_t slash = clean.rfind('/');
      clean.resize(slash == clean.npos ? 0 : slash);
      continue;
    }
    if (!clean.empty()) clean += '/';
    clean += part;
  }
  if (clean.empty()) return std::nullopt;
  return clean;
}

}  // namespace oci
