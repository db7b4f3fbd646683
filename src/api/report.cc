// The figures of a pack over a period, to be printed: what they are on its last day, and within it
// those that count what happens; what each side says, and where the sides differ. On paper the
// square leads to the same figures with their records; as a spreadsheet they are rows.

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "api/handlers.h"
#include "api/reading.h"
#include "figures/figure.h"
#include "figures/known_at.h"
#include "figures/words.h"
#include "papers/draw.h"
#include "sheets/sheet.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::string_view kFile = "report.pdf";

struct Words {
  Context& context;
  const std::string& language;

  [[nodiscard]] std::string say(std::string_view key, const texts::Places& places = {}) const {
    return texts::text(language, key, places);
  }
  [[nodiscard]] std::string party(const core::PartyId& id) const {
    const auto name = context.party_names.find(id);
    return name == context.party_names.end() ? id.text() : in_language(name->second, language);
  }
  [[nodiscard]] std::string value(const figures::Answer& of,
                                  std::optional<std::int64_t> number) const {
    return number ? figures::exact_words(*number, of.unit, of.scale, language)
                  : say("report.no_value");
  }
  // Ours, then what each of the others says and whether it is the same.
  [[nodiscard]] std::string told(const figures::Figure& figure) const {
    std::string all = value(figure.answer, figure.answer.value);
    for (const figures::Side& side : figure.sides.sides) {
      if (side.own) continue;
      using enum figures::Agree;
      const char* key = !side.told          ? "report.not_told"
                        : side.agree == yes ? "report.same"
                        : side.agree == no  ? "report.differs"
                                            : "report.not_compared";
      all += "\n" +
             say(key, {{"party", party(side.party)}, {"value", value(figure.answer, side.value)}});
    }
    return all;
  }
};

// Of each figure of the pack that is in force, by name.
std::vector<figures::Figure> figures_of(views::Session& session, const packs::Pack& pack,
                                        Date as_of, std::optional<figures::Period> period,
                                        const figures::Published& published) {
  std::vector<figures::Figure> all;
  for (const auto& [name, figure] : pack.figures) {
    // What is so on a day is not so within a period.
    if (period && !(figure.from && !figure.to)) continue;
    auto found = figures::figure(
        session, {.id = pack.name + "/" + name, .as_of = as_of, .period = period}, published);
    if (found) all.push_back(std::move(*found));
  }
  return all;
}

papers::Sheet::Group group_of(const Words& words, std::string title,
                              const std::vector<figures::Figure>& figures) {
  papers::Sheet::Group group{.title = std::move(title), .rows = {}};
  for (const figures::Figure& one : figures) {
    group.rows.emplace_back(in_language(one.answer.title, words.language), words.told(one));
  }
  return group;
}

std::expected<figures::Period, Problem> asked_period(const Call& call) {
  const auto period = figures::parse_period(call.parameter("period"));
  if (period && period->first <= period->second) return *period;
  return std::unexpected{malformed("period", texts::text("en", "report.bad_period"),
                                   texts::text("zh", "report.bad_period"))};
}

struct Report {
  HeldPack held;
  figures::Period period;
  Date today, last;  // the last day of the period, or today if that comes before
  std::uint64_t position = 0;
  std::vector<figures::Figure> within, on;  // of the period; on its last day
};

