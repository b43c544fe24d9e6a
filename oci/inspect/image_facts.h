// What is in an image: its layers laid one over the other, and what of them no container sees.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/digest.h"
#include "layer/model/image_tree.h"
#include "layer/model/string_arena.h"
#include "oci/inspect/gather_facts.h"
#include "oci/read/stored_image.h"

namespace oci {

inline constexpr uint32_t kNone = UINT32_MAX;

// The content of one file as one layer has it.
struct StoredFile {
  std::string_view path{};  // in the image
  layer::Digest content;
  uint64_t size = 0;
  uint32_t layer = 0;
  // The layer that replaces or removes it, so that no path leads to it any more; its own layer if a
  // later entry of the same tar does. kNone: it can be seen.
  uint32_t hidden_by = kNone;
};

enum class PackageKind : uint8_t { kAlpine, kDebian, kPython };
std::string_view package_kind_name(PackageKind kind);  // "Debian"

// What a package manager calls installed.
struct Package {
  PackageKind kind = PackageKind::kPython;
  std::string name;
  std::string version;
  std::string architecture;  // may be empty
  // As the metadata states it: an expression or a name; of Python also "License :: " classifiers.
  // Empty: it does not, as Debian's.
  std::string license{};
  std::vector<std::string> license_classifiers{};
  std::string path;    // of the file that says so
  uint32_t layer = 0;  // that has this file
  // Its files that a container sees. A file belongs to one package only, of the system's package
  // manager first, and counts once for all its hardlinks.
  uint64_t files = 0;
  uint64_t size = 0;                    // bytes of their content
  std::optional<uint64_t> stated_size;  // bytes, as its metadata says; not of Python
  // Of Python: the content of RECORD, how many files it gives a SHA-256, and how many of these are
  // in the image with this content.
  std::optional<layer::Digest> record{};
  uint64_t recorded_files = 0;
  uint64_t genuine_files = 0;
};

// What the image calls itself: "debian" "12". Both may be empty.
struct Distribution {
  std::string id;
  std::string version;
};

struct ImageFacts {
  std::vector<FactsPointer> layers;           // base first
  std::unique_ptr<layer::StringArena> arena;  // of the texts below
  layer::ImageTree tree;
  std::vector<StoredFile> files;  // of all layers; a node's is files[node.inode - 1]
  std::vector<Package> packages;  // by kind, name, version, architecture, path
  std::vector<uint32_t> owners;   // of each node of the tree: its package's index, or kNone
  Distribution distribution;
};

// `layers` is what gather_facts() found of the image's. Throws Error for an entry that cannot be put
// on the layers below it.
ImageFacts lay_facts(const StoredImage& image, std::vector<FactsPointer> layers,
                     const layer::Limits& limits);

// The index in ImageFacts::owners of one of its tree's nodes.
size_t index_of(const ImageFacts& image, const layer::Node& node);

}  // namespace oci
