// Makes fragments with libdeflate, non-final and byte-aligned, and the member around them.
#include "layer/write/gzip.h"

#include <libdeflate.h>
#include <zlib.h>

#include <algorithm>
#include <new>
#include <stdexcept>

namespace layer {
namespace {

// LEN and NLEN of an empty stored block: RFC 1951, section 3.2.4.
constexpr std::array<std::byte, 4> kEmptyStored = {std::byte{0}, std::byte{0}, std::byte{0xff},
                                                   std::byte{0xff}};
// At most one byte more for the bits before LEN.
constexpr size_t kFragmentTail = 1 + kEmptyStored.size();
constexpr int kStore = 0;  // libdeflate's level that stores

constexpr size_t kSamples = 64;
constexpr size_t kSampleSize = 256;
constexpr size_t kLeastNoise = 4 * kSamples * kSampleSize;  // bytes that are worth a look

}  // namespace

// Two bytes of noise are equal in one of 256 cases. They may be in 5 % more: of torch with CUDA, a
// third is then stored, which takes a third of the time away and adds 0.23 % to the layers.
bool looks_like_noise(std::span<const std::byte> data) {
  if (data.size() < kLeastNoise) return false;
  std::array<uint64_t, 256> counts{};
  const size_t step = (data.size() - kSampleSize) / (kSamples - 1);
  for (size_t i = 0; i < kSamples; ++i) {
    for (const std::byte b : data.subspan(i * step, kSampleSize))
      ++counts[std::to_integer<uint8_t>(b)];
  }
  uint64_t equal_pairs = 0;
  for (const uint64_t count : counts) equal_pairs += count * (count - 1);
  constexpr uint64_t kPairs = kSamples * kSampleSize * (kSamples * kSampleSize - 1);
  return equal_pairs * counts.size() * 100 < kPairs * 105;
}

void GzipCompressor::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

void GzipCompressor::FreeDecompressor::operator()(libdeflate_decompressor* decompressor) const {
  libdeflate_free_decompressor(decompressor);
}

GzipCompressor::GzipCompressor(int level)
    : compressor_(libdeflate_alloc_compressor(level)),
      storer_(libdeflate_alloc_compressor(kStore)) {
  if (!compressor_ || !storer_) throw std::bad_alloc();  // the level is one that there is
}

libdeflate_compressor* GzipCompressor::compressor_for(std::span<const std::byte> data) const {
  return looks_like_noise(data) ? storer_.get() : compressor_.get();
}

size_t GzipCompressor::bound(size_t size) const {
  return libdeflate_deflate_compress_bound(compressor_.get(), size) + kFragmentTail;
}

size_t GzipCompressor::compress_fragment(std::span<const std::byte> data,
                                         std::span<std::byte> out) {
  const size_t size = libdeflate_deflate_compress(compressor_for(data), data.data(), data.size(),
                                                  out.data(), out.size() - kFragmentTail);
  if (size == 0) throw std::logic_error("deflate output beyond its bound");
  const std::optional<LastBlock> last = scanner_.find_last_block(out.first(size));
  if (!last) throw std::logic_error("deflate output is not well-formed");

  out[last->header_bit / 8] &= ~(std::byte{1} << static_cast<int>(last->header_bit % 8));
  // The stored block's header is three zero bits, then zeros up to a byte.
  const uint64_t header_end = last->end_bit + 3;
  const size_t lengths = static_cast<size_t>((header_end + 7) / 8);
  const auto used = static_cast<int>(last->end_bit % 8);
  if (used != 0) out[last->end_bit / 8] &= ~(std::byte{0xff} << used);
  std::fill(out.begin() + static_cast<ptrdiff_t>(size),
            out.begin() + static_cast<ptrdiff_t>(lengths), std::byte{0});
  std::copy(kEmptyStored.begin(), kEmptyStored.end(),
            out.begin() + static_cast<ptrdiff_t>(lengths));
  return lengths + kEmptyStored.size();
}

size_t GzipCompressor::member_bound(size_t size) const {
  return libdeflate_gzip_compress_bound(compressor_.get(), size);
}

size_t GzipCompressor::compress_member(std::span<const std::byte> data, std::span<std::byte> out) {
  const size_t size = libdeflate_gzip_compress(compressor_for(data), data.data(), data.size(),
                                               out.data(), out.size());
  if (size == 0) throw std::logic_error("gzip output beyond its bound");
  return size;
}

size_t GzipCompressor::member_size(std::span<const std::byte> bytes, size_t size) {
  if (!decompressor_) decompressor_.reset(libdeflate_alloc_decompressor());
  if (!decompressor_) throw std::bad_alloc();
  if (plain_.size() < size) plain_.resize(size);
  size_t used = 0;
  size_t made = 0;
  const libdeflate_result result = libdeflate_gzip_decompress_ex(
      decompressor_.get(), bytes.data(), bytes.size(), plain_.data(), plain_.size(), &used, &made);
  return result == LIBDEFLATE_SUCCESS && made == size ? used : 0;
}

void GzipSplice::append(uint32_t crc, uint64_t size) {
  crc_ = static_cast<uint32_t>(crc32_combine(crc_, crc, static_cast<z_off_t>(size)));
  size_ += size;
}

std::array<std::byte, 10> GzipSplice::trailer() const {
  std::array<std::byte, 10> bytes{std::byte{0x03}, std::byte{0x00}};
  for (size_t i = 0; i < 4; ++i) {
    bytes[2 + i] = static_cast<std::byte>(crc_ >> (8 * i));
    bytes[6 + i] = static_cast<std::byte>(size_ >> (8 * i));
  }
  return bytes;
}

}  // namespace layer
