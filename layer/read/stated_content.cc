// Computes digests with OpenSSL, and cksum itself.
#include "layer/read/stated_content.h"

#include <fmt/core.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <tbb/parallel_for.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cstddef>
#include <memory>
#include <stdexcept>
#include <utility>

#include "layer/disk/file_reader.h"

namespace layer {
namespace {

constexpr size_t kDigestedAtOnce = size_t{256} << 10;
constexpr std::string_view kDigestSuffix = "digest";
constexpr std::string_view kCksum = "cksum";

// Keywords and what OpenSSL calls them.
constexpr std::array<std::pair<std::string_view, const char*>, 6> kAlgorithms = {
    {{"md5", "MD5"},
     {"rmd160", "RIPEMD160"},
     {"sha1", "SHA1"},
     {"sha256", "SHA256"},
     {"sha384", "SHA384"},
     {"sha512", "SHA512"}}};

std::string_view algorithm_of(std::string_view keyword) {
  if (keyword == kCksum) return keyword;
  if (keyword.ends_with(kDigestSuffix)) keyword.remove_suffix(kDigestSuffix.size());
  const auto known = std::ranges::find(kAlgorithms, keyword, [](const auto& a) { return a.first; });
  return known == kAlgorithms.end() ? std::string_view() : known->first;
}

// POSIX.1-2017, cksum: the polynomial of Ethernet, highest bit first, then the length.
class PosixChecksum {
 public:
  void update(std::span<const std::byte> bytes) {
    for (const std::byte byte : bytes) take(std::to_integer<uint8_t>(byte));
    length_ += bytes.size();
  }
  uint32_t finish() {
    for (uint64_t rest = length_; rest != 0; rest >>= 8U) take(static_cast<uint8_t>(rest));
    return ~crc_;
  }

 private:
  void take(uint8_t byte) {
    crc_ ^= uint32_t{byte} << 24U;
    for (int bit = 0; bit < 8; ++bit) {
      crc_ = (crc_ << 1U) ^ ((crc_ >> 31U) != 0 ? 0x04C11DB7U : 0U);
    }
  }

  uint32_t crc_ = 0;
  uint64_t length_ = 0;
};

struct FreeDigester {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

// One algorithm over one content.
class ContentDigester {
 public:
  explicit ContentDigester(std::string_view algorithm) {
    if (algorithm == kCksum) return;
    const auto known =
        std::ranges::find(kAlgorithms, algorithm, [](const auto& a) { return a.first; });
    // What OpenSSL offers does not depend on the settings of this machine.
    OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
    context_.reset(EVP_MD_CTX_new());
    const EVP_MD* method =
        known == kAlgorithms.end() ? nullptr : EVP_get_digestbyname(known->second);
    is_usable_ =
        context_ && method != nullptr && EVP_DigestInit_ex(context_.get(), method, nullptr) == 1;
  }

  bool is_usable() const { return is_usable_; }

  void update(std::span<const std::byte> bytes) {
    if (!context_) return checksum_.update(bytes);
    if (EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()) != 1) {
      throw std::runtime_error("OpenSSL cannot make a digest");
    }
  }

  // As an mtree has it.
  std::string finish() {
    if (!context_) return std::to_string(checksum_.finish());
    std::array<unsigned char, EVP_MAX_MD_SIZE> bytes{};
    unsigned size = 0;
    if (EVP_DigestFinal_ex(context_.get(), bytes.data(), &size) != 1) {
      throw std::runtime_error("OpenSSL cannot make a digest");
    }
    std::string text;
    for (const unsigned char byte : std::span(bytes).first(size)) {
      text += fmt::format("{:02x}", byte);
    }
    return text;
  }

 private:
  std::unique_ptr<EVP_MD_CTX, FreeDigester> context_;  // null: cksum
  PosixChecksum checksum_;
  bool is_usable_ = true;
};

bool is_same_value(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) {
    return std::tolower(static_cast<unsigned char>(x)) ==
           std::tolower(static_cast<unsigned char>(y));
  });
}

