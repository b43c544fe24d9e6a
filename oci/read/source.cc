// Implements what both kinds of source share, and the directory.
#include "oci/read/source.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "layer/disk/file_handle.h"

namespace oci {
namespace {

class Directory : public Source {
 public:
  explicit Directory(const std::string& path) : path_(path) {
    layer::FileHandle root = layer::try_open(path, O_RDONLY | O_DIRECTORY);
    if (!root && errno == ENOENT) {
      throw layer::Error({path}, "there is no such layout")
          .with_help(
              "a layout is a directory; an archive is docker-archive:FILE or "
              "oci-archive:FILE");
    }
    if (!root && errno == ENOTDIR) {
      throw layer::Error({path}, "is a file, and oci: names a directory")
          .with_help(fmt::format("write docker-archive:{0} or oci-archive:{0}", path));
    }
    if (!root) throw layer::system_error(path, "cannot open the directory", errno);
    root_ = std::make_shared<const File>(root.release(), path);
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
  // Links are followed: a build system stages every input as one. Nothing is disclosed by that: what
  // a blob holds has to have the digest that names it, and index.json only names digests. Only
  // opening may have effects, of a device, so what is there is looked at before.
  static std::shared_ptr<const File> open_part(const File& parent, const std::string& part,
                                               bool is_directory, const std::string& name) {
    struct stat status {};
    if (::fstatat(parent.fd(), part.c_str(), &status, 0) != 0) {
      if (errno == ENOENT) return missing_part(parent, part, name);
      throw layer::system_error(name, "cannot open", errno);
    }
    if (!is_directory && !S_ISREG(status.st_mode)) {
      throw layer::Error({name}, "is not a regular file");
    }
    const int kind = is_directory ? O_DIRECTORY : O_NONBLOCK;
    layer::FileHandle file = layer::try_open_at(parent.fd(), part.c_str(), O_RDONLY | kind);
    if (!file) throw layer::system_error(name, "cannot open", errno);
    return std::make_shared<const File>(file.release(), name);
  }

  // Null, unless a link is to blame.
  static std::shared_ptr<const File> missing_part(const File& parent, const std::string& part,
                                                  const std::string& name) {
    std::array<char, PATH_MAX> text{};
    const ssize_t size = ::readlinkat(parent.fd(), part.c_str(), text.data(), text.size());
    if (size < 0) return nullptr;
    throw layer::Error({name},
                       fmt::format("is reached through a link to '{}', which leads nowhere",
                                   std::string_view(text.data(), static_cast<size_t>(size))));
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

}  // namespace oci
