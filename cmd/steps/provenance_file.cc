// Keeps values before CLI11 changes them: a word becomes a number, a {KEY} what a file says of it.
#include "cmd/steps/provenance_file.h"

#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "cmd/options/help_format.h"
#include "cmd/options/source_date.h"
#include "cmd/steps/build_memo.h"
#include "layer/base/json.h"
#include "oci/sbom/provenance.h"

namespace cmd {
namespace {

layer::Json given_value(const GivenOption& option) {
  if (option.form == ValueForm::kFlag) return true;
  if (option.is_repeatable) return option.values;
  return option.values.back();
}

// The names that engines and registries know the image by.
std::vector<std::string> output_names(const std::vector<oci::ImageReference>& outputs) {
  std::vector<std::string> names;
  for (const oci::ImageReference& output : outputs) {
    const oci::WrittenName name = oci::written_name(output);
    const std::string& text = name.full_name.empty() ? name.ref_name : name.full_name;
    if (!text.empty()) names.push_back(text);
  }
  return names;
}

}  // namespace

void add_provenance_option(CLI::App& command, ProvenanceOptions& options) {
  for (const OptionKey& key : option_keys(command)) {
    if (!says_what(*key.option)) continue;
    key.option->transform(CLI::Validator(
        [key, &options](std::string& text) {
          GivenOption& given = options.given[key.key];
          given.form = key.form;
          given.is_repeatable = is_repeatable(*key.option);  // which is settled after this
          given.values.push_back(text);
          return std::string();
        },
        std::string()));
  }
  // The values of a project file are checked before the command line is parsed.
  command.preparse_callback([&options](size_t /*count*/) { options.given.clear(); });
  command
      .add_option("--provenance", options.path,
                  "Write beside the image how it was built: a statement of in-toto with SLSA "
                  "provenance or, if FILE ends in .predicate.json, the predicate alone")
      ->type_name("FILE");
}

void add_provenance_file(const ProvenanceOptions& options, const BuiltImage& built,
                         const oci::StoredImage* base, const std::string& base_name,
                         const std::vector<oci::ImageReference>& outputs,
                         std::vector<layer::ResultFile>& files) {
  if (options.path.empty()) return;
  layer::Json given = layer::Json::object();
  for (const auto& [key, option] : options.given) given[key] = given_value(option);
  layer::Json parameters{{"options", std::move(given)}};
  if (const std::optional<std::string> date = source_date()) parameters["sourceDate"] = *date;
  const oci::ImageSubject subject{built.image, built.facts};
  const bool is_predicate = options.path.ends_with(".predicate.json");
  files.push_back(text_result(
      options.path,
      layer::dump_report(oci::make_provenance(
          {subject, base, base_name, output_names(outputs), parameters, VENEER_VERSION},
          is_predicate ? oci::ProvenanceForm::kPredicate : oci::ProvenanceForm::kStatement))));
}

}  // namespace cmd
