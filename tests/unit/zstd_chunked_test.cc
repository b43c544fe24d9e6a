// zstd:chunked layers: what a reader finds in them, and that the tar comes out again.
#include "layer/toc/zstd_chunked.h"

#include <doctest/doctest.h>
#include <fmt/core.h>
#include <openssl/evp.h>
#include <zstd.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "directory_sink.h"
#include "layer/store/store.h"
#include "layer/toc/tar_parts.h"
#include "layer/toc/tar_split.h"
#include "layer/write/codec.h"
#include "layer/write/layer_writer.h"
#include "layer/write/tar.h"
#include "temporary_directory.h"
#include "test_bytes.h"

namespace layer::zstd_chunked_test {
namespace {

constexpr Compression kChunked{Codec::kZstd, 3, LayerFormat::kZstdChunked};

std::string unpacked(std::string_view frames, size_t size) {
  std::string plain(size, '\0');
  const size_t made = ZSTD_decompress(plain.data(), plain.size(), frames.data(), frames.size());
  REQUIRE_MESSAGE(ZSTD_isError(made) == 0, ZSTD_getErrorName(made));
  CHECK(made == size);
  return plain;
}

std::string digest_text(std::string_view bytes) {
  return sha256(std::as_bytes(std::span(bytes))).to_string();
}

std::string plain_base64(const std::string& text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                   reinterpret_cast<const unsigned char*>(text.data()),
                                   static_cast<int>(text.size()));
  REQUIRE(size >= 0);
  bytes.resize(static_cast<size_t>(size) - static_cast<size_t>(std::ranges::count(text, '=')));
  return bytes;
}

// A layer with files of several sizes, one of which is in three pieces.
class ChunkedLayer {
 public:
  ChunkedLayer() {
    add(TarType::kDirectory, "app", {});
    add(TarType::kFile, "app/a", noise(3000, 1));
    add(TarType::kFile, "app/empty", {});
    add(TarType::kFile, "app/large", noise((size_t{9} << 20) + 5, 2));
    for (uint64_t i = 0; i < 40; ++i) {
      add(TarType::kFile, fmt::format("app/many/{:02}", i), noise(20'000, 10 + i));
    }
    add(TarType::kSymlink, "app/z", "a");
  }

  WrittenLayer write(unsigned jobs, const TemporaryDirectory& out, Store* store = nullptr) {
    DirectorySink sink(out);
    Progress progress;
    return write_layers({plan_}, kChunked, jobs, sink, progress, store).at(0);
  }

  const std::map<std::string, std::string>& files() const { return files_; }

 private:
  void add(TarType type, const std::string& path, const std::string& content) {
    TarEntry& entry = plan_.entries.emplace_back();
    const auto [file, is_new] = files_.emplace(path, content);
    entry.type = type;
    entry.path = file->first;
    entry.mode = 0644;
    entry.size = type == TarType::kFile ? content.size() : 0;
    entry.content = file->second;
    entry.is_inline = type == TarType::kFile;
    plan_.name = "app";
  }

  std::map<std::string, std::string> files_;  // and the texts of links
  LayerPlan plan_;
};

TEST_CASE("zstd:chunked: each content unpacks by itself, and tar-split and files make the tar") {
  ChunkedLayer made;
  const TemporaryDirectory out;
  const WrittenLayer layer = made.write(2, out);
  const std::string blob = read_file(out.path() + "/app");
  REQUIRE(layer.places);
  const auto text_at = [&](const TextPlace& place) {
    return unpacked(std::string_view(blob).substr(place.offset, place.size), place.plain_size);
  };
  const TextPlace& toc_place = layer.places->toc;
  CHECK(layer.toc_digest->to_string() ==
        digest_text(std::string_view(blob).substr(toc_place.offset, toc_place.size)));
  const nlohmann::json toc = nlohmann::json::parse(text_at(toc_place));
  const TextPlace& split_place = layer.places->split;
  CHECK(toc["tarSplitDigest"] ==
        digest_text(std::string_view(blob).substr(split_place.offset, split_place.size)));
  CHECK(layer.places->toc_position() ==
        fmt::format("{}:{}:{}:1", toc_place.offset, toc_place.size, toc_place.plain_size));

  std::map<std::string, std::string> found;
  size_t chunks = 0;
  const nlohmann::json& entries = toc["entries"];
  for (size_t i = 0; i < entries.size(); ++i) {
    const nlohmann::json& entry = entries[i];
    if (entry["type"] != "reg" || !entry.contains("size")) continue;
    const std::string name = entry["name"];
    // A piece ends where the next one begins, the last one at the end of the file.
    for (size_t j = i; j == i || (j < entries.size() && entries[j]["type"] == "chunk"); ++j) {
      const bool is_last = j + 1 == entries.size() || entries[j + 1]["type"] != "chunk";
      const size_t begin = entries[j]["offset"];
      const size_t end = is_last ? entry["endOffset"] : entries[j + 1]["offset"];
      const size_t size = entries[j].value("chunkSize", entry["size"].get<size_t>());
      CHECK(entries[j].value("chunkOffset", size_t{0}) == found[name].size());
      const std::string piece = unpacked(std::string_view(blob).substr(begin, end - begin), size);
      if (entries[j].contains("chunkDigest"))
        CHECK(entries[j]["chunkDigest"] == digest_text(piece));
      found[name] += piece;
      ++chunks;
    }
    CHECK(entry["digest"] == digest_text(found[name]));
    CHECK(found[name] == made.files().at(name));
  }
  CHECK(found.size() == 42);
  CHECK(chunks == 44);

  std::string tar;
  const std::string split = text_at(split_place);
  size_t position = 0;
  for (size_t begin = 0; begin < split.size();) {
    const size_t end = split.find('\n', begin);
    const auto line = nlohmann::json::parse(split.substr(begin, end - begin));
    begin = end + 1;
    CHECK(line["position"] == position++);
    if (line["type"] == 2) {
      tar += plain_base64(line["payload"]);
    } else if (line.contains("size")) {
      tar += found.at(line["name"]);
    }
  }
  CHECK(layer.diff_id.digest.to_string() == digest_text(tar));
  CHECK(unpacked(blob, tar.size()) == tar);  // the last frames are passed over
}

TEST_CASE("zstd:chunked: the same bytes and places at any jobs, with a store and from it") {
  ChunkedLayer made;
  const TemporaryDirectory out;
  const WrittenLayer one = made.write(1, out);
  const TemporaryDirectory stored;
  Store store(stored.path(), INT64_MAX / 2);
  for (const unsigned jobs : {3U, 1U}) {
    const WrittenLayer other = made.write(jobs, out, &store);
    CHECK(other.digest == one.digest);
    CHECK(other.diff_id == one.diff_id);
    CHECK(other.toc_digest == one.toc_digest);
    CHECK(other.places->toc_position() == one.places->toc_position());
    CHECK(other.places->split_position() == one.places->split_position());
  }
}

TEST_CASE(
    "formats with a table: a frame of before is found its contents in, unless it is damaged") {
  const std::string text = noise(1024, 3) + noise(2048, 4);
  const std::span<const std::byte> tar = std::as_bytes(std::span(text));
  for (const Compression compression :
       {kChunked, Compression{Codec::kGzip, 6, LayerFormat::kEstargz}}) {
    FrameCompressor compressor(compression);
    std::vector<TarPart> parts = {{512, {}, 700, 0, 700}, {2048, {}, 9, 0, 9}};
    std::vector<std::byte> packed(compressor.bound(tar.size()));
    packed.resize(compressor.pack_apart(tar, parts, packed).bytes.size());
    std::vector<TarPart> again = {{512, {}, 700, 0, 700}, {2048, {}, 9, 0, 9}};
    CHECK(compressor.locate(tar, packed, again));
    for (size_t i = 0; i < parts.size(); ++i) {
      CHECK(parts[i].packed_begin > 0);
      CHECK(again[i].packed_begin == parts[i].packed_begin);
      CHECK(again[i].packed_end == parts[i].packed_end);
    }
    packed[parts[1].packed_begin] ^= std::byte{0xff};
    CHECK_FALSE(compressor.locate(tar, packed, again));
    CHECK_FALSE(compressor.locate(tar, std::span(packed).first(20), again));
  }
}

TEST_CASE("zstd:chunked: a footer that is none") {
  std::vector<std::byte> bytes(kChunkedFooterSize);
  CHECK_FALSE(read_chunked_footer(bytes));
  CHECK_FALSE(read_chunked_footer(std::span(bytes).first(3)));
}

}  // namespace
}  // namespace layer::zstd_chunked_test
