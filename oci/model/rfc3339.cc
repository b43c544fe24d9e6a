// Takes a time apart from left to right.
#include "oci/model/rfc3339.h"

#include <algorithm>
#include <charconv>

#include "layer/base/ascii.h"

namespace oci {
namespace {

// Reads `count` digits as a number from `low` to `high`.
bool take_number(std::string_view& text, size_t count, int low, int high, int& value) {
  if (text.size() < count || !std::ranges::all_of(text.substr(0, count), layer::is_digit)) {
    return false;
  }
  std::from_chars(text.data(), text.data() + count, value);
  text.remove_prefix(count);
  return value >= low && value <= high;
}

bool take(std::string_view& text, char expected) {
  if (!text.starts_with(expected)) return false;
  text.remove_prefix(1);
  return true;
}

int days_in(int year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
  return month == 2 && leap ? 29 : kDays[month - 1];
}

}  // namespace

bool is_rfc3339(std::string_view text) {
  int year = 0;
  int month = 0;
  int day = 0;
  int part = 0;
  if (!take_number(text, 4, 0, 9999, year) || !take(text, '-') ||
      !take_number(text, 2, 1, 12, month) || !take(text, '-') ||
      !take_number(text, 2, 1, days_in(year, month), day) || !take(text, 'T') ||
      !take_number(text, 2, 0, 23, part) || !take(text, ':') ||
      !take_number(text, 2, 0, 59, part) || !take(text, ':') ||
      !take_number(text, 2, 0, 59, part)) {
    return false;
  }
  if (take(text, '.')) {
    const size_t digits = std::min(text.find_first_not_of("0123456789"), text.size());
    if (digits == 0) return false;
    text.remove_prefix(digits);
  }
  if (text == "Z") return true;
  return (take(text, '+') || take(text, '-')) && take_number(text, 2, 0, 23, part) &&
         take(text, ':') && take_number(text, 2, 0, 59, part) && text.empty();
}

}  // namespace oci
