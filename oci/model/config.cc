// Reads and writes the members of a config by name, and carries all others along.
#include "oci/model/config.h"

#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <span>

#include "oci/model/descriptor.h"
#include "oci/model/document_members.h"

namespace oci {
namespace {

constexpr std::string_view kUnknownStep = "a layer that the history of the base image leaves out";

std::string text_of(const JsonField& object, std::string_view name) {
  const std::optional<JsonField> member = object.find(name);
  return member ? member->text() : std::string();
}

std::optional<Arguments> arguments_of(const JsonField& object, std::string_view name) {
  const std::optional<JsonField> member = object.find(name);
  if (!member) return std::nullopt;
  return member->texts();
}

std::set<std::string> set_of(const JsonField& object, std::string_view name) {
  const std::optional<JsonField> member = object.find(name);
  if (!member) return {};
  const std::vector<std::string> names = member->names();
  return {names.begin(), names.end()};
}

StringMap unknown_members(const JsonField& object, std::initializer_list<std::string_view> known) {
  StringMap unknown;
  for (const std::string& name : object.names()) {
    const bool is_known = std::find(known.begin(), known.end(), name) != known.end();
    // null says the same as absence and is not in the JSON schema (image-spec config.md).
    const Json& value = object.value()[name];
    if (!is_known && !value.is_null()) unknown[name] = dump_json(value);
  }
  return unknown;
}

void parse_run(const JsonField& run, ImageConfig& config) {
  config.entrypoint = arguments_of(run, "Entrypoint");
  config.cmd = arguments_of(run, "Cmd");
  if (const auto env = run.find("Env")) config.env = env->texts();
  config.exposed_ports = set_of(run, "ExposedPorts");
  config.volumes = set_of(run, "Volumes");
  if (const auto labels = run.find("Labels")) config.labels = labels->text_map();
  config.user = text_of(run, "User");
  config.working_dir = text_of(run, "WorkingDir");
  config.stop_signal = text_of(run, "StopSignal");
  config.unknown_run = unknown_members(run, {"Entrypoint", "Cmd", "Env", "ExposedPorts", "Volumes",
                                             "Labels", "User", "WorkingDir", "StopSignal"});
}

History parse_step(const JsonField& field) {
  History step{text_of(field, "created"),
               text_of(field, "created_by"),
               text_of(field, "author"),
               text_of(field, "comment"),
               false,
               {}};
  if (const auto empty = field.find("empty_layer")) step.empty_layer = empty->flag();
  step.unknown =
      unknown_members(field, {"created", "created_by", "author", "comment", "empty_layer"});
  return step;
}

void parse_rootfs(const JsonField& rootfs, ImageConfig& config) {
  const JsonField type = rootfs.at("type");
  if (type.text() != "layers") {
    throw type.error(fmt::format("expected 'layers', found '{}'", type.text()));
  }
  for (const JsonField& diff_id : rootfs.at("diff_ids").items()) {
    config.diff_ids.push_back({digest_field(diff_id)});
  }
}

void put(Json& object, const char* name, const std::string& text) {
  if (!text.empty()) object[name] = text;
}

void put(Json& object, const char* name, const std::set<std::string>& names) {
  for (const std::string& member : names) object[name][member] = Json::object();
}

Json object_of(const StringMap& members) {
  Json object = Json::object();
  for (const auto& [name, text] : members) object[name] = Json::parse(text);
  return object;
}

Json run_to_json(const ImageConfig& config) {
  Json run = object_of(config.unknown_run);
  if (config.entrypoint && !config.entrypoint->empty()) run["Entrypoint"] = *config.entrypoint;
  if (config.cmd && !config.cmd->empty()) run["Cmd"] = *config.cmd;
  if (!config.env.empty()) run["Env"] = config.env;
  put(run, "ExposedPorts", config.exposed_ports);
  put(run, "Volumes", config.volumes);
  if (!config.labels.empty()) run["Labels"] = config.labels;
  put(run, "User", config.user);
  put(run, "WorkingDir", config.working_dir);
  put(run, "StopSignal", config.stop_signal);
  return run;
}

Json to_json(const History& step) {
  Json json = object_of(step.unknown);
  put(json, "created", step.created);
  put(json, "created_by", step.created_by);
  put(json, "author", step.author);
  put(json, "comment", step.comment);
  if (step.empty_layer) json["empty_layer"] = true;
  return json;
}

}  // namespace

layer::Digest chain_id(const std::vector<layer::DiffId>& diff_ids) {
  layer::Digest chain = diff_ids.front().digest;
  for (const layer::DiffId& next : std::span(diff_ids).subspan(1)) {
    chain = digest_of(fmt::format("{} {}", chain.to_string(), next.digest.to_string()));
  }
  return chain;
}

ImageConfig parse_config(const JsonField& document) {
  check_members(document, DocumentKind::kConfig);
  ImageConfig config;
  config.created = text_of(document, "created");
  config.author = text_of(document, "author");
  config.platform = {document.at("os").text(), document.at("architecture").text(),
                     text_of(document, "variant")};
  config.unknown = unknown_members(document, {"created", "author", "architecture", "os", "variant",
                                              "config", "rootfs", "history"});
  if (const auto run = document.find("config")) parse_run(*run, config);
  parse_rootfs(document.at("rootfs"), config);
  if (const auto history = document.find("history")) {
    for (const JsonField& step : history->items()) {
      config.history.push_back(step.value().is_null() ? History() : parse_step(step));
    }
  }
  return config;
}

Json to_json(const ImageConfig& config) {
  Json json = object_of(config.unknown);
  put(json, "created", config.created);
  put(json, "author", config.author);
  json["architecture"] = config.platform.architecture;
  json["os"] = config.platform.os;
  put(json, "variant", config.platform.variant);
  if (const Json run = run_to_json(config); !run.empty()) json["config"] = run;
  Json diff_ids = Json::array();
  for (const layer::DiffId& diff_id : config.diff_ids) {
    diff_ids.push_back(diff_id.digest.to_string());
  }
  json["rootfs"] = {{"type", "layers"}, {"diff_ids", std::move(diff_ids)}};
  for (const History& step : config.history) json["history"].push_back(to_json(step));
  return json;
}

void repair_history(ImageConfig& config) {
  const auto made_layer = [](const History& step) { return !step.empty_layer; };
  auto steps =
      static_cast<size_t>(std::count_if(config.history.begin(), config.history.end(), made_layer));
  for (; steps < config.diff_ids.size(); ++steps) {
    History step;
    step.created_by = kUnknownStep;
    config.history.push_back(std::move(step));
  }
  for (auto step = config.history.rbegin(); steps > config.diff_ids.size(); ++step) {
    if (step->empty_layer) continue;
    step->empty_layer = true;
    --steps;
  }
}

}  // namespace oci
