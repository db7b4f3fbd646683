// What an expression of a figure may look up: as of a day, as known at a position.
#include "figures/reader.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "figures/answer.h"
#include "figures/count.h"
#include "packs/syntax.h"
#include "views/rows.h"

namespace bashu::figures {

namespace {

std::unexpected<packs::EvalError> failed(packs::EvalError::Kind kind, std::string text) {
  return std::unexpected{packs::EvalError{.kind = kind, .text = std::move(text)}};
}

}  // namespace

std::optional<Period> Reader::period_of(const packs::Figure& figure) const {
  if (period_ || !figure.yearly) return period_;
  return std::pair{*Date::from_civil(as_of_.year(), 1, 1), as_of_};
}

bool Reader::is_theirs(const views::CaseFacts& facts) const {
  return std::ranges::any_of(facts.parties, [&](const auto& row) { return row.second == with_; });
}

bool Reader::is_theirs(const packs::Figure& figure, packs::Scope& scope) {
  if (figure.between_case) {
    const auto id = packs::evaluate(*figure.between_case, scope);
    const std::string* text = id ? id->as_text() : nullptr;
    const views::CaseFacts* facts = text ? find_case(*text) : nullptr;
    return facts && is_theirs(*facts);
  }
  // Of both: who holds a row of one party alone, as a file that both sides load may bring it, would
  // count it and that party would not.
  bool theirs = false, ours = false;
  for (const packs::ProgramPtr& who : figure.between) {
    const auto party = packs::evaluate(*who, scope);
    theirs = theirs || (party && *party == Value{with_});
    ours = ours || (party && *party == Value{session_.own});
  }
  return theirs && ours;
}

const views::CaseFacts* Reader::find_case(std::string_view id) {
  if (const auto known = cases_.find(id); known != cases_.end()) return &known->second;
  auto facts = views::case_facts(session_, id);
  if (!facts) return nullptr;
  return &cases_.emplace(std::string{id}, std::move(*facts)).first->second;
}

Reader::Register& Reader::reg(std::string_view id) {
  if (const auto known = registers_.find(id); known != registers_.end()) return known->second;
  Register found;
  const auto it = session_.catalogue.registers.find(id);
  if (it != session_.catalogue.registers.end()) {
    found.table = it->second;
    found.editions = views::editions_in_force(session_, *found.table, as_of_);
  }
  return registers_.emplace(std::string{id}, std::move(found)).first->second;
}

// A list that many rows look into is read once.
void Reader::load_whole(Register& here) {
  decltype(here.keys) all;
  for (views::RecordFacts& facts :
       views::records_of_key(session_, *here.table, here.editions, std::nullopt)) {
    std::string key = facts.key;
    all[std::move(key)].push_back(std::move(facts));
  }
  here.keys.merge(all);  // what was looked up before stays where it is
  here.whole = true;
}

packs::Eval<const Value*> Reader::record(const core::RegisterId& id, std::string_view key) {
  Register& here = reg(id);
  if (!here.table) return nullptr;
  auto known = here.keys.find(key);
  if (known == here.keys.end() && here.whole) return nullptr;
  // Reading all of a list costs as much as looking up a part of it.
  constexpr std::size_t kSingly = 64, kPart = 16;
  if (known == here.keys.end() && here.keys.size() >= kSingly && here.rows == 0)
    here.rows = sql::next_id(session_.db, sql::quoted(here.table->name), "\"row\"");
  if (known == here.keys.end() && here.keys.size() >= kSingly &&
      (here.table->editions || here.keys.size() > static_cast<std::size_t>(here.rows) / kPart)) {
    load_whole(here);
    return record(id, key);
  }
  if (known == here.keys.end()) {
    known = here.keys
                .emplace(std::string{key},
                         views::records_of_key(session_, *here.table, here.editions, key))
                .first;
  }
  const std::vector<views::RecordFacts>& found = known->second;
  if (found.empty()) return nullptr;
  if (found.size() > 1 || !views::stands(found[0], session_.own)) {
    return failed(packs::EvalError::Kind::lookup, id + "/" + std::string{key} + " has two keepers");
  }
  return &found[0].fields;
}

packs::Eval<std::int64_t> Reader::balance(const core::Account& account) {
  sql::Statement& query = session_.db.prepared(
      "SELECT sum(p.amount / 4294967296), sum(p.amount % 4294967296) FROM account_kind k "
      "JOIN account a ON a.kind = k.id JOIN posting p ON p.kind = a.kind AND p.account = a.id "
      "WHERE k.book = ? AND k.kind = ? AND a.key = ? AND p.position <= ? AND p.on_day <= ?");
  query.bind(0, std::string_view{account.book})
      .bind(1, std::string_view{account.kind})
      .bind(2, std::string_view{account.key})
      .bind(3, session_.known)
      .bind(4, std::string_view{as_of_.text()});
  std::int64_t sum = 0;
  bool overflow = false;
  if (query.step()) {
    overflow = __builtin_mul_overflow(query.integer(0), std::int64_t{4294967296}, &sum) ||
               __builtin_add_overflow(sum, query.integer(1), &sum);
    query.reset();
  }
  if (overflow) return failed(packs::EvalError::Kind::overflow, "the balance overflows");
  return sum;
}

packs::Eval<Value> Reader::window(const core::Account& account, std::string_view month) {
  sql::Statement& query = session_.db.prepared(
      "SELECT p.on_day, p.amount FROM account_kind k JOIN account a ON a.kind = k.id "
      "JOIN posting p ON p.kind = a.kind AND p.account = a.id WHERE k.book = ? AND k.kind = ? "
      "AND a.key = ? AND p.position <= ? AND p.on_day >= ? AND p.on_day < ? ORDER BY p.on_day, "
      "p.amount");
  query.bind(0, std::string_view{account.book})
      .bind(1, std::string_view{account.kind})
      .bind(2, std::string_view{account.key})
      .bind(3, session_.known)
      .bind(4, std::string_view{std::string{month} + "-00"})
      .bind(5, std::string_view{std::string{month} + "-99"});
  Value::List list;
  std::int64_t total = 0;
  bool overflow = false;
  while (query.step()) {
    list.push_back(Value::List{Value{query.text(0)}, Value{query.integer(1)}});
    overflow = __builtin_add_overflow(total, query.integer(1), &total) || overflow;
  }
  if (overflow) return failed(packs::EvalError::Kind::overflow, "the window's total overflows");
  Value::Record result;
  result["count"] = static_cast<std::int64_t>(list.size());
  result["total"] = total;
  result["root"] = packs::digest_text(Value{std::move(list)});
  return Value{std::move(result)};
}

const Calendar& Reader::calendar() {
  if (calendar_) return *calendar_;
  calendar_ = std::make_unique<Calendar>();
  sql::Statement& query = session_.db.prepared(
      "SELECT version, holidays, workdays FROM calendar WHERE party = ? AND position <= ? "
      "ORDER BY position DESC LIMIT 1");
  if (!query.bind(0, std::string_view{session_.own}).bind(1, session_.known).step())
    return *calendar_;
  calendar_->version = query.integer(0);
  const auto fill = [](std::set<Date>& days, std::string_view json) {
    const Value value = views::json_value(json);
    if (const auto* list = value.as_list()) {
      for (const Value& day : *list) days.insert(views::date_of(*day.as_text()));
    }
  };
  fill(calendar_->holidays, query.text(1));
  fill(calendar_->workdays, query.text(2));
  query.reset();
  return *calendar_;
}

std::vector<views::EditionRow> Reader::editions_used() const {
  std::vector<views::EditionRow> list;
  for (const auto& [id, one] : registers_) {
    for (const views::EditionInForce& edition : one.editions) list.push_back(edition.edition);
  }
  return list;
}

const std::string& Reader::text_of(std::int64_t id) {
  const auto known = texts_.find(id);
  if (known != texts_.end()) return known->second;
  sql::Statement& query = session_.db.prepared("SELECT text FROM figure_text WHERE id = ?");
  std::string text{"null"};
  if (query.bind(0, id).step()) {
    text = query.text(0);
    query.reset();
  }
  return texts_.emplace(id, std::move(text)).first->second;
}

packs::Eval<Value> Reader::compute(const views::FigureDef& def) {
  if (def.figure->source == packs::Figure::Source::value) {
    views::RowScope scope{*this, *def.pack, nullptr};
    auto value = packs::evaluate(*def.figure->measure, scope);
    if (value && !value->is_null() && !value->as_int()) {
      return failed(packs::EvalError::Kind::type, "a number is expected");
    }
    return value;
  }
  Tallies tallies = count(*this, def, false);
  const auto number = tallies.total.value();
  if (tallies.failed > 0) return failed(packs::EvalError::Kind::lookup, tallies.error);
  if (tallies.total.overflow()) {
    return failed(packs::EvalError::Kind::overflow, "the sum overflows");
  }
  return number ? Value{*number} : Value{};
}

packs::Eval<Value> Reader::value_of(const views::FigureDef& def) {
  if (const auto known = figures_.find(def.name); known != figures_.end()) return known->second;
  if (!asking_.insert(def.name).second) {
    return failed(packs::EvalError::Kind::lookup, "a circle of figures: " + def.name);
  }
  auto value = compute(def);
  asking_.erase(def.name);
  if (value) figures_.emplace(def.name, *value);
  return value;
}

packs::Eval<Value> Reader::figure(const packs::Pack& pack, std::string_view name) {
  const views::FigureDef* def = find_figure(session_, pack.name + "/" + std::string{name});
  if (!def) return failed(packs::EvalError::Kind::missing, "no figure " + std::string{name});
  return value_of(*def);
}

}  // namespace bashu::figures
