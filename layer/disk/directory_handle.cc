// Opens by a descriptor, because opendir(3) gives up if a signal comes.
#include "layer/disk/directory_handle.h"

#include <fcntl.h>

#include "layer/disk/file_handle.h"

namespace layer {

DirectoryHandle try_open_directory(const std::string& path) {
  FileHandle file = try_open(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  DirectoryHandle directory(file ? fdopendir(file.get()) : nullptr);
  if (directory) file.release();  // it is the stream's now
  return directory;
}

}  // namespace layer
