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

// Days by side.
using Told = std::map<std::string, Date, std::less<>>;
Told told(const Value& record, std::string_view member) {
  Told out;
  const Value* sides = record.find(member);
  if (!sides || !sides->as_record()) return out;
  for (const auto& [side, value] : *sides->as_record()) {
    const std::string* text = value.as_text();
    if (const auto day = text ? Date::parse(*text) : std::nullopt) out.emplace(side, *day);
  }
  return out;
}
std::optional<Date> latest(const Told& days) {
  const auto last = std::ranges::max_element(days, {}, &Told::value_type::second);
  return last == days.end() ? std::nullopt : std::optional{last->second};
}

// Since when traffic passes: from when it is open through; else, across the border, from when both
// sides have opened their halves.
struct Corridor {
  Told through, halves;
  bool border = false;

  explicit Corridor(const Value& record)
      : through{told(record, "through_on")}, halves{told(record, "opened_on")} {
    border = record.bool_at("crosses");
  }
  [[nodiscard]] std::optional<Date> opened() const {
    if (!through.empty()) return latest(through);
    return border && halves.size() < 2 ? std::nullopt : latest(halves);
  }
  // By the word of one side.
  [[nodiscard]] std::optional<Date> opened_by(std::string_view side) const {
    for (const Told* days : {&through, &halves}) {
      if (const auto it = days->find(side); it != days->end()) return it->second;
    }
    return std::nullopt;
  }
};

// What a project says of its opening.
struct Project {
  std::optional<Date> through, planned;
  std::int64_t last = 0;  // number of the milestone that `planned` is of
  std::optional<Source> project, milestone;
};

Source source(std::string reg, const views::RecordRow& row) {
  return {.reg = std::move(reg), .key = row.key, .position = row.position};
}

std::map<std::string, Project, std::less<>> projects(views::Session& session) {
  std::map<std::string, Project, std::less<>> out;
  for (const auto& row : public_records(session, "major-projects", "project")) {
    Project& project = out[row.fields.text_at("code")];
    project.through = day_at(row.fields, "through_on");
    if (project.through) project.project = source("major-projects/project", row);
  }
  for (const auto& row : public_records(session, "major-projects", "milestone")) {
    Project& project = out[row.fields.text_at("code")];
    const std::int64_t number = row.fields.int_at("number", 0);
    if (number < project.last) continue;
    project.last = number;
    project.planned = day_at(row.fields, "planned_on");
    project.milestone = source("major-projects/milestone", row);
  }
  return out;
}

// Reads the registers of one position.
class Reader {
 public:
  Reader(const network::Circle& circle, Date today) : circle_{circle}, today_{today} {}

  OnRecord read(views::Session& session) {
    for (const auto& row : public_records(session, "transport", "corridor")) {
      const std::string code = row.fields.text_at("code");
      const Corridor corridor{row.fields};
      told_[code] = {.since = corridor.opened(), .plan = {}};
      if (!circle_.openings.contains(code)) continue;
      out_.sources[code].push_back(source("transport/corridor", row));
      corridors_.emplace(code, corridor);
    }
    build(projects(session));
    out_.openings = network::follow(circle_.openings, told_, today_);
    by_side();
    scenarios(session);
    return std::move(out_);
  }

 private:
  void build(const std::map<std::string, Project, std::less<>>& known) {
    for (const auto& [line, code] : circle_.projects) {
      const auto it = known.find(code);
      if (it == known.end()) continue;
      const Project& project = it->second;
      const auto corridor = told_.find(line);
      if (corridor != told_.end()) {
        corridor->second.plan = project.planned;
      } else if (project.through || project.planned) {
        told_[line] = {.since = project.through, .plan = project.planned};
        if (project.project) out_.sources[line].push_back(*project.project);
      }
      if (project.milestone) out_.sources[line].push_back(*project.milestone);
    }
  }

  void by_side() {
    std::map<std::string, network::Record, std::less<>> sides;
    for (const auto& [code, corridor] : corridors_) {
      for (const Told* days : {&corridor.through, &corridor.halves}) {
        for (const auto& [side, day] : *days) sides.try_emplace(side, told_);
      }
    }
    for (auto& [side, record] : sides) {
      for (const auto& [code, corridor] : corridors_) {
        if (corridor.through.empty() && corridor.halves.empty()) continue;
        record[code].since = corridor.opened_by(side);
      }
      out_.by_side[side] = network::follow(circle_.openings, record, today_);
    }
  }

  // A row for each line that a scenario changes, all with its name.
  void scenarios(views::Session& session) {
    std::map<std::string, network::Scenario, std::less<>> known;
    for (const auto& row : public_records(session, "transport", "scenario")) {
      const std::string id = row.fields.text_at("scenario");
      if (row.fields.text_at("change") == "planned") continue;  // taken back
      network::Scenario& scenario = known[id];
      scenario.id = id;
      scenario.name = bilingual(row.fields.text_at("name"), row.fields.text_at("english"));
      scenario.changes.push_back(change(row.fields));
      out_.scenario_sources[id].push_back(source("transport/scenario", row));
    }
    for (const network::Scenario& one : circle_.scenarios) {
      if (!known.contains(one.id)) out_.scenarios.push_back(one);
    }
    for (auto& [id, one] : known) out_.scenarios.push_back(std::move(one));
  }
  static network::Scenario::Change change(const Value& row) {
    using Kind = network::Scenario::Change::Kind;
    network::Scenario::Change out{.code = row.text_at("corridor")};
    if (const auto opens = day_at(row, "opens_on")) {
      out.kind = Kind::open;
      out.opens = *opens;
    } else if (row.find("months")) {
      out.kind = Kind::shift;
      out.months = static_cast<int>(row.int_at("months", 0));
    }
    return out;
  }

  const network::Circle& circle_;
  Date today_;
  network::Record told_;
  std::map<std::string, Corridor, std::less<>> corridors_;  // of lines and roads of the circle
  OnRecord out_;
};

}  // namespace

std::expected<OnRecord, Fault> on_record(const network::Circle& circle, views::Views& views,
                                         views::At at, Date today) {
  return views.read(at,
                    [&](views::Session& session) { return Reader{circle, today}.read(session); });
}

}  // namespace bashu::travel
