// Tells entries apart by their tags.
#include "oci/write/layout_index.h"

#include <fcntl.h>

#include <cstdint>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <utility>

#include "layer/disk/file_lock.h"
#include "layer/disk/output_file.h"
#include "oci/model/annotations.h"
#include "oci/model/descriptor.h"
#include "oci/model/document_members.h"
#include "oci/read/source.h"

namespace oci {
namespace {

constexpr uint64_t kMaxIndexBytes = uint64_t{64} << 20;

}  // namespace

LayoutLock lock_layout(const std::string& path) {
  return std::make_shared<const layer::FileHandle>(
      layer::open_locked(path, O_RDONLY | O_DIRECTORY));
}

Json read_layout_index(const std::string& layout) {
  const std::unique_ptr<Source> source = open_directory(layout);
  const std::optional<Blob> blob = source->find("index.json");
  if (!blob) {
    return {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
  }
  Json index = parse_json(read_text(*blob, kMaxIndexBytes), blob->name(), kMaxIndexBytes);
  const JsonField document(index, blob->name());
  check_members(document, DocumentKind::kIndex);
  if (document.at("schemaVersion").size() != 2 || index.contains("layers")) {
    throw document.error("is not an image index");
  }
  for (const JsonField& entry : document.at("manifests").items()) entry.names();  // null is none
  return index;
}

std::string tag_of_entry(const Json& entry) {
  const auto annotations = entry.find("annotations");
  if (annotations == entry.end() || !annotations->is_object()) return {};
  const auto tag = annotations->find(std::string(kRefNameAnnotation));
  return tag == annotations->end() || tag->is_null() ? std::string() : tag->get<std::string>();
}

void write_layout_file(const layer::OutputFolder& layout, const std::string& name,
                       std::string_view text, layer::Undo* undo) {
  constexpr mode_t kMode = 0644;
  layer::OutputFile file(layout);
  file.write(std::as_bytes(std::span(text)));
  file.commit(layout.path + '/' + name, kMode, undo);
}

Json replace_entry(Json& index, const Json& entry) {
  Json kept = Json::array();
  Json replaced = Json::array();
  bool placed = false;
  for (const Json& old : index["manifests"]) {
    if (tag_of_entry(old) != tag_of_entry(entry)) {
      kept.push_back(old);
      continue;
    }
    replaced.push_back(old);
    if (!placed) kept.push_back(entry);
    placed = true;
  }
  if (!placed) kept.push_back(entry);
  index["manifests"] = std::move(kept);
  return replaced;
}

void restore_entries(Json& index, const Json& entry, const Json& replaced) {
  Json kept = Json::array();
  for (const Json& listed : index["manifests"]) {
    if (listed != entry) {
      kept.push_back(listed);
    } else {
      for (const Json& old : replaced) kept.push_back(old);
    }
  }
  index["manifests"] = std::move(kept);
}

}  // namespace oci
