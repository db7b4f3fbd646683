#include "travel/record.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "travel/network.h"
#include "travel/public_records.h"

namespace bashu::travel {

namespace {

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
std::optional<Date> earliest(const Told& days) {
  const auto first = std::ranges::min_element(days, {}, &Told::value_type::second);
  return first == days.end() ? std::nullopt : std::optional{first->second};
}
std::optional<Date> of_side(const Told& days, std::string_view side) {
  const auto it = days.find(side);
  return it == days.end() ? std::nullopt : std::optional{it->second};
}
std::optional<Date> earlier(std::optional<Date> one, std::optional<Date> other) {
  return one && other ? std::min(one, other) : one ? one : other;
}

// The days of a corridor, each half's by its own side. Traffic passes from when it is open through;
// else, across the border, from when both sides have opened their halves. So it is with approvals
// and trials; the first to build builds, and the first to close stops what passes.
struct Corridor {
  Told through, halves, approved, started, trial, closed;
  std::optional<Date> dropped;
  bool border = false;

  explicit Corridor(const Value& record)
      : through{told(record, "through_on")},
        halves{told(record, "opened_on")},
        approved{told(record, "approved_on")},
        started{told(record, "started_on")},
        trial{told(record, "trial_on")},
        closed{told(record, "closed_on")},
        dropped{day_at(record, "dropped_on")} {
    border = record.bool_at("crosses");
  }
  [[nodiscard]] network::Opening opening() const {
    const auto since = through.empty() ? all(halves) : latest(through);
    return {.since = since,
            .plan = {},
            .approved = all(approved),
            .building = earliest(started),
            .trial = all(trial),
            .closed = earlier(closing(since), dropped)};
  }
  // By the word of one side.
  [[nodiscard]] network::Opening opening(std::string_view side) const {
    const auto whole = of_side(through, side);
    return {.since = whole ? whole : of_side(halves, side),
            .plan = {},
            .approved = of_side(approved, side),
            .building = of_side(started, side),
            .trial = of_side(trial, side),
            .closed = earlier(of_side(closed, side), dropped)};
  }
  [[nodiscard]] std::vector<const Told*> sided() const {
    return {&through, &halves, &approved, &started, &trial, &closed};
  }

 private:
  [[nodiscard]] std::optional<Date> all(const Told& days) const {
    return border && days.size() < 2 ? std::nullopt : latest(days);
  }
  // The first half to close since it is open; else the last to have closed before it opened again.
  [[nodiscard]] std::optional<Date> closing(const std::optional<Date>& since) const {
    Told later = closed;
    std::erase_if(later, [&](const auto& one) { return since && one.second < *since; });
    return later.empty() ? latest(closed) : earliest(later);
  }
};

// What a project says of its opening.
struct Project {
  std::optional<Date> through, planned, started;
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
    project.started = earliest(told(row.fields, "started_on"));
    if (project.through || project.started) {
      project.project = source("major-projects/project", row);
    }
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
      told_[code] = corridor.opening();
      if (!circle_.openings.contains(code)) continue;
      if (corridor.border) out_.border.insert(code);
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
        network::Opening& opening = corridor->second;
        opening.plan = project.planned;
        if (!opening.building && project.started) {
          opening.building = project.started;
          out_.sources[line].push_back(*project.project);
        }
      } else if (project.through || project.planned || project.started) {
        told_[line] = {
            .since = project.through, .plan = project.planned, .building = project.started};
        if (project.project) out_.sources[line].push_back(*project.project);
      }
      if (project.milestone) out_.sources[line].push_back(*project.milestone);
    }
  }

  void by_side() {
    std::map<std::string, network::Record, std::less<>> sides;
    for (const auto& [code, corridor] : corridors_) {
      for (const Told* days : corridor.sided()) {
        for (const auto& [side, day] : *days) sides.try_emplace(side, told_);
      }
    }
    for (auto& [side, record] : sides) {
      for (const auto& [code, corridor] : corridors_) {
        if (std::ranges::all_of(corridor.sided(), &Told::empty)) continue;
        network::Opening& opening = record[code];
        const std::optional<Date> plan = opening.plan;
        opening = corridor.opening(side);
        opening.plan = plan;
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

std::expected<OnRecord, Fault> on_record(Computed& computed, views::Views& views, views::At at,
                                         Date today) {
  return views.read(at, [&](views::Session& session) {
    OnRecord out = Reader{computed.circle(), today}.read(session);
    out.timetables = computed.timetables(session);
    return out;
  });
}

}  // namespace bashu::travel
