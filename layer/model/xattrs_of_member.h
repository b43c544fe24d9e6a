// Extended attributes of a member of an archive that libarchive reads.
#pragma once

#include <archive_entry.h>

#include <string>
#include <vector>

namespace layer {

std::vector<std::string> xattr_names(archive_entry& entry);

// The text (xattrs.h) of those that are kept, capabilities as layers have them.
std::string xattrs_of_member(archive_entry& entry);

}  // namespace layer
