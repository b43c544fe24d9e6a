// Stages blobs, then renames one thing: the directory, or index.json.
#include "oci/write/layout_directory.h"

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "layer/disk/file_lock.h"
#include "layer/disk/stale_temporaries.h"
#include "oci/read/source.h"
#include "oci/write/layout_folders.h"
#include "oci/write/layout_index.h"

namespace oci {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kLayoutFileMode = 0644;

struct LinkedBlob {
  Blob blob;
  std::string file;  // the link's text
};

class LayoutDestination : public Destination {
 public:
  LayoutDestination(const ImageReference& reference, ExistingBlobs existing)
      : reference_(reference), path_(reference.path), existing_(existing) {
    if (!entry_exists(path_)) {
      staging_ = make_staging_directory(path_);
      for (const char* folder : {"/blobs", "/blobs/sha256"}) {
        make_directory(staging_.path() + folder, path_ + folder);
      }
      blob_folder_ = in_staging("/blobs/sha256");
      return;
    }
    if (!fs::is_directory(path_) || (!is_empty(path_) && !entry_exists(path_ + "/oci-layout"))) {
      throw layer::Error({path_}, "exists already, but is not an OCI image layout")
          .with_help("name a directory that does not exist or holds a layout");
    }
    for (const char* folder : {"/blobs", "/blobs/sha256"}) check_is_own(path_ + folder);
    const std::string blobs = path_ + "/blobs/sha256";
    blob_folder_ = layer::OutputFolder(entry_exists(blobs) ? blobs : path_);
    for (const std::string& folder : {path_, blobs}) layer::remove_stale_temporaries(folder);
  }

  bool has_file_for_each() const override { return true; }
  layer::OutputFile create() override { return layer::OutputFile(blob_folder_); }
  void take(const layer::WrittenLayer& layer, layer::OutputFile file) override {
    staged_.try_emplace(layer.digest, std::move(file));
  }

  layer::OutputFile& begin(uint64_t /*tar_size*/) override {
    return current_.emplace(blob_folder_);
  }

  void end(const layer::WrittenLayer& layer) override {
    staged_.try_emplace(layer.digest, std::move(current_.value()));
    current_.reset();
  }

  void add(const layer::WrittenLayer& layer, int fd) override {
    if (has(layer.digest)) return;
    staged_.try_emplace(layer.digest, layer::OutputFile::share(blob_folder_, fd));
  }

  bool has(const layer::Digest& digest) const override {
    return staged_.contains(digest) || linked_.contains(digest) || present_.contains(digest);
  }

  void add(const Descriptor& descriptor, const Blob& source) override {
    if (has(descriptor.digest) || find_present(descriptor) || link(descriptor, source)) return;
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
    const auto linked = linked_.find(digest);
    if (linked != linked_.end()) return linked->second.blob;
    if (staged == staged_.end()) return present_.at(digest);
    return written_part(staged->second, 0, staged->second.size(), path_ + '/' + blob_path(digest));
  }

