// The figures of a pack over a period, to be printed: what they are on its last day, and within it
// those that count what happens; what each side says, and where the sides differ. The square leads
// to the same figures with their records.

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
    return name == context.party_names.end() ? id : in_language(name->second, language);
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

}  // namespace

Result print_report(Context& context, const Call& call) {
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const auto period = asked_period(call);
  if (!period) return std::unexpected{period.error()};
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const Date today = context.shelves.now()->today;
  const Date last = std::min(period->second, today);
  const auto found = call.views->read(past->at, [&](views::Session& session) {
    const packs::Pack& pack = *held->pack;
    return std::pair{figures_of(session, pack, last, *period, *context.published),
                     figures_of(session, pack, last, std::nullopt, *context.published)};
  });
  if (!found) return std::unexpected{problem_of(found.error())};
  const Words words{.context = context, .language = call.language};
  papers::Sheet sheet;
  sheet.language = call.language;
  sheet.issuer = words.party(context.node.identity().party);
  sheet.title = in_language(held->pack->title, call.language);
  sheet.number =
      words.say("report.period", {{"from", period->first.text()}, {"to", period->second.text()}});
  if (!found->first.empty()) {
    sheet.groups.push_back(group_of(words, words.say("report.within"), found->first));
  }
  sheet.groups.push_back(
      group_of(words, words.say("report.on", {{"day", last.text()}}), found->second));
  sheet.foot.emplace_back(words.say("report.pack"),
                          held->pack->name + " " + std::to_string(held->pack->version));
  sheet.foot.emplace_back(words.say("report.entry"), std::to_string(past->position));
  sheet.foot.emplace_back(words.say("report.printed"), today.text());
  sheet.link = origin_of(context, call) + "/" + call.language + "/figures/?as_of=" + last.text() +
               "#" + held->pack->name;
  sheet.how = words.say("report.how");
  sheet.remark = words.say("site.synthetic");
  sheet.printed = today;
  auto bytes = papers::drawn(sheet);
  if (!bytes) return std::unexpected{problem_of(bytes.error())};
  auto response = http::text_response(200, "application/pdf", std::move(*bytes));
  response.headers.push_back(
      {"Content-Disposition", "inline; filename*=UTF-8''" + http::percent_encode(held->pack->name) +
                                  "-" + last.text() + "-" + std::string{kFile}});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace bashu::api
