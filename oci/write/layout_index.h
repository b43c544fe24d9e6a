// Reads and changes index.json of an OCI image layout: image-spec image-layout.md.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "layer/disk/file_handle.h"
#include "layer/disk/output_file.h"
#include "layer/disk/undo.h"
#include "oci/model/json.h"

namespace oci {

// The lock of a layout's directory, held until the last owner lets go of it.
using LayoutLock = std::shared_ptr<const layer::FileHandle>;

// Waits for the layout's lock; see layer/disk/file_lock.h. Whoever changes index.json holds it, and
// places blobs only then.
LayoutLock lock_layout(const std::string& path);

// The layout's index as it is, including members that veneer does not know. An index without
// entries if the file is missing. Throws Error for a file that is no index.
Json read_layout_index(const std::string& layout);

// The tag of an entry of index.json; empty: it has none.
std::string tag_of_entry(const Json& entry);

// Writes a file into the layout, whatever the umask: replaces it whole. With `undo`, what was
// there can be restored.
void write_layout_file(const layer::OutputFolder& layout, const std::string& name,
                       std::string_view text, layer::Undo* undo = nullptr);

// Puts the entry in the place of the first one with the same tag, or at the end. Removes all others
// with that tag, and returns those that it replaced or removed. No tag counts as a tag.
Json replace_entry(Json& index, const Json& entry);

// Takes replace_entry() back, if the entry is still there: `replaced` is what it returned.
void restore_entries(Json& index, const Json& entry, const Json& replaced);

}  // namespace oci
