// Search over all cases and records, and what waits for the holder of a key.

#include <algorithm>
#include <utility>

#include "api/handlers.h"
#include "api/reading.h"
#include "base/ids.h"
#include "desk/authority.h"
#include "texts/texts.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

constexpr int kPagesMax = 20;  // looked through for one answer

// What is found is what the index holds; what is shown is what the tables hold and the key may see.
std::optional<Value> hit_value(Context& context, const Call& call, Onlooker& onlooker,
                               const views::Hit& hit) {
  const std::string pack = hit.thing.substr(0, hit.thing.find('/'));
  if (hit.record) {
    // A key may name a firm: records are found by those who work with them.
    const auto shelf = context.shelves.now();
    const HeldPack* held = shelf->find(pack);
    if (!held || !desk::is_office(*call.key, *held->pack)) return std::nullopt;
    const auto listed = call.views->records({.reg = hit.thing, .key = hit.name});
    if (!listed || listed->rows.empty()) return std::nullopt;
    const packs::Register* reg =
        packs::find(held->pack->registers, hit.thing.substr(pack.size() + 1));
    if (!reg || !desk::sees_record(*call.key, *reg, listed->rows.front().fields)) {
      return std::nullopt;
    }
    return Value{Value::Record{{"register", hit.thing},
                               {"title", in_language(reg->title, call.language)},
                               {"key", hit.name}}};
  }
  const auto row = call.views->case_at(hit.name);
  if (!row || !*row) return std::nullopt;
  const Sight sight = onlooker.sight_of(**row);
  if (sight == Sight::none) return std::nullopt;
  // Without personal values: a list opens none.
  Reader reader{.vault = nullptr, .personal = false, .internal = sight == Sight::full};
  return Value{Value::Record{
      {"case", case_value(**row, onlooker.pack((*row)->pack).get(), reader, call.language)}}};
}

// Cases of the person whose whole number or name was asked for, where the key sees personal values.
// Each is noted in `opened`: that it is a case of that person is told by its being here.
Value::List person_hits(Context& context, const Call& call, Onlooker& onlooker,
                        const std::vector<views::PersonHit>& found,
                        std::vector<std::string>& opened) {
  Value::List hits;
  const auto shelf = context.shelves.now();
  const bool for_what = !purpose_of(call).empty();
  for (const views::PersonHit& hit : found) {
    if (!for_what && shelf->restricted.contains(hit.key)) continue;
    const auto row = call.views->case_at(hit.name);
    if (!row || !*row || onlooker.sight_of(**row) != Sight::full) continue;
    Reader reader{.vault = nullptr, .personal = false, .internal = true};
    const packs::PackPtr pack = onlooker.pack((*row)->pack);
    hits.push_back(Value::Record{{"case", case_value(**row, pack.get(), reader, call.language)}});
    opened.push_back(hit.name + "/person");
  }
  return hits;
}

// Counts tell of cases the key may not see: only to those who see all of the pack.
Value counts_value(Context& context, const Call& call, const views::Found& found) {
  Value::List counts;
  const auto shelf = context.shelves.now();
  for (const views::ThingCount& one : found.counts) {
    const HeldPack* held = shelf->find(one.thing.substr(0, one.thing.find('/')));
    if (!held || !desk::sees_sums(*call.key, *held->pack)) continue;
    counts.push_back(Value::Record{{"in", one.thing}, {"count", one.count}});
  }
  return counts;
}

// nullopt: not for this key after all.
std::optional<Value> item_value(const Call& call, Onlooker& onlooker,
                                const views::InboxItem& item) {
  if (item.id.empty()) return std::nullopt;
  const auto row = call.views->case_at(item.id);
  if (!row || !*row || onlooker.sight_of(**row) != Sight::full) return std::nullopt;
  Value::Record one{{"since", item.since.text()}};
  if (item.due) one["due"] = item.due->text();
  if (item.task) {
    const auto tasks = call.views->tasks({.open = true, .number = item.number});
    if (!tasks || tasks->rows.empty()) return std::nullopt;
    one["task"] = item.number;
    one["title"] = in_language(tasks->rows.front().title, call.language);
  }
  const packs::PackPtr pack = onlooker.pack((*row)->pack);
  Reader reader{.vault = nullptr, .personal = false, .internal = true};
  Value shown = case_value(**row, pack.get(), reader, call.language);
  tell_assigned(shown, **row, pack.get(), *call.key);
  one["case"] = std::move(shown);
  return Value{std::move(one)};
}

