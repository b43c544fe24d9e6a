// The data is compressed and in base64. So no name of a file stands in the page as it is.
#include "cmd/inspect/page.h"

#include <fmt/core.h>

#include <algorithm>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <span>
#include <string_view>
#include <vector>

#include "layer/base/base64.h"
#include "layer/base/crc32.h"
#include "layer/base/digest.h"
#include "layer/base/error.h"
#include "layer/write/gzip.h"

namespace cmd {
namespace {

constexpr int kPageLevel = 9;

std::vector<std::byte> gzip(std::string_view text) {
  const std::span<const std::byte> plain = std::as_bytes(std::span(text));
  layer::GzipCompressor compressor(kPageLevel);
  constexpr size_t kHeaderSize = layer::kGzipHeader.size();
  std::vector<std::byte> member(kHeaderSize + compressor.bound(plain.size()));
  std::ranges::copy(layer::kGzipHeader, member.begin());
  const size_t size = compressor.compress_fragment(plain, std::span(member).subspan(kHeaderSize));
  layer::GzipSplice splice;
  splice.append(layer::crc32_of(plain), plain.size());
  const auto trailer = splice.trailer();
  member.resize(kHeaderSize + size + trailer.size());
  std::ranges::copy(trailer, member.begin() + static_cast<ptrdiff_t>(kHeaderSize + size));
  return member;
}

// By which a policy names the one script or style that may be used (CSP 3, section 2.3.1).
std::string policy_hash(std::string_view text) {
  const layer::Digest digest = layer::sha256(std::as_bytes(std::span(text)));
  return "sha256-" + layer::base64_of(std::as_bytes(std::span(digest.bytes)));
}

}  // namespace

PageSource need_page_source() {
  if (const std::optional<PageSource> source = page_source()) return *source;
  throw layer::Error("this veneer was built without the page that --html writes")
      .with_help(
          "install npm, and build veneer again with `cmake --preset release -DVENEER_PAGE=ON`");
}

std::string page_html(const PageSource& source, const PageSubject& subject) {
  const std::string policy = fmt::format(
      "default-src 'none'; script-src '{}'; style-src '{}'; img-src data:; base-uri 'none'; "
      "form-action 'none'",
      policy_hash(source.script), policy_hash(source.style));
  std::string page = fmt::format(
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"{}\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<link rel=\"icon\" href=\"data:,\">\n<title>veneer inspect</title>\n",
      policy);
  page += fmt::format("<style>{}</style>\n</head>\n<body>\n{}", source.style, source.body);
  page += "<script type=\"application/gzip\" id=\"data\">";
  page += layer::base64_of(gzip(page_data(subject).dump()));
  page += fmt::format("</script>\n<script>{}</script>\n</body>\n</html>\n", source.script);
  return page;
}

}  // namespace cmd
