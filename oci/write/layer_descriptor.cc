// Reads and writes BLOB.json; without one, finds out the same by reading BLOB.
#include "oci/write/layer_descriptor.h"

#include <fmt/core.h>
#include <sys/stat.h>

#include <cerrno>
#include <nlohmann/json.hpp>

#include "oci/model/annotations.h"
#include "oci/read/decompress.h"

namespace oci {
namespace {

constexpr std::string_view kEmptyTar =
    "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";
constexpr std::string_view kItsDescriptor = "its descriptor";

std::string base_name(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

bool file_exists(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) return true;
  if (errno == ENOENT) return false;
  throw layer::system_error(path, "cannot stat", errno);
}

NewLayer read_descriptor(const std::string& path) {
  const std::shared_ptr<const File> file = open_file(path);
  const Json document = parse_json(read_text(Blob(file, 0, file_size(*file), path)), path);
  return parse_layer_descriptor(JsonField(document, path));
}

NewLayer measure(const Blob& blob, const layer::Limits& limits) {
  UnpackBudget budget(limits.unpacked, blob.size());
  const MeasuredLayer measured = measure_layer(blob, budget);
  NewLayer layer;
  layer.descriptor.media_type = layer_media_type(measured.codec);
  layer.descriptor.digest = measured.digest;
  layer.descriptor.size = measured.size;
  layer.diff_id = measured.diff_id;
  return layer;
}

}  // namespace

Json layer_descriptor_json(const NewLayer& layer) {
  Json json = to_json(layer.descriptor);
  json["diffId"] = layer.diff_id.digest.to_string();
  if (layer.program) {
    json["program"] = {{"entryPoint", layer.program->entry_point},
                       {"workingDirectory", layer.program->working_directory}};
  }
  if (layer.base) json["base"] = layer.base->to_string();
  return json;
}

NewLayer parse_layer_descriptor(const JsonField& document) {
  NewLayer layer;
  layer.descriptor = parse_descriptor(document);
  if (!is_layer(layer.descriptor.kind())) {
    throw document.at("mediaType")
        .error(
            fmt::format("'{}' is not a known media type of a layer", layer.descriptor.media_type));
  }
  layer.descriptor.media_type = layer_media_type(layer.descriptor.kind());
  layer.descriptor.platform.reset();
  layer.diff_id.digest = digest_field(document.at("diffId"));
  if (const auto program = document.find("program")) {
    layer.program = {program->at("entryPoint").text(), program->at("workingDirectory").text()};
  }
  if (const auto base = document.find("base")) layer.base = digest_field(*base);
  const auto name = layer.descriptor.annotations.find(std::string(kLayerNameAnnotation));
  if (name != layer.descriptor.annotations.end()) {
    layer.created_by = "veneer: layer " + name->second;
  }
  return layer;
}

std::string layer_descriptor_path(const std::string& blob_path) {
  return blob_path + ".json";
}

bool is_empty_layer(const NewLayer& layer) {
  return layer.diff_id.digest.to_string() == kEmptyTar;
}

LayerBlob open_layer_blob(const std::string& path, const layer::Limits& limits) {
  const std::shared_ptr<const File> file = open_file(path);
  const Blob blob(file, 0, file_size(*file), path);
  const std::string beside = layer_descriptor_path(path);
  const bool is_described = file_exists(beside);
  NewLayer layer = is_described ? read_descriptor(beside) : measure(blob, limits);
  if (is_described) {
    check_size(blob, layer.descriptor);
    check_codec(blob, layer.descriptor, kItsDescriptor);
  }
  if (layer.created_by.empty()) layer.created_by = "veneer: layer " + base_name(path);
  return {std::move(layer), blob, is_described};
}

ImageLayer stored_layer(const LayerBlob& layer) {
  return {layer.layer.descriptor, layer.layer.diff_id, layer.blob, kItsDescriptor};
}

std::optional<layer::Program> suggested_program(std::span<const LayerBlob> layers,
                                                layer::Diagnostics& found) {
  const LayerBlob* first = nullptr;
  for (const LayerBlob& layer : layers) {
    if (!layer.layer.program) continue;
    if (first == nullptr) first = &layer;
    const layer::Program& program = *layer.layer.program;
    const layer::Program& before = *first->layer.program;
    if (program == before) continue;
    found.warn({{layer.blob.name()},
                fmt::format("is a layer of the program '{}', but another layer is of '{}': the "
                            "image starts neither",
                            program.entry_point, before.entry_point),
                {{{first->blob.name()}, "the other layer"}},
                "name the program to start with --entrypoint and --workdir"});
    return std::nullopt;
  }
  return first == nullptr ? std::nullopt : first->layer.program;
}

}  // namespace oci
