#include "views/rows.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/json.h"
#include "packs/type.h"

namespace bashu::views {

namespace {

// nullopt: the column cannot hold it, `other` does.
std::optional<Cell> to_cell(Storage storage, const Value& value) {
  switch (storage) {
    case Storage::integer:
      if (const auto* number = value.as_int()) return *number;
      return std::nullopt;
    case Storage::flag:
      if (const auto* flag = value.as_bool()) return std::int64_t{*flag};
      return std::nullopt;
    case Storage::text:
      if (const auto* text = value.as_text()) return *text;
      return std::nullopt;
    case Storage::json:
      if (value.is_null()) return std::nullopt;
      return canonical_json(value);
  }
  return std::nullopt;
}

Value from_cell(Storage storage, const Statement& row, int column) {
  switch (storage) {
    case Storage::integer:
      return row.integer(column);
    case Storage::flag:
      return row.integer(column) != 0;
    case Storage::text:
      return row.text(column);
    case Storage::json:
      return json_value(row.text(column));
  }
  return {};
}

Cell text_or_null(const std::string& text) {
  if (text.empty()) return std::monostate{};
  return text;
}

Value withheld() { return Value::Record{{"$sealed", "withheld"}}; }

const packs::Type* type_of(const std::vector<packs::Member>& fields, std::string_view name) {
  for (const packs::Member& field : fields) {
    if (field.name == name) return field.type.get();
  }
  return nullptr;
}

// True if without_plain() would change nothing: found out without a copy.
bool is_safe(const packs::Type& type, const Value& value);
bool is_safe(const std::vector<packs::Member>& fields, const Value& record) {
  const Value::Record* members = record.as_record();
  if (!members) return record.is_null();
  for (const auto& [name, value] : *members) {
    const packs::Type* type = type_of(fields, name);
    if (type ? !is_safe(*type, value) : !name.starts_with("$") && !packs::is_sealed(value)) {
      return false;
    }
  }
  return true;
}
bool is_safe(const packs::Type& type, const Value& value) {
  if (value.is_null() || packs::is_sealed(value)) return true;
  const bool plain = type.kind != packs::Kind::list && type.kind != packs::Kind::record &&
                     type.kind != packs::Kind::document;
  if (plain && type.readable()) return true;
  if (type.sided || plain) return false;
  if (type.kind == packs::Kind::list && type.element && value.as_list()) {
    for (const Value& item : *value.as_list()) {
      if (!is_safe(*type.element, item)) return false;
    }
    return true;
  }
  if (type.kind == packs::Kind::record) return is_safe(type.members, value);
  return type.readable();
}

// `[["open","2026-01-05"],...]`; states are plain words.
std::string reached_json(const std::vector<core::Visit>& reached) {
  std::string json{"["};
  for (const core::Visit& visit : reached) {
    if (json.size() > 1) json += ',';
    json += "[\"";
    json += visit.state;
    json += "\",\"";
    json += visit.on.text();
    json += "\"]";
  }
  return json + "]";
}

Value members_without_plain(const std::vector<packs::Member>& fields, const Value& record) {
  const Value::Record* members = record.as_record();
  if (!members) return record.is_null() ? record : withheld();
  Value::Record kept;
  for (const auto& [name, value] : *members) {
    const packs::Type* type = type_of(fields, name);
    if (type) {
      kept[name] = views::without_plain(*type, value);
    } else {
      // `$keys` and its like carry no values of persons; a field nobody declared might.
      kept[name] = name.starts_with("$") || packs::is_sealed(value) ? value : withheld();
    }
  }
  return kept;
}

// Fields into their columns; what fits none is gathered for `other`.
void fill_fields(std::vector<Cell>& cells, std::size_t fixed, const Plan& plan, const Table& table,
                 const Value& data, Cell& other_cell) {
  const Value::Record& record = *data.as_record();
  std::size_t taken = 0;
  Value::Record other;
  for (const auto& [member, column] : plan.fields) {
    const auto it = record.find(member.name);
    if (it == record.end()) continue;
    ++taken;
    const Storage storage = table.columns[static_cast<std::size_t>(column)].storage;
    auto cell = storage == Storage::json && !is_safe(*member.type, it->second)
                    ? to_cell(storage, without_plain(*member.type, it->second))
                    : to_cell(storage, it->second);
    if (cell) {
      cells[fixed + static_cast<std::size_t>(column)] = std::move(*cell);
    } else {
      other[member.name] = it->second.is_null() ? Value{} : without_plain(*member.type, it->second);
    }
  }
  if (taken < record.size()) {
    for (const auto& [name, value] : record) {
      bool planned = name == "key" || name == "edition";
      for (const auto& [member, column] : plan.fields) planned = planned || member.name == name;
      if (!planned) other[name] = packs::is_sealed(value) ? value : withheld();
    }
  }
  if (!other.empty()) other_cell = canonical_json(Value{std::move(other)});
}

// Per other keeper what it says and since when.
Value claims_value(const Plan& plan, const std::map<core::PartyId, core::Claim>& claims) {
  Value::Record keepers;
  for (const auto& [keeper, claim] : claims) {
    Value::Record said;
    if (claim.on) said["on"] = claim.on->text();
    if (claim.fields.as_record()) {
      Value::Record fields;
      for (const auto& [name, value] : *claim.fields.as_record()) {
        const auto field =
            std::ranges::find(plan.fields, name,
                              [](const auto& one) -> const std::string& { return one.first.name; });
        if (field != plan.fields.end()) fields[name] = without_plain(*field->first.type, value);
      }
      said["fields"] = std::move(fields);
    }
    keepers[keeper] = std::move(said);
  }
  return keepers;
}

void read_fields(Value& data, const Table& table, int fixed, const Statement& row) {
  Value::Record& record = *data.as_record();
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const int column = fixed + static_cast<int>(i);
    const Column& into = table.columns[i];
    if (row.is_null(column) || into.field.find('/') != std::string::npos) continue;
    record.insert_or_assign(into.field, from_cell(into.storage, row, column));
  }
}

void read_other(Value& data, std::string_view json) {
  if (json.empty()) return;
  const Value other = json_value(json);
  if (const auto* members = other.as_record()) {
    for (const auto& [name, value] : *members) (*data.as_record())[name] = value;
  }
}

}  // namespace

