// `edition`: a whole list of a register, in force from a day on.

#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "core/effects/effect.h"
#include "core/registers/sharing.h"

namespace bashu::core {

namespace {

// With its entries still to come.
EditionPublished event_of(const EditionDone& done, const Carrying& of) {
  EditionPublished event{.reg = RegisterId{of.pack.name + "/" + done.reg},
                         .keeper = of.by,
                         .name = done.name,
                         .number = 1,
                         .on = done.from.value_or(of.d.today()),
                         .entries = {},
                         .id = of.id};
  const Edition* old = of.d.draft.find_edition(event.reg, of.by, done.name);
  if (old) event.number = old->number + 1;
  return event;
}

std::expected<Value::List, Reject> entries_of(const EditionDone& done, const Carrying& of) {
  Value listed = done.entries;
  if (!done.field.empty()) {
    const Value* field = of.d.draft.find_case(of.id)->data.find(done.field);
    if (field) listed = *field;
  }
  if (!listed.as_list()) return refuse(Why::entries_expected);
  return std::move(*listed.as_list());
}

// The key of one entry, which must be of the register's form and stand once.
std::expected<std::string, Reject> key_of(const packs::Register& reg, const Value& entry,
                                          const std::string& where, std::set<std::string>& seen) {
  if (auto error = packs::check(*reg.record, entry, where)) return refuse_form(std::move(*error));
  std::string key = reg.key_of(entry);
  if (!seen.insert(key).second) return refuse_at(where, Why::entry_twice, key);
  return key;
}

std::string place_of_entry(std::size_t i) { return "entries[" + std::to_string(i) + "]"; }

Result in_its_time(const EditionPublished& event, const Carrying& of) {
  const Edition* old = of.d.draft.find_edition(event.reg, event.keeper, event.name);
  if (old && event.on < old->on) return refuse(Why::edition_before_last, old->on.text());
  if (event.on > of.d.today()) return refuse(Why::edition_too_early);
  return {};
}

}  // namespace

Computed<EditionDone> compute(const packs::PublishEdition& edition, Computing& of) {
  BASHU_TRY(const Value name, packs::evaluate(edition.name, of.scope));
  auto words = key_text(name);
  if (!words) return ill_typed("edition: a name is expected");
  EditionDone done{
      .reg = edition.reg, .name = std::move(*words), .field = {}, .entries = {}, .from = {}};
  if (edition.from) {
    BASHU_TRY(const Value from, packs::evaluate(*edition.from, of.scope));
    done.from = told::as_day(&from);
    if (!done.from && !from.is_null()) return ill_typed("edition: a date is expected");
  }
  done.field = edition.entries->copied_field();
  if (done.field.empty()) {
    BASHU_TRY(done.entries, packs::evaluate(*edition.entries, of.scope));
  }
  return done;
}

bool looks_up(const packs::PublishEdition& edition) {
  return edition.name.looks_up() || edition.entries->looks_up() ||
         (edition.from && edition.from->looks_up());
}

bool matches(const EditionDone& done, const packs::PublishEdition& edition, const Matching& with) {
  const bool ahead = done.from && with.on && *done.from > *with.on;
  return edition.reg == done.reg && edition.entries->copied_field() == done.field &&
         (edition.from || !done.from) && !ahead;
}

bool everywhere(const packs::PublishEdition& /*edition*/, const packs::Pack& /*pack*/) {
  return true;
}

Result enact(const EditionDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  const packs::Register& reg = *packs::find(of.pack.registers, done.reg);
  BASHU_TRY(const Value::List entries, entries_of(done, of));
  EditionPublished event = event_of(done, of);
  BASHU_TRY_OK(in_its_time(event, of));
  std::set<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string where = place_of_entry(i);
    BASHU_TRY(std::string key, key_of(reg, entries[i], where, seen));
    const Record* known = of.d.draft.find_record(event.reg, key);
    if (known && known->keeper != of.by) {
      return refuse_at(where, Why::listed_by_another, key, known->keeper);
    }
    const std::string list = known ? known->fields.text_at(kEditionField) : done.name;
    if (list != done.name) return refuse_at(where, Why::listed_elsewhere, key, list);
    event.entries.emplace_back(std::move(key), entries[i]);
  }
  std::vector<PartyId> told;
  if (const Case* c = of.d.draft.find_case(of.id)) {
    for (const auto& [role, party] : c->parties) told.push_back(party);
  }
  share_edition(of.d, of.pack, event, told);
  of.d.draft.decide(std::move(event));
  return {};
}

Result take(const EditionDone& done, const packs::Effect& /*effect*/, const Carrying& of) {
  const packs::Register& reg = *packs::find(of.pack.registers, done.reg);
  BASHU_TRY(const Value::List entries, entries_of(done, of));
  EditionPublished event = event_of(done, of);
  // A list counts from its day, here as where it was decided; a day ahead is theirs already.
  if (event.on > of.d.today().plus_days(1)) return refuse(Why::edition_too_early);
  std::set<std::string> seen;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    BASHU_TRY(std::string key, key_of(reg, entries[i], place_of_entry(i), seen));
    const Record* known = of.d.draft.find_record(event.reg, key);
    if (known && known->keeper != of.by) {
      claim_by_step(
          of.d, of.id, reg,
          {.reg = event.reg, .key = key, .by = of.by, .fields = entries[i], .on = of.d.today()});
      continue;
    }
    event.entries.emplace_back(std::move(key), entries[i]);
  }
  of.d.draft.decide(std::move(event));
  return {};
}

void write(const EditionDone& done, Value::Record& into) {
  into["register"] = done.reg;
  into["name"] = done.name;
  if (done.field.empty()) {
    into["entries"] = done.entries;
  } else {
    into["field"] = done.field;
  }
  if (done.from) into["from"] = done.from->text();
}

void read(told::Members& in, const std::string& /*pack*/, EditionDone& done) {
  done.reg = in.text("register");
  done.name = in.text("name");
  if (in.has("from")) done.from = in.day("from");
  if (in.has_list("entries")) {
    done.entries = in.list("entries");
  } else {
    done.field = in.text("field");
  }
}

}  // namespace bashu::core
