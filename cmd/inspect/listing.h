// Lists the paths of an image, or the entries of one layer, as `tar tv` does, and as JSON.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "oci/inspect/image_diff.h"

namespace cmd {

// One path, in the image or in a layer's tar. Texts belong to the image.
struct ListedEntry {
  char type = '-';  // as ls(1) writes it: - d l c b p; 'h': a hardlink; 'w': a whiteout or a mark
  std::string_view path{};
  std::string_view link{};  // a symlink's text, or the other path of a hardlink
  std::string_view xattrs{};
  uint32_t mode = 0;
  uint32_t uid = 0;
  uint32_t gid = 0;
  uint64_t size = 0;
  int64_t mtime = 0;
  const layer::Digest* content = nullptr;  // of a file
  std::optional<uint32_t> layer{};         // that has it; of a path in the image
  const oci::Package* package = nullptr;   // that it belongs to; likewise; may be null
};

using TakeEntry = std::function<void(const ListedEntry&)>;

// A node of the image's tree, which a file is even if it has other paths.
ListedEntry entry_of(const layer::Node& node, const oci::ImageSubject& subject);

// What a container of the image sees, in tree order. Of a file with several paths all but the first
// are hardlinks to it.
void list_image(const oci::ImageSubject& subject, const TakeEntry& take);

// What the layer's tar holds, in its order.
void list_layer(const oci::ImageSubject& subject, uint32_t layer, const TakeEntry& take);

// "drwxr-xr-x 0/0           0 2026-01-01 00:00 usr/bin"; times are UTC.
std::string listing_line(const ListedEntry& entry);
nlohmann::json listing_json(const ListedEntry& entry);

}  // namespace cmd
