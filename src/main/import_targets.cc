#include "main/import_targets.h"

#include <algorithm>
#include <span>
#include <utility>
#include <variant>

#include "api/identifiers.h"
#include "http/message.h"
#include "main/typed_text.h"
#include "packs/expr.h"
#include "packs/given_scope.h"
#include "texts/texts.h"

namespace bashu::cli {

namespace {

Why form(std::string where, std::string en, std::string zh) {
  return {.code = "form", .where = std::move(where), .text = {{"en", en}, {"zh", zh}}};
}
Why no_field(const std::string& where) {
  return form(where, "There is no such field", "没有此字段");
}

}  // namespace

std::string Target::path() const {
  const std::string base = "/packs/" + http::percent_encode(pack->name);
  const std::string own = http::percent_encode(name.substr(name.rfind('/') + 1));
  return feed ? base + "/feeds/" + own : base + "/registers/" + own + "/records";
}

namespace {

std::string names_of(const std::vector<const packs::Member*>& members) {
  std::string names;
  for (const packs::Member* member : members) {
    names += (names.empty() ? "" : ", ") + member->name;
  }
  return names;
}

Why heading_fault(std::string_view key, const std::string& heading, const texts::Places& places) {
  return {.code = "form", .where = heading, .text = texts::title(key, places)};
}

}  // namespace

std::expected<std::vector<const packs::Member*>, Why> Target::columns(
    const std::vector<std::string>& heading) const {
  std::vector<const packs::Member*> columns;
  for (const std::string& one : heading) {
    const auto fields = fields_called(type().members, one);
    if (fields.size() > 1) {
      return std::unexpected{heading_fault("import.two_fields", one,
                                           {{"heading", one}, {"fields", names_of(fields)}})};
    }
    const packs::Member* field = fields.empty() ? nullptr : fields.front();
    const auto before = std::ranges::find(columns, field);
    if (field && before != columns.end()) {
      const std::string& first = heading[static_cast<std::size_t>(before - columns.begin())];
      return std::unexpected{heading_fault(
          "import.two_columns", one, {{"field", field->name}, {"first", first}, {"second", one}})};
    }
    columns.push_back(field);
  }
  return columns;
}

namespace {

Value::Record read_cells(const Row& row, const std::vector<const packs::Member*>& fields,
                         std::vector<Why>& wrong) {
  Value::Record out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const auto cell = row.fields.find((*row.heading)[i]);
    if (cell == row.fields.end()) continue;
    const std::string& text = *cell->second.as_text();
    const packs::Member* field = fields[i];
    if (!field && text.empty()) continue;
    if (!field) {
      wrong.push_back(no_field(cell->first));
    } else if (auto read = read_typed(*field->type, field->name, text)) {
      out.insert_or_assign(field->name, std::move(*read));
    } else {
      wrong.push_back({.code = "form", .where = read.error().where, .text = read.error().why});
    }
  }
  return out;
}

}  // namespace

// A line of a feed is whole. A record may be changed in part, and a sided field may name its side.
void Target::judge(const Value::Record& row, std::vector<Why>& wrong) const {
  const auto told = [&](const std::string& field) {
    return std::ranges::any_of(wrong, [&](const Why& why) {
      return why.where == field || why.where.starts_with(field + "[");
    });
  };
  for (const packs::Member& member : type().members) {
    const auto it = row.find(member.name);
    std::optional<packs::FormError> error;
    if (it == row.end()) {
      if (!feed || member.type->optional || told(member.name)) continue;
      error = packs::missing(member.name);
    } else {
      if (reg && it->second.is_null()) continue;
      if (reg && member.type->sided && it->second.as_record()) continue;
      error = packs::check(*member.type, it->second, member.name);
    }
    if (error) wrong.push_back({.code = "form", .where = error->path, .text = error->why});
  }
}

