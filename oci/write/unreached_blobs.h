// Finds and drops the blobs of a layout to which nothing leads any more.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace oci {

struct UnreachedBlobs {
  size_t dropped = 0;
  uint64_t dropped_bytes = 0;
  size_t kept = 0;
  size_t lists = 0;  // of what was attached to images, whose entries were dropped, too
};

enum class DropBlobs : uint8_t {
  kYes,
  kOnlyCount,
};

// Keeps what index.json leads to: each blob whose digest stands somewhere in it, in a manifest or in
// an index that is kept. So an image keeps what it names in an annotation, such as its base's
// manifest, and what its `subject` is. Only files that are named as sha256 blobs are dropped.
//
// An index with the tag referrers_tag() lists what is attached to an image, and each names the image
// as its `subject`. It does not keep the image: if nothing else does, its entry of index.json goes
// with the image. If the image is not in the layout at all, the entry stays.
//
// Holds the layout's lock (lock_layout()). Veneer's writers add blobs and their entry of index.json
// under it, and put blobs back that are gone by then; so they lose nothing. Throws Error, and then
// drops nothing, if a document cannot be read or is not what its digest says.
UnreachedBlobs drop_unreached(const std::string& layout, DropBlobs drop);

}  // namespace oci
