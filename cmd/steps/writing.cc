// Knows the names and levels of codecs.
#include "cmd/steps/writing.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

#include "cmd/options/choice.h"
#include "cmd/options/number_values.h"
#include "cmd/report/manners.h"
#include "cmd/report/progress_line.h"
#include "layer/base/error.h"
#include "layer/bsdtar/archive_form.h"
#include "layer/read/input_file.h"

namespace cmd {
namespace {

int max_level(layer::Codec codec) {
  switch (codec) {
    case layer::Codec::kNone:
      return 0;
    case layer::Codec::kGzip:
      return 12;
    case layer::Codec::kZstd:
      return 19;
  }
  return 0;
}

layer::Codec codec_of(CompressionWord word) {
  switch (word) {
    case CompressionWord::kGzip:
    case CompressionWord::kEstargz:
      return layer::Codec::kGzip;
    case CompressionWord::kZstd:
    case CompressionWord::kZstdChunked:
      return layer::Codec::kZstd;
    case CompressionWord::kNone:
      return layer::Codec::kNone;
  }
  throw std::logic_error("no such compression");
}

layer::LayerFormat format_of(const WritingOptions& options) {
  if (options.compression == CompressionWord::kEstargz) return layer::LayerFormat::kEstargz;
  if (options.compression == CompressionWord::kZstdChunked) return layer::LayerFormat::kZstdChunked;
  return options.format;
}

bool is_word_given(const WritingOptions& options) {
  return options.compression_option != nullptr && options.compression_option->count() > 0;
}

// The compression without a level.
layer::Compression chosen_form(const WritingOptions& options) {
  const layer::LayerFormat format = format_of(options);
  const bool is_chunked = format == layer::LayerFormat::kZstdChunked && !is_word_given(options);
  return {is_chunked ? layer::Codec::kZstd : codec_of(options.compression), 0, format};
}

// A line of a list of files that a start needs: a path in the image, or on this machine.
void add_listed(std::string_view line, layer::StartFiles::Listed& listed) {
  struct stat status {};
  if (line.starts_with('/') && stat(std::string(line).c_str(), &status) == 0) {
    listed.files.insert({status.st_dev, status.st_ino});
  }
  while (line.starts_with('/') || line.starts_with("./")) line.remove_prefix(1);
  listed.paths.emplace(line);
}

}  // namespace

void add_codec_options(CLI::App& command, WritingOptions& options, const std::string& help) {
  options.compression_option =
      command.add_option("--compression", options.compression, help)
          ->transform(one_of<CompressionWord>({{"gzip", CompressionWord::kGzip},
                                               {"zstd", CompressionWord::kZstd},
                                               {"estargz", CompressionWord::kEstargz},
                                               {"zstd:chunked", CompressionWord::kZstdChunked},
                                               {"none", CompressionWord::kNone}}))
          ->type_name("gzip|zstd|estargz|zstd:chunked|none")
          ->group("Layers");
  command
      .add_option("--level", options.level,
                  "Compression level: gzip 1 to 12 (default 6), zstd 1 to 19 (default 3)")
      ->transform(number_from_to(0, 19))
      ->type_name("N")
      ->group("Layers");
}

void add_writing_options(CLI::App& command, WritingOptions& options) {
  add_codec_options(
      command, options,
      "Compression of layers: gzip (default), zstd or none; estargz: gzip with a table "
      "of contents, so that engines can start an image before they have all of it; "
      "zstd:chunked: zstd with one, so that podman pulls only files that it lacks. "
      "Not every engine reads zstd");
  command
      .add_option("--format", options.format,
                  "Form of layers: tar (default), or estargz or zstd:chunked, which are the same "
                  "as with --compression")
      ->transform(one_of<layer::LayerFormat>({{"tar", layer::LayerFormat::kTar},
                                              {"estargz", layer::LayerFormat::kEstargz},
                                              {"zstd:chunked", layer::LayerFormat::kZstdChunked}}))
      ->type_name("tar|estargz|zstd:chunked")
      ->group("Layers");
  command
      .add_option("--prioritize", options.prioritized,
                  "A list of files that a start needs, one path per line, in the image or on this "
                  "machine: eStargz layers begin with them (default: those of Python's start and "
                  "of the program)")
      ->type_name("FILE")
      ->take_all()
      ->group("Layers");
  add_tool_options(command, options.tools);
}

bool is_compression_chosen(const WritingOptions& options) {
  return is_word_given(options) || options.format != layer::LayerFormat::kTar;
}

void take_codec_of_name(const std::string& path, WritingOptions& options) {
  const std::string name = layer::codec_of_name(path);
  std::optional<layer::Codec> codec;
  if (path.ends_with(".tar")) codec = layer::Codec::kNone;
  if (name == "gzip") codec = layer::Codec::kGzip;
  if (name == "zstd") codec = layer::Codec::kZstd;
  if (!codec && (!name.empty() || layer::names_other_format(path))) {
    throw layer::Error({path}, "is not a name for a layer: a layer is a tar archive")
        .with_help("use a name that ends in .tar, .tar.gz or .tar.zst");
  }
  const layer::Compression chosen = chosen_form(options);
  if (codec && is_compression_chosen(options) && *codec != chosen.codec) {
    throw layer::Error({path},
                       fmt::format("is a name for --compression={}, but --compression is {}",
                                   layer::codec_name(*codec), layer::compression_name(chosen)))
        .with_help("leave --compression out, or give the file another name");
  }
  if (codec == layer::Codec::kNone && options.level) {
    throw layer::Error({path}, "is a name for an uncompressed tar archive, but --level is given")
        .with_help("leave --level out, or use a name that ends in .tar.gz or .tar.zst");
  }
  if (!codec || is_compression_chosen(options)) return;
  options.compression = codec == layer::Codec::kNone   ? CompressionWord::kNone
                        : codec == layer::Codec::kZstd ? CompressionWord::kZstd
                                                       : CompressionWord::kGzip;
}

layer::Compression compression(const WritingOptions& options) {
  layer::Compression chosen = chosen_form(options);
  const bool is_estargz = chosen.format == layer::LayerFormat::kEstargz;
  const layer::Codec needed = is_estargz ? layer::Codec::kGzip : layer::Codec::kZstd;
  if (chosen.has_toc() && chosen.codec != needed) {
    throw CLI::ValidationError(
        "--format", fmt::format("{} layers are compressed by {}; leave --compression={} out",
                                layer::compression_name(chosen), layer::codec_name(needed),
                                layer::codec_name(chosen.codec)));
  }
  if (!is_estargz && !options.prioritized.empty()) {
    throw CLI::ValidationError("--prioritize",
                               "needs --compression=estargz; other layers have one order");
  }
  if (chosen.codec == layer::Codec::kNone && options.level) {
    throw CLI::ValidationError(
        "--level", "--compression=none has no levels; leave one of the two options out");
  }
  chosen.level = options.level.value_or(layer::default_level(chosen.codec));
  if (chosen.codec != layer::Codec::kNone &&
      (chosen.level < 1 || chosen.level > max_level(chosen.codec))) {
    throw CLI::ValidationError(
        "--level", fmt::format("{} has levels 1 to {}, not {}", layer::compression_name(chosen),
                               max_level(chosen.codec), chosen.level));
  }
  return chosen;
}

std::optional<layer::StartFiles::Listed> listed_start_files(const WritingOptions& options) {
  if (options.prioritized.empty()) return std::nullopt;
  layer::StartFiles::Listed listed;
  for (const std::string& path : options.prioritized) {
    layer::StringArena arena;
    layer::Lines lines(layer::read_input_file(path, arena), layer::LineEnd::kLfOrCrLf);
    while (lines.next()) {
      if (!lines.line().empty() && !lines.line().starts_with('#')) {
        add_listed(lines.line(), listed);
      }
    }
  }
  return listed;
}

void add_linked_start_files(const layer::FileTree& tree, const layer::ImagePlan& plan,
                            layer::StartFiles& start) {
  if (!start.listed || start.listed->files.empty()) return;
  for (const layer::LayerPlan& layer : plan.layers) {
    for (const layer::TarEntry& entry : layer.entries) {
      if (entry.tree_entry >= tree.entries.size()) continue;
      const layer::Stamp* stamp = tree.entries[entry.tree_entry].stamp;
      if (stamp != nullptr && start.listed->files.contains({stamp->device, stamp->inode})) {
        start.listed->paths.emplace(entry.path);
      }
    }
  }
}

std::vector<layer::WrittenLayer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                              const WritingOptions& options,
                                              const layer::StartFiles& start, unsigned jobs,
                                              layer::LayerSink& sink, const Tools& tools) {
  const layer::TraceScope step(tools.trace.get(), "write layers");
  layer::Progress progress;
  progress.trace = tools.trace.get();
  if (options.tools.session != nullptr) progress.is_cancelled = options.tools.session->is_cancelled;
  std::optional<ProgressLine> line;
  if (!is_quiet())
    line.emplace(Amount{progress.tar_bytes_done, progress.tar_bytes_total}, options.is_logged);
  const layer::Compression chosen = compression(options);
  std::vector<layer::LayerPlan> ordered;
  const bool is_estargz = chosen.format == layer::LayerFormat::kEstargz;
  for (const layer::LayerPlan& plan : plans) {
    if (is_estargz) ordered.push_back(layer::order_for_start(plan, start));
    if (chosen.format == layer::LayerFormat::kZstdChunked) layer::check_toc_names(plan);
  }
  return layer::write_layers(is_estargz ? ordered : plans, chosen, jobs, sink, progress,
                             tools.store.get());
}

}  // namespace cmd
