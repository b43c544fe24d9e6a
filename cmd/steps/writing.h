// Compresses and writes layers, and has the options for it, for `build` and `layer`.
#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>
#include <vector>

#include "cmd/options/tools.h"
#include "layer/model/file_tree.h"
#include "layer/model/plan.h"
#include "layer/plan/start_order.h"
#include "layer/write/layer_writer.h"

namespace cmd {

// The words of --compression.
enum class CompressionWord : uint8_t { kGzip, kZstd, kNone, kEstargz, kZstdChunked };

struct WritingOptions {
  CompressionWord compression = CompressionWord::kGzip;
  const CLI::Option* compression_option = nullptr;  // shows whether the user chose it
  layer::LayerFormat format = layer::LayerFormat::kTar;
  std::vector<std::string> prioritized;  // files that list what a start needs
  std::optional<int> level;              // absent: the codec's default
  ToolOptions tools;
  bool is_logged = false;  // whether people read the log of a run that takes long
};

// --compression, whose help is `help`, and --level.
void add_codec_options(CLI::App& command, WritingOptions& options, const std::string& help);
// The same for a command that always compresses, what is about the format, and add_tool_options().
void add_writing_options(CLI::App& command, WritingOptions& options);

// Whether the user said what layers are to be, by --compression or by --format.
bool is_compression_chosen(const WritingOptions& options);

// Takes the codec from the name of a blob, such as x.tar.zst, unless the user chose one. Throws
// layer::Error for a name that contradicts the choice, or that asks for a codec veneer does not
// write.
void take_codec_of_name(const std::string& path, WritingOptions& options);

// The codec with its level, and the format. A level that the codec does not have, or a format that
// is not of the codec, is wrong usage: throws CLI::ValidationError.
layer::Compression compression(const WritingOptions& options);

// The files that --prioritize names, if there are any. Throws layer::Error if one cannot be read.
std::optional<layer::StartFiles::Listed> listed_start_files(const WritingOptions& options);

// Adds the paths at which the plan has a link in place of a listed file, which is stored elsewhere.
void add_linked_start_files(const layer::FileTree& tree, const layer::ImagePlan& plan,
                            layer::StartFiles& start);

// Calls layer::write_layers() and shows a progress line meanwhile. Layers that are pulled lazily
// begin with what a start needs.
std::vector<layer::WrittenLayer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                              const WritingOptions& options,
                                              const layer::StartFiles& start, unsigned jobs,
                                              layer::LayerSink& sink, const Tools& tools);

}  // namespace cmd
