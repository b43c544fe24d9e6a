// Taken from image-spec (specs-go/v1), Docker (image.Image, container.Config, tarexport),
// containers/image (manifest.Schema2Image) and go-containerregistry (pkg/v1).
#include "oci/model/known_members.h"

#include <stdexcept>

namespace oci {
namespace {

using Type = MemberType;

constexpr Member kPlatformList[] = {
    {"architecture", Type::kText}, {"os", Type::kText},
    {"os.version", Type::kText},   {"os.features", Type::kTexts},
    {"variant", Type::kText},      {"features", Type::kTexts},  // only Docker has the last one
};
constexpr Members kPlatform{kPlatformList};

constexpr Member kDescriptorList[] = {
    {"mediaType", Type::kText},      {"digest", Type::kText},
    {"size", Type::kSize},           {"urls", Type::kTexts},
    {"annotations", Type::kTextMap}, {"data", Type::kBytes},
    {"artifactType", Type::kText},   {"platform", Type::kObject, &kPlatform},
};
constexpr Members kDescriptor{kDescriptorList};

constexpr Member kLayoutList[] = {{"imageLayoutVersion", Type::kText}};
constexpr Members kLayout{kLayoutList};

// Members of the other kinds of manifest are refused elsewhere: oci/model/manifest.h.
constexpr Member kIndexList[] = {
    {"schemaVersion", Type::kInteger},
    {"mediaType", Type::kText},
    {"artifactType", Type::kText},
    {"manifests", Type::kObjects, &kDescriptor},
    {"subject", Type::kObject, &kDescriptor},
    {"annotations", Type::kTextMap},
    {"config", Type::kAny},
    {"layers", Type::kAny},
    {"fsLayers", Type::kAny},
};
constexpr Members kIndex{kIndexList};

constexpr Member kManifestList[] = {
    {"schemaVersion", Type::kInteger},
    {"mediaType", Type::kText},
    {"artifactType", Type::kText},
    {"config", Type::kObject, &kDescriptor},
    {"layers", Type::kObjects, &kDescriptor},
    {"subject", Type::kObject, &kDescriptor},
    {"annotations", Type::kTextMap},
    {"manifests", Type::kAny},
    {"fsLayers", Type::kAny},
};
constexpr Members kManifest{kManifestList};

// Times are in nanoseconds.
constexpr Member kHealthcheckList[] = {
    {"Test", Type::kTexts},          {"Interval", Type::kInteger},      {"Timeout", Type::kInteger},
    {"StartPeriod", Type::kInteger}, {"StartInterval", Type::kInteger}, {"Retries", Type::kInteger},
};
constexpr Members kHealthcheck{kHealthcheckList};

// Docker reads a single string as Cmd, Entrypoint and Shell, too. Others refuse it.
constexpr Member kRunList[] = {
    {"User", Type::kText},
    {"ExposedPorts", Type::kSet},
    {"Env", Type::kTexts},
    {"Entrypoint", Type::kTexts},
    {"Cmd", Type::kTexts},
    {"Volumes", Type::kSet},
    {"WorkingDir", Type::kText},
    {"Labels", Type::kTextMap},
    {"StopSignal", Type::kText},
    {"ArgsEscaped", Type::kFlag},
    {"Healthcheck", Type::kObject, &kHealthcheck},
    {"OnBuild", Type::kTexts},
    {"Shell", Type::kTexts},
    {"StopTimeout", Type::kInteger},
    {"Hostname", Type::kText},
    {"Domainname", Type::kText},
    {"MacAddress", Type::kText},
    {"Image", Type::kText},
    {"AttachStdin", Type::kFlag},
    {"AttachStdout", Type::kFlag},
    {"AttachStderr", Type::kFlag},
    {"Tty", Type::kFlag},
    {"OpenStdin", Type::kFlag},
    {"StdinOnce", Type::kFlag},
    {"NetworkDisabled", Type::kFlag},
    // Of Docker until 1.5; image-spec config.md has them reserved.
    {"Memory", Type::kInteger},
    {"MemorySwap", Type::kInteger},
    {"CpuShares", Type::kInteger},
};
constexpr Members kRun{kRunList};

constexpr Member kRootfsList[] = {{"type", Type::kText}, {"diff_ids", Type::kTexts}};
constexpr Members kRootfs{kRootfsList};

constexpr Member kHistoryList[] = {
    {"created", Type::kTime}, {"created_by", Type::kText},  {"author", Type::kText},
    {"comment", Type::kText}, {"empty_layer", Type::kFlag},
};
constexpr Members kHistory{kHistoryList};

constexpr Member kConfigList[] = {
    {"created", Type::kTime},
    {"author", Type::kText},
    {"architecture", Type::kText},
    {"os", Type::kText},
    {"os.version", Type::kText},
    {"os.features", Type::kTexts},
    {"variant", Type::kText},
    {"config", Type::kObject, &kRun},
    {"rootfs", Type::kObject, &kRootfs},
    {"history", Type::kObjects, &kHistory},
    {"id", Type::kText},
    {"parent", Type::kText},
    {"comment", Type::kText},
    {"container", Type::kText},
    {"container_config", Type::kObject, &kRun},
    {"docker_version", Type::kText},
    // The one is Docker's, the other one buildah's; no reader looks at either.
    {"Size", Type::kInteger},
    {"size", Type::kInteger},
};
constexpr Members kConfig{kConfigList};

constexpr Member kDockerEntryList[] = {
    {"Config", Type::kText},
    {"RepoTags", Type::kTexts},
    {"Layers", Type::kTexts},
    {"Parent", Type::kText},
    {"LayerSources", Type::kObjectMap, &kDescriptor},
};
constexpr Members kDockerEntry{kDockerEntryList};

// stargz-snapshotter, estargz/types.go, JTOC, TOCEntry; containers/storage,
// pkg/chunked/internal/minimal/compression.go, TOC, FileMetadata.
constexpr Member kTableList[] = {
    {"version", Type::kInteger},
    {"entries", Type::kAny},
    {"tarSplitDigest", Type::kText},
};
constexpr Members kTable{kTableList};

constexpr Member kTableEntryList[] = {
    {"name", Type::kText},        {"type", Type::kText},        {"size", Type::kSize},
    {"modtime", Type::kText},     {"accesstime", Type::kText},  {"changetime", Type::kText},
    {"linkName", Type::kText},    {"mode", Type::kInteger},     {"uid", Type::kInteger},
    {"gid", Type::kInteger},      {"userName", Type::kText},    {"groupName", Type::kText},
    {"devMajor", Type::kInteger}, {"devMinor", Type::kInteger}, {"NumLink", Type::kInteger},
    {"xattrs", Type::kTextMap},   {"digest", Type::kText},      {"offset", Type::kSize},
    {"endOffset", Type::kSize},   {"innerOffset", Type::kSize}, {"chunkOffset", Type::kSize},
    {"chunkSize", Type::kSize},   {"chunkType", Type::kText},   {"chunkDigest", Type::kText},
};
constexpr Members kTableEntry{kTableEntryList};

}  // namespace

const Members& known_members(DocumentKind kind) {
  switch (kind) {
    case DocumentKind::kLayout:
      return kLayout;
    case DocumentKind::kIndex:
      return kIndex;
    case DocumentKind::kManifest:
      return kManifest;
    case DocumentKind::kConfig:
      return kConfig;
    case DocumentKind::kDockerEntry:
      return kDockerEntry;
    case DocumentKind::kTable:
      return kTable;
    case DocumentKind::kTableEntry:
      return kTableEntry;
  }
  throw std::logic_error("no such document");
}

}  // namespace oci
