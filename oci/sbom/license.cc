// The grammar, SPDX 2.3 annex D:
//   expression := operand { ("AND" | "OR") operand }
//   operand    := "(" expression ")" | license [ "WITH" exception ]
//   license    := identifier [ "+" ] | "LicenseRef-" name
// Which operator binds more does not matter here: an expression keeps its words.
#include "oci/sbom/license.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "layer/base/ascii.h"
#include "oci/sbom/license_names.h"

namespace oci {
namespace {

constexpr size_t kMaxExpression = 4096;  // bytes; beyond it, what is stated is a text
constexpr size_t kMaxWords = 256;

bool is_name_character(char c) {
  return layer::is_alphanumeric(c) || c == '-' || c == '.';
}

// Takes the next word or parenthesis off the text; empty at its end.
std::string_view take_token(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  const bool is_mark = text.starts_with('(') || text.starts_with(')');
  const size_t size = is_mark ? 1 : std::min(text.find_first_of(" ()"), text.size());
  const std::string_view token = text.substr(0, size);
  text.remove_prefix(size);
  return token;
}

// The license as SPDX spells it; empty if it is none.
std::string spelt_license(std::string_view token) {
  if (token.starts_with(kLicenseReference)) {
    const std::string_view name = token.substr(kLicenseReference.size());
    return !name.empty() && std::ranges::all_of(name, is_name_character) ? std::string(token) : "";
  }
  if (const std::string_view known = known_license(token); !known.empty()) {
    return std::string(known);
  }
  if (!token.ends_with('+')) return {};
  const std::string_view known = known_license(token.substr(0, token.size() - 1));
  return known.empty() ? "" : std::string(known) + '+';
}

// Reads an expression token by token, and writes it anew.
class ExpressionReader {
 public:
  std::optional<std::string> read(std::string_view text) {
    for (std::string_view token = take_token(text); !token.empty(); token = take_token(text)) {
      if (!take(token)) return std::nullopt;
    }
    const bool is_whole = state_ == State::kAfterLicense || state_ == State::kAfter;
    return is_whole && depth_ == 0 ? std::optional(written_) : std::nullopt;
  }

 private:
  enum class State : uint8_t { kOperand, kAfterLicense, kException, kAfter };

  bool take(std::string_view token) {
    switch (state_) {
      case State::kOperand:
        if (token == "(") return open();
        return add(spelt_license(token), State::kAfterLicense);
      case State::kException:
        return add(std::string(known_exception(token)), State::kAfter);
      case State::kAfterLicense:
        if (token == "WITH" || token == "with") return add("WITH", State::kException);
        [[fallthrough]];
      case State::kAfter:
        if (token == ")") return close();
        if (token == "AND" || token == "and") return add("AND", State::kOperand);
        return (token == "OR" || token == "or") && add("OR", State::kOperand);
    }
    return false;
  }

  bool open() {
    ++depth_;
    add_space();
    written_ += '(';
    return true;
  }

  bool close() {
    if (depth_ == 0) return false;
    --depth_;
    written_ += ')';
    state_ = State::kAfter;
    return true;
  }

  void add_space() {
    if (!written_.empty() && written_.back() != '(') written_ += ' ';
  }

  bool add(const std::string& word, State next) {
    add_space();
    written_ += word;
    state_ = next;
    return !word.empty();
  }

  State state_ = State::kOperand;
  size_t depth_ = 0;
  std::string written_;
};

std::optional<std::string> read_expression(std::string_view text) {
  return text.size() > kMaxExpression ? std::nullopt : ExpressionReader().read(text);
}

// What the classifiers say: an expression if it is one license that is known.
License classified_license(const std::vector<std::string>& classifiers) {
  if (classifiers.size() == 1) {
    const std::string_view known = license_of_classifier(classifiers.front());
    if (!known.empty()) return {std::string(known), {}};
  }
  License license;
  for (const std::string& classifier : classifiers) {
    // Which one it is, is behind it.
    const size_t name = classifier.rfind(" :: ");
    if (name == classifier.npos && classifier == "OSI Approved") continue;
    if (!license.words.empty()) license.words += ", ";
    license.words += name == classifier.npos ? classifier : classifier.substr(name + 4);
  }
  return license.words.size() > kMaxWords ? License() : license;
}

}  // namespace

License license_of(const Package& package) {
  if (std::optional<std::string> expression = read_expression(package.license)) {
    return {std::move(*expression), {}};
  }
  const std::string_view known = license_of_words(package.license);
  if (!known.empty()) return {std::string(known), {}};
  License classified = classified_license(package.license_classifiers);
  const bool has_words = !package.license.empty() && package.license.size() <= kMaxWords;
  if (classified.expression.empty() && has_words) return {{}, package.license};
  return classified;
}

bool is_one_identifier(std::string_view expression) {
  return !expression.empty() && known_license(expression) == expression;
}

std::vector<std::string> license_references(std::string_view expression) {
  std::vector<std::string> references;
  for (auto token = take_token(expression); !token.empty(); token = take_token(expression)) {
    if (token.starts_with(kLicenseReference)) references.emplace_back(token);
  }
  std::ranges::sort(references);
  references.erase(std::unique(references.begin(), references.end()), references.end());
  return references;
}

}  // namespace oci