// Digests of what `next` gives, piece by piece.
template <typename Next>
std::optional<ContentDifference> compare_digests(const std::vector<StatedDigest>& stated,
                                                 Next next) {
  std::vector<ContentDigester> digesters;
  for (const StatedDigest& digest : stated) {
    if (!digesters.emplace_back(algorithm_of(digest.keyword)).is_usable()) {
      return ContentDifference{fmt::format("{}={}", digest.keyword, digest.value),
                               "cannot be compared: OpenSSL does not offer this digest here"};
    }
  }
  for (std::span<const std::byte> piece = next(); !piece.empty(); piece = next()) {
    for (ContentDigester& digester : digesters) digester.update(piece);
  }
  for (size_t i = 0; i < stated.size(); ++i) {
    const std::string found = digesters[i].finish();
    if (is_same_value(found, stated[i].value)) continue;
    return ContentDifference{fmt::format("{}={}", stated[i].keyword, stated[i].value),
                             fmt::format("has {}={}", stated[i].keyword, found)};
  }
  return std::nullopt;
}

std::optional<ContentDifference> compare_size(const StatedContent& stated, uint64_t size) {
  if (!stated.size || *stated.size == size) return std::nullopt;
  return ContentDifference{fmt::format("size={}", *stated.size), fmt::format("has {} bytes", size)};
}

}  // namespace

void StatedContent::add(const StatedDigest& digest) {
  forget(digest.keyword);
  digests.push_back(digest);
}

void StatedContent::forget(std::string_view keyword) {
  std::erase_if(digests, [&](const StatedDigest& known) {
    return algorithm_of(known.keyword) == algorithm_of(keyword);
  });
}

bool is_digest_keyword(std::string_view keyword) {
  return !algorithm_of(keyword).empty();
}

std::optional<ContentDifference> find_difference(const StatedContent& stated, std::string_view path,
                                                 Stamp& stamp) {
  if (auto size = compare_size(stated, stamp.size)) return size;
  if (stated.digests.empty()) return std::nullopt;
  FileReader reader(path);
  const Stamp before = reader.settled_stamp();
  check_unchanged(path, stamp, before);
  std::vector<std::byte> buffer(std::min<uint64_t>(kDigestedAtOnce, before.size + 1));
  uint64_t total = 0;
  std::optional<ContentDifference> found = compare_digests(stated.digests, [&] {
    const size_t got = reader.read(buffer);
    total += got;
    if (total > before.size) throw_longer(path, before.size, reader);
    return std::span<const std::byte>(buffer).first(got);
  });
  check_unchanged(path, before, reader.stamp());
  stamp = before;
  return found;
}

std::optional<ContentDifference> find_difference_to_nothing(const StatedContent& stated) {
  if (auto size = compare_size(stated, 0)) return size;
  if (stated.digests.empty()) return std::nullopt;
  return compare_digests(stated.digests, [] { return std::span<const std::byte>(); });
}

void compare_contents(std::span<const StatedEntry> stated, std::vector<Entry>& entries,
                      StringArena& arena, Diagnostics& found) {
  std::vector<Stamp> stamps(stated.size());
  std::vector<std::optional<ContentDifference>> differences(stated.size());
  tbb::parallel_for(size_t{0}, stated.size(), [&](size_t i) {
    const Entry& entry = entries[stated[i].entry];
    stamps[i] = *entry.stamp;
    differences[i] = find_difference(*stated[i].stated, entry.content, stamps[i]);
  });
  for (size_t i = 0; i < stated.size(); ++i) {
    Entry& entry = entries[stated[i].entry];
    if (stamps[i] != *entry.stamp) entry.stamp = arena.keep(stamps[i]);
    if (!differences[i]) continue;
    found.error({entry.origin.position(),
                 fmt::format("'{}' states {}, but its content '{}' {}", entry.path,
                             differences[i]->stated, entry.content, differences[i]->found),
                 {},
                 "make the mtree again from the current files, or leave the keyword out"});
  }
}

}  // namespace layer
