// Opens an image for looking at it: by a reference, or by a bare path that is recognised.
#pragma once

#include <optional>
#include <string_view>

#include "oci/read/read_context.h"
#include "oci/read/stored_image.h"

namespace oci {

// `text` is a reference (oci/model/reference.h) or PATH[:NAME]. A folder at PATH is a layout. A file
// is an OCI archive if it has an `oci-layout`, as those have that are both kinds of archive, and else
// a docker archive. A path with ':' in it is taken whole if there is such a file. Otherwise as
// open_image().
StoredImage find_image(std::string_view text, const std::optional<Platform>& platform,
                       const ReadContext& context, DockerLayers layers);

// Whether find_image() would take the text for an image, rather than for a program: it names a
// transport, a folder with an `oci-layout`, or a file that begins as an archive, also by PATH:NAME.
bool looks_like_image(std::string_view text);

}  // namespace oci
