// Reads and changes index.json of an OCI image layout: image-spec image-layout.md.
#pragma once

#include <string>

#include "oci/model/json.h"

namespace oci {

// The layout's index as it is, including members that veneer does not know. An index without
// entries if the file is missing. Throws Error for a file that is no index.
Json read_layout_index(const std::string& layout);

// Puts the entry in the place of the first one with the same tag, or at the end. Removes all others
// with that tag, and returns those that it replaced or removed. No tag counts as a tag.
Json replace_entry(Json& index, const Json& entry);

// Takes replace_entry() back, if the entry is still there: `replaced` is what it returned.
void restore_entries(Json& index, const Json& entry, const Json& replaced);

}  // namespace oci
