// Writes one tar that is an OCI image layout and a docker archive, so that every engine loads it.
#pragma once

#include <memory>
#include <string>

#include "oci/write/destination.h"

namespace oci {

// Members, in this order, all with mtime 0, uid 0, gid 0, mode 0644 (directories 0755):
//   oci-layout blobs/ blobs/sha256/ blobs/sha256/<hex>... index.json manifest.json
// Blobs come in the order in which they were added, config and manifest last. A blob is streamed
// behind a reserved header, which is filled in once its digest and size are known, so its bytes are
// written only once. This needs a file: an archive that goes to a pipe or a device is first written
// to a file in the folder `scratch`. Throws Error.
std::unique_ptr<Destination> create_archive(const ImageReference& reference,
                                            const std::string& scratch);

}  // namespace oci
