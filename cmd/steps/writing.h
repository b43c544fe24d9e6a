// Compresses and writes layers, and has the options for it, for `build` and `layer`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/tools.h"
#include "layer/model/plan.h"
#include "layer/write/layer_writer.h"

namespace cmd {

struct WritingOptions {
  layer::Codec codec = layer::Codec::kGzip;
  const CLI::Option* codec_option = nullptr;  // shows whether the user chose it
  std::optional<int> level;                   // absent: the codec's default
  ToolOptions tools;
  bool is_logged = false;  // whether people read the log of a run that takes long
};

// --compression, whose help is `help`, and --level.
void add_codec_options(CLI::App& command, WritingOptions& options, const std::string& help);
// The same for a command that always compresses, and add_tool_options().
void add_writing_options(CLI::App& command, WritingOptions& options);

// Takes the codec from the name of a blob, such as x.tar.zst, unless the user chose one. Throws
// layer::Error for a name that contradicts the choice, or that asks for a codec veneer does not
// write.
void take_codec_of_name(const std::string& path, WritingOptions& options);

// The codec with its level. A level that the codec does not have is wrong usage: throws
// CLI::ValidationError.
layer::Compression compression(const WritingOptions& options);

// Calls layer::write_layers() and shows a progress line meanwhile.
std::vector<layer::WrittenLayer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                              const WritingOptions& options, unsigned jobs,
                                              layer::LayerSink& sink, const Tools& tools);

}  // namespace cmd