Plan plan_of(const Table& table, const packs::Service& service) {
  Plan plan;
  for (const packs::PartyDef& party : service.parties) {
    plan.parties.emplace_back(party.name, table.column("party/" + party.name, Storage::text));
  }
  for (const packs::Member& field : service.fields) {
    plan.fields.emplace_back(field, table.column(field.name, storage_of(*field.type)));
  }
  return plan;
}

Plan plan_of(const Table& table, const packs::Register& reg) {
  Plan plan;
  for (const packs::Member& field : reg.record->members) {
    plan.fields.emplace_back(field, table.column(field.name, storage_of(*field.type)));
  }
  return plan;
}

std::string parties_json(const core::Parties& parties) {
  Value::Record record;
  for (const auto& [party, who] : parties) record[party] = who;
  return canonical_json(Value{std::move(record)});
}

void to_cells(const Table& table, const Plan& plan, const CaseFacts& facts, std::int64_t row,
              std::vector<Cell>& cells) {
  cells.clear();
  cells.resize(kServiceColumns + table.columns.size());
  cells[0] = row;
  cells[1] = facts.no;
  cells[2] = facts.id;
  cells[3] = facts.pack_id;
  cells[4] = text_or_null(facts.parent);
  cells[5] = facts.state;
  cells[6] = facts.version;
  cells[7] = facts.opened.text();
  cells[8] = facts.since.text();
  cells[9] = text_or_null(facts.opened_by);
  cells[10] = facts.parties_json;
  cells[11] = reached_json(facts.reached);
  cells[12] = std::int64_t{facts.disputed};
  cells[14] = facts.valid_from;
  for (const auto& [party, column] : plan.parties) {
    const auto it = facts.parties.find(party);
    if (it != facts.parties.end()) {
      cells[kServiceColumns + static_cast<std::size_t>(column)] = it->second;
    }
  }
  fill_fields(cells, kServiceColumns, plan, table, facts.data, cells[13]);
}

void to_cells(const Table& table, const Plan& plan, const RecordFacts& facts, std::int64_t row,
              std::vector<Cell>& cells) {
  cells.clear();
  cells.resize(kRegisterColumns + table.columns.size());
  cells[0] = row;
  cells[1] = facts.key;
  cells[2] = facts.keeper;
  cells[3] = facts.version;
  cells[4] = facts.on.text();
  cells[5] = text_or_null(facts.case_id);
  if (facts.edition > 0) {
    cells[6] = facts.edition;
    cells[7] = facts.edition_name;
  }
  if (!facts.contested.empty()) cells[8] = canonical_json(claims_value(plan, facts.contested));
  cells[10] = facts.valid_from;
  fill_fields(cells, kRegisterColumns, plan, table, facts.fields, cells[9]);
}

std::string select_list(const Table& table) {
  std::string list;
  if (table.reg) {
    for (const std::string_view name : kRegisterFixed)
      list += (list.empty() ? "" : ", ") + quoted(name);
  } else {
    for (const std::string_view name : kServiceFixed)
      list += (list.empty() ? "" : ", ") + quoted(name);
  }
  for (const Column& column : table.columns) list += ", " + quoted(column.name);
  return list;
}

