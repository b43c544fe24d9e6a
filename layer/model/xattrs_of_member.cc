// Walks libarchive's list of attributes from its beginning.
#include "layer/model/xattrs_of_member.h"

#include <archive.h>

#include <cstddef>
#include <utility>

#include "layer/base/capability.h"
#include "layer/base/xattrs.h"

namespace layer {
namespace {

// Gives the next attribute; false at the end.
bool next_xattr(archive_entry& entry, Xattr& xattr) {
  const char* name = nullptr;
  const void* value = nullptr;
  size_t size = 0;
  if (archive_entry_xattr_next(&entry, &name, &value, &size) != ARCHIVE_OK) return false;
  xattr.name = name == nullptr ? "" : name;
  xattr.value.assign(static_cast<const char*>(value), size);
  return true;
}

std::vector<Xattr> last_of_each_name(archive_entry& entry) {
  std::vector<Xattr> xattrs;
  archive_entry_xattr_reset(&entry);
  for (Xattr xattr; next_xattr(entry, xattr);) {
    std::erase_if(xattrs, [&](const Xattr& other) { return other.name == xattr.name; });
    xattrs.push_back(xattr);
  }
  return xattrs;
}

}  // namespace

std::vector<std::string> xattr_names(archive_entry& entry) {
  std::vector<std::string> names;
  archive_entry_xattr_reset(&entry);
  for (Xattr xattr; next_xattr(entry, xattr);) names.push_back(xattr.name);
  return names;
}

std::string xattrs_of_member(archive_entry& entry) {
  std::vector<Xattr> kept = last_of_each_name(entry);
  std::erase_if(kept, [](const Xattr& xattr) { return !is_kept_xattr(xattr.name); });
  for (Xattr& xattr : kept) {
    if (xattr.name == kCapabilityXattr) xattr.value = capability_of_layer(xattr.value);
  }
  return xattrs_to_text(std::move(kept));
}

std::string all_xattrs_of_member(archive_entry& entry) {
  return xattrs_to_text(last_of_each_name(entry));
}

}  // namespace layer
