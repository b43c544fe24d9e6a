// Lines for people, a document, or commands that GitHub's runner makes annotations of.
#include "cmd/steps/check_report.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string_view>

#include "cmd/options/choice.h"
#include "cmd/report/diagnostic_json.h"
#include "cmd/report/messages.h"
#include "cmd/steps/checking.h"
#include "cmd/steps/sarif.h"
#include "layer/base/json.h"
#include "layer/base/utf8.h"

namespace cmd {
namespace {

void print_report_text(const CheckReport& report) {
  const layer::ShortPaths paths(report.findings);
  for (const layer::Finding& finding : report.findings) {
    if (is_quiet() && finding.severity == layer::Severity::kNote) continue;
    print_diagnostics(
        stdout, diagnostic_of(finding, paths).to_string(layer::severity_name(finding.severity)));
  }
  if (is_quiet()) return;
  const CheckCounts counts = count_findings(report.findings);
  print_line(
      stdout,
      fmt::format("{}: {} in {} checked: {}, {}, {}", report.image, counted(report.paths, "path"),
                  counted(report.layers, "layer"), counted(counts.errors, "error"),
                  counted(counts.warnings, "warning"), counted(counts.notes, "note")));
}

void print_report_json(const CheckReport& report) {
  const CheckCounts counts = count_findings(report.findings);
  nlohmann::json findings = nlohmann::json::array();
  for (const layer::Finding& finding : report.findings) findings.push_back(finding_json(finding));
  print_to(stdout, layer::dump_report({{"format", 1},
                                       {"image", report.image},
                                       {"paths", report.paths},
                                       {"layers", report.layers},
                                       {"errors", counts.errors},
                                       {"warnings", counts.warnings},
                                       {"notes", counts.notes},
                                       {"findings", findings}}));
}

// docs.github.com, "Workflow commands": values of properties end at ':' and ','.
std::string github_text(std::string_view text, bool is_property) {
  std::string escaped;
  for (const char c : layer::with_escaped_bytes(text)) {
    const bool ends = c == '%' || (is_property && (c == ':' || c == ','));
    escaped += ends ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return escaped;
}

std::string_view github_command(layer::Severity severity) {
  return severity == layer::Severity::kNote ? "notice" : layer::severity_name(severity);
}

// An annotation stands at a file of the workspace: where an input declares the path, if one does.
std::string github_line(const layer::Finding& finding) {
  const layer::Diagnostic diagnostic = layer::to_diagnostic(finding);
  std::string line = fmt::format("::{} title={}", github_command(finding.severity),
                                 github_text(finding.check, true));
  if (finding.origin.line > 0) {
    line += fmt::format(",file={},line={}", github_text(finding.origin.file, true),
                        finding.origin.line);
  }
  std::string text = diagnostic.position.file + ": " + diagnostic.message;
  if (!diagnostic.help.empty()) text += "; " + diagnostic.help;
  return line + "::" + github_text(text, false);
}

}  // namespace

nlohmann::json finding_json(const layer::Finding& finding) {
  nlohmann::json json{{"severity", layer::severity_name(finding.severity)},
                      {"check", finding.check},
                      {"path", finding.path},
                      {"reason", finding.reason},
                      {"count", finding.count}};
  if (!finding.others.empty()) json["others"] = finding.others;
  if (!finding.origin.file.empty()) json["origin"] = position_json(finding.origin);
  if (!finding.help.empty()) json["help"] = finding.help;
  for (const layer::Note& note : finding.notes) {
    json["notes"].push_back({{"at", position_json(note.position)}, {"message", note.message}});
  }
  return json;
}

void add_format_option(CLI::App& command, ReportFormat& format) {
  CLI::Option* option =
      command
          .add_option("--format", format,
                      "Form of the report. text (default); json; sarif: SARIF 2.1.0, for code "
                      "scanning; github: annotations of a GitHub workflow. See docs/checks.md")
          ->transform(one_of<ReportFormat>({{"text", ReportFormat::kText},
                                            {"json", ReportFormat::kJson},
                                            {"sarif", ReportFormat::kSarif},
                                            {"github", ReportFormat::kGithub}}))
          ->type_name("text|json|sarif|github");
  command
      .add_flag_callback(
          "--json", [&format] { format = ReportFormat::kJson; }, "The same as --format=json")
      ->excludes(option);
}

void print_check_report(const CheckReport& report, ReportFormat format) {
  switch (format) {
    case ReportFormat::kText:
      return print_report_text(report);
    case ReportFormat::kJson:
      return print_report_json(report);
    case ReportFormat::kSarif:
      return print_to(stdout, sarif_text(report.findings));
    case ReportFormat::kGithub:
      for (const layer::Finding& finding : report.findings) {
        print_to(stdout, github_line(finding) + '\n');
      }
      return;
  }
  throw std::logic_error("no such form of a report");
}

}  // namespace cmd
