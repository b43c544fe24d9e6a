// Formats columns and times, and escapes names.
#include "cmd/tar/tar_listing.h"

#include <fmt/core.h>
#include <langinfo.h>
#include <locale.h>  // NOLINT(modernize-deprecated-headers): newlocale is POSIX's

#include <algorithm>
#include <array>
#include <chrono>
#include <ctime>

#include "layer/base/utf8.h"

namespace cmd {
namespace {

constexpr int64_t kHalfYear = int64_t{365} * 86400 / 2;

bool environment_is_utf8() {
  const locale_t locale = newlocale(LC_CTYPE_MASK, "", nullptr);
  if (locale == nullptr) return false;  // of a name that the system does not know: "C"
  const bool is_utf8 = std::string_view(nl_langinfo_l(CODESET, locale)) == "UTF-8";
  freelocale(locale);
  return is_utf8;
}

std::string time_text(int64_t time, int64_t now) {
  const auto seconds = static_cast<time_t>(time);
  tm parts{};
  if (localtime_r(&seconds, &parts) == nullptr) return std::to_string(time);
  const bool is_far = time < now - kHalfYear || time > now + kHalfYear;
  std::array<char, 64> text{};
  const size_t size =
      std::strftime(text.data(), text.size(), is_far ? "%b %e  %Y" : "%b %e %H:%M", &parts);
  return {text.data(), size};
}

// The letter that a control character is written by behind a backslash, or NUL.
char escape_letter(char c) {
  constexpr std::string_view kBytes = "\a\b\f\n\r\t\v\\";
  constexpr std::string_view kLetters = "abfnrtv\\";
  const size_t found = kBytes.find(c);
  return found == std::string_view::npos ? '\0' : kLetters[found];
}

}  // namespace

TarListing::TarListing()
    : is_utf8_(environment_is_utf8()),
      now_(std::chrono::duration_cast<std::chrono::seconds>(
               std::chrono::system_clock::now().time_since_epoch())
               .count()) {
  tzset();  // localtime_r need not
}

std::string TarListing::escape(const std::string& text) const {
  std::string escaped;
  for (std::string_view rest = text; !rest.empty();) {
    const char c = rest.front();
    const auto byte = static_cast<unsigned char>(c);
    const size_t printable = byte >= 0x80 && !is_utf8_ ? 0 : layer::printable_length(rest);
    if (const char letter = escape_letter(c); letter != '\0') {
      escaped += {'\\', letter};
    } else if (printable == 0) {
      escaped += fmt::format("\\{:03o}", byte);
    } else {
      escaped += rest.substr(0, printable);
    }
    rest.remove_prefix(std::max<size_t>(printable, 1));
  }
  return escaped;
}

std::string TarListing::line(const layer::ListedMember& member) {
  // A number has a blank of its own behind it, which counts.
  const bool is_number =
      std::ranges::all_of(member.owner, [](char c) { return c >= '0' && c <= '9'; });
  const std::string owner = member.owner + (is_number ? " " : "");
  owner_width_ = std::max(owner_width_, owner.size());
  group_size_width_ = std::max(group_size_width_, member.group.size() + member.size.size() + 1);
  std::string text =
      fmt::format("{} {} {:<{}} {}{:>{}} {} {}", member.mode, member.links, owner, owner_width_,
                  member.group, member.size, group_size_width_ - member.group.size(),
                  time_text(member.mtime, now_), escape(member.path));
  if (!member.hardlink.empty()) text += " link to " + escape(member.hardlink);
  if (!member.symlink.empty()) text += " -> " + escape(member.symlink);
  return text;
}

}  // namespace cmd
