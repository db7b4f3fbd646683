// One record of a public register: what it says, what each side says, and how it came about.

#include "site/pages.h"
#include "site/registry.h"
#include "site/values.h"

namespace bashu::site {

namespace {

void fill_field(Ask& ask, const packs::Member& member, const Value& value, Slots slots) {
  Slots line = slots.add("FIELD");
  line.set("NAME", field_title(ask, member));
  const Value::Record* sides = member.type->sided ? value.as_record() : nullptr;
  if (!sides) {
    line.set_if("TEXT", cell_text(ask, *member.type, value), "ONE");
    return;
  }
  packs::Type one_side = *member.type;
  one_side.sided = false;
  for (const auto& [party, said] : *sides) {
    Slots side = line.add("SIDE");
    side.set("PARTY", ask.party(party));
    side.set("TEXT", cell_text(ask, one_side, said));
  }
}

// Newest first; each version as it stood before the entry that replaced it.
std::expected<std::vector<views::RecordRow>, Fault> versions(const Ask& ask,
                                                             const PublicRegister& reg,
                                                             const std::string& key) {
  constexpr std::size_t kVersionsMax = 20;
  std::vector<views::RecordRow> out;
  views::RecordFilter filter{
      .reg = reg.id(), .key = key, .prefix = {}, .as_of = ask.day_of_lists()};
  views::At at = ask.from.at;
  while (out.size() < kVersionsMax) {
    auto rows = ask.from.views->records(filter, at);
    if (!rows) return std::unexpected{rows.error()};
    if (rows->rows.empty()) break;
    const std::uint64_t position = rows->rows.front().position;
    for (views::RecordRow& row : rows->rows) out.push_back(std::move(row));
    if (position == 0) break;
    at = position - 1;
  }
  return out;
}

}  // namespace

Answered record_page(Ask& ask, const std::string& id, const std::string& key) {
  const auto reg = find_register(ask, id);
  if (!reg) return std::nullopt;
  const auto found = versions(ask, *reg, key);
  if (!found) return std::unexpected{found.error()};
  if (found->empty()) return std::nullopt;
  const views::RecordRow& now = found->front();
  std::string title = key;
  for (const packs::Member* member : reg->fields) {
    if (member->name != "name") continue;
    const Value* name = now.fields.find("name");
    if (name && name->as_text()) title = *name->as_text();
  }
  return page(ask, {.title = title, .tab = "registers"}, "record", [&](Slots slots) {
    slots.set("TITLE", title);
    slots.set("REGISTER", ask.in(reg->reg->title));
    slots.set("HREF", ask.links.to(register_path(*reg)));
    for (const packs::Member* member : reg->fields) {
      const Value* value = now.fields.find(member->name);
      if (value && !value->is_null()) fill_field(ask, *member, *value, slots);
    }
    slots.set("KEEPER", ask.party(now.keeper));
    for (const auto& [party, claim] : now.contested) {
      Slots one = slots.add("CONTESTED");
      one.set("PARTY", ask.party(party));
      if (!claim.fields.as_record()) continue;
      for (const packs::Member* member : reg->fields) {
        const Value* value = claim.fields.find(member->name);
        if (value && !value->is_null()) fill_field(ask, *member, *value, one);
      }
    }
    if (ask.links.fixed()) return;
    Slots history = slots.add("HISTORY");
    for (const views::RecordRow& version : *found) {
      Slots line = history.add("VERSION");
      line.set("NUMBER", std::to_string(version.version));
      line.set("DAY", version.on.text());
      line.set("POSITION", std::to_string(version.position));
      line.set("HREF", ask.links.to({"journal", std::to_string(version.position)}));
    }
  });
}

}  // namespace bashu::site
