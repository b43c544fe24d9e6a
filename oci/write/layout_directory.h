// Writes an image into an OCI image layout directory, a new one or one that holds others.
#pragma once

#include <memory>

#include "oci/write/destination.h"

namespace oci {

// A new layout is prepared beside its place and renamed. An existing one keeps all it holds: blobs
// are put in place first and index.json is replaced last, under a lock (flock on the directory), so
// that any number of processes may add to it. An image that had the same tag is no longer listed,
// and neither is one without a tag if this one has none; their blobs stay until drop_unreached(). An empty directory
// counts as a layout that holds nothing. Throws Error when the directory holds something else.
std::unique_ptr<Destination> open_layout(const ImageReference& reference, ExistingBlobs blobs);

}  // namespace oci
