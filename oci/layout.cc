// Staged blobs, then one rename: of the directory, or of index.json.
#include "oci/layout.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "oci/annotations.h"
#include "oci/source.h"

namespace oci {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxIndexBytes = uint64_t{64} << 20;
constexpr mode_t kLayoutDirectoryMode = 0755;

bool entry_exists(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  throw layer::system_error(path, "cannot stat", errno);
}

// Whatever the umask.
void make_directory(const std::string& path) {
  if (::mkdir(path.c_str(), kLayoutDirectoryMode) != 0 ||
      ::chmod(path.c_str(), kLayoutDirectoryMode) != 0) {
    throw layer::system_error(path, "cannot create the directory", errno);
  }
}

void write_file(const std::string& folder, const std::string& name, std::string_view text) {
  layer::OutputFile file(folder);
  file.write(std::as_bytes(std::span(text)));
  file.commit(folder + '/' + name);
}

// Removes what was made, newest first, unless told that all went well.
class Undo {
 public:
  Undo() = default;
  ~Undo() {
    std::error_code ignored;  // there is an error on its way already
    for (auto path = paths_.rbegin(); path != paths_.rend(); ++path) fs::remove(*path, ignored);
  }
  Undo(const Undo&) = delete;
  Undo& operator=(const Undo&) = delete;

  void add(std::string path) { paths_.push_back(std::move(path)); }
  void keep() { paths_.clear(); }

