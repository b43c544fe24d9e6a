// Writes a result to a path that the user names: a file, a pipe, a device or standard output.
#pragma once

#include <string>
#include <string_view>

#include "layer/disk/output_file.h"

namespace layer {

// The path that means standard output. A file of that name can be given as "./-".
inline constexpr std::string_view kStandardOutput = "-";

// What a result that is written to `path` goes to.
struct OutputPlace {
  std::string path;
  bool is_stream = false;  // a pipe, a device, an open descriptor: written to, not replaced
  int descriptor = -1;     // of this process, for "-", /dev/stdout, /dev/fd/3; else -1
};

// Finds what `path` leads to. Throws Error if no file can be written there because it is a
// directory.
OutputPlace find_output_place(const std::string& path);

// Whether `path` leads to a stream. It may also be a directory.
bool leads_to_stream(const std::string& path);

class ResultFile {
 public:
  // Begins a result for `path`. Until show(), its file is in the folder of `path`, or in `scratch`
  // if `path` is a stream. Throws Error if nothing can be written there.
  ResultFile(const std::string& path, const std::string& scratch);

  const OutputPlace& place() const { return place_; }
  OutputFile& file() { return file_; }
  const OutputFile& file() const { return file_; }
  // Makes the content a copy of a complete file, sharing at most its blocks, never the file itself,
  // because the user may write to the result.
  void copy(int fd);

  // For several results, call send() on all of them, then show() on all: bytes that went into a
  // pipe cannot be taken back. send() writes a stream and does nothing for a file.
  void send();
  // Gives a file its name, with mode 0666 less the umask; does nothing for a stream.
  void show(Undo& undo);

 private:
  OutputFile begin() const;

  OutputPlace place_;
  std::string folder_;
  OutputFile file_;
};

// The folder that a path is in; "." if it names none.
std::string folder_of_path(const std::string& path);

}  // namespace layer
