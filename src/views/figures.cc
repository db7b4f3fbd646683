#include "views/figures.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/bytes.h"
#include "base/json.h"
#include "packs/syntax.h"
#include "views/figure_reader.h"
#include "views/figure_rows.h"
#include "views/read.h"
#include "views/rows.h"
#include "views/scope.h"

namespace bashu::views {

namespace {

using Source = packs::Figure::Source;

// Whether an expression reads values of class public only, and so may be published.
bool reads_public(const packs::Node& node, const packs::Pack& pack, const packs::Service* service,
                  const packs::Register* reg) {
  using packs::Op;
  using packs::Root;
  if (node.op == Op::member && node.kids[0].op == Op::root) {
    const packs::Type* type = nullptr;
    if (node.kids[0].root == Root::account) return true;
    if (node.kids[0].root == Root::entry && (node.name == "key" || node.name == "edition"))
      return true;
    if (node.kids[0].root == Root::entry && reg) type = reg->record->member(node.name);
    if (node.kids[0].root == Root::data && service) type = service->field(node.name);
    if (node.kids[0].root == Root::params) return true;
    return type && type->cls == packs::Class::open;
  }
  if (node.op == Op::member && node.kids[0].op == Op::computed && node.kids[0].of == "parent" &&
      node.kids[0].name == "data") {
    const packs::Service* parent = service ? packs::find(pack.services, service->parent) : nullptr;
    const packs::Type* type = parent ? parent->field(node.name) : nullptr;
    return type && type->cls == packs::Class::open;
  }
  if (node.op == Op::computed && (node.of == "calc" || node.of == "parent.calc")) {
    const packs::Service* owner =
        node.of == "calc" || !service ? service : packs::find(pack.services, service->parent);
    const auto* calc = owner ? packs::find(owner->calc, node.name) : nullptr;
    return calc && reads_public((*calc)->root(), pack, owner, reg);
  }
  if (node.op == Op::computed) return node.of != "parent" || node.name != "data";
  if (node.op == Op::record || node.op == Op::recorded || node.op == Op::account) return false;
  if (node.op == Op::root) return node.root == Root::as_of || node.root == Root::today;
  return std::ranges::all_of(
      node.kids, [&](const packs::Node& kid) { return reads_public(kid, pack, service, reg); });
}

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

Title title_of_number(const packs::Figure& figure, std::optional<std::int64_t> value,
                      std::optional<std::int64_t> bound) {
  if (!value) return {};
  const std::string text = number_text(bound.value_or(*value), figure.scale);
  using enum packs::Figure::Says;
  if (!bound || figure.says == exact) return {{"en", text}, {"zh", text}};
  if (figure.says == more_than) return {{"en", "more than " + text}, {"zh", "超过" + text}};
  return {{"en", "nearly " + text}, {"zh", "近" + text}};
}

Value day_or_null(std::int64_t days) {
  if (days == kEver || days == kNever) return {};
  return Date::from_days(static_cast<std::int32_t>(days)).text();
}

Hash digest_of(const FigureLine& line) {
  return sha256(
      canonical_json(Value::List{line.subject, line.edition_name, line.version, line.value,
                                 line.split, day_or_null(line.from), day_or_null(line.to)}));
}

std::string digest_of_rows(FigureReader& reader, const FigureDef& def) {
  std::string hashes;
  reader.each_line(def, {}, -1, [&](const FigureLine& line) {
    hashes += as_bytes(digest_of(line));
    return true;
  });
  return "sha256:" + hex(sha256(hashes));
}

}  // namespace

// Columns of the drill-down. Those that read more than public values stay empty.
Value FigureReader::shown(const FigureDef& def, const FigureLine& line) {
  Value::List list;
  const packs::Figure& figure = *def.figure;
  const CaseFacts* facts = figure.source == Source::service ? find_case(line.subject) : nullptr;
  const auto* reg_def =
      figure.source == Source::reg ? packs::find(def.pack->registers, figure.of) : nullptr;
  Value row = line.account;
  if (reg_def) {
    Register& here = reg(def.pack->name + "/" + figure.of);
    if (!here.table) return list;
    for (RecordFacts& one : records_of_key(session_, *here.table, here.editions, line.subject)) {
      if (one.edition == line.edition) row = std::move(one.fields);
    }
  }
  RowScope scope{*this, *def.pack, facts, reg_def ? "entry" : "account", &row};
  for (const std::string& column : figure.show) {
    const auto program = packs::parse(column);
    Value value;
    if (program &&
        reads_public((*program)->root(), *def.pack, facts ? facts->service : nullptr, reg_def)) {
      const auto evaluated = packs::evaluate(**program, scope);
      if (evaluated) value = *evaluated;
    }
    list.push_back(Value::List{Value{column}, std::move(value)});
  }
  return list;
}

std::string number_text(std::int64_t value, int scale) {
  const bool negative = value < 0;
  std::uint64_t rest =
      negative ? 0 - static_cast<std::uint64_t>(value) : static_cast<std::uint64_t>(value);
  std::string digits = std::to_string(rest);
  const auto decimals = static_cast<std::size_t>(std::max(scale, 0));
  if (digits.size() <= decimals) digits.insert(0, decimals + 1 - digits.size(), '0');
  std::string whole = digits.substr(0, digits.size() - decimals);
  std::string fraction = digits.substr(digits.size() - decimals);
  while (!fraction.empty() && fraction.back() == '0') fraction.pop_back();
  for (std::size_t at = whole.size(); at > 3; at -= 3) whole.insert(at - 3, ",");
  return (negative ? "-" : "") + whole + (fraction.empty() ? "" : "." + fraction);
}

std::optional<std::int64_t> compare_bound(const packs::Figure& figure, std::int64_t value) {
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

const FigureDef* find_figure(const Session& session, std::string_view id) {
  const FigureDef* found = nullptr;
  for (const FigureDef& def : session.catalogue.figures) {
    if (def.name == id && def.since <= session.known) found = &def;
  }
  return found;
}

std::optional<FigureAnswer> figure(Session& session, const FigureAsk& ask) {
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return std::nullopt;
  FigureReader reader{session, ask.as_of, ask.period};
  const packs::Figure& figure = *def->figure;
  FigureAnswer answer;
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
  answer.of_accounts = figure.source == Source::account;
  answer.definition = def->definition;
  answer.pack = def->pack->digest;
  if (figure.source == Source::value) {
    if (figure.add_sides) answer.added = added_parts(*def);
    for (const auto& [name, number] : ask.given) reader.give(def->pack->name + "/" + name, number);
    const auto value = reader.value_of(*def);
    if (!value) {
      answer.error = value.error().text;
    } else if (const auto* number = value->as_int()) {
      answer.value = *number;
    }
  } else {
    Tallies tallies = reader.count(*def);
    answer.rows = tallies.rows;
    answer.failed = tallies.failed;
    answer.error = tallies.error;
    if (tallies.failed == 0) {
      answer.value = tallies.total.value();
      if (tallies.total.overflow()) answer.error = "the sum overflows";
    }
    for (std::size_t i = 0; i < figure.split.size(); ++i) {
      Split split{.name = figure.split[i].first, .values = {}};
      for (auto& [text, key] : tallies.splits[i]) {
        split.values.push_back({.key = key.first, .value = key.second.value()});
      }
      answer.splits.push_back(std::move(split));
    }
    if (ask.digest) answer.rows_digest = digest_of_rows(reader, *def);
  }
  if (figure.source == Source::reg) {
    const auto table = session.catalogue.registers.find(def->pack->name + "/" + figure.of);
    if (table != session.catalogue.registers.end()) {
      for (EditionInForce& one : editions_in_force(session, *table->second, ask.as_of)) {
        answer.editions.push_back(std::move(one.edition));
      }
    }
  }
  for (EditionRow& edition : reader.editions_used()) {
    if (std::ranges::find(answer.editions, edition) == answer.editions.end()) {
      answer.editions.push_back(std::move(edition));
    }
  }
  if (answer.value) answer.bound = compare_bound(figure, *answer.value);
  answer.printed = title_of_number(figure, answer.value, answer.bound);
  return answer;
}

Listed<FigureRow> figure_rows(Session& session, const FigureAsk& ask, const Page& page) {
  Listed<FigureRow> listed;
  const FigureDef* def = find_figure(session, ask.id);
  if (!def) return listed;
  FigureReader reader{session, ask.as_of, ask.period, ask.by_day};
  std::string after = page.after;
  std::int64_t after_edition = -1;
  if (const auto mark = page.after.rfind('\x1f'); mark != std::string::npos) {
    after = page.after.substr(0, mark);
    const Value number = json_value(std::string_view{page.after}.substr(mark + 1));
    after_edition = number.as_int() ? *number.as_int() : 0;
  }
  const auto limit = static_cast<std::size_t>(clamped(page.limit));
  std::vector<FigureLine> lines;
  bool more = false;
  reader.each_line(*def, after, after_edition, [&](FigureLine line) {
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
  for (FigureLine& line : lines) {
    FigureRow row;
    row.shown = reader.shown(*def, line);
    row.digest = "sha256:" + hex(digest_of(line));
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

}  // namespace bashu::views
