// Puts an image's own layers, and what its config says over its base's, on another base.
#pragma once

#include "oci/convert/old_base.h"
#include "oci/write/image.h"

namespace oci {

// The image's layers that are not its old base's; their blobs stay as they are.
std::span<const ImageLayer> own_layers(const StoredImage& image, const OldBase& old);

// The image's changes of its old base's config, on the config of `base`, without layers and history.
// A variable whose value has the old base's at its end or at its beginning, with a ':' between, gets
// the new base's there: that is what a build makes of `--env 'PATH=/opt/bin:$PATH'`.
ImageConfig rebased_config(const StoredImage& image, const OldBase& old, const StoredImage& base);

// The image on its new base. If veneer built it, the result is what veneer would have built on that
// base of the same layers. Throws Error.
Image rebase_image(const StoredImage& image, const OldBase& old, const StoredImage& base);

}  // namespace oci
