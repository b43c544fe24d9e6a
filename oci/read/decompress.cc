// Reads a blob from its start to its end, and hashes it on the way.
#include "oci/read/decompress.h"

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace oci {
namespace {

constexpr size_t kInBytes = size_t{1} << 18;
constexpr size_t kTarBlock = 512;

// POSIX pax, "ustar Interchange Format": the checksum field, an octal number at offset 148, is the
// sum of all bytes of the header with the field itself taken as spaces.
bool is_tar_header(std::span<const std::byte> block) {
  const auto value = [&](size_t i) { return std::to_integer<unsigned>(block[i]); };
  unsigned sum = 0;
  for (size_t i = 0; i < kTarBlock; ++i) sum += i >= 148 && i < 156 ? unsigned{' '} : value(i);
  unsigned stated = 0;
  for (size_t i = 148; i < 156; ++i) {
    const unsigned c = value(i);
    if (c >= '0' && c <= '7') stated = stated * 8 + (c - '0');
  }
  return stated == sum;
}

// An archive of no entries is zeros, or nothing at all.
bool begins_as_tar(std::span<const std::byte> head) {
  if (std::all_of(head.begin(), head.end(), [](std::byte b) { return b == std::byte{}; })) {
    return true;
  }
  return head.size() == kTarBlock && is_tar_header(head);
}

// The first bytes of what some engines unpack and others do not: containerd's pkg/archive/compression,
// Docker's go-archive/compression, and containers/image's pkg/compression.
struct Disputed {
  std::string_view magic;
  std::string_view is;
};
constexpr Disputed kDisputed[] = {
    {"BZh", "begins as bzip2 does, which Docker and podman would unpack, and containerd would not"},
    {std::string_view("\xfd"
                      "7zXZ\0",
                      6),
     "begins as xz does, which Docker and podman would unpack, and containerd would not"},
};
constexpr std::string_view kSkippable =
    "begins with a skippable frame of zstd: containerd and Docker would unpack it, podman and "
    "skopeo "
    "would take it for a plain tar";

void check_undisputed(const Blob& blob, std::span<const std::byte> head) {
  const std::string_view text(reinterpret_cast<const char*>(head.data()), head.size());
  std::string_view fault;
  if (text.size() >= 4 && (text[0] & '\xf0') == 0x50 && text.substr(1, 3) == "\x2a\x4d\x18") {
    fault = kSkippable;
  }
  for (const Disputed& disputed : kDisputed) {
    if (text.starts_with(disputed.magic)) fault = disputed.is;
  }
  if (fault.empty()) return;
  throw layer::Error({blob.name()}, std::string(fault))
      .with_help("have it compressed with gzip, or with zstd frames from the first byte on");
}

}  // namespace

PlainStream::PlainStream(const Blob& blob, layer::Codec codec, UnpackBudget& budget)
    : blob_(blob),
      budget_(budget),
      in_(std::min<uint64_t>(blob.size(), kInBytes)),
      decoder_(make_decoder(codec, blob.name())) {}

std::span<const std::byte> PlainStream::next() {
  const std::span<const std::byte> plain = decode_next();
  budget_.take(blob_, plain.size());
  return plain;
}

std::span<const std::byte> PlainStream::decode_next() {
  while (true) {
    if (decoder_) {
      const std::span<const std::byte> plain = decoder_->next(rest_);
      if (!plain.empty()) return plain;
    }
    if (position_ == blob_.size()) break;
    rest_ = std::span(in_).first(std::min<uint64_t>(blob_.size() - position_, in_.size()));
    blob_.read_at(position_, std::span(in_).first(rest_.size()));
    position_ += rest_.size();
    raw_.update(rest_);
    if (!decoder_) return rest_;
  }
  if (decoder_ && !decoder_->is_complete()) {
    throw layer::Error({blob_.name()}, "is cut short: its compressed stream does not end");
  }
  return {};
}

layer::Codec sniff_codec(const Blob& blob) {
  std::array<std::byte, 6> head{};
  const auto read = std::span(head).first(std::min<uint64_t>(head.size(), blob.size()));
  blob.read_at(0, read);
  check_undisputed(blob, read);
  if (head[0] == std::byte{0x1f} && head[1] == std::byte{0x8b}) return layer::Codec::kGzip;
  constexpr std::array kZstdMagic{std::byte{0x28}, std::byte{0xb5}, std::byte{0x2f},
                                  std::byte{0xfd}};
  const bool is_zstd = std::equal(kZstdMagic.begin(), kZstdMagic.end(), head.begin());
  return is_zstd ? layer::Codec::kZstd : layer::Codec::kNone;
}

void decompress(const Blob& blob, layer::Codec codec, UnpackBudget& budget, const ByteTaker& take) {
  PlainStream stream(blob, codec, budget);
  for (auto piece = stream.next(); !piece.empty(); piece = stream.next()) take(piece);
}

void check_begins_as_tar(const Blob& blob, std::span<const std::byte> head) {
  if (begins_as_tar(head)) return;
  throw layer::Error({blob.name()}, "is not a tar, plain or compressed");
}

MeasuredLayer measure_layer(const Blob& blob, UnpackBudget& budget) {
  MeasuredLayer layer;
  layer.codec = sniff_codec(blob);
  layer.size = blob.size();
  PlainStream stream(blob, layer.codec, budget);
  layer::Sha256 plain;
  std::vector<std::byte> head;
  for (auto bytes = stream.next(); !bytes.empty(); bytes = stream.next()) {
    plain.update(bytes);
    layer.tar_size += bytes.size();
    const auto wanted = bytes.first(std::min(bytes.size(), kTarBlock - head.size()));
    head.insert(head.end(), wanted.begin(), wanted.end());
  }
  check_begins_as_tar(blob, head);
  layer.digest = stream.finish_raw_digest();
  layer.diff_id.digest = plain.finish();
  return layer;
}

}  // namespace oci
