// Knows the names and levels of codecs.
#include "cmd/steps/writing.h"

#include <fmt/core.h>

#include <optional>
#include <string>

#include "cmd/options/choice.h"
#include "cmd/options/number_values.h"
#include "cmd/report/manners.h"
#include "cmd/report/progress_line.h"
#include "layer/base/error.h"
#include "layer/bsdtar/archive_form.h"

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

}  // namespace

void add_codec_options(CLI::App& command, WritingOptions& options, const std::string& help) {
  options.codec_option = command.add_option("--compression", options.codec, help)
                             ->transform(one_of<layer::Codec>({{"gzip", layer::Codec::kGzip},
                                                               {"zstd", layer::Codec::kZstd},
                                                               {"none", layer::Codec::kNone}}))
                             ->type_name("gzip|zstd|none")
                             ->group("Layers");
  command
      .add_option("--level", options.level,
                  "Compression level: gzip 1 to 12 (default 6), zstd 1 to 19 (default 3)")
      ->transform(number_from_to(0, 19))
      ->type_name("N")
      ->group("Layers");
}

void add_writing_options(CLI::App& command, WritingOptions& options) {
  add_codec_options(command, options,
                    "Compression of layers: gzip (default), zstd or none. Not every engine reads "
                    "zstd");
  add_tool_options(command, options.tools);
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
  const bool is_chosen = options.codec_option != nullptr && options.codec_option->count() > 0;
  if (codec && is_chosen && *codec != options.codec) {
    throw layer::Error({path},
                       fmt::format("is a name for --compression={}, but --compression is {}",
                                   layer::codec_name(*codec), layer::codec_name(options.codec)))
        .with_help("leave --compression out, or give the file another name");
  }
  if (codec == layer::Codec::kNone && options.level) {
    throw layer::Error({path}, "is a name for an uncompressed tar archive, but --level is given")
        .with_help("leave --level out, or use a name that ends in .tar.gz or .tar.zst");
  }
  if (codec) options.codec = *codec;
}

layer::Compression compression(const WritingOptions& options) {
  if (options.codec == layer::Codec::kNone && options.level) {
    throw CLI::ValidationError(
        "--level", "--compression=none has no levels; leave one of the two options out");
  }
  const int level = options.level.value_or(layer::default_level(options.codec));
  if (options.codec != layer::Codec::kNone && (level < 1 || level > max_level(options.codec))) {
    throw CLI::ValidationError(
        "--level", fmt::format("{} has levels 1 to {}, not {}", layer::codec_name(options.codec),
                               max_level(options.codec), level));
  }
  return {options.codec, level};
}

std::vector<layer::WrittenLayer> write_layers(const std::vector<layer::LayerPlan>& plans,
                                              const WritingOptions& options, unsigned jobs,
                                              layer::LayerSink& sink, const Tools& tools) {
  const layer::TraceScope step(tools.trace.get(), "write layers");
  layer::Progress progress;
  progress.trace = tools.trace.get();
  if (options.tools.session != nullptr) progress.is_cancelled = options.tools.session->is_cancelled;
  std::optional<ProgressLine> line;
  if (!is_quiet())
    line.emplace(Amount{progress.tar_bytes_done, progress.tar_bytes_total}, options.is_logged);
  return layer::write_layers(plans, compression(options), jobs, sink, progress, tools.store.get());
}

}  // namespace cmd
