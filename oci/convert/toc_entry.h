// Says of an entry of a layer's tar what its table of contents will.
#pragma once

#include "layer/toc/tar_parts.h"
#include "oci/read/stored_image.h"
#include "oci/tar/tar_scan.h"

namespace oci {

// Throws Error for an entry that no table can state: one whose name, or the text of its link, is not
// UTF-8, and a sparse file.
layer::TocEntry toc_entry_of(const ImageLayer& layer, const TarScan::Entry& entry);

}  // namespace oci
