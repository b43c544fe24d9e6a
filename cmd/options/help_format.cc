// Breaks lines at spaces.
#include "cmd/options/help_format.h"

#include <algorithm>
#include <string_view>
#include <vector>

#include "cmd/report/columns.h"

namespace cmd {
namespace {

constexpr const char* kFirstGroup = "Common options";
constexpr size_t kIndent = 30;  // of the texts
constexpr size_t kMostWidth = 120;

// Lines of at most `width` columns. A longer word has a line of its own. All help is ASCII.
std::vector<std::string> wrapped(std::string_view text, size_t width) {
  std::vector<std::string> lines(1);
  while (!text.empty()) {
    const size_t end = std::min(text.find(' '), text.size());
    const std::string_view word = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    std::string& line = lines.back();
    if (line.empty()) {
      line = word;
    } else if (line.size() + 1 + word.size() <= width) {
      line.append(" ").append(word);
    } else {
      lines.emplace_back(word);
    }
  }
  return lines;
}

std::string paragraph(const std::string& text, size_t width) {
  if (text.empty()) return "";
  std::string out;
  for (const std::string& line : wrapped(text, width)) out += line + '\n';
  return out;
}

}  // namespace

std::vector<std::string> groups_of(const CLI::App& command) {
  std::vector<std::string> groups = command.get_groups();
  std::erase(groups, std::string());  // of options that are not shown
  std::stable_partition(groups.begin(), groups.end(),
                        [](const std::string& group) { return group == kFirstGroup; });
  return groups;
}

bool is_repeatable(const CLI::Option& option) {
  return option.get_multi_option_policy() == CLI::MultiOptionPolicy::TakeAll ||
         option.get_expected_max() == CLI::detail::expected_max_vector_size;
}

HelpFormat::HelpFormat() : width_(std::min(report_width(), kMostWidth)) {
  column_width(kIndent);
}

std::string HelpFormat::row(const std::string& name, const std::string& text) const {
  std::string out = "  " + name;
  const std::string indent(kIndent, ' ');
  if (!text.empty() && out.size() + 2 > kIndent) out += '\n';
  for (const std::string& line : wrapped(text, width_ - kIndent)) {
    const size_t begin = out.rfind('\n') + 1;
    out.append(indent, std::min(out.size() - begin, kIndent)).append(line) += '\n';
  }
  return out;
}

std::string HelpFormat::make_option_opts(const CLI::Option* option) const {
  std::string text;
  if (option->get_type_size() != 0 && !option->get_type_name().empty()) {
    text += ' ' + option->get_type_name();
  }
  if (is_repeatable(*option)) text += " ...";
  if (option->get_required()) text += " (required)";
  return text;
}

std::string HelpFormat::make_option(const CLI::Option* option, bool is_positional) const {
  return row(make_option_name(option, is_positional) + make_option_opts(option),
             make_option_desc(option));
}

std::string HelpFormat::make_subcommand(const CLI::App* command) const {
  return row(command->get_display_name(true), command->get_description());
}

std::string HelpFormat::make_help(const CLI::App* app, std::string name,
                                  CLI::AppFormatMode mode) const {
  std::string out = paragraph(app->get_description(), width_) + make_usage(app, std::move(name)) +
                    make_positionals(app);
  for (const std::string& group : groups_of(*app)) {
    const std::vector<const CLI::Option*> options =
        app->get_options([&](const CLI::Option* option) {
          return option->get_group() == group && option->nonpositional();
        });
    if (!options.empty()) out += make_group(group, false, options);
  }
  out += make_subcommands(app, mode);
  const std::string footer = paragraph(app->get_footer(), width_);
  return footer.empty() ? out : out + '\n' + footer;
}

void show_first(CLI::App& command, std::initializer_list<const char*> names) {
  for (const char* name : names) command.get_option(name)->group(kFirstGroup);
}

}  // namespace cmd