std::expected<Report, Problem> read_report(Context& context, const Call& call) {
  auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const auto period = asked_period(call);
  if (!period) return std::unexpected{period.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const Date today = context.shelves.now()->today;
  Report report{.held = std::move(*held),
                .period = *period,
                .today = today,
                .last = std::min(period->second, today),
                .position = past->position,
                .within = {},
                .on = {}};
  const auto read = call.views->read(past->at, [&](views::Session& session) {
    const packs::Pack& pack = *report.held.pack;
    report.within = figures_of(session, pack, report.last, *period, *context.published);
    report.on = figures_of(session, pack, report.last, std::nullopt, *context.published);
    return true;
  });
  if (!read) return std::unexpected{problem_of(read.error())};
  return report;
}

http::Response as_download(const Report& report, const char* media, std::string bytes,
                           std::string_view how, std::string_view file) {
  auto response = http::text_response(200, media, std::move(bytes));
  response.headers.push_back(
      {"Content-Disposition", std::string{how} + "; filename*=UTF-8''" +
                                  http::percent_encode(report.held.pack->name) + "-" +
                                  report.last.text() + "-" + std::string{file}});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

// One row a figure; of each side a number, and whether it is the same.
sheets::Sheet table_of(const Words& words, const Report& report) {
  using Cell = sheets::Sheet::Cell;
  sheets::Sheet sheet{.name = in_language(report.held.pack->title, words.language),
                      .columns = {{words.say("report.part")},
                                  {words.say("report.figure")},
                                  {words.say("report.title")},
                                  {words.say("report.unit")},
                                  {words.party(words.context.node.identity().party)}},
                      .rows = {}};
  std::vector<core::PartyId> others;
  for (const auto* part : {&report.within, &report.on}) {
    for (const figures::Figure& one : *part) {
      for (const figures::Side& side : one.sides.sides) {
        if (!side.own && std::ranges::find(others, side.party) == others.end()) {
          others.push_back(side.party);
        }
      }
    }
  }
  for (const core::PartyId& party : others) {
    sheet.columns.push_back({words.party(party)});
    sheet.columns.push_back({words.say("report.same_as_ours", {{"party", words.party(party)}})});
  }
  const auto add = [&](const std::string& part, const figures::Figure& one) {
    const auto number = [&](std::optional<std::int64_t> value) {
      return value ? Cell{sheets::Sheet::Decimal{.value = *value, .scale = one.answer.scale}}
                   : Cell{};
    };
    std::vector<Cell> row{part, one.answer.id, in_language(one.answer.title, words.language),
                          one.answer.unit, number(one.answer.value)};
    for (const core::PartyId& party : others) {
      const auto side = std::ranges::find(one.sides.sides, party, &figures::Side::party);
      const bool told = side != one.sides.sides.end() && side->told;
      using enum figures::Agree;
      row.push_back(told ? number(side->value) : Cell{});
      row.emplace_back(words.say(!told                ? "report.word_not_told"
                                 : side->agree == yes ? "report.word_same"
                                 : side->agree == no  ? "report.word_differs"
                                                      : "report.word_not_compared"));
    }
    sheet.rows.push_back(std::move(row));
  };
  const std::string within = words.say(
      "report.period", {{"from", report.period.first.text()}, {"to", report.period.second.text()}});
  for (const figures::Figure& one : report.within) add(within, one);
  const std::string on = words.say("report.on", {{"day", report.last.text()}});
  for (const figures::Figure& one : report.on) add(on, one);
  return sheet;
}

}  // namespace

Result print_report(Context& context, const Call& call) {
  const auto report = read_report(context, call);
  if (!report) return std::unexpected{report.error()};
  const packs::Pack& pack = *report->held.pack;
  const Words words{.context = context, .language = call.language};
  papers::Sheet sheet;
  sheet.language = call.language;
  sheet.issuer = words.party(context.node.identity().party);
  sheet.title = in_language(pack.title, call.language);
  sheet.number = words.say("report.period", {{"from", report->period.first.text()},
                                             {"to", report->period.second.text()}});
  if (!report->within.empty()) {
    sheet.groups.push_back(group_of(words, words.say("report.within"), report->within));
  }
  sheet.groups.push_back(
      group_of(words, words.say("report.on", {{"day", report->last.text()}}), report->on));
  sheet.foot.emplace_back(words.say("report.pack"), pack.name + " " + std::to_string(pack.version));
  sheet.foot.emplace_back(words.say("report.entry"), std::to_string(report->position));
  sheet.foot.emplace_back(words.say("report.printed"), report->today.text());
  sheet.link = origin_of(context, call) + "/" + call.language +
               "/figures/?as_of=" + report->last.text() + "#" + pack.name;
  sheet.how = words.say("report.how");
  sheet.remark = words.say("site.synthetic");
  sheet.printed = report->today;
  auto bytes = papers::drawn(sheet);
  if (!bytes) return std::unexpected{problem_of(bytes.error())};
  return as_download(*report, "application/pdf", std::move(*bytes), "inline", kFile);
}

Result tabulate_report(Context& context, const Call& call) {
  const auto report = read_report(context, call);
  if (!report) return std::unexpected{report.error()};
  auto bytes = sheets::xlsx(table_of({.context = context, .language = call.language}, *report));
  if (!bytes) return std::unexpected{problem_of(bytes.error())};
  return as_download(*report, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
                     std::move(*bytes), "attachment", "report.xlsx");
}

}  // namespace bashu::api
