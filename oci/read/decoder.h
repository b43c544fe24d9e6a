// Decodes the compressed forms of a layer piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>

#include "layer/write/layer_writer.h"

namespace oci {

// One stream of a compressed form: all members of gzip (RFC 1952), all frames of zstd (RFC 8878).
// Throws Error, at the stream's name, for bytes that are not of the form. Memory does not grow with
// what the stream decodes to.
class Decoder {
 public:
  Decoder() = default;
  virtual ~Decoder() = default;
  Decoder(const Decoder&) = delete;
  Decoder& operator=(const Decoder&) = delete;

  // What `input`, which is shortened by what was used, decodes to; nothing: more input is needed.
  // The bytes are valid until the next call.
  virtual std::span<const std::byte> next(std::span<const std::byte>& input) = 0;
  virtual bool is_complete() const = 0;  // at the end of a member or frame
};

// Null: `codec` is plain.
std::unique_ptr<Decoder> make_decoder(layer::Codec codec, std::string name);

}  // namespace oci
