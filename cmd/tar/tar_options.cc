// Splits words as bsdtar does: bundled letters first, then options, then operands.
#include "cmd/tar/tar_options.h"

#include <fmt/core.h>

#include <utility>

#include "cmd/tar/tar_option_table.h"
#include "layer/base/error.h"

namespace cmd {
namespace {

class Parser {
 public:
  Parser(const std::vector<std::string>& words, bool is_root) : words_(words) {
    command_.extract.restores_owners = is_root;
    command_.extract.restores_permissions = is_root;
  }

  TarCommand run() {
    if (!words_.empty() && !words_.front().starts_with('-')) take_bundle(words_[next_++]);
    while (next_ < words_.size() && words_[next_].starts_with('-') && words_[next_] != "-") {
      const std::string& word = words_[next_++];
      if (word == "--") break;
      if (word.starts_with("--")) {
        take_long(word.substr(2));
      } else {
        take_short(word.substr(1));
      }
    }
    if (command_.mode == TarMode::kHelp || command_.mode == TarMode::kVersion) return command_;
    finish();
    return command_;
  }

 private:
  [[noreturn]] static void refuse(const std::string& spelled, const FoundTarOption& found) {
    if (found.option == nullptr) throw layer::Error(fmt::format("unknown option '{}'", spelled));
    throw layer::Error(
        fmt::format("'{}' is an option of bsdtar that veneer does not have", spelled))
        .with_help("run this command with bsdtar");
  }

  void take(const FoundTarOption& found, const std::string& value) {
    if (found.use == TarOptionUse::kTaken) found.option->take(command_, value);
  }

  std::string next_word(const std::string& spelled) {
    if (next_ < words_.size()) return words_[next_++];
    throw layer::Error(fmt::format("'{}' needs an argument", spelled));
  }

  FoundTarOption find(const std::string& spelled, char letter) const {
    const FoundTarOption found = find_tar_option(letter);
    if (found.option == nullptr || found.use == TarOptionUse::kRefused) refuse(spelled, found);
    return found;
  }

  // "xzf", each argument a word of its own.
  void take_bundle(const std::string& letters) {
    for (const char letter : letters) {
      const std::string spelled = fmt::format("-{}", letter);
      const FoundTarOption found = find(spelled, letter);
      take(found, found.option->has_value ? next_word(spelled) : std::string());
    }
  }

  // "xzfFILE".
  void take_short(const std::string& letters) {
    for (size_t i = 0; i < letters.size(); ++i) {
      const std::string spelled = fmt::format("-{}", letters[i]);
      if (letters[i] == 'W')
        return take_long(i + 1 < letters.size() ? letters.substr(i + 1) : next_word(spelled));
      const FoundTarOption found = find(spelled, letters[i]);
      if (!found.option->has_value) {
        take(found, {});
        continue;
      }
      return take(found, i + 1 < letters.size() ? letters.substr(i + 1) : next_word(spelled));
    }
  }

  // "NAME", "NAME=VALUE", "NAME" and "VALUE".
  void take_long(const std::string& text) {
    const size_t equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const std::string spelled = "--" + name;
    const FoundTarOption found = find_tar_option(std::string_view(name));
    if (found.option == nullptr || found.use == TarOptionUse::kRefused) refuse(spelled, found);
    if (!found.option->has_value && equals != std::string::npos) {
      throw layer::Error(fmt::format("'{}' takes no argument", spelled));
    }
    if (!found.option->has_value) return take(found, {});
    take(found, equals == std::string::npos ? next_word(spelled) : text.substr(equals + 1));
  }

  void finish() {
    switch (command_.mode) {
      case TarMode::kCreate:
        return finish_create();
      case TarMode::kList:
      case TarMode::kExtract:
        return finish_read();
      case TarMode::kNone:
        throw layer::Error("nothing to do: expected -c, -t or -x");
      case TarMode::kHelp:
      case TarMode::kVersion:
        return;
    }
  }

  void finish_create() {
    if (command_.auto_compress) {
      refuse_other_formats();
      const std::string codec = layer::codec_of_name(command_.file);
      if (!codec.empty()) command_.compression.codec = codec;
    }
    layer::CreateRequest& create = command_.create;
    for (const std::string& list : command_.lists) {
      create.operands.push_back({layer::OperandKind::kNameList, list, command_.directory});
    }
    while (next_ < words_.size()) take_operand(words_[next_++]);
    if (create.operands.empty()) throw layer::Error("no files or directories are named");
    create.names = command_.names;
    create.owner = command_.owner;
    create.limits = command_.limits;
    create.disk.max_followed = command_.limits.entries;
  }

  // By its name, which --auto-compress goes by, the archive would be no tar.
  void refuse_other_formats() const {
    if (!layer::names_other_format(command_.file)) return;
    throw layer::Error({command_.file},
                       "is not a name for a tar archive, but veneer writes only tar archives")
        .with_help("make this archive with bsdtar, or leave -a out");
  }

  void take_operand(const std::string& word) {
    if (word.starts_with("-C")) {
      const std::string directory = word.size() > 2 ? word.substr(2) : next_word("-C");
      find_tar_option('C').option->take(command_, directory);
      return;
    }
    if (word.starts_with("--")) {
      throw layer::Error(fmt::format("'{}' comes after the first file", word))
          .with_help(
              "put options before the first file, as for bsdtar; write a file of that name as "
              "'./--NAME'");
    }
    const bool is_archive = word.starts_with('@');
    command_.create.operands.push_back(
        {is_archive ? layer::OperandKind::kArchive : layer::OperandKind::kPath,
         word.substr(is_archive ? 1 : 0), command_.directory});
  }

  void finish_read() {
    layer::ReadRequest& read = command_.read;
    read.names = command_.names;
    read.names.include_files = command_.lists;
    while (next_ < words_.size()) read.names.includes.push_back(words_[next_++]);
    read.source.file = command_.file;
    read.source.program = command_.compression.program;
    read.source.options = command_.compression.options;
    read.source.limit = command_.limits.unpacked;
    read.source.max_members = command_.limits.entries;
    command_.extract.directory = command_.directory;
    command_.extract.owner = command_.owner;
  }

  const std::vector<std::string>& words_;
  size_t next_ = 0;
  TarCommand command_;
};

}  // namespace

TarCommand parse_tar(const std::vector<std::string>& words, bool is_root) {
  return Parser(words, is_root).run();
}

}  // namespace cmd
