// Says of an entry of a layer's tar what its table of contents does.
#pragma once

#include <string>
#include <string_view>

#include "layer/toc/tar_parts.h"
#include "oci/tar/tar_scan.h"

namespace oci {

// The table's word for TarScan::Entry::type.
std::string_view toc_type(char type);

// `blob` is the layer's name. Throws Error for an entry that no table can state: one whose name, or
// the text of its link, is not UTF-8, and a sparse file.
layer::TocEntry toc_entry_of(const TarScan::Entry& entry, const std::string& blob);

}  // namespace oci
