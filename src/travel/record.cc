#include "travel/record.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "packs/pack.h"

namespace bashu::travel {

namespace {

constexpr int kAtOnce = 1'000;

// The records of a public register; none if there is no such register at that position.
std::vector<views::RecordRow> public_records(views::Session& session, std::string_view pack,
                                             std::string_view name) {
  const views::PackVersion* newest = nullptr;
  for (const auto& [digest, version] : session.catalogue.packs) {
    if (version.pack->name != pack) continue;
    if (!newest || newest->position < version.position) newest = &version;
  }
  const packs::Register* reg = newest ? packs::find(newest->pack->registers, name) : nullptr;
  if (!reg || !reg->open) return {};
  std::vector<views::RecordRow> rows;
  views::RecordFilter filter{
      .reg = std::string{pack} + "/" + std::string{name}, .key = {}, .prefix = {}, .as_of = {}};
  filter.page.limit = kAtOnce;
  do {
    auto some = views::records(session, filter);
    std::ranges::move(some.rows, std::back_inserter(rows));
    filter.page.after = some.next;
  } while (!filter.page.after.empty());
  return rows;
}

std::optional<Date> day_at(const Value& record, std::string_view member) {
  const Value* value = record.find(member);
  const std::string* text = value ? value->as_text() : nullptr;
  return text ? Date::parse(*text) : std::nullopt;
}

// The latest of what the sides say; nullopt if none does.
std::optional<Date> latest(const Value* sides, std::size_t& told) {
  std::optional<Date> out;
  told = 0;
  const Value::Record* record = sides ? sides->as_record() : nullptr;
  if (!record) return out;
  for (const auto& [side, value] : *record) {
    const std::string* text = value.as_text();
    const auto day = text ? Date::parse(*text) : std::nullopt;
    if (!day) continue;
    ++told;
    out = out ? std::max(*out, *day) : *day;
  }
  return out;
}

// Since when traffic passes: from when it is open through; else, across the border, from when both
// sides have opened their halves.
std::optional<Date> opened(const Value& corridor) {
  std::size_t told = 0;
  if (const auto through = latest(corridor.find("through_on"), told)) return through;
  const auto halves = latest(corridor.find("opened_on"), told);
  const Value* crosses = corridor.find("crosses");
  const bool* border = crosses ? crosses->as_bool() : nullptr;
  return border && *border && told < 2 ? std::nullopt : halves;
}

// What a project says of its opening.
struct Project {
  std::optional<Date> through, planned;
  std::int64_t last = 0;  // number of the milestone that `planned` is of
};

std::map<std::string, Project, std::less<>> projects(views::Session& session) {
  std::map<std::string, Project, std::less<>> out;
  for (const auto& row : public_records(session, "major-projects", "project")) {
    out[row.fields.text_at("code")].through = day_at(row.fields, "through_on");
  }
  for (const auto& row : public_records(session, "major-projects", "milestone")) {
    Project& project = out[row.fields.text_at("code")];
    const std::int64_t number = row.fields.int_at("number", 0);
    if (number < project.last) continue;
    project.last = number;
    project.planned = day_at(row.fields, "planned_on");
  }
  return out;
}

network::Record record(const network::Circle& circle, views::Session& session) {
  network::Record out;
  for (const auto& row : public_records(session, "transport", "corridor")) {
    out[row.fields.text_at("code")] = {.since = opened(row.fields), .plan = {}};
  }
  const auto known = projects(session);
  for (const auto& [line, code] : circle.projects) {
    const auto project = known.find(code);
    if (project == known.end()) continue;
    const auto& [through, planned, last] = project->second;
    const auto told = out.find(line);
    if (told != out.end()) {
      told->second.plan = planned;
    } else if (through || planned) {
      out[line] = {.since = through, .plan = planned};
    }
  }
  return out;
}

}  // namespace

std::expected<network::Openings, Fault> openings(const network::Circle& circle, views::Views& views,
                                                 views::At at, Date today) {
  return views.read(at, [&](views::Session& session) {
    return network::follow(circle.openings, record(circle, session), today);
  });
}

}  // namespace bashu::travel
