// A paper of a case as PDF, for who may see the case, with the values that they may see. What it
// says, the entry it rests on and a code for others to check it by go with it.

#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "base/json.h"
#include "figures/words.h"
#include "packs/pages.h"
#include "papers/draw.h"
#include "papers/evidence.h"
#include "papers/standing.h"
#include "texts/texts.h"

namespace bashu::api {

namespace {

constexpr std::string_view kSuffix = ".pdf";

// Values in the words of one language.
class Words {
 public:
  Words(Context& context, const std::string& language, Date today)
      : context_{context}, language_{language}, today_{today} {}

  [[nodiscard]] std::string say(std::string_view key, const texts::Places& places = {}) const {
    return texts::text(language_, key, places);
  }
  [[nodiscard]] std::string in(const Title& title) const { return in_language(title, language_); }
  [[nodiscard]] std::string party(const std::string& id) const {
    const auto named = context_.party_names.find(id);
    if (named != context_.party_names.end()) return in(named->second);
    const node::Identity& own = context_.node.identity();
    return id == own.party ? own.name : id;
  }
  [[nodiscard]] std::string shown(const packs::Type& type, const Value& value) const {
    if (value.is_null()) return {};
    if (const Value* erased = value.find("erased")) {
      return say("app.erased_by", {{"on", erased->text_at("on")},
                                   {"order", std::to_string(erased->int_at("order"))}});
    }
    if (value.find("restricted")) {
      return say("app.restricted_by", {{"order", std::to_string(value.int_at("restricted"))}});
    }
    if (value.find("$sealed")) return say("app.sealed");
    if (const bool* flag = value.as_bool()) return say(*flag ? "common.yes" : "common.no");
    if (const std::int64_t* number = value.as_int()) {
      // A whole number that always has four digits names something, a year: not in thousands.
      const bool names = type.kind == packs::Kind::integer && type.min.value_or(0) >= 1'000 &&
                         type.max.value_or(10'000) <= 9'999;
      if (names) return std::to_string(*number);
      return figures::exact_words(*number, type.unit, type.scale, language_);
    }
    if (const std::string* text = value.as_text()) return text_shown(type, *text);
    if (const Value::List* list = value.as_list()) {
      std::string all;
      for (const Value& item : *list) {
        all += (all.empty() ? "" : say("site.comma")) +
               shown(type.element ? *type.element : type, item);
      }
      return all;
    }
    if (type.kind == packs::Kind::document) return value.text_at("name");
    std::string all;
    for (const packs::Member& member : type.members) {
      const Value* held = value.find(member.name);
      if (!held || held->is_null()) continue;
      all +=
          (all.empty() ? "" : say("site.comma")) + title(member) + " " + shown(*member.type, *held);
    }
    return all;
  }
  [[nodiscard]] std::string title(const packs::Member& member) const {
    return member.type->title.empty() ? member.name : in(member.type->title);
  }

 private:
  [[nodiscard]] std::string text_shown(const packs::Type& type, const std::string& text) const {
    if (type.kind == packs::Kind::party) return party(text);
    if (type.kind == packs::Kind::place) {
      const Division* division = context_.divisions->find(text, today_);
      return division ? in(division->name) : text;
    }
    for (const auto& [choice, title] : type.choices) {
      if (choice == text) return in(title);
    }
    return text;
  }

  Context& context_;
  const std::string& language_;
  Date today_;
};

std::string text_of(const papers::Paper& paper, const Value& data, const Words& words) {
  return packs::filled(words.in(paper.print->text), [&](const std::string& name) -> std::string {
    if (name == "case") return paper.row.id;
    if (name == "opened") return paper.row.opened.text();
    if (name == "since") return paper.since->text();
    const auto party = paper.row.parties.find(name);
    if (party != paper.row.parties.end()) return words.party(party->second);
    const packs::Type* type = paper.service->field(name);
    const Value* value = data.find(name);
    return type && value ? words.shown(*type, *value) : std::string{};
  });
}

std::vector<papers::Sheet::Group> groups_of(const papers::Paper& paper, const Value& data,
                                            const Words& words) {
  std::vector<papers::Sheet::Group> groups;
  for (const packs::FieldGroup& group : paper.print->groups) {
    papers::Sheet::Group made{.title = words.in(group.title), .rows = {}};
    for (const std::string& name : group.fields) {
      const packs::Type* type = paper.service->field(name);
      const Value* value = data.find(name);
      if (!type || !value || value->is_null()) continue;
      made.rows.emplace_back(type->title.empty() ? name : words.in(type->title),
                             words.shown(*type, *value));
    }
    if (!made.rows.empty()) groups.push_back(std::move(made));
  }
  return groups;
}

std::string warning_of(const papers::Paper& paper, const Words& words) {
  if (paper.standing == papers::Standing::expired) return words.say("app.paper_expired");
  if (paper.standing != papers::Standing::withdrawn) return {};
  const packs::StateDef* state = packs::find(paper.service->states, paper.row.state);
  return words.say("app.paper_void", {{"state", state ? words.in(state->title) : paper.row.state}});
}

papers::Sheet sheet_of(const papers::Paper& paper, const Value& data, const Words& words) {
  papers::Sheet sheet{.language = {},
                      .title = words.in(paper.print->title),
                      .issuer = {},
                      .number = {},
                      .text = text_of(paper, data, words),
                      .warning = warning_of(paper, words),
                      .groups = groups_of(paper, data, words),
                      .foot = {{words.say("app.paper_since"), paper.since->text()}},
                      .link = {},
                      .code = {},
                      .how = words.say("app.paper_check"),
                      .remark = words.say("site.synthetic"),
                      .printed = {}};
  const Value* number = data.find(paper.print->number);
  const packs::Type* type = paper.service->field(paper.print->number);
  const std::string shown = number && type ? words.shown(*type, *number) : paper.row.id.text();
  sheet.number = words.say("app.paper_number") + " " + shown;
  if (paper.until) sheet.foot.emplace_back(words.say("app.paper_until"), paper.until->text());
  sheet.foot.emplace_back(words.say("app.paper_case"), paper.row.id);
  return sheet;
}

std::expected<std::string, Fault> made(Context& context, const papers::Paper& paper,
                                       const papers::Sheet& sheet) {
  const node::Identity& own = context.node.identity();
  Value::Record facts{
      {"party", own.party},           {"origin", own.origin},     {"pack", paper.row.pack},
      {"service", paper.row.service}, {"paper", paper.name},      {"case", paper.row.id},
      {"entry", paper.entry},         {"state", paper.row.state}, {"since", paper.since->text()}};
  if (paper.until) facts["until"] = paper.until->text();
  const auto pdf = papers::drawn(sheet);
  if (!pdf) return pdf;
  const papers::Files files{
      {std::string{papers::kSaid}, canonical_json(papers::sheet_value(sheet, std::move(facts)))},
      {std::string{papers::kProof}, context.node.receipt(paper.entry).value_or("")}};
  auto whole = papers::with_files(*pdf, files, sheet.language);
  if (!whole) return whole;
  return papers::signed_paper(std::move(*whole), own.origin, own.log.secret_key);
}

}  // namespace

Result print_paper(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const std::string& id = call.part("id");
  std::string_view name = call.part("file");
  if (!name.ends_with(kSuffix)) return std::unexpected{not_found()};
  name.remove_suffix(kSuffix.size());
  Onlooker onlooker{context, call};
  const Sight sight = onlooker.sight_of(id);
  if (sight == Sight::none) return std::unexpected{not_found()};
  const Date today = context.shelves.now()->today;
  const auto paper = papers::paper_of(*call.views, id, name, today, past->at);
  if (!paper) return std::unexpected{problem_of(paper.error())};
  if (!*paper) {
    Problem none = not_found();
    none.detail = texts::title("app.no_such_paper");
    return std::unexpected{std::move(none)};
  }
  if ((*paper)->standing == papers::Standing::not_yet) {
    Problem early = problem_of(reject(RejectCode::state, std::string{name}));
    early.detail = texts::title("app.paper_not_yet");
    return std::unexpected{std::move(early)};
  }
  Reader reader = onlooker.reader(sight);
  const Value data = reveal(reader, (*paper)->service->fields, (*paper)->row.data, id);
  const Words words{context, call.language, today};
  papers::Sheet sheet = sheet_of(**paper, data, words);
  const std::string code = context.codes->of((*paper)->opened, id, name);
  sheet.language = call.language;
  sheet.issuer = words.party(context.node.identity().party);
  sheet.link = origin_of(context, call) + "/check/" + code;
  sheet.code = papers::grouped(code);
  sheet.printed = today;
  auto bytes = made(context, **paper, sheet);
  if (!bytes) return std::unexpected{problem_of(bytes.error())};
  const std::string resource = id + "/papers/" + std::string{name};
  if (auto noted = onlooker.account_for(reader, resource); !noted) {
    return std::unexpected{noted.error()};
  }
  auto response = http::text_response(200, "application/pdf", std::move(*bytes));
  response.headers.push_back(
      {"Content-Disposition",
       "inline; filename*=UTF-8''" + http::percent_encode(sheet.title) + std::string{kSuffix}});
  response.headers.push_back({"Cache-Control", "no-store"});
  return response;
}

}  // namespace bashu::api
