#include "papers/standing.h"

#include <algorithm>
#include <utility>

namespace bashu::papers {

namespace {

bool among(const std::vector<std::string>& states, const std::string& state) {
  return std::ranges::find(states, state) != states.end();
}

std::optional<Date> since(const packs::Print& print, const views::CaseRow& row) {
  if (print.after.empty()) return row.opened;
  for (const core::Visit& visit : row.reached) {
    if (among(print.after, visit.state)) return visit.on;
  }
  return std::nullopt;
}

std::optional<Date> last_day(const packs::Print& print, const views::CaseRow& row) {
  const Value* value = print.until.empty() ? nullptr : row.data.find(print.until);
  const std::string* text = value ? value->as_text() : nullptr;
  return text ? Date::parse(*text) : std::nullopt;
}

std::string number(const packs::Service& service, const packs::Print& print,
                   const views::CaseRow& row) {
  if (print.number.empty()) return row.id;
  const packs::Type* type = service.field(print.number);
  const Value* value = row.data.find(print.number);
  const std::string* text = value ? value->as_text() : nullptr;
  return text && type && type->cls == packs::Class::open ? *text : std::string{};
}

Standing standing(const Paper& paper, Date today) {
  if (!paper.since) return Standing::not_yet;
  if (among(paper.print->void_in, paper.row.state)) return Standing::withdrawn;
  return paper.until && *paper.until < today ? Standing::expired : Standing::valid;
}

std::uint64_t first_entry(views::Session& session, const Paper& paper) {
  if (paper.print->after.empty()) return paper.opened;
  for (const views::StepRow& step : views::history(session, paper.row.id)) {
    if (among(paper.print->after, step.to)) return step.position;
  }
  return paper.opened;  // it began in such a state
}

std::optional<Paper> read(views::Session& session, std::string_view case_id, std::string_view name,
                          Date today) {
  auto row = views::case_at(session, case_id);
  if (!row) return std::nullopt;
  Paper paper{.name = std::string{name}, .row = std::move(*row)};
  const auto version = session.catalogue.packs.find(paper.row.pack);
  if (version == session.catalogue.packs.end()) return std::nullopt;
  paper.pack = version->second.pack;
  paper.service = packs::find(paper.pack->services, paper.row.service);
  paper.print = paper.service ? packs::find(paper.service->prints, name) : nullptr;
  if (!paper.print) return std::nullopt;
  paper.opened = views::positions(session, case_id).front();
  paper.entry = first_entry(session, paper);
  paper.since = since(*paper.print, paper.row);
  paper.until = last_day(*paper.print, paper.row);
  paper.number = number(*paper.service, *paper.print, paper.row);
  paper.standing = standing(paper, today);
  return paper;
}

}  // namespace

std::expected<std::optional<Paper>, Fault> paper_of(views::Views& views, std::string_view case_id,
                                                    std::string_view name, Date today,
                                                    views::At at) {
  return views.read(at,
                    [&](views::Session& session) { return read(session, case_id, name, today); });
}

std::expected<std::optional<Paper>, Fault> find(views::Views& views, const Codes& codes,
                                                std::string_view code, Date today, views::At at) {
  const std::uint64_t opened = opened_at(code);
  return views.read(at, [&](views::Session& session) -> std::optional<Paper> {
    for (const core::CaseId& id : views::cases_opened_at(session, opened)) {
      const auto row = views::case_at(session, id);
      const auto version =
          row ? session.catalogue.packs.find(row->pack) : session.catalogue.packs.end();
      if (version == session.catalogue.packs.end()) continue;
      const packs::Service* service = packs::find(version->second.pack->services, row->service);
      if (!service) continue;
      for (const auto& [name, print] : service->prints) {
        if (codes.of(opened, id, name) != code) continue;
        auto paper = read(session, id, name, today);
        if (paper && paper->standing == Standing::not_yet) return std::nullopt;
        return paper;
      }
    }
    return std::nullopt;
  });
}

}  // namespace bashu::papers
