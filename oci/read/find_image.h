// Opens an image for looking at it: by a reference, or by a bare path that is recognised.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "oci/model/reference.h"
#include "oci/read/read_context.h"
#include "oci/read/source.h"
#include "oci/read/stored_image.h"

namespace oci {

// A layout or an archive, and what is meant in it.
struct FoundSource {
  std::unique_ptr<Source> source;
  ImageReference reference;
};

// `text` is a reference (oci/model/reference.h) or PATH[:NAME]. A folder at PATH is a layout. A file
// is an OCI archive if it has an `oci-layout`, as those have that are both kinds of archive, and else
// a docker archive. A path with ':' in it is taken whole if there is such a file.
FoundSource find_source(std::string_view text, const ReadContext& context);

// Opens the image there, as open_image() does.
StoredImage open_found(const FoundSource& found, const std::optional<Platform>& platform,
                       const ReadContext& context, DockerLayers layers);

// Both.
StoredImage find_image(std::string_view text, const std::optional<Platform>& platform,
                       const ReadContext& context, DockerLayers layers);

// Whether find_image() would take the text for an image, rather than for a program: it names a
// transport, a folder with an `oci-layout`, or a file that begins as an archive, also by PATH:NAME.
bool looks_like_image(std::string_view text);

}  // namespace oci