std::expected<views::InboxAsk, Problem> read_inbox(const Call& call, const views::Page& page) {
  views::InboxAsk ask;
  ask.after = page.after;
  for (const auto& [pack, names] : call.key->roles) {
    for (const std::string& role : names) ask.roles.emplace_back(pack, role);
  }
  const std::string kind = call.parameter("kind");
  if (kind == "task") ask.kind = views::InboxAsk::Kind::tasks;
  if (kind == "case") ask.kind = views::InboxAsk::Kind::cases;
  if (!kind.empty() && ask.kind == views::InboxAsk::Kind::all) {
    return std::unexpected{malformed("kind", texts::text("en", "finding.bad_kind"),
                                     texts::text("zh", "finding.bad_kind"))};
  }
  ask.due_until = date_parameter(call, "due_until");
  const auto whose = read_whose(call);
  if (!whose) return std::unexpected{whose.error()};
  ask.whose = *whose;
  return ask;
}

}  // namespace

Result search(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  views::SearchAsk ask{.text = call.parameter("q"), .after = page->after};
  if (const std::string in = call.parameter("in"); !in.empty()) ask.things.push_back(in);
  Onlooker onlooker{context, call};
  Value::List hits;
  Value::Record answer;
  for (int pages = 0; pages < kPagesMax; ++pages) {
    ask.limit = page->limit - static_cast<int>(hits.size());
    const auto found = context.follower.search(ask);
    if (!found) return std::unexpected{problem_of(found.error())};
    for (const views::Hit& hit : found->hits) {
      if (auto value = hit_value(context, call, onlooker, hit)) hits.push_back(std::move(*value));
    }
    if (ask.after.empty()) {
      answer["counts"] = counts_value(context, call, *found);
      answer["all_counted"] = found->all_counted;
    }
    answer["nearly"] = found->tolerant;
    answer["next"] = next_page(context, call, found->next);
    ask.after = found->next;
    if (ask.after.empty() || static_cast<int>(hits.size()) >= page->limit) break;
  }
  // Not what was asked: a question holds names.
  if (auto noted = account_for(context, call, "search"); !noted) {
    return std::unexpected{noted.error()};
  }
  answer["hits"] = std::move(hits);
  return json_response(Value{std::move(answer)});
}

// Posted, so that no number and no name stands in an address or a log.
Result search_persons(Context& context, const Call& call) {
  const auto body = json_body(call, {"person"});
  if (!body) return std::unexpected{body.error()};
  const auto person = text_member(*body, "person");
  if (!person) return std::unexpected{person.error()};
  views::PersonAsk ask{.text = *person, .pseudonyms = {}};
  // A name is found without anybody's help.
  if (std::ranges::any_of(*person, [](char c) { return c >= '0' && c <= '9'; })) {
    auto names = names_of_person(context, normal_person(*person));
    if (!names) return std::unexpected{names.error()};
    ask.pseudonyms = *std::move(names);
  }
  const auto found = context.follower.persons(ask);
  if (!found) return std::unexpected{problem_of(found.error())};
  Onlooker onlooker{context, call};
  std::vector<std::string> opened;
  Value::List hits = person_hits(context, call, onlooker, *found, opened);
  if (auto noted = account_for(context, call, "search/persons", opened); !noted) {
    return std::unexpected{noted.error()};
  }
  return json_response(
      Value::Record{{"hits", std::move(hits)},
                    {"all", found->size() < static_cast<std::size_t>(views::kPersonHits)}});
}

Result list_inbox(Context& context, const Call& call) {
  const auto past = read_past(context, call);
  if (!past) return std::unexpected{past.error()};
  const auto page = read_page(context, call);
  if (!page) return std::unexpected{page.error()};
  auto ask = read_inbox(call, *page);
  if (!ask) return std::unexpected{ask.error()};
  ask->mine = persons_of(context, call);
  Onlooker onlooker{context, call};
  Value::List items;
  Value::Record answer;
  for (int pages = 0; pages < kPagesMax; ++pages) {
    ask->limit = page->limit - static_cast<int>(items.size());
    const auto inbox = context.follower.inbox(*ask, context.shelves.now()->today);
    if (!inbox) return std::unexpected{problem_of(inbox.error())};
    for (const views::InboxItem& item : inbox->items) {
      if (auto value = item_value(call, onlooker, item)) items.push_back(std::move(*value));
    }
    answer["tasks"] = inbox->tasks;
    answer["cases"] = inbox->cases;
    answer["overdue"] = inbox->overdue;
    answer["mine"] = inbox->mine;
    answer["nobodys"] = inbox->nobodys;
    answer["next"] = next_page(context, call, inbox->next);
    ask->after = inbox->next;
    if (ask->after.empty() || static_cast<int>(items.size()) >= page->limit) break;
  }
  answer["items"] = std::move(items);
  return json_response(Value{std::move(answer)});
}

}  // namespace bashu::api
