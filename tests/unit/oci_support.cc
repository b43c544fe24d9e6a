// libarchive makes and reads the tars; the tests' own hands make everything else.
#include "oci_support.h"

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>

namespace oci::test {
namespace {

namespace fs = std::filesystem;

struct FreeWriter {
  void operator()(archive* writer) const { archive_write_free(writer); }
};
struct FreeReader {
  void operator()(archive* reader) const { archive_read_free(reader); }
};
struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

la_ssize_t append(archive*, void* text, const void* bytes, size_t size) {
  static_cast<std::string*>(text)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

}  // namespace

TemporaryDirectory::TemporaryDirectory() {
  root_ = (fs::temp_directory_path() / "veneer-test-XXXXXX").string();
  REQUIRE(::mkdtemp(root_.data()) != nullptr);
}

TemporaryDirectory::~TemporaryDirectory() {
  std::error_code ignored;
  fs::remove_all(root_, ignored);
}

std::string TemporaryDirectory::path(std::string_view name) const {
  return name.empty() ? root_ : root_ + '/' + std::string(name);
}

void TemporaryDirectory::write(std::string_view name, std::string_view text) const {
  fs::create_directories(fs::path(path(name)).parent_path());
  std::ofstream(path(name), std::ios::binary) << text;
}

std::string TemporaryDirectory::read(std::string_view name) const {
  std::ifstream file(path(name), std::ios::binary);
  REQUIRE_MESSAGE(file.good(), path(name));
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

std::vector<std::string> TemporaryDirectory::list(std::string_view name) const {
  std::vector<std::string> paths;
  const fs::path base = path(name);
  for (const auto& item : fs::recursive_directory_iterator(base)) {
    paths.push_back(item.path().lexically_relative(base).string() +
                    (item.is_directory() ? "/" : ""));
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::string TemporaryDirectory::without_path(std::string text) const {
  for (size_t at = text.find(root_); at != text.npos; at = text.find(root_, at)) {
    text.replace(at, root_.size(), "TMP");
  }
  return text;
}

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const layer::Error& error) {
    return error.what();
  }
  return {};
}

std::string make_tar(const std::vector<TarMember>& members) {
  std::string tar;
  const std::unique_ptr<archive, FreeWriter> writer(archive_write_new());
  REQUIRE(archive_write_set_format_ustar(writer.get()) == ARCHIVE_OK);
  REQUIRE(archive_write_set_bytes_in_last_block(writer.get(), 1) == ARCHIVE_OK);
  REQUIRE(archive_write_open(writer.get(), &tar, nullptr, append, nullptr) == ARCHIVE_OK);
  for (const TarMember& member : members) {
    const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
    archive_entry_set_pathname(entry.get(), member.path.c_str());
    archive_entry_set_perm(entry.get(), 0644);
    archive_entry_set_filetype(entry.get(), member.link.empty() ? AE_IFREG : AE_IFLNK);
    if (!member.link.empty()) archive_entry_set_symlink(entry.get(), member.link.c_str());
    archive_entry_set_size(entry.get(), static_cast<la_int64_t>(member.text.size()));
    REQUIRE(archive_write_header(writer.get(), entry.get()) == ARCHIVE_OK);
    REQUIRE(archive_write_data(writer.get(), member.text.data(), member.text.size()) ==
            static_cast<la_ssize_t>(member.text.size()));
  }
  REQUIRE(archive_write_close(writer.get()) == ARCHIVE_OK);
  return tar;
}

std::vector<TarMember> read_tar(const std::string& path) {
  std::vector<TarMember> members;
  const std::unique_ptr<archive, FreeReader> reader(archive_read_new());
  REQUIRE(archive_read_support_format_tar(reader.get()) == ARCHIVE_OK);
  REQUIRE(archive_read_open_filename(reader.get(), path.c_str(), 10240) == ARCHIVE_OK);
  archive_entry* entry = nullptr;
  while (archive_read_next_header(reader.get(), &entry) == ARCHIVE_OK) {
    CHECK(archive_entry_mtime(entry) == 0);
    CHECK(archive_entry_uid(entry) == 0);
    CHECK(archive_entry_gid(entry) == 0);
    CHECK(archive_entry_perm(entry) == (archive_entry_filetype(entry) == AE_IFDIR ? 0755 : 0644));
    TarMember member{archive_entry_pathname(entry), {}, {}};
    member.text.resize(static_cast<size_t>(archive_entry_size(entry)));
    CHECK(archive_read_data(reader.get(), member.text.data(), member.text.size()) ==
          static_cast<la_ssize_t>(member.text.size()));
    members.push_back(std::move(member));
  }
  return members;
}

std::string gzip(std::string_view bytes) {
  std::string input(bytes);
  std::string out(compressBound(bytes.size()) + 64, '\0');
  z_stream stream{};
  REQUIRE(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK);
  stream.next_in = reinterpret_cast<Bytef*>(input.data());
  stream.avail_in = static_cast<uInt>(input.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  REQUIRE(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(stream.total_out);
  REQUIRE(deflateEnd(&stream) == Z_OK);
  return out;
}

std::string zstd(std::string_view bytes) {
  std::string out(ZSTD_compressBound(bytes.size()), '\0');
  const size_t size = ZSTD_compress(out.data(), out.size(), bytes.data(), bytes.size(), 3);
  REQUIRE(ZSTD_isError(size) == 0);
  out.resize(size);
  return out;
}

TestLayer plain_layer(std::string_view text) {
  const std::string tar = make_tar({{"file", std::string(text), {}}});
  return {tar, std::string(kTarType), digest_of(tar).to_string()};
}

TestLayer gzip_layer(std::string_view text) {
  const TestLayer plain = plain_layer(text);
  return {gzip(plain.bytes), std::string(kTarGzipType), plain.diff_id};
}

Json write_blob(const TemporaryDirectory& folder, const std::string& name,
                std::string_view media_type, const std::string& bytes) {
  folder.write(name + '/' + blob_path(digest_of(bytes)), bytes);
  return {
      {"mediaType", media_type}, {"digest", digest_of(bytes).to_string()}, {"size", bytes.size()}};
}

void write_index(const TemporaryDirectory& folder, const std::string& name,
                 const std::vector<Json>& manifests) {
  folder.write(name + "/oci-layout", R"({"imageLayoutVersion": "1.0.0"})");
  folder.write(name + "/index.json", Json{{"schemaVersion", 2}, {"manifests", manifests}}.dump());
}

Json write_layout(const TemporaryDirectory& folder, const std::string& name,
                  const std::vector<TestLayer>& layers, const Change& change_config,
                  const Change& change_manifest) {
  Json config = {{"architecture", "amd64"},
                 {"os", "linux"},
                 {"rootfs", {{"type", "layers"}, {"diff_ids", Json::array()}}}};
  Json manifest = {{"schemaVersion", 2}, {"mediaType", kManifestType}, {"layers", Json::array()}};
  for (const TestLayer& layer : layers) {
    config["rootfs"]["diff_ids"].push_back(layer.diff_id);
    manifest["layers"].push_back(write_blob(folder, name, layer.media_type, layer.bytes));
  }
  if (change_config) change_config(config);
  manifest["config"] = write_blob(folder, name, kConfigType, config.dump());
  if (change_manifest) change_manifest(manifest);
  const Json descriptor = write_blob(folder, name, kManifestType, manifest.dump());
  write_index(folder, name, {descriptor});
  return descriptor;
}

Json index_of(const TemporaryDirectory& folder, const std::vector<std::string>& platforms) {
  Json index = {{"schemaVersion", 2}, {"mediaType", kIndexType}, {"manifests", Json::array()}};
  for (const std::string& text : platforms) {
    const Platform platform = parse_platform(text);
    Json manifest = write_layout(folder, "base", {plain_layer(text)}, [&](Json& config) {
      config["architecture"] = platform.architecture;
      config["variant"] = platform.variant;
    });
    manifest["platform"] = {{"os", platform.os},
                            {"architecture", platform.architecture},
                            {"variant", platform.variant}};
    index["manifests"].push_back(manifest);
  }
  Json attestation = index["manifests"][0];
  attestation["platform"] = {{"os", "unknown"}, {"architecture", "unknown"}};
  index["manifests"].push_back(attestation);
  return index;
}

StoredImage open(const TemporaryDirectory& folder, const std::string& transport,
                 const std::string& name, const std::string& platform) {
  std::optional<Platform> wanted;
  if (!platform.empty()) wanted = parse_platform(platform);
  return open_image(parse_image_reference(transport + ':' + folder.path(name)), wanted,
                    {folder.path()});
}

std::string open_error(const TemporaryDirectory& folder, const std::string& transport,
                       const std::string& name, const std::string& platform) {
  return folder.without_path(error_of([&] { open(folder, transport, name, platform); }));
}

NewLayer new_layer(const std::string& name) {
  layer::WrittenLayer layer;
  layer.name = name;
  layer.compression.codec = layer::Codec::kGzip;
  layer.recipe = "gzip-6";
  layer.digest = digest_of("blob of " + name);
  layer.diff_id.digest = digest_of("tar of " + name);
  layer.size = 42;
  return describe_layer(layer);
}

}  // namespace oci::test
