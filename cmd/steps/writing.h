// How layers are compressed: the options that build and layer share, and the writing itself.
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
  const CLI::Option* codec_option = nullptr;  // tells whether the user chose it
  std::optional<int> level;                   // absent: the codec's default
  ToolOptions tools;
};

void add_writing_options(CLI::App& command, WritingOptions& options);

// Takes the codec from a blob's name, x.tar.zst say, unless it is chosen. Throws layer::Error for a
// name that contradicts the choice, or that asks for what veneer does not write.
void take_codec_of_name(const std::string& path, WritingOptions& options);

// A level the codec does not have is wrong usage.
layer::Compression compression(const WritingOptions& options);

// layer::write_layers with a progress line.
std::vector<layer::WrittenLayer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                              const WritingOptions& options, unsigned jobs,
                                              layer::LayerSink& sink, const Tools& tools);

}  // namespace cmd
