// Compresses a text as it is made.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

struct ZSTD_CCtx_s;

namespace layer {

// Makes one Zstandard frame (RFC 8878). The bytes depend on the text and the level alone.
class ZstdText {
 public:
  explicit ZstdText(int level);  // 1..19

  void append(std::string_view text);
  // Ends the frame, and returns it. Call once.
  std::vector<std::byte> finish();

  uint64_t plain_size() const { return plain_size_; }

 private:
  struct Free {
    void operator()(ZSTD_CCtx_s* context) const;
  };

  void compress(bool is_end);

  std::unique_ptr<ZSTD_CCtx_s, Free> context_;
  std::string waiting_;
  std::vector<std::byte> packed_;
  uint64_t plain_size_ = 0;
};

}  // namespace layer
