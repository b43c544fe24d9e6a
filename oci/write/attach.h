// Puts files beside an image of a layout, such as a bill of materials or a signature.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

#include "oci/model/descriptor.h"
#include "oci/read/blob.h"
#include "oci/read/find_image.h"

namespace oci {

// What is said of the file.
struct Attachment {
  std::string artifact_type;
  std::string media_type;
  std::string title;      // its name
  StringMap annotations;  // of the manifest
};

struct AttachedFile {
  Descriptor manifest;
  size_t number = 0;    // how many files are attached to the image now
  bool is_new = false;  // else the same file was attached before, and nothing has changed
};

// What the reference names, a manifest or an index; with a platform, the manifest of that image.
// The document is verified. Throws Error.
Descriptor find_subject(const FoundSource& found, const std::optional<Platform>& platform);

// Adds to the layout a manifest for the file, whose `subject` is the image (image-spec manifest.md,
// "Guidelines for Artifact Usage"), and lists it in the index with the tag referrers_tag(). What
// that index lists already stays, also if others attach files at the same time. Throws Error.
AttachedFile attach_file(const std::string& layout, const Descriptor& subject, const Blob& file,
                         const Attachment& attachment);

}  // namespace oci
