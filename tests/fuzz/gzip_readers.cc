// Gzip streams, by veneer's decoder and by zlib: both come to the same end.
#include <zlib.h>

#include <algorithm>
#include <memory>
#include <new>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "layer/base/error.h"
#include "layer/write/layer_writer.h"
#include "oci/read/decoder.h"
#include "tests/fuzz/readers.h"
#include "tests/fuzz/support.h"

namespace fuzz {
namespace {

// How a stream ends. A change of its bytes nearly always breaks a checksum, so that is an end of its
// own.
enum class End { kWhole, kShort, kWrongChecksum, kIncompleteCode, kDamaged };

struct Unpacked {
  End end = End::kShort;
  std::string plain;
};

End end_of_fault(std::string_view message) {
  for (const std::string_view word : {"checksum", "data check", "length check", "header crc"}) {
    if (message.find(word) != std::string_view::npos) return End::kWrongChecksum;
  }
  return message.ends_with(" set") ? End::kIncompleteCode : End::kDamaged;
}

// Of a stream that is both damaged and short, one decoder tells this, another that. zlib refuses a
// Huffman code that leaves bits unused ("invalid distances set"); ISA-L does when they occur.
bool agree(End ours, End by_zlib) {
  if (ours == by_zlib || by_zlib == End::kIncompleteCode) return true;
  return ours != End::kWhole && by_zlib != End::kWhole &&
         (ours == End::kShort || by_zlib == End::kShort);
}

Unpacked unpack_by_zlib(std::string_view bytes) {
  z_stream stream{};
  if (inflateInit2(&stream, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip, RFC 1952
  const std::unique_ptr<z_stream, int (*)(z_stream*)> end(&stream, inflateEnd);
  std::vector<Bytef> in(bytes.begin(), bytes.end());
  std::vector<Bytef> out(size_t{1} << 16);
  stream.next_in = in.data();
  stream.avail_in = static_cast<uInt>(in.size());
  Unpacked result;
  while (true) {
    stream.next_out = out.data();
    stream.avail_out = static_cast<uInt>(out.size());
    const int status = inflate(&stream, Z_NO_FLUSH);
    result.plain.append(out.begin(), out.end() - stream.avail_out);
    if (status == Z_STREAM_END && stream.avail_in == 0) {
      result.end = End::kWhole;
      return result;
    }
    if (status == Z_STREAM_END && inflateReset(&stream) != Z_OK) throw std::bad_alloc();
    if (status != Z_OK && status != Z_STREAM_END) {
      if (stream.msg != nullptr) result.end = end_of_fault(stream.msg);
      return result;
    }
  }
}

// Takes the stream in pieces of `piece` bytes, each in memory of its own size.
Unpacked unpack(std::string_view bytes, size_t piece) {
  const std::unique_ptr<oci::Decoder> decoder = oci::make_decoder(layer::Codec::kGzip, "gzip");
  Unpacked result;
  try {
    while (!bytes.empty()) {
      const std::string_view taken = bytes.substr(0, piece);
      bytes.remove_prefix(taken.size());
      const std::vector<char> memory(taken.begin(), taken.end());
      std::span<const std::byte> input = std::as_bytes(std::span(memory));
      for (auto got = decoder->next(input); !got.empty(); got = decoder->next(input)) {
        result.plain.append(reinterpret_cast<const char*>(got.data()), got.size());
      }
    }
    if (decoder->is_complete()) result.end = End::kWhole;
  } catch (const layer::Error& error) {
    result.end = end_of_fault(error.what());
  }
  return result;
}

}  // namespace

void read_gzip(std::string_view bytes) {
  if (bytes.size() < 2) return;
  const size_t piece = static_cast<unsigned char>(bytes.front()) + size_t{1};
  bytes.remove_prefix(1);
  const Unpacked expected = unpack_by_zlib(bytes);
  const Unpacked got = unpack(bytes, piece);
  if (!agree(got.end, expected.end))
    throw std::logic_error("ends a gzip stream otherwise than zlib");
  if (got.end != End::kWhole) throw layer::Error({"gzip"}, "is refused");
  require_same(got.plain, expected.plain, "a gzip stream is read as zlib reads it");
}

}  // namespace fuzz
