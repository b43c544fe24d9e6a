// Places each run between two '*' as early as it can be, which leaves the most to the runs behind it.
// So no choice is ever taken back.
#include "layer/bsdtar/name_pattern.h"

#include <algorithm>
#include <functional>

namespace layer {
namespace {

// Both for texts that end in NUL.
bool says_nothing(const std::string& text, size_t at) {
  if (text[at] == '/') return true;
  return text[at] == '.' && (text[at + 1] == '/' || text[at + 1] == '\0');
}
// As a signed number, which is how bsdtar compares bytes on most processors.
int as_signed(char c) {
  const int byte = static_cast<uint8_t>(c);
  return byte < 128 ? byte : byte - 256;
}

size_t skip_slashes(const std::string& text, size_t at) {
  while (at < text.size() && says_nothing(text, at)) ++at;
  return at;
}

}  // namespace

void MatchedName::set(std::string_view name) {
  text_ = name;
  past_slashes_.resize(text_.size() + 1);
  past_slashes_.back() = text_.size();
  for (size_t i = text_.size(); i-- > 0;) {
    past_slashes_[i] = says_nothing(text_, i) ? past_slashes_[i + 1] : i;
  }
}

bool MatchedName::may_enter_end(size_t place) const {
  const size_t last = text_.rfind("./");
  return last != std::string::npos && last >= place && enter(last) == text_.size();
}

NamePattern::NamePattern(std::string_view pattern, PatternUse use) {
  const std::string text(pattern.substr(0, pattern.size() - (pattern.ends_with('/') ? 1 : 0)));
  is_empty_ = text.empty();
  end_ = use == PatternUse::kIncludeItself ? End::kName : End::kComponent;
  read_runs(text, read_begin(text, use), use);
}

// Where the runs begin.
size_t NamePattern::read_begin(const std::string& text, PatternUse use) {
  size_t at = 0;
  if (use == PatternUse::kExclude) {
    begin_ = Begin::kAnyComponent;
    if (text[0] == '^') {
      begin_ = Begin::kName;
      ++at;
    }
  }
  needs_slash_ = text[at] == '/';
  if (needs_slash_ || text[at] == '*') begin_ = Begin::kPastSlashes;
  while (text[at] == '/') ++at;
  return at;
}

void NamePattern::read_runs(const std::string& text, size_t at, PatternUse use) {
  const auto enter = [&text, &at] {
    if (text[at] == '.' && text[at + 1] == '/') at = skip_slashes(text, at + 1);
  };
  const auto add = [this](Step step) { runs_.back().push_back(step); };
  const bool takes_below = use != PatternUse::kIncludeItself;
  enter();
  while (at < text.size()) {
    const char c = text[at];
    if (c == '*') {
      at = std::min(text.find_first_not_of('*', at), text.size());
      if (at == text.size()) {
        end_ = End::kAnywhere;
        return;
      }
      runs_.emplace_back();
      enter();
    } else if (c == '/') {
      at = skip_slashes(text, at);
      add({.kind = StepKind::kSlashes});
      if (at == text.size() && takes_below) end_ = End::kAnywhere;
    } else if (c == '$' && at + 1 == text.size() && takes_below) {
      end_ = End::kNameAndSlashes;
      return;
    } else if (c == '[') {
      at = read_class(text, at);
    } else {
      if (c == '?') {
        add({.kind = StepKind::kAnyByte});
      } else {
        if (c == '\\' && at + 1 < text.size()) ++at;
        add({.byte = text[at]});
      }
      ++at;
    }
  }
}

// "[a-z]" at `at`; where it ends. A '[' without its ']' is itself.
size_t NamePattern::read_class(const std::string& text, size_t at) {
  size_t end = at + 1;
  while (end < text.size() && text[end] != ']') end += text[end] == '\\' ? 2U : 1U;
  if (end >= text.size()) {
    runs_.back().push_back({.byte = '['});
    return at + 1;
  }
  ++at;
  const bool is_negated = at < end && (text[at] == '!' || text[at] == '^');
  if (is_negated) ++at;
  ByteSet bytes{};
  const auto include = [&bytes](int first, int last) {
    for (int c = first; c <= last; ++c) bytes[static_cast<uint8_t>(c)] = true;
  };
  int first = 0;  // of a range, if there is a '-' behind it
  for (; at < end; ++at) {
    if (text[at] == '-' && first != 0 && at + 1 < end) {
      if (text[++at] == '\\') ++at;
      include(first, as_signed(text[at]));
      first = 0;
    } else {
      const bool is_dash = text[at] == '-';
      if (text[at] == '\\') ++at;
      const int byte = as_signed(text[at]);
      include(byte, byte);
      first = is_dash ? 0 : byte;
    }
  }
  if (is_negated) std::ranges::transform(bytes, bytes.begin(), std::logical_not());
  runs_.back().push_back({.kind = StepKind::kClass, .byte_set = byte_sets_.size()});
  byte_sets_.push_back(bytes);
  return end + 1;
}

size_t NamePattern::advance(const Run& run, const MatchedName& name, size_t place) const {
  for (const Step& step : run) {
    const bool is_at_end = place == name.size();
    switch (step.kind) {
      case StepKind::kByte:
        if (is_at_end || name.at(place) != step.byte) return kNone;
        break;
      case StepKind::kAnyByte:
        if (is_at_end) return kNone;
        break;
      case StepKind::kClass:
        if (is_at_end) return kNone;
        if (!byte_sets_[step.byte_set][static_cast<uint8_t>(name.at(place))]) return kNone;
        break;
      case StepKind::kSlashes:
        if (!is_at_end && name.at(place) != '/') return kNone;
        place = name.past_slashes(place);
        continue;
    }
    ++place;
  }
  return place;
}

bool NamePattern::ends(const MatchedName& name, size_t place) const {
  const bool is_slash = name.at(place) == '/';
  switch (end_) {
    case End::kAnywhere:
      return true;
    case End::kComponent:
      return is_slash || place == name.size();
    case End::kName:
      return (is_slash ? name.past_slashes(place) : place) == name.size();
    case End::kNameAndSlashes:
      break;
  }
  return name.past_slashes(place) == name.size();
}

// Where the first run ends at the earliest; if it is the last one, too, where the pattern ends.
size_t NamePattern::match_first(const MatchedName& name) const {
  const Run& first = runs_.front();
  const bool is_last = runs_.size() == 1;
  size_t place = 0;
  if (begin_ == Begin::kPastSlashes) {
    place = std::min(name.text().find_first_not_of('/'), name.size());
  }
  size_t earliest = kNone;
  while (true) {
    if (begin_ == Begin::kAnyComponent && name.at(place) == '/') ++place;
    const size_t end = advance(first, name, name.enter(place));
    if (end != kNone && (!is_last || ends(name, end))) earliest = std::min(earliest, end);
    if (begin_ != Begin::kAnyComponent || (is_last && earliest != kNone)) return earliest;
    place = name.text().find('/', place);
    if (place == std::string::npos) return earliest;
  }
}

bool NamePattern::matches(const MatchedName& name) const {
  if (is_empty_) return name.size() == 0;
  if (needs_slash_ && name.at(0) != '/') return false;
  size_t place = match_first(name);
  if (place == kNone || runs_.size() == 1) return place != kNone;
  for (size_t i = 1; i < runs_.size(); ++i) {
    const bool is_last = i + 1 == runs_.size();
    const size_t begin = place;
    place = kNone;
    const auto try_at = [&](size_t at) {
      const size_t end = advance(runs_[i], name, at);
      if (end != kNone && (!is_last || ends(name, end))) place = end;
      return place != kNone;
    };
    size_t at = begin;
    // What a "./" leads to is tried as a place of its own.
    while (at < name.size() && (name.is_dot_slash(at) || !try_at(at))) ++at;
    if (place == kNone && name.may_enter_end(begin)) try_at(name.size());
    if (place == kNone) return false;
  }
  return true;
}

}  // namespace layer