 private:
  std::vector<std::string> paths_;
};

// A directory beside the layout that is to be, removed with what it holds unless renamed.
class StagingDirectory {
 public:
  explicit StagingDirectory(const std::string& final_path)
      : path_(folder_of(final_path) + "/.veneer-XXXXXX") {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw layer::system_error(final_path, "cannot create a directory beside it", errno);
    }
    if (::chmod(path_.c_str(), kLayoutDirectoryMode) != 0) {
      throw layer::system_error(path_, "cannot change the mode", errno);
    }
  }
  ~StagingDirectory() {
    std::error_code ignored;  // a destructor has nobody to tell
    fs::remove_all(path_, ignored);
  }
  StagingDirectory(const StagingDirectory&) = delete;
  StagingDirectory& operator=(const StagingDirectory&) = delete;

  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

// Holds the layout's lock until it is closed.
std::shared_ptr<const File> lock_directory(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw layer::system_error(path, "cannot open the directory", errno);
  auto file = std::make_shared<const File>(fd, path);
  while (::flock(fd, LOCK_EX) != 0) {
    if (errno != EINTR) throw layer::system_error(path, "cannot lock the directory", errno);
  }
  return file;
}

// index.json as it is, with members that nobody here knows; an empty one if there is none.
Json read_index(const std::string& root) {
  const std::unique_ptr<Source> source = open_directory(root);
  const std::optional<Blob> blob = source->find("index.json");
  if (!blob) {
    return {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
  }
  Json index = parse_json(read_text(*blob, kMaxIndexBytes), blob->name(), kMaxIndexBytes);
  const JsonField document(index, blob->name());
  if (document.at("schemaVersion").size() != 2 || document.find("layers")) {
    throw document.error("is not an image index");
  }
  for (const JsonField& entry : document.at("manifests").items()) {
    if (const auto annotations = entry.find("annotations")) annotations->text_map();
  }
  return index;
}

std::string tag_of(const Json& entry) {
  const auto annotations = entry.find("annotations");
  if (annotations == entry.end() || !annotations->is_object()) return {};
  return annotations->value(kRefNameAnnotation, "");
}

// Puts the entry in the place of the first with the same tag, or at the end.
void replace_entry(Json& index, const Json& entry) {
  Json kept = Json::array();
  bool placed = false;
  for (const Json& old : index["manifests"]) {
    if (tag_of(old) != tag_of(entry)) {
      kept.push_back(old);
    } else if (!placed) {
      kept.push_back(entry);
      placed = true;
    }
  }
  if (!placed) kept.push_back(entry);
  index["manifests"] = std::move(kept);
}

class LayoutDestination : public Destination {
 public:
  explicit LayoutDestination(const ImageReference& reference)
      : reference_(reference), path_(reference.path) {
    if (!entry_exists(path_)) {
      staging_.emplace(path_);
      make_directory(staging_->path() + "/blobs");
      make_directory(staging_->path() + "/blobs/sha256");
      blob_folder_ = staging_->path() + "/blobs/sha256";
      return;
    }
    std::error_code failure;
    const bool is_empty = fs::is_empty(path_, failure);
    if (failure) throw layer::system_error(path_, "cannot read the directory", failure.value());
    if (!fs::is_directory(path_) || (!is_empty && !entry_exists(path_ + "/oci-layout"))) {
      throw layer::Error({path_}, "is there already and is not an OCI image layout")
          .with_help("name a directory that does not exist or holds a layout");
    }
    const std::string blobs = path_ + "/blobs/sha256";
    blob_folder_ = entry_exists(blobs) ? blobs : path_;
  }

  layer::OutputFile& begin(uint64_t /*tar_size*/) override {
    return current_.emplace(blob_folder_);
  }

  void end(const layer::Layer& layer) override {
    staged_.try_emplace(layer.digest, std::move(current_.value()));
    current_.reset();
  }

  void add(const layer::Layer& layer, int fd) override {
    if (has(layer.digest)) return;
    staged_.try_emplace(layer.digest, layer::OutputFile::share(blob_folder_, fd));
  }

  bool has(const layer::Digest& digest) const override {
    return staged_.contains(digest) || present_.contains(digest);
  }

  void add(const Descriptor& descriptor, const Blob& source) override {
    if (has(descriptor.digest) || find_present(descriptor)) return;
    layer::OutputFile file(blob_folder_);
    copy_blob(source, descriptor, file);
    staged_.try_emplace(descriptor.digest, std::move(file));
  }

  void share(const Descriptor& descriptor, const layer::StoredBlob& blob) override {
    if (has(descriptor.digest)) return;
    staged_.try_emplace(descriptor.digest,
                        layer::OutputFile::share(blob_folder_, blob.file.get(), blob.sharing));
  }

  void add(const Descriptor& descriptor, std::string_view bytes) override {
    if (has(descriptor.digest)) return;
    layer::OutputFile file(blob_folder_);
    file.write(std::as_bytes(std::span(bytes)));
    staged_.try_emplace(descriptor.digest, std::move(file));
  }

  Blob blob(const layer::Digest& digest) const override {
    const auto staged = staged_.find(digest);
    if (staged == staged_.end()) return present_.at(digest);
    return written_part(staged->second, 0, staged->second.size(), path_ + '/' + blob_path(digest));
  }

  void commit(const Image& image) override {
    add(image.config, image.config_bytes);
    add(image.manifest, image.manifest_bytes);
    const Json entry = to_json(index_entry(image, reference_));
    if (!staging_) {
      return add_to_existing(entry, [this](const layer::Digest& digest, const std::string& path) {
        staged_.at(digest).commit(path);
      });
    }
    for (auto& [digest, file] : staged_) file.commit(blob_folder_ + '/' + digest.hex());
    write_new(entry);
  }

 private:
  using Placer = std::function<void(const layer::Digest&, const std::string&)>;

  // Whether the layout holds the blob, undamaged.
  bool find_present(const Descriptor& descriptor) {
    if (staging_ || blob_folder_ == path_) return false;
    const std::optional<Blob> found = open_directory(path_)->find(blob_path(descriptor.digest));
    if (!found || found->size() != descriptor.size) return false;
    if (hash_blob(*found) != descriptor.digest) return false;
    present_.emplace(descriptor.digest, *found);
    return true;
  }

  void write_new(const Json& entry) {
    const std::string& root = staging_->path();
    write_file(root, "oci-layout", kLayoutFile);
    const Json index = {
        {"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array({entry})}};
    write_file(root, "index.json", dump_json(index));
    if (::rename(root.c_str(), path_.c_str()) == 0) return;
    if (errno != ENOTEMPTY && errno != EEXIST) {
      throw layer::system_error(path_, "cannot create the layout", errno);
    }
    // Another process made the layout meanwhile.
    add_to_existing(entry, [this](const layer::Digest& digest, const std::string& path) {
      const std::string staged = blob_folder_ + '/' + digest.hex();
      if (::rename(staged.c_str(), path.c_str()) != 0) {
        throw layer::system_error(path, "cannot move a blob there", errno);
      }
    });
  }

  void add_to_existing(const Json& entry, const Placer& place) {
    const std::shared_ptr<const File> lock = lock_directory(path_);
    Json index = read_index(path_);
    Undo undo;
    for (const char* folder : {"/blobs", "/blobs/sha256"}) {
      if (entry_exists(path_ + folder)) continue;
      undo.add(path_ + folder);
      make_directory(path_ + folder);
    }
    for (const auto& [digest, file] : staged_) {
      const std::string path = path_ + '/' + blob_path(digest);
      if (!entry_exists(path)) undo.add(path);
      place(digest, path);
    }
    replace_entry(index, entry);
    if (!entry_exists(path_ + "/oci-layout")) {
      undo.add(path_ + "/oci-layout");
      write_file(path_, "oci-layout", kLayoutFile);
    }
    write_file(path_, "index.json", dump_json(index));
    undo.keep();
  }

  ImageReference reference_;
  std::string path_;
  std::optional<StagingDirectory> staging_;  // of a layout that does not exist yet
  std::string blob_folder_;                  // where blobs wait
  std::optional<layer::OutputFile> current_;
  std::map<layer::Digest, layer::OutputFile> staged_;
  std::map<layer::Digest, Blob> present_;
};

}  // namespace

std::unique_ptr<Destination> open_layout(const ImageReference& reference) {
  return std::make_unique<LayoutDestination>(reference);
}

}  // namespace oci