std::string select_list(const Table& table, const packs::Reads& reads) {
  if (reads.any) return select_list(table);
  std::string list;
  const auto add = [&](std::string_view name, bool skipped) {
    list += (list.empty() ? "" : ", ") + (skipped ? std::string{"NULL"} : quoted(name));
  };
  if (table.reg) {
    for (const std::string_view name : kRegisterFixed) {
      add(name, name == "changed_on" || name == "case_id");
    }
  } else {
    for (const std::string_view name : kServiceFixed) {
      add(name, (name == "parties" && !reads.parties) || name == "opened_by" ||
                    (name == "reached" && reads.visited.empty()));
    }
  }
  for (const Column& column : table.columns) {
    list += reads.fields.contains(column.field) ? ", " + quoted(column.name) : ", NULL";
  }
  return list;
}

bool stands(const RecordFacts& facts, const core::PartyId& own) {
  return facts.contested.empty() || facts.keeper == own;
}

CaseFacts case_of(const Table& table, const Catalogue& catalogue, const Statement& row) {
  CaseFacts facts;
  facts.no = row.integer(1);
  facts.id.assign(row.text(2));
  facts.pack_id = row.integer(3);
  if (const auto it = catalogue.digests.find(facts.pack_id); it != catalogue.digests.end()) {
    if (const PackVersion* version = catalogue.pack(it->second)) facts.pack = version->pack;
  }
  facts.service_name = table.of;
  if (facts.pack) facts.service = packs::find(facts.pack->services, table.of);
  facts.parent.assign(row.text(4));
  facts.state = row.text(5);
  facts.version = row.integer(6);
  facts.opened = date_of(row.text(7));
  facts.since = date_of(row.text(8));
  facts.opened_by = row.text(9);
  facts.parties_json = row.text(10);
  const Value parties = json_value(facts.parties_json);
  if (const auto* members = parties.as_record()) {
    for (const auto& [party, who] : *members)
      facts.parties[party].assign(who.as_text() ? *who.as_text() : "");
  }
  const Value reached = json_value(row.text(11));
  if (const auto* visits = reached.as_list()) {
    for (const Value& visit : *visits) {
      const auto& pair = *visit.as_list();
      facts.reached.push_back({.state = *pair[0].as_text(), .on = date_of(*pair[1].as_text())});
    }
  }
  facts.disputed = row.integer(12) != 0;
  facts.valid_from = row.integer(14);
  read_fields(facts.data, table, kServiceColumns, row);
  read_other(facts.data, row.text(13));
  return facts;
}

RecordFacts record_of(const Table& table, const Statement& row) {
  RecordFacts facts;
  facts.key = row.text(1);
  facts.keeper.assign(row.text(2));
  facts.version = row.integer(3);
  facts.on = date_of(row.text(4));
  facts.case_id.assign(row.text(5));
  facts.edition = row.is_null(6) ? 0 : row.integer(6);
  facts.edition_name = row.text(7);
  if (!row.is_null(8)) {
    const Value contested = json_value(row.text(8));
    for (const auto& [keeper, said] : *contested.as_record()) {
      core::Claim& claim = facts.contested[core::PartyId{keeper}];
      if (const Value* fields = said.find("fields")) claim.fields = *fields;
      if (said.find("on")) claim.on = date_of(said.text_at("on"));
    }
  }
  facts.valid_from = row.integer(10);
  read_fields(facts.fields, table, kRegisterColumns, row);
  read_other(facts.fields, row.text(9));
  (*facts.fields.as_record())["key"] = facts.key;
  if (facts.edition > 0) (*facts.fields.as_record())["edition"] = facts.edition_name;
  return facts;
}

Value without_plain(const packs::Type& type, const Value& value) {
  if (value.is_null() || packs::is_sealed(value)) return value;
  if (type.sided && value.as_record()) {
    packs::Type one = type;
    one.sided = false;
    Value::Record sides;
    for (const auto& [side, said] : *value.as_record()) sides[side] = without_plain(one, said);
    return sides;
  }
  if (type.kind == packs::Kind::list && type.element && value.as_list()) {
    Value::List list;
    for (const Value& item : *value.as_list()) list.push_back(without_plain(*type.element, item));
    return list;
  }
  if (type.kind == packs::Kind::record) return members_without_plain(type.members, value);
  if (type.kind == packs::Kind::document && value.as_record()) {
    Value document = value;
    const Value* name = document.find("name");
    if (name && !packs::is_sealed(*name) && !type.readable()) {
      (*document.as_record())["name"] = withheld();
    }
    return document;
  }
  return type.readable() ? value : withheld();
}

std::string json_without_plain(const std::vector<packs::Member>& fields, const Value& record) {
  if (record.is_null()) return "{}";
  return canonical_json(is_safe(fields, record) ? record : members_without_plain(fields, record));
}

Value json_value(std::string_view text) {
  auto value = parse_json(text, {.depth = 64, .values = 500'000});
  return value ? std::move(*value) : Value{};
}

Date date_of(std::string_view text) { return Date::parse(text).value_or(Date{}); }

}  // namespace bashu::views
