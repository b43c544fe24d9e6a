// Refuses what a table of contents cannot state.
#include "oci/toc/toc_entry.h"

#include <fmt/core.h>

#include <string_view>

#include "layer/base/error.h"
#include "layer/base/utf8.h"
#include "layer/model/relative_path.h"

namespace oci {

std::string_view toc_type(char type) {
  switch (type) {
    case '1':
      return "hardlink";
    case '2':
      return "symlink";
    case '3':
      return "char";
    case '4':
      return "block";
    case '5':
      return "dir";
    case '6':
      return "fifo";
    default:
      return "reg";
  }
}

layer::TocEntry toc_entry_of(const TarScan::Entry& entry, const std::string& blob) {
  if (!layer::is_utf8(entry.path) || !layer::is_utf8(entry.link)) {
    throw layer::Error(
        {blob}, fmt::format("'{}' cannot be in a layer with a table of contents: its name, or "
                            "the text of the link, is not UTF-8",
                            layer::shown_path(entry.path)))
        .with_help("take another compression");
  }
  if (entry.is_sparse) {
    throw layer::Error({blob}, fmt::format("'{}' is a sparse file of GNU tar, which a layer with a "
                                           "table of contents cannot have",
                                           layer::shown_path(entry.path)));
  }
  layer::TocEntry result;
  result.name = entry.path;
  if (entry.has_slash) result.name += '/';
  result.type = toc_type(entry.type);
  result.link = entry.link;
  result.size = entry.size;
  result.mtime = entry.mtime;
  result.atime = entry.atime;
  result.ctime = entry.ctime;
  result.mode = entry.mode;
  result.uid = static_cast<uint64_t>(entry.uid);
  result.gid = static_cast<uint64_t>(entry.gid);
  result.xattrs = entry.xattrs;
  result.device_major = static_cast<uint32_t>(entry.device_major);
  result.device_minor = static_cast<uint32_t>(entry.device_minor);
  return result;
}

}  // namespace oci
