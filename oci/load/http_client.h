// Speaks HTTP with an engine, at a socket or by TCP, by libcurl.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "oci/load/engine_address.h"

namespace oci {

inline constexpr long kHttpDone = 200;

struct HttpAnswer {
  long status = 0;
  std::string body;  // without what went to TakeLine
};

// Fills the span from its start, and returns how much; 0: no more.
using FillBytes = std::function<size_t(std::span<std::byte>)>;
using TakeLine = std::function<void(std::string_view)>;

// Every wait has an end: an engine that takes and says nothing for the time of `patience` is given
// up. All functions throw Error, with a remedy where one is known.
class HttpClient {
 public:
  HttpClient(EngineAddress address, std::chrono::seconds patience);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // `path` begins with "/" and is a part of a URL.
  HttpAnswer get(const std::string& path);
  // Sends the `size` bytes that `fill` gives. An engine may answer before it has all of them. Lines of
  // an answer with status 200 go to `take`. What `fill` and `take` throw is thrown.
  HttpAnswer post(const std::string& path, std::string_view content_type, uint64_t size,
                  const FillBytes& fill, const TakeLine& take);

 private:
  struct Handle;
  struct Transfer;
  HttpAnswer perform(const std::string& path, Transfer& transfer);

  EngineAddress address_;
  std::chrono::seconds patience_;
  std::unique_ptr<Handle> handle_;
};

}  // namespace oci
