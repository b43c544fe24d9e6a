// Manifests, configs, indexes, descriptors: what was read must print as what reads the same. Tables
// of contents are only read.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "layer/base/error.h"
#include "oci/model/config.h"
#include "oci/model/config_changes.h"
#include "oci/model/manifest.h"
#include "oci/toc/table_reader.h"
#include "oci/write/layer_descriptor.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

constexpr const char* kDocument = "document";

// Calls `read` with the document's root, and returns its result.
template <typename Read>
auto read_document(std::string_view bytes, Read read) {
  const oci::Json document = oci::parse_json(bytes, kDocument);
  return read(oci::JsonField(document, kDocument));
}

// Reads a document into a value, prints that, and does both again.
template <typename Parse>
auto read_twice(std::string_view bytes, Parse parse) {
  const auto value = read_document(bytes, parse);
  const std::string text = oci::dump_json(oci::to_json(value));
  const auto again = read_document(text, parse);
  require_same(text, oci::dump_json(oci::to_json(again)), "a document changes when it is read");
  return value;
}

}  // namespace

void read_config(std::string_view bytes) {
  oci::ImageConfig config = read_twice(bytes, oci::parse_config);
  oci::repair_history(config);
  oci::ConfigChanges changes;
  for (const std::string& variable : config.env) {
    changes.env.push_back(oci::parse_env(variable));
  }
  oci::to_json(oci::apply_changes(config, changes));
}

void read_manifest(std::string_view bytes) {
  read_twice(bytes, [](const oci::JsonField& field) { return oci::parse_manifest(field, {}); });
}

void read_index(std::string_view bytes) {
  read_document(bytes, [](const oci::JsonField& field) {
    for (const oci::JsonField& entry : oci::index_entries(field, {})) {
      const oci::Descriptor descriptor = oci::parse_descriptor(entry);
      if (descriptor.platform) oci::fitness({"linux", "arm", "v7"}, *descriptor.platform);
      read_twice(oci::dump_json(oci::to_json(descriptor)), oci::parse_descriptor);
    }
    return true;
  });
}

void read_layer_descriptor(std::string_view bytes) {
  const oci::NewLayer layer = read_document(bytes, oci::parse_layer_descriptor);
  const std::string text = oci::dump_json(oci::layer_descriptor_json(layer));
  const oci::NewLayer again = read_document(text, oci::parse_layer_descriptor);
  require_same(text, oci::dump_json(oci::layer_descriptor_json(again)),
               "a layer's descriptor changes when it is read");
}

void read_table(std::string_view bytes) {
  oci::TableReader table(std::string(bytes), kDocument);
  while (table.next()) {
  }
}

}  // namespace fuzz
