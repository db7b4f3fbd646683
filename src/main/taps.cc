#include "main/taps.h"

#include <ostream>

#include "fares/size.h"
#include "fares/taking.h"
#include "fares/tap_rows.h"
#include "node/files.h"
#include "packs/yaml.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

std::optional<fares::Tariff> read(const Console& console, const std::string& path, bool to_take) {
  const auto text = node::read_file(path);
  if (!text) return console.fail(text.error()), std::nullopt;
  const packs::Document file = packs::read_yaml(*text);
  for (const Finding& finding : file.findings) {
    console.err << path << ':' << finding.line << ':' << finding.column << ": " << finding.text
                << '\n';
  }
  if (!file.findings.empty()) return std::nullopt;
  const auto large = to_take ? fares::too_large(file.root) : std::nullopt;
  auto tariff = large ? std::unexpected{std::vector{*large}} : fares::read_tariff(file.root);
  std::vector<fares::Wrong> all;
  if (!tariff) {
    all = std::move(tariff.error());
  } else if (to_take) {
    all = fares::wrong_when_taken(*tariff);
  }
  if (all.empty()) {
    if (to_take && tariff->rules < 2) {
      console.err << path << ": "
                  << texts::text(console.language, "fares.rules_1", {{"tariff", tariff->name}})
                  << '\n';
    }
    return *std::move(tariff);
  }
  for (const fares::Wrong& wrong : all) {
    const packs::Position at = file.at(wrong.where);
    console.err << path << ':' << at.line << ':' << at.column << ": "
                << (wrong.where.empty() ? "tariff" : wrong.where) << ' ' << wrong.what << '\n';
  }
  return std::nullopt;
}

}  // namespace

std::optional<fares::Tariff> read_tariff(const Console& console, const std::string& path) {
  return read(console, path, true);
}

std::optional<fares::Tariff> read_taken_tariff(const Console& console, const std::string& path) {
  return read(console, path, false);
}

std::string text_in(const Row& row, std::string_view name) {
  return fares::text_in(row.fields, name);
}

std::string tap_of(const Row& row, fares::Tap& tap) { return fares::tap_of(row.fields, tap); }

}  // namespace bashu::cli
