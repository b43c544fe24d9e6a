// Bazel's worker protocol, as Protocol Buffers: reads requests and writes responses.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "layer/store/input_digests.h"

namespace cmd {

// Bazel's worker_protocol.proto. Each message of a stream has its length before it, as a varint.
// Fields that are not here are ignored.
struct WorkRequest {
  std::vector<std::string> arguments;
  std::vector<layer::InputDigest> inputs;
  std::string sandbox;     // directory that paths are relative to; empty: the worker's own
  int32_t id = 0;          // 0: the only request at a time
  bool is_cancel = false;  // only asks to cancel the request with this id
};

struct WorkResponse {
  int32_t id = 0;
  int exit_code = 0;
  std::string output;
  bool was_cancelled = false;
};

// Throws Error for a malformed request, which is called `name`.
WorkRequest parse_work_request(std::string_view message, const std::string& name);

// Returns the message with its length before it. Bytes of the output that are not UTF-8 are replaced.
std::string encode_response(const WorkResponse& response);

// Cuts a stream into its messages.
class MessageSplitter {
 public:
  void add(std::string_view bytes) { bytes_ += bytes; }

  // The next message that is complete, without its length; no value: more bytes are needed. Throws
  // Error if what follows is no length, or one that no request has.
  std::optional<std::string> next();

  // Throws Error if the stream ends within a message.
  void finish() const;

  // The name, in errors, of the message that next() returned last.
  std::string name() const;

 private:
  std::string bytes_;  // from a message's length on
  size_t count_ = 0;   // of messages returned
};

}  // namespace cmd
