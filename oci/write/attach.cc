// Makes the manifest first, and the list of manifests when the layout is locked.
#include "oci/write/attach.h"

#include <fmt/core.h>

#include <algorithm>
#include <memory>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "layer/disk/temporaries.h"
#include "layer/disk/undo.h"
#include "oci/model/manifest.h"
#include "oci/read/source.h"
#include "oci/read/stored_image.h"
#include "oci/write/layout_directory.h"
#include "oci/write/layout_index.h"

namespace oci {
namespace {

constexpr std::string_view kTitleAnnotation = "org.opencontainers.image.title";

struct Artifact {
  Descriptor manifest;  // as the list has it: distribution-spec, "Listing Referrers"
  std::string bytes;
  Descriptor file;
};

Artifact make_artifact(const Descriptor& subject, const Blob& file, const Attachment& attachment) {
  Artifact artifact;
  artifact.file.media_type = attachment.media_type;
  artifact.file.digest = hash_blob(file);
  artifact.file.size = file.size();
  artifact.file.annotations[std::string(kTitleAnnotation)] = attachment.title;
  const Json of_subject{{"mediaType", subject.media_type},
                        {"digest", subject.digest.to_string()},
                        {"size", subject.size}};
  Json json{{"schemaVersion", 2},
            {"mediaType", kManifestType},
            {"artifactType", attachment.artifact_type},
            {"config", to_json(describe_blob(kEmptyType, kEmptyDocument))},
            {"layers", Json::array({to_json(artifact.file)})},
            {"subject", of_subject}};
  if (!attachment.annotations.empty()) json["annotations"] = attachment.annotations;
  artifact.bytes = dump_json(json);
  artifact.manifest = describe_blob(kManifestType, artifact.bytes);
  artifact.manifest.artifact_type = attachment.artifact_type;
  artifact.manifest.annotations = attachment.annotations;
  return artifact;
}

bool has_entry(const Json& list, const Json& entry) {
  return std::ranges::any_of(list["manifests"], [&entry](const Json& listed) {
    return listed.value("digest", "") == entry.value("digest", "");
  });
}

// The index with the tag as it is now; of several, with what each of them lists. An index without
// entries if there is none.
Json read_list(const std::string& layout, const std::string& tag) {
  const std::unique_ptr<Source> source = open_directory(layout);
  const Json index = read_layout_index(layout);
  Json list;
  for (const Json& entry : index["manifests"]) {
    if (tag_of_entry(entry) != tag) continue;
    const Descriptor descriptor = parse_descriptor(JsonField(entry, source->name_of("index.json")));
    const Blob blob = source->get(descriptor.digest);
    if (descriptor.kind() != MediaKind::kIndex) {
      throw layer::Error({blob.name()}, fmt::format("has the tag '{}', but is no index that lists "
                                                    "what is attached to an image",
                                                    tag));
    }
    Json document = parse_json(read_text(blob, descriptor), blob.name());
    for (const JsonField& listed :
         index_entries(JsonField(document, blob.name()), descriptor.media_type)) {
      listed.at("digest").text();
    }
    if (list.is_null()) {
      list = std::move(document);
      continue;
    }
    for (const Json& other : document["manifests"]) {
      if (!has_entry(list, other)) list["manifests"].push_back(other);
    }
  }
  if (!list.is_null()) return list;
  return {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
}

bool has_all_parts(const std::string& layout, const Artifact& artifact) {
  const std::unique_ptr<Source> source = open_directory(layout);
  const Descriptor config = describe_blob(kEmptyType, kEmptyDocument);
  return std::ranges::all_of(
      std::vector{&artifact.manifest, &artifact.file, &config}, [&source](const Descriptor* part) {
        const std::optional<Blob> blob = source->find(blob_path(part->digest));
        return blob && blob->size() == part->size;
      });
}

Image make_list(const std::string& layout, const std::string& tag, const Json& list) {
  Image index;
  index.manifest_bytes = dump_json(list);
  if (index.manifest_bytes.size() > kMaxJsonBytes) {
    throw layer::Error({layout}, fmt::format("the list of what is attached to the image, '{}', "
                                             "would be larger than {} MiB",
                                             tag, kMaxJsonBytes >> 20));
  }
  const auto type = list.find("mediaType");
  const bool is_stated = type != list.end() && !type->is_null();
  index.manifest = describe_blob(is_stated ? type->get<std::string>() : std::string(kIndexType),
                                 index.manifest_bytes);
  index.config_bytes = kEmptyDocument;
  index.config = describe_blob(kEmptyType, kEmptyDocument);
  return index;
}

}  // namespace

Descriptor find_subject(const FoundSource& found, const std::optional<Platform>& platform) {
  const auto& [source, reference] = found;
  const std::vector<Descriptor> named = find_named(*source, reference);
  if (platform || named.size() > 1) {
    Descriptor chosen = choose_manifest(*source, named, reference, platform);
    check_platform(open_manifest(*source, reference.to_string(), chosen), platform);
    return chosen;
  }
  const Descriptor& only = named.front();
  if (only.kind() != MediaKind::kManifest && only.kind() != MediaKind::kIndex) {
    throw layer::Error(
        {reference.to_string()},
        fmt::format("is neither a manifest nor an index, but '{}'", only.media_type));
  }
  read_text(source->get(only.digest), only);
  return only;
}

AttachedFile attach_file(const std::string& layout, const Descriptor& subject, const Blob& file,
                         const Attachment& attachment) {
  const Artifact artifact = make_artifact(subject, file, attachment);
  const Json entry = to_json(artifact.manifest);
  const std::string tag = referrers_tag(subject.digest);
  const Json before = read_list(layout, tag);
  if (has_entry(before, entry) && has_all_parts(layout, artifact)) {
    return {artifact.manifest, before["manifests"].size(), false};
  }
  const std::unique_ptr<Destination> destination =
      open_layout({Transport::kOci, layout, tag}, ExistingBlobs::kCopy);
  destination->add(artifact.file, file);
  destination->add(artifact.manifest, artifact.bytes);
  destination->await();  // from here on the list is nobody else's
  Json list = read_list(layout, tag);
  if (!has_entry(list, entry)) list["manifests"].push_back(entry);
  destination->prepare(make_list(layout, tag, list));
  const layer::Undisturbed section;
  layer::Undo undo;
  destination->show(undo);
  undo.keep();
  return {artifact.manifest, list["manifests"].size(), true};
}

}  // namespace oci
