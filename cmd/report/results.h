// What a run writes: each option's place is its own, and all results appear at once.
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
  kBinary,  // nothing for a terminal
  kLayout,  // a directory, which others must stay out of
};

// A place that an option names.
struct NamedOutput {
  std::string option;  // "--trace"
  std::string path;
  OutputKind kind = OutputKind::kText;
};

// Of -o, for check_outputs().
std::vector<NamedOutput> image_outputs(const std::vector<oci::ImageReference>& references);

// To be called before anything is read. Throws layer::Error if two outputs would be one file, by
// whatever paths, or one a file in another, or if no file can be where one should be, for want of a
// folder say, or if an archive would go to a terminal.
void check_outputs(const std::vector<NamedOutput>& outputs);

// Whether standard output is one of them: then it is for nothing else.
bool take_stdout(const std::vector<NamedOutput>& outputs);

// A folder for what has no name yet: that of the path, or $TMPDIR for what is written to as it is.
std::string scratch_folder(const std::string& path);

// A text, to be shown at that path.
layer::ResultFile text_result(const std::string& path, std::string_view text);
// The same in pieces, as `write` hands them on.
layer::ResultFile text_result(const std::string& path,
                              const std::function<void(const layer::WriteText&)>& write);

// The image, which is prepared, and the files appear: all of them, or none. `images` may be null.
void show_results(oci::Delivery* images, std::vector<layer::ResultFile>& files);

}  // namespace cmd
