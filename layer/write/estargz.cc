// Prints JSON by hand: a table may have a line for each of a million files.
#include "layer/write/estargz.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

#include "layer/model/estargz_names.h"
#include "layer/write/tar.h"

namespace layer {

EstargzToc::EstargzToc() : text_(R"({"version":1,"entries":[)") {}

void EstargzToc::begin_line() {
  text_ += text_.ends_with('[') ? "\n" : ",\n";
}

// Ends the line of an entry or of a further chunk, which is open.
void EstargzToc::put_chunk(const TarPart& part, uint64_t begin) {
  text_ += fmt::format(R"(,"offset":{})", begin + part.packed_begin);
  if (part.file_offset > 0) text_ += fmt::format(R"(,"chunkOffset":{})", part.file_offset);
  if (!part.ends_file()) text_ += fmt::format(R"(,"chunkSize":{})", part.size);
  text_ += fmt::format(R"(,"chunkDigest":"{}"}})", part.digest.to_string());
}

void EstargzToc::add(std::span<const TarPart> parts, uint64_t begin, const WholeFile& whole) {
  for (const TarPart& part : parts) {
    if (part.entry && part.entry->size > 0) {
      file_ = *part.entry;
      continue;
    }
    begin_line();
    if (part.entry) {
      text_ += toc_entry_json(*part.entry) + '}';
      continue;
    }
    if (part.file_offset > 0) {
      text_ += fmt::format(R"({{"name":{},"type":"chunk")", toc_string(file_.name));
    } else {
      text_ += toc_entry_json(file_) + R"(,"digest":"sha256:)";
      whole_ = text_.size();
      text_ += part.digest.hex() + '"';
    }
    put_chunk(part, begin);
    if (part.is_piece() && part.ends_file()) {
      const std::string hex = whole.digest.hex();
      text_.replace(whole_, hex.size(), hex);
    }
  }
  check_toc_size(text_.size());
}

std::string EstargzToc::finish() {
  text_ += "\n]}\n";
  digest_ = sha256(std::as_bytes(std::span(text_)));
  TarEntry entry;
  entry.path = kTocName;
  entry.size = text_.size();
  std::string tar(tar_entry_size(entry) + kTarEndSize, '\0');
  const size_t header = tar_header_size(entry);
  encode_tar_header(entry, std::as_writable_bytes(std::span(tar)).first(header));
  std::ranges::copy(text_, tar.begin() + static_cast<ptrdiff_t>(header));
  text_ = {};
  return tar;
}

std::array<std::byte, kEstargzFooterSize> estargz_footer(uint64_t toc) {
  // RFC 1952, section 2.3: FEXTRA, and the sizes of all extra fields and of this one.
  std::string text(std::string_view("\x1f\x8b\x08\x04\0\0\0\0\0\xff\x1a\0SG\x16\0", 16));
  text += fmt::format("{:016x}STARGZ", toc);
  // An empty stored block (RFC 1951, section 3.2.4), CRC32 and ISIZE.
  text += std::string_view("\x01\0\0\xff\xff\0\0\0\0\0\0\0\0", 13);
  std::array<std::byte, kEstargzFooterSize> footer{};
  if (text.size() != footer.size()) throw std::logic_error("footer of another size");
  std::memcpy(footer.data(), text.data(), footer.size());
  return footer;
}

}  // namespace layer