std::expected<Value::Record, std::vector<Why>> Target::understand(const Row& row,
                                                                  RowFormat format) const {
  const packs::Type& fields = type();
  Value::Record out;
  std::vector<Why> wrong;
  if (format != RowFormat::ndjson) {
    const auto columns_of = columns(*row.heading);
    if (!columns_of) return std::unexpected{std::vector{columns_of.error()}};
    out = read_cells(row, *columns_of, wrong);
  } else {
    for (const auto& [field, value] : row.fields) {
      if (fields.member(field)) {
        out.emplace(field, value);
      } else {
        wrong.push_back(no_field(field));
      }
    }
  }
  out = std::move(*api::normalised(fields.members, Value{std::move(out)}).as_record());
  judge(out, wrong);
  if (!wrong.empty()) return std::unexpected{std::move(wrong)};
  return out;
}

std::optional<std::set<std::string>> Target::writes(const Value& row) const {
  std::set<std::string> out;
  if (reg) {
    out.insert(reg->key_of(row));
    return out;
  }
  // What a key of `put` may read without the node: the line itself and the parameters.
  packs::GivenScope scope{{"line", &row}, {"params", &pack->params_record}};
  for (const packs::Effect& effect : feed->effects) {
    const auto* put = std::get_if<packs::Put>(&effect.what);
    if (!put) continue;
    if (effect.each) return std::nullopt;
    const auto key = packs::evaluate(put->key, scope);
    if (!key || !key->as_text()) return std::nullopt;
    out.insert(put->reg + "/" + *key->as_text());
  }
  return out;
}

std::optional<std::string> Target::line_key(const Value& row) const {
  if (!feed || feed->first_counts) return std::nullopt;
  Value::List parts;
  for (const std::string& field : feed->key) {
    const Value* part = row.find(field);
    parts.push_back(part ? *part : Value{""});
  }
  return packs::join_key(parts);
}

std::expected<const Target*, Why> Targets::find(const std::string& to) {
  auto it = targets_.find(to);
  if (it == targets_.end()) it = targets_.emplace(to, look(to)).first;
  if (!it->second) return std::unexpected{it->second.error()};
  return &*it->second;
}

std::expected<Target, Why> Targets::look(const std::string& to) {
  const std::size_t first = to.find('/');
  const std::size_t last = to.rfind('/');
  const std::string pack_name = to.substr(0, first);
  const std::string kind = first == last ? "" : to.substr(first + 1, last - first - 1);
  if (first == std::string::npos || pack_name.empty() || last + 1 == to.size() ||
      !(kind.empty() || kind == "feeds" || kind == "registers")) {
    return std::unexpected{form("to", "pack/feed or pack/register is expected, not `" + to + "`",
                                "应为“业务包/数据流”或“业务包/登记册”，而不是“" + to + "”")};
  }
  auto held = packs_.find(pack_name);
  if (held == packs_.end()) held = packs_.emplace(pack_name, ask_(pack_name)).first;
  if (!held->second) return std::unexpected{held->second.error()};
  const packs::PackPtr pack = *held->second;
  const std::string name = to.substr(last + 1);
  const packs::Feed* feed = kind == "registers" ? nullptr : packs::find(pack->feeds, name);
  const packs::Register* reg = kind == "feeds" ? nullptr : packs::find(pack->registers, name);
  if (feed && reg) {
    return std::unexpected{form("to",
                                to + " is a feed and a register: write " + pack_name + "/feeds/" +
                                    name + " or " + pack_name + "/registers/" + name,
                                to + " 既是数据流又是登记册，请写明 " + pack_name + "/feeds/" +
                                    name + " 或 " + pack_name + "/registers/" + name)};
  }
  if (!feed && !reg) {
    return std::unexpected{form("to", "The pack has no feed or register `" + name + "`",
                                "业务包中没有数据流或登记册“" + name + "”")};
  }
  return Target{.pack = pack,
                .feed = feed,
                .reg = reg,
                .name = pack_name + (feed ? "/feeds/" : "/registers/") + name};
}

}  // namespace bashu::cli
