// Reads all that the image's name leads to, converts it, and lets it appear.
#include "cmd/convert.h"

#include <fmt/core.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cmd/inspect/subject.h"
#include "cmd/options/check_with.h"
#include "cmd/options/choice.h"
#include "cmd/options/image_options.h"
#include "cmd/options/limit_options.h"
#include "cmd/options/number_values.h"
#include "cmd/report/manners.h"
#include "cmd/report/messages.h"
#include "cmd/report/progress_line.h"
#include "cmd/report/results.h"
#include "cmd/steps/writing.h"
#include "layer/base/trace.h"
#include "oci/convert/convert_image.h"
#include "oci/model/known_platform.h"

namespace cmd {
namespace {

enum class ConvertFormat : uint8_t { kKeep, kOci, kEstargz, kZstdChunked };

struct ConvertArguments {
  std::string source;
  std::string destination;
  std::string tag;
  std::string platform;
  WritingOptions writing;
  bool recompress = false;
  ConvertFormat format = ConvertFormat::kKeep;
  layer::Limits limits;
  unsigned jobs = 1;
  std::optional<std::string> digest_file;
};

oci::ImageReference destination(const ConvertArguments& options) {
  oci::ImageReference place = oci::parse_destination(options.destination);
  if (options.tag.empty()) return place;
  if (!place.name.empty()) {
    throw CLI::ValidationError(
        "--tag",
        fmt::format("'{}' names the image already; leave one of the two out", options.destination));
  }
  place.name = options.tag;
  return oci::parse_destination(place.to_string());
}

bool is_codec_chosen(const ConvertArguments& options) {
  return is_compression_chosen(options.writing);
}

oci::LayerConversion layer_conversion(const ConvertArguments& options) {
  oci::LayerConversion conversion;
  if (is_codec_chosen(options)) {
    conversion.compression = compression(options.writing);
  } else if (options.writing.level || options.recompress) {
    throw CLI::ValidationError(options.writing.level ? "--level" : "--recompress",
                               "needs --compression, which says what layers are compressed with");
  }
  if (options.recompress) conversion.anew = oci::LayersAnew::kAll;
  conversion.jobs = options.jobs;
  return conversion;
}

void check_form(const oci::ImageReference& place, const oci::ImageDocument& document) {
  if (place.transport != oci::Transport::kDockerArchive || document.image) return;
  throw layer::Error({place.to_string()}, "a docker archive holds images for one platform only")
      .with_help("choose one with --platform, or write to oci:DIR or oci-archive:FILE");
}

std::string summary_text(const oci::ConversionSummary& summary, double seconds) {
  std::string text = counted(summary.kept + summary.anew, "layer");
  if (summary.images > 1) text += fmt::format(" of {} images", summary.images);
  text += summary.anew == 0 ? ": all kept as they are"
                            : fmt::format(": {} compressed anew, {} kept as they are", summary.anew,
                                          summary.kept);
  text += fmt::format("; {}", human_size(summary.size));
  if (summary.anew > 0) text += fmt::format(" instead of {}", human_size(summary.size_before));
  return text + fmt::format("; {:.2f} s", seconds);
}

void run_convert(const ConvertArguments& options) {
  const auto begin = std::chrono::steady_clock::now();
  const oci::ImageReference place = destination(options);
  oci::LayerConversion conversion = layer_conversion(options);
  std::vector<NamedOutput> named = image_outputs({place});
  if (options.digest_file) named.push_back({"--digest-file", *options.digest_file});
  const std::string& trace = options.writing.tools.timing.trace_file;
  if (!trace.empty()) named.push_back({"--trace", trace});
  check_outputs(named);
  const Tools tools = open_tools(options.writing.tools);
  conversion.store = tools.store.get();
  conversion.context = {scratch_folder(place.path), options.limits};
  std::optional<oci::Platform> platform;
  if (!options.platform.empty()) platform = oci::parse_platform(options.platform);
  const oci::ImageDocument document = [&] {
    const layer::TraceScope step(tools.trace.get(), "read documents");
    return oci::read_documents(oci::find_source(options.source, conversion.context), platform,
                               options.limits);
  }();
  check_form(place, document);
  oci::Delivery delivery({place}, conversion.context.scratch);
  layer::Progress progress;
  progress.trace = tools.trace.get();
  conversion.progress = &progress;
  const oci::ConvertedImage converted = [&] {
    const layer::TraceScope step(tools.trace.get(), "convert layers");
    std::optional<ProgressLine> line;
    if (!is_quiet()) {
      line.emplace(Amount{progress.tar_bytes_done, progress.tar_bytes_total}, false);
    }
    const bool is_oci = options.format == ConvertFormat::kOci;
    return oci::convert_image(document, conversion,
                              is_oci ? oci::DocumentForm::kOci : oci::DocumentForm::kKept,
                              delivery);
  }();
  commit_store(tools.store.get(), options.writing.tools.store);
  print_warnings(oci::delivery_warnings({place}, converted.image));
  delivery.prepare(converted.image);
  std::vector<layer::ResultFile> files = digest_file(options.digest_file, converted.image);
  add_trace_file(tools.trace.get(), options.writing.tools.timing, files);
  show_results(&delivery, files);
  print_timings(tools.trace.get(), options.writing.tools.timing);
  if (is_quiet()) return;
  std::FILE* const out = take_stdout(named) ? stderr : stdout;
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  print_line(out, summary_text(converted.summary, time.count()));
  print_line(out,
             fmt::format("{} {}", place.to_string(), converted.image.manifest.digest.to_string()));
}

void add_conversion_options(CLI::App& command, ConvertArguments& options) {
  add_codec_options(
      command, options.writing,
      "Compress layers with it: gzip, zstd, none, estargz or zstd:chunked (default: "
      "layers stay as they are). Layers that have this compression already stay, too");
  command
      .add_flag("--recompress", options.recompress,
                "Compress also those layers anew that have the compression already, as for "
                "another --level")
      ->group("Layers");
  add_tool_options(command, options.writing.tools);
  command
      .add_option("--format", options.format,
                  "Media types of manifests: keep (default) or oci. Docker's are kept, unless a "
                  "layer is compressed with zstd or estargz, which need OCI's. estargz and "
                  "zstd:chunked are the same as with --compression")
      ->transform(one_of<ConvertFormat>({{"keep", ConvertFormat::kKeep},
                                         {"oci", ConvertFormat::kOci},
                                         {"estargz", ConvertFormat::kEstargz},
                                         {"zstd:chunked", ConvertFormat::kZstdChunked}}))
      ->type_name("keep|oci|estargz|zstd:chunked");
  command
      .add_option("--platform", options.platform,
                  "Of several images only that for OS/ARCHITECTURE[/VARIANT] (default: all)")
      ->type_name("PLATFORM")
      ->check(check_with(oci::parse_known_platform));
  command
      .add_option("--tag", options.tag,
                  "Name of the image at DST, if DST states none: a tag, or NAME:TAG")
      ->type_name("TAG");
}

}  // namespace

void add_convert_command(CLI::App& app) {
  const auto options = std::make_shared<ConvertArguments>();
  CLI::App* command = app.add_subcommand(
      "convert", "Copy an image to another place, with another compression of its layers");
  add_image_argument(*command, "SRC", options->source);
  command
      ->add_option("DST", options->destination,
                   "Where to write the image: oci:DIR[:TAG], oci-archive:FILE[:TAG] or "
                   "docker-archive:FILE[:NAME:TAG]; - as FILE is stdout")
      ->required()
      ->check(check_with(oci::parse_destination));
  add_conversion_options(*command, *options);
  options->jobs = std::max(1U, std::thread::hardware_concurrency());
  command->add_option("-j,--jobs", options->jobs, "Number of threads (default: one per core)")
      ->transform(number_from_to(1, 1024))
      ->type_name("N");
  add_limit_options(*command, options->limits);
  add_digest_file_option(*command, options->digest_file);
  command->callback([options] {
    if (options->format == ConvertFormat::kEstargz) {
      options->writing.format = layer::LayerFormat::kEstargz;
    }
    if (options->format == ConvertFormat::kZstdChunked) {
      options->writing.format = layer::LayerFormat::kZstdChunked;
    }
    run_with_tools(options->writing.tools, [&options] { run_convert(*options); });
  });
}

}  // namespace cmd
