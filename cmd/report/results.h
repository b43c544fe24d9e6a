// Checks the places that a run writes to, and lets all its results appear together.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/disk/result_file.h"
#include "layer/plan/plan_text.h"
#include "oci/model/reference.h"
#include "oci/write/delivery.h"

namespace cmd {

enum class OutputKind : uint8_t {
  kText,
  kBinary,  // must not go to a terminal
  kLayout,  // a directory, in which no other output may be
};

// A place that an option names.
struct NamedOutput {
  std::string option;  // "--trace"
  std::string path;
  OutputKind kind = OutputKind::kText;
};

// The places of -o, for check_outputs().
std::vector<NamedOutput> image_outputs(const std::vector<oci::ImageReference>& references);

// Call before anything is read. Throws layer::Error if two outputs are one file, by whatever paths;
// if an output is inside a layout that is another output; if the folder of an output does not
// exist; or if an archive or a blob would go to a terminal.
void check_outputs(const std::vector<NamedOutput>& outputs);

// Whether standard output is one of the outputs. Then nothing else may be printed there.
bool take_stdout(const std::vector<NamedOutput>& outputs);

// The folder for temporary files that no output needs beside it: $TMPDIR, or /tmp if that is not set
// or empty. Whether it can be used shows when a file is made there.
std::string temporary_folder();

// The folder for temporary files of an output: the one that it is in, or temporary_folder() if the
// path leads to a pipe, a device or a descriptor.
std::string scratch_folder(const std::string& path);

// A result with this text, which show_results() shows at the path.
layer::ResultFile text_result(const std::string& path, std::string_view text);
// The same for a text in pieces: `write` is called with the function that takes them.
layer::ResultFile text_result(const std::string& path,
                              const std::function<void(const layer::WriteText&)>& write);

// Lets the image, which is prepared, and the files appear: all of them or, if this throws Error,
// none. Only what went to a pipe or a device cannot be taken back. `images` may be null.
void show_results(oci::Delivery* images, std::vector<layer::ResultFile>& files);

}  // namespace cmd
