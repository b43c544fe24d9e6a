// A file that the user names: one that is replaced once the result is whole, or something that is
// there and is written to as it is.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/output_file.h"

namespace layer {

// The path that stands for standard output; a file of that name is "./-".
inline constexpr std::string_view kStandardOutput = "-";

// Where a path leads, as far as an output is concerned.
struct OutputPlace {
  std::string path;
  bool is_stream = false;  // a pipe, a device, an open descriptor: it is not replaced
  int descriptor = -1;     // of this process, if it is one: "-", /dev/stdout, /dev/fd/3
};

// Throws Error if no file can be there: a directory is.
OutputPlace find_output_place(const std::string& path);

// The same for one that may also be a directory.
bool leads_to_stream(const std::string& path);

class ResultFile {
 public:
  // Until it is shown it is in the folder of `path`, or in `scratch` if that is a stream. Throws Error
  // if nothing can be written there.
  ResultFile(const std::string& path, const std::string& scratch);

  const OutputPlace& place() const { return place_; }
  OutputFile& file() { return file_; }
  const OutputFile& file() const { return file_; }
  // Begins with the bytes of a whole file. It never is that very file: the user may write to it.
  void copy(int fd);

  // Results that belong together are all sent first, for what went into a pipe is not taken back, and
  // then all shown. A stream is done when it is sent, a file when it is shown.
  void send();
  // Gives the file its name, with the mode that any program's files have.
  void show(Undo& undo);

 private:
  OutputPlace place_;
  std::string folder_;
  OutputFile file_;
};

// The folder of a path, "." when it names none.
std::string folder_of_path(const std::string& path);

}  // namespace layer