  void prepare(const Image& image) override {
    add(image.config, image.config_bytes);
    add(image.manifest, image.manifest_bytes);
    entry_ = to_json(index_entry(image, reference_));
    if (!staging_) return;
    for (auto& [digest, file] : staged_) file.commit(blob_folder_.path + '/' + digest.hex());
    write_layout_file(in_staging(""), "oci-layout", kLayoutFile);
    index_ = {
        {"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array({entry_})}};
    write_layout_file(in_staging(""), "index.json", dump_json(index_));
  }

  // A new layout is held before it has its name.
  HeldDirectory held_directory() const override {
    if (staging_ && !entry_exists(path_)) return {staging_.path(), path_, staging_.lock()};
    return {path_, path_};
  }
  void hold(const LayoutLock& lock) override { lock_ = lock; }

  void show(layer::Undo& undo) override {
    if (staging_ && show_new(undo)) return;
    add_to_existing(undo);
  }

 private:
  // A folder of the layout that is to be, which nobody knows by its temporary name.
  layer::OutputFolder in_staging(const std::string& folder) const {
    layer::OutputFolder found(staging_.path() + folder);
    found.called = path_;
    return found;
  }

  // Whether the blob can be a link to its file, and will be one.
  bool link(const Descriptor& descriptor, const Blob& blob) {
    if (existing_ == ExistingBlobs::kCopy) return false;
    const std::optional<std::string> file = path_of_whole(blob);
    if (!file) return false;
    if (existing_ == ExistingBlobs::kLink) verify_blob(blob, descriptor);
    if (staging_) make_link(*file, blob_folder_.path + '/' + descriptor.digest.hex(), path_);
    linked_.emplace(descriptor.digest, LinkedBlob{blob, *file});
    return true;
  }

  // Whether the layout holds the blob, undamaged.
  bool find_present(const Descriptor& descriptor) {
    if (staging_ || blob_folder_.path == path_) return false;
    std::error_code gone;  // as of a link whose file was removed
    if (!fs::exists(path_ + '/' + blob_path(descriptor.digest), gone)) return false;
    const std::optional<Blob> found = open_directory(path_)->find(blob_path(descriptor.digest));
    if (!found || found->size() != descriptor.size) return false;
    if (hash_blob(*found) != descriptor.digest) return false;
    present_.emplace(descriptor.digest, *found);
    return true;
  }

  // False if another process made the layout meanwhile.
  bool show_new(layer::Undo& undo) {
    const layer::Undisturbed section;
    if (::rename(staging_.path().c_str(), path_.c_str()) != 0) {
      if (errno == ENOTEMPTY || errno == EEXIST) return false;
      throw layer::system_error(path_, "cannot create the layout", errno);
    }
    undo.add([this] {
      take_back([this] {
        std::error_code fault;
        fs::rename(path_, staging_.path(), fault);
        if (fault) fs::remove_all(path_);
      });
    });
    return true;
  }

  // The layout is as it was before, unless writers that know no lock have added to it since: then
  // only the entry goes, for they may use the blobs.
  void take_back(const std::function<void()>& restore) {
    Json index = read_layout_index(path_);
    if (index == index_) return restore();
    restore_entries(index, entry_, replaced_);
    write_layout_file(path_, "index.json", dump_json(index));
  }

  void add_to_existing(layer::Undo& undo) {
    if (lock_ == nullptr || !layer::is_named(lock_->get(), path_)) lock_ = lock_layout(path_);
    const layer::Undisturbed section;
    index_ = read_layout_index(path_);
    layer::Undo steps;
    for (const char* folder : {"/blobs", "/blobs/sha256"}) {
      if (entry_exists(path_ + folder)) continue;
      make_directory(path_ + folder, path_ + folder);
      steps.add([path = path_ + folder] { fs::remove(path); });
    }
    place_blobs(steps);
    replaced_ = replace_entry(index_, entry_);
    if (!entry_exists(path_ + "/oci-layout"))
      write_layout_file(path_, "oci-layout", kLayoutFile, &steps);
    write_layout_file(path_, "index.json", dump_json(index_), &steps);
    undo.add([this, restore = steps.release()] { take_back(restore); });
  }

  void place_blobs(layer::Undo& steps) {
    for (auto& [digest, file] : staged_) {
      const std::string path = path_ + '/' + blob_path(digest);
      layer::Undo* const undo = entry_exists(path) ? nullptr : &steps;
      if (!staging_) {
        file.commit(path, kLayoutFileMode, undo);
        continue;
      }
      const std::string staged = blob_folder_.path + '/' + digest.hex();
      if (::rename(staged.c_str(), path.c_str()) != 0) {
        throw layer::system_error(path, "cannot move a blob there", errno);
      }
      if (undo != nullptr) undo->add([path] { fs::remove(path); });
    }
    for (const auto& [digest, linked] : linked_) {
      const std::string path = path_ + '/' + blob_path(digest);
      const bool is_new = !entry_exists(path);
      if (!is_new) fs::remove(path);  // it was not the blob: find_present() looked
      make_link(linked.file, path, path);
      if (is_new) steps.add([path] { fs::remove(path); });
    }
    // Somebody whose image did not appear may have taken back what was there.
    for (const auto& [digest, blob] : present_) {
      const std::string path = path_ + '/' + blob_path(digest);
      if (entry_exists(path)) continue;
      Descriptor descriptor;
      descriptor.digest = digest;
      descriptor.size = blob.size();
      layer::OutputFile file(folder_of(path));
      copy_blob(blob, descriptor, file);
      file.commit(path, kLayoutFileMode, &steps);
    }
  }

  ImageReference reference_;
  std::string path_;
  ExistingBlobs existing_;
  layer::TemporaryName staging_;         // of a layout that does not exist yet
  layer::OutputFolder blob_folder_{""};  // where blobs wait
  std::optional<layer::OutputFile> current_;
  std::map<layer::Digest, layer::OutputFile> staged_;
  std::map<layer::Digest, LinkedBlob> linked_;
  std::map<layer::Digest, Blob> present_;
  Json entry_;       // in index.json
  Json replaced_;    // those that had its tag
  Json index_;       // index.json as this image left it
  LayoutLock lock_;  // until the end
};

}  // namespace

std::unique_ptr<Destination> open_layout(const ImageReference& reference, ExistingBlobs blobs) {
  return std::make_unique<LayoutDestination>(reference, blobs);
}

}  // namespace oci
