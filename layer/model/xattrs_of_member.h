// Reads the extended attributes of an archive member through libarchive.
#pragma once

#include <archive_entry.h>

#include <string>
#include <vector>

namespace layer {

std::vector<std::string> xattr_names(archive_entry& entry);

// The text form (xattrs.h) of the attributes that images keep; capabilities are in the form for
// layers.
std::string xattrs_of_member(archive_entry& entry);

// The same of all attributes, as they are.
std::string all_xattrs_of_member(archive_entry& entry);

}  // namespace layer
