// Marks what documents name, then sweeps.
#include "oci/write/unreached_blobs.h"

#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "layer/disk/file_handle.h"
#include "layer/disk/list_directory.h"
#include "oci/model/descriptor.h"
#include "oci/read/source.h"
#include "oci/write/layout_index.h"

namespace oci {
namespace {

// Where a digest stands.
struct Mention {
  layer::Digest digest;
  bool is_document = false;  // a descriptor says that it is a manifest or an index
};

void find_mentions(const Json& value, std::vector<Mention>& found) {
  if (value.is_string()) {
    if (const auto digest = parse_digest(value.get_ref<const std::string&>())) {
      found.push_back({*digest});
    }
    return;
  }
  if (!value.is_structured()) return;
  for (const Json& member : value) find_mentions(member, found);
  if (!value.is_object() || !value.contains("digest") || !value.contains("mediaType")) return;
  const Json& digest = value["digest"];
  const Json& type = value["mediaType"];
  if (!digest.is_string() || !type.is_string()) return;
  const MediaKind kind = media_kind(type.get_ref<const std::string&>());
  const auto parsed = parse_digest(digest.get_ref<const std::string&>());
  if (parsed && (kind == MediaKind::kManifest || kind == MediaKind::kIndex)) {
    found.push_back({*parsed, true});
  }
}

constexpr uint64_t kMaxBytesOfDocuments = uint64_t{1} << 30;  // docs/limits.md

class Marker {
 public:
  explicit Marker(const std::string& layout) : source_(open_directory(layout)) {}

  // Marks all that a document or a part of one leads to.
  void mark(const Json& document) {
    std::vector<Mention> open;
    find_mentions(document, open);
    while (!open.empty()) {
      const Mention mention = open.back();
      open.pop_back();
      const bool is_new = reached_.insert(mention.digest).second;
      if (!is_new && !mention.is_document) continue;
      if (!read_.contains(mention.digest)) read(mention, open);
    }
  }

  bool is_marked(const layer::Digest& digest) const { return reached_.contains(digest); }
  bool is_there(const layer::Digest& digest) const {
    return source_->find(blob_path(digest)).has_value();
  }

 private:
  // A blob that is not there leads nowhere. One that no descriptor calls a document may be one.
  void read(const Mention& mention, std::vector<Mention>& open) {
    const std::optional<Blob> blob = source_->find(blob_path(mention.digest));
    if (!blob || (!mention.is_document && !may_be_document(*blob))) return;
    read_.insert(mention.digest);
    Descriptor descriptor;
    descriptor.digest = mention.digest;
    descriptor.size = blob->size();
    const std::string text = read_text(*blob, descriptor);
    if ((bytes_ += text.size()) > kMaxBytesOfDocuments) {
      throw layer::Error({blob->name()}, fmt::format("is one of documents of more than {} MiB",
                                                     kMaxBytesOfDocuments >> 20));
    }
    if (!mention.is_document && !looks_like_document(text)) return;
    find_mentions(parse_json(text, blob->name()), open);
  }

  static bool may_be_document(const Blob& blob) {
    if (blob.size() == 0 || blob.size() > kMaxJsonBytes) return false;
    std::byte first{};
    blob.read_at(0, {&first, 1});
    return first == std::byte{'{'};
  }

  // Manifests and indexes have one of the two, as has the artifact manifest that OCI drafted.
  static bool looks_like_document(const std::string& text) {
    const Json json = Json::parse(text, nullptr, false);
    return json.is_object() && (json.contains("schemaVersion") || json.contains("mediaType"));
  }

  std::unique_ptr<Source> source_;
  std::set<layer::Digest> reached_;
  std::set<layer::Digest> read_;
  uint64_t bytes_ = 0;
};

// A list of what is attached to an image that is in the layout.
struct AttachedList {
  layer::Digest image;
  Json entry;
};

// Marks what the index leads to. Removes the entries of lists whose image is not marked, and returns
// how many.
size_t mark_index(Json& index, Marker& marker) {
  std::vector<AttachedList> lists;
  Json kept = Json::array();
  for (const Json& entry : index["manifests"]) {
    const auto image = parse_referrers_tag(tag_of_entry(entry));
    if (image && marker.is_there(*image)) {
      lists.push_back({*image, entry});
    } else {
      kept.push_back(entry);
    }
  }
  Json others = index;
  others["manifests"] = std::move(kept);
  marker.mark(others);
  // What is attached to an image may have something attached itself.
  const auto is_of_marked = [&marker](const AttachedList& list) {
    return marker.is_marked(list.image);
  };
  for (auto list = std::ranges::find_if(lists, is_of_marked); list != lists.end();
       list = std::ranges::find_if(lists, is_of_marked)) {
    marker.mark(list->entry);
    lists.erase(list);
  }
  std::erase_if(index["manifests"].get_ref<Json::array_t&>(), [&lists](const Json& entry) {
    return std::ranges::any_of(lists,
                               [&entry](const AttachedList& list) { return list.entry == entry; });
  });
  return lists.size();
}

// Whether there is a folder. Other layouts may have their blobs behind a link.
bool has_folder(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return false;
    throw layer::system_error(path, "cannot stat", errno);
  }
  if (S_ISDIR(status.st_mode)) return true;
  throw layer::Error({path}, "is not a folder of this layout, so others may have blobs there");
}

// Nothing may be dropped to which a document leads that is not read.
void check_can_be_marked(const std::string& layout) {
  const std::unique_ptr<Source> source = open_directory(layout);
  if (!source->find("oci-layout")) throw layer::Error({layout}, "is not an OCI image layout");
  if (!source->find("index.json")) {
    throw layer::Error({layout}, "has no index.json, which says what leads to its blobs");
  }
  const std::string blobs = layout + "/blobs";
  if (!has_folder(blobs)) return;
  const auto list = layer::list_directory(blobs, layer::WalkDetail::kTypes);
  for (const auto& item : list.items) {
    if (list.name(item) == "sha256") continue;
    throw layer::Error({fmt::format("{}/{}", blobs, list.name(item))},
                       "is not by SHA-256, so veneer does not know what it leads to");
  }
}

}  // namespace

UnreachedBlobs drop_unreached(const std::string& layout, DropBlobs drop) {
  check_can_be_marked(layout);
  const LayoutLock lock = lock_layout(layout);
  Json index = read_layout_index(layout);
  Marker marker(layout);
  UnreachedBlobs result;
  result.lists = mark_index(index, marker);
  if (result.lists > 0 && drop == DropBlobs::kYes) {
    write_layout_file(layout, "index.json", dump_json(index));
  }
  const std::string folder = layout + "/blobs/sha256";
  if (!has_folder(folder)) return result;
  const auto list = layer::list_directory(folder, layer::WalkDetail::kTypes);
  for (const auto& item : list.items) {
    const std::string name(list.name(item));
    const std::string path = fmt::format("{}/{}", folder, name);
    const auto digest = parse_digest("sha256:" + name);
    if (!digest) continue;
    if (marker.is_marked(*digest)) {
      ++result.kept;
      continue;
    }
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) throw layer::system_error(path, "cannot stat", errno);
    if (S_ISDIR(status.st_mode)) continue;
    if (drop == DropBlobs::kYes && ::unlink(path.c_str()) != 0) {
      throw layer::system_error(path, "cannot remove", errno);
    }
    ++result.dropped;
    result.dropped_bytes += static_cast<uint64_t>(status.st_size);
  }
  return result;
}

}  // namespace oci
