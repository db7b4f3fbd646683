#include "site/registry.h"

#include <algorithm>
#include <set>

#include "base/json.h"
#include "packs/pages.h"
#include "site/values.h"

namespace bashu::site {

namespace {

const packs::Member* member_of(const packs::Register& reg, std::string_view name) {
  for (const packs::Member& member : reg.record->members) {
    if (member.name == name) return &member;
  }
  return nullptr;
}

PublicRegister shown(const packs::Pack& pack, const std::string& name, const packs::Register& reg) {
  PublicRegister out{.pack = &pack, .name = name, .reg = &reg, .columns = {}, .fields = {}};
  const auto add = [&](std::vector<const packs::Member*>& to, std::string_view field) {
    const packs::Member* member = member_of(reg, field);
    if (member && is_public(*member->type)) to.push_back(member);
  };
  for (const std::string& field : reg.display.list) add(out.columns, field);
  std::vector<std::string> names;
  for (const packs::Member& member : reg.record->members) names.push_back(member.name);
  for (const packs::FieldGroup& group : packs::grouped(reg.display.groups, names)) {
    for (const std::string& field : group.fields) add(out.fields, field);
  }
  return out;
}

// Whether everybody may see what a record is called.
bool key_is_public(const packs::Register& reg) {
  return std::ranges::all_of(reg.key, [&](const std::string& field) {
    const packs::Member* member = member_of(reg, field);
    return member && is_public(*member->type);
  });
}

bool holds(const PublicRegister& reg, const views::RecordRow& row, const Ask& ask,
           std::string_view text) {
  return std::ranges::any_of(reg.fields, [&](const packs::Member* member) {
    const Value* value = row.fields.find(member->name);
    return value && cell_text(ask, *member->type, *value).find(text) != std::string::npos;
  });
}

// Numbers as numbers, all else as it is written.
bool less(const Value* a, const Value* b) {
  const std::int64_t* left = a ? a->as_int() : nullptr;
  const std::int64_t* right = b ? b->as_int() : nullptr;
  if (left && right) return *left < *right;
  const auto text = [](const Value* value) {
    if (!value || value->is_null()) return std::string{};
    const std::string* held = value->as_text();
    return held ? *held : canonical_json(*value);
  };
  return text(a) < text(b);
}

}  // namespace

std::vector<PublicRegister> public_registers(const Ask& ask) {
  std::vector<PublicRegister> out;
  for (const packs::PackPtr& pack : ask.from.packs) {
    for (const auto& [name, reg] : pack->registers) {
      if (!reg.open || !reg.record || !key_is_public(reg)) continue;
      out.push_back(shown(*pack, name, reg));
    }
  }
  return out;
}

std::optional<PublicRegister> find_register(const Ask& ask, std::string_view id) {
  for (PublicRegister& reg : public_registers(ask)) {
    if (reg.id() == id) return std::move(reg);
  }
  return std::nullopt;
}

std::vector<std::string> register_path(const PublicRegister& reg, std::vector<std::string> more) {
  std::vector<std::string> path{"registers", reg.pack->name, reg.name};
  for (std::string& part : more) path.push_back(std::move(part));
  return path;
}

std::expected<std::vector<views::RecordRow>, Fault> all_records(const Ask& ask,
                                                                const PublicRegister& reg,
                                                                std::optional<Date> as_of) {
  constexpr int kAtOnce = 1'000;
  std::vector<views::RecordRow> rows;
  views::RecordFilter filter{.reg = reg.id(), .key = {}, .prefix = {}, .as_of = as_of};
  filter.page.limit = kAtOnce;
  do {
    auto some = ask.from.views->records(filter, ask.from.at);
    if (!some) return std::unexpected{some.error()};
    std::ranges::move(some->rows, std::back_inserter(rows));
    filter.page.after = some->next;
  } while (!filter.page.after.empty() && rows.size() < kSortedMax);
  return rows;
}

std::expected<Listing, Fault> listing(const Ask& ask, const PublicRegister& reg) {
  auto rows = all_records(ask, reg, ask.day_of_lists());
  if (!rows) return std::unexpected{rows.error()};
  Listing out{.rows = {}, .all = rows->size(), .cut = rows->size() >= kSortedMax};
  const std::string text = ask.parameter("q");
  for (views::RecordRow& row : *rows) {
    if (!text.empty() && !holds(reg, row, ask, text)) continue;
    const bool fits = std::ranges::all_of(reg.fields, [&](const packs::Member* member) {
      const std::string wanted = ask.parameter(member->name);
      const Value* value = row.fields.find(member->name);
      return wanted.empty() || (value && cell_plain(*member->type, *value) == wanted);
    });
    if (fits) out.rows.push_back(std::move(row));
  }
  std::string by = ask.parameter("sort");
  const bool down = by.starts_with('-');
  if (down) by.erase(0, 1);
  const bool known = std::ranges::any_of(
      reg.fields, [&](const packs::Member* member) { return member->name == by; });
  if (known) {
    std::ranges::stable_sort(out.rows, [&](const auto& a, const auto& b) {
      return down ? less(b.fields.find(by), a.fields.find(by))
                  : less(a.fields.find(by), b.fields.find(by));
    });
  }
  return out;
}

}  // namespace bashu::site
