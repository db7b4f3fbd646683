#include "figures/answer.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "figures/count.h"
#include "packs/depends.h"
#include "packs/syntax.h"
#include "views/rows.h"
#include "views/scope.h"
#include "views/views.h"

namespace bashu::figures {

namespace {

using views::FigureDef;
using views::kEver;
using views::kNever;
using Source = packs::Figure::Source;

std::vector<std::string> added_parts(const FigureDef& def) {
  std::vector<std::string> parts;
  packs::each_node(def.figure->measure->root(), [&](const packs::Node& node) {
    if (node.op != packs::Op::computed || node.of != "figure") return;
    const auto* part = packs::find(def.pack->figures, node.name);
    const bool known = std::ranges::find(parts, node.name) != parts.end();
    if (part && part->add_sides && !known) parts.push_back(node.name);
  });
  return parts;
}

// Whether rows that concern their parties only are behind the number.
bool is_by_pairs(const packs::Pack& pack, const packs::Figure& figure) {
  if (figure.source != Source::value) {
    return figure.concerns == packs::Figure::Concerns::parties;
  }
  bool found = false;
  packs::each_node(figure.measure->root(), [&](const packs::Node& node) {
    if (found || node.op != packs::Op::computed || node.of != "figure") return;
    const auto* part = packs::find(pack.figures, node.name);
    found = part && is_by_pairs(pack, *part);
  });
  return found;
}

Value day_or_null(std::int64_t days) {
  if (days == kEver || days == kNever) return {};
  return Date::from_days(static_cast<std::int32_t>(days)).text();
}

// How often a record was changed, where both sides have changed it alike. Of a register that each
// side fills from a source of its own they have not, and a record they agree on is the same record.
std::int64_t version_of(const FigureDef& def, const Line& line) {
  if (def.figure->source != Source::reg) return line.version;
  const auto* reg = packs::find(def.pack->registers, def.figure->of);
  return reg && reg->kept == packs::Kept::parties ? 0 : line.version;
}

Hash digest_of(const FigureDef& def, const Line& line) {
  return sha256(
      canonical_json(Value::List{line.subject, line.edition_name, version_of(def, line), line.value,
                                 line.split, day_or_null(line.from), day_or_null(line.to)}));
}

std::string digest_of_rows(Reader& reader, const FigureDef& def) {
  std::string hashes;
  each_line(reader, def, {}, false, [&](const Line& line) {
    hashes += as_bytes(digest_of(def, line));
    return true;
  });
  return "sha256:" + hex(sha256(hashes));
}

// Columns of the drill-down. Those that read more than public values stay empty.
Value shown(Reader& reader, const FigureDef& def, const Line& line) {
  Value::List list;
  const packs::Figure& figure = *def.figure;
  const views::CaseFacts* facts =
      figure.source == Source::service ? reader.find_case(line.subject) : nullptr;
  const auto* reg_def =
      figure.source == Source::reg ? packs::find(def.pack->registers, figure.of) : nullptr;
  Value row = line.account;
  if (reg_def) {
    Reader::Register& here = reader.reg(def.pack->name + "/" + figure.of);
    if (!here.table) return list;
    for (views::RecordFacts& one :
         views::records_of_key(reader.session(), *here.table, here.editions, line.subject)) {
      if (one.edition == line.edition) row = std::move(one.fields);
    }
  }
  views::RowScope scope{reader, *def.pack, facts, reg_def ? "entry" : "account", &row};
  for (const std::string& column : figure.show) {
    const auto program = packs::parse(column);
    Value value;
    if (program &&
        packs::reads_public(**program, *def.pack, facts ? facts->service : nullptr, reg_def)) {
      const auto evaluated = packs::evaluate(**program, scope);
      if (evaluated) value = *evaluated;
    }
    list.push_back(Value::List{Value{column}, std::move(value)});
  }
  return list;
}

// What the definition says, before anything is counted.
Answer described(const views::Session& session, const Ask& ask, const FigureDef& def) {
  const packs::Figure& figure = *def.figure;
  Answer answer;
  answer.id = ask.id;
  answer.title = figure.title;
  answer.side = session.own;
  answer.as_of = ask.as_of;
  answer.known_at = static_cast<std::uint64_t>(std::max<std::int64_t>(session.known, 0));
  answer.unit = figure.unit;
  answer.scale = figure.scale;
  answer.says = figure.says;
  answer.target = figure.target;
  answer.add_sides = figure.add_sides;
  answer.concerns = figure.concerns;
  answer.by_pairs = is_by_pairs(*def.pack, figure);
  answer.of_accounts = figure.source == Source::account;
  answer.definition = def.definition;
  answer.pack = def.pack->digest;
  return answer;
}

void compute_value(Reader& reader, const FigureDef& def, const Ask& ask, Answer& answer) {
  if (def.figure->add_sides) answer.added = added_parts(def);
  for (const auto& [name, number] : ask.given) reader.give(def.pack->name + "/" + name, number);
  const auto value = reader.value_of(def);
  if (!value) {
    answer.error = value.error().text;
  } else if (const auto* number = value->as_int()) {
    answer.value = *number;
  }
}

void count_rows(Reader& reader, const FigureDef& def, const Ask& ask, Answer& answer) {
  Tallies tallies = count(reader, def);
  answer.rows = tallies.rows;
  answer.failed = tallies.failed;
  answer.error = tallies.error;
  if (tallies.failed == 0) {
    answer.value = tallies.total.value();
    if (tallies.total.overflow()) answer.error = "the sum overflows";
  }
  for (std::size_t i = 0; i < def.figure->split.size(); ++i) {
    Split split{.name = def.figure->split[i].first, .values = {}};
    for (auto& [text, key] : tallies.splits[i]) {
      split.values.push_back({.key = key.first, .value = key.second.value()});
    }
    answer.splits.push_back(std::move(split));
  }
  tell_contested(reader, def, tallies, answer);
  if (ask.digest) answer.rows_digest = digest_of_rows(reader, def);
}

void add_editions(Reader& reader, const FigureDef& def, const Ask& ask, Answer& answer) {
  views::Session& session = reader.session();
  if (def.figure->source == Source::reg) {
    const auto table = session.catalogue.registers.find(def.pack->name + "/" + def.figure->of);
    if (table != session.catalogue.registers.end()) {
      for (auto& one : views::editions_in_force(session, *table->second, ask.as_of)) {
        answer.editions.push_back(std::move(one.edition));
      }
    }
  }
  for (views::EditionRow& edition : reader.editions_used()) {
    if (std::ranges::find(answer.editions, edition) == answer.editions.end()) {
      answer.editions.push_back(std::move(edition));
    }
  }
}

}  // namespace

std::optional<std::int64_t> printed_bound(const packs::Figure& figure, std::int64_t value) {
  using enum packs::Figure::Says;
  if (figure.says == exact || figure.step <= 0) return std::nullopt;
  const std::int64_t step = figure.step;
  std::int64_t multiple = value - value % step;  // towards zero
  std::int64_t bound = multiple;
  bool overflow = false;
  if (figure.says == more_than) {  // the largest multiple below
    if (multiple >= value) overflow = __builtin_sub_overflow(multiple, step, &bound);
  } else {  // the smallest multiple above
    if (multiple <= value) overflow = __builtin_add_overflow(multiple, step, &bound);
  }
  if (overflow) return std::nullopt;
  return bound;
}

const views::FigureDef* find_figure(const views::Session& session, std::string_view id) {
  const FigureDef* found = nullptr;
  for (const FigureDef& def : session.catalogue.figures) {
    if (def.name == id && def.since <= session.known) found = &def;
  }
  return found;
}

std::vector<std::string> ids(const views::Session& session) {
  std::vector<std::string> list;
  for (const FigureDef& def : session.catalogue.figures) {
    if (def.active) list.push_back(def.name);
  }
  return list;
}

std::optional<std::int64_t> split_value(const Answer& answer, std::string_view split,
                                        std::string_view key) {
  for (const Split& one : answer.splits) {
    if (one.name != split) continue;
    for (const SplitValue& value : one.values) {
      const std::string* text = value.key.as_text();
      if (text ? *text == key : canonical_json(value.key) == key) return value.value;
    }
  }
  return std::nullopt;
}

std::optional<Answer> answer(views::Session& session, const Ask& ask) {
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return std::nullopt;
  Reader reader{session, ask};
  Answer answer = described(session, ask, *def);
  if (def->figure->source == Source::value) {
    compute_value(reader, *def, ask, answer);
  } else {
    count_rows(reader, *def, ask, answer);
  }
  add_editions(reader, *def, ask, answer);
  if (answer.value) answer.bound = printed_bound(*def->figure, *answer.value);
  return answer;
}

std::vector<Dated> history(views::Session& session, const Ask& ask, const std::vector<Date>& days) {
  std::vector<Dated> list;
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return list;
  for (const Date day : days) {
    Ask then = ask;
    then.as_of = day;
    Reader reader{session, then};
    const auto value = reader.value_of(*def);
    Dated dated{.as_of = day, .value = {}, .error = {}};
    if (!value) {
      dated.error = value.error().text;
    } else if (const auto* number = value->as_int()) {
      dated.value = *number;
    }
    list.push_back(std::move(dated));
  }
  return list;
}

views::Listed<Row> rows(views::Session& session, const Ask& ask, const views::Page& page) {
  views::Listed<Row> listed;
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return listed;
  Reader reader{session, ask};
  After after{.subject = page.after};
  if (const auto mark = page.after.rfind('\x1f'); mark != std::string::npos) {
    after.subject = page.after.substr(0, mark);
    const Value number = views::json_value(std::string_view{page.after}.substr(mark + 1));
    after.edition = number.as_int() ? *number.as_int() : 0;
  }
  const auto limit = static_cast<std::size_t>(views::clamped(page.limit));
  std::vector<Line> lines;
  bool more = false;
  each_line(reader, *def, after, ask.by_day, [&](Line line) {
    if (lines.size() == limit) {
      more = true;
      return false;
    }
    lines.push_back(std::move(line));
    return true;
  });
  if (more) listed.next = lines.back().subject + '\x1f' + std::to_string(lines.back().edition);
  const auto day = [](std::int64_t days) -> std::optional<Date> {
    if (days == kEver || days == kNever) return std::nullopt;
    return Date::from_days(static_cast<std::int32_t>(days));
  };
  for (Line& line : lines) {
    Row row;
    row.shown = shown(reader, *def, line);
    row.digest = "sha256:" + hex(digest_of(*def, line));
    row.subject = std::move(line.subject);
    row.edition = std::move(line.edition_name);
    row.version = line.version;
    row.value = std::move(line.value);
    row.split = std::move(line.split);
    row.from = day(line.from);
    row.to = day(line.to);
    row.positions.push_back(static_cast<std::uint64_t>(line.position));
    listed.rows.push_back(std::move(row));
  }
  return listed;
}

}  // namespace bashu::figures
