// Parses locks strictly, because a mistake in one would silently move packages.
#include "layer/model/layer_lock.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "layer/base/json.h"
#include "layer/model/layer_name.h"

namespace layer {
namespace {

constexpr uint64_t kFormat = 1;
constexpr uint64_t kMaxBuckets = 127;  // no image has more layers

void check_members(const JsonField& root) {
  for (const std::string& name : root.names()) {
    if (name != "format" && name != "buckets" && name != "packages") {
      throw root.error(
          fmt::format("unknown member '{}': expected format, buckets and packages", name));
    }
  }
}

unsigned read_buckets(const JsonField& field) {
  const uint64_t buckets = field.size();
  if (buckets < 1 || buckets > kMaxBuckets) {
    throw field.error(fmt::format("expected 1 to {}, found {}", kMaxBuckets, buckets));
  }
  return static_cast<unsigned>(buckets);
}

void check_layer(const JsonField& field, unsigned buckets) {
  const std::string& layer = field.text();
  const unsigned bucket = bucket_number(layer);
  if (bucket > buckets || layer == "packages") {
    throw field.error(
        fmt::format("layer '{}' is not one of the {} buckets: expected packages-1 to packages-{}",
                    layer, buckets, buckets));
  }
  if (bucket != 0) return;
  if (const std::string_view why = layer_name_fault(layer); !why.empty()) {
    throw field.error(fmt::format("layer '{}' {}", layer, why));
  }
  if (layer == kInterpreterLayer || layer == kAppLayer) {
    throw field.error(fmt::format("layer '{}' is not a layer of packages", layer));
  }
}

}  // namespace

LayerLock parse_layer_lock(std::string_view text, const std::string& file) {
  const Json document = parse_json(text, file);
  const JsonField root(document, file);
  const JsonField format = root.at("format");
  if (format.size() != kFormat) {
    throw format.error(fmt::format("lock format {}: this veneer reads {}", format.size(), kFormat));
  }
  check_members(root);
  LayerLock lock;
  lock.buckets = read_buckets(root.at("buckets"));
  const JsonField packages = root.at("packages");
  for (const std::string& name : packages.names()) {
    check_layer(packages.at(name), lock.buckets);
    lock.packages.emplace(name, packages.at(name).text());
  }
  return lock;
}

std::string layer_lock_text(const LayerLock& lock) {
  const Json document{
      {"format", kFormat}, {"buckets", lock.buckets}, {"packages", Json(lock.packages)}};
  return document.dump(1) + "\n";
}

}  // namespace layer
