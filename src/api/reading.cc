#include "api/reading.h"

#include <algorithm>
#include <utility>

#include "api/titles.h"
#include "base/bytes.h"
#include "core/people/assign.h"
#include "figures/known_at.h"
#include "texts/texts.h"
#include "views/follower.h"

namespace bashu::api {

namespace {

constexpr int kWaitMs = 5'000;
constexpr int kMomentMs = 1'000;

// Who asks for what, apart from where to go on and how far.
std::string list_of(const Call& call) {
  std::string list = call.key->principal() + " " + std::string{call.request.path()};
  std::map<std::string, std::string> sorted;
  for (auto& [name, value] : call.request.parameters().value_or(http::Parameters{})) {
    if (name != "after" && name != "limit" && name != "at_least") sorted.emplace(name, value);
  }
  for (const auto& [name, value] : sorted) {
    list += " " + http::percent_encode(name) + "=" + http::percent_encode(value);
  }
  return list;
}

}  // namespace

std::expected<Past, Problem> read_past(Context& context, const Call& call) {
  const auto at = number_parameter(call, "at");
  const auto at_least = number_parameter(call, "at_least");
  const std::uint64_t wanted = std::max(at.value_or(0), at_least.value_or(0));
  if (at || at_least) {
    const bool exists = wanted < context.node.durable();
    if (!exists || !context.follower.wait(wanted, kWaitMs)) {
      const std::uint64_t seen = call.views->entries();
      return std::unexpected{behind(seen ? std::to_string(seen - 1) : "")};
    }
  }
  const std::uint64_t durable = context.node.durable();
  if (!at && !at_least && durable > 0) {
    static_cast<void>(context.follower.wait(durable - 1, kMomentMs));
  }
  const std::uint64_t entries = call.views->entries();
  const std::uint64_t newest = entries ? entries - 1 : 0;
  return Past{.at = at, .position = std::min(at.value_or(newest), newest)};
}

std::expected<views::At, Problem> known_at(Context& context, const Call& call) {
  const auto text = call.request.parameter("known_at");
  if (!text) return views::At{};
  const auto parsed = figures::parse_known_at(*text, context.node.identity().offset_minutes);
  if (!parsed) {
    return std::unexpected{malformed("known_at", "A position, a date or a time is expected.",
                                     "应为位置、日期或时间。")};
  }
  if (parsed->position) {
    const std::uint64_t entries = call.views->entries();
    if (*parsed->position < entries) return views::At{parsed->position};
    const std::string newest = entries ? std::to_string(entries - 1) : "-";
    return std::unexpected{malformed("known_at", "The newest position is " + newest + ".",
                                     "最新位置为 " + newest + "。")};
  }
  const auto position = call.views->at_position(parsed->time_ms);
  if (!position) return std::unexpected{problem_of(position.error())};
  if (!*position) return std::unexpected{not_found()};
  return *position;
}

std::expected<views::Page, Problem> read_page(Context& context, const Call& call) {
  views::Page page;
  auto place = context.cursors.open(call.parameter("after"), list_of(call));
  if (!place) {
    return std::unexpected{malformed("after", "Not the `next` of an answer to this request.",
                                     "不是此请求上一应答中的 next。")};
  }
  page.after = std::move(*place);
  if (const auto limit = number_parameter(call, "limit")) page.limit = static_cast<int>(*limit);
  return page;
}

std::string next_page(Context& context, const Call& call, std::string_view place) {
  return context.cursors.seal(place, list_of(call));
}

Onlooker::Onlooker(Context& context, const Call& call)
    : context_{context}, call_{call}, shelf_{context.shelves.now()} {}

packs::PackPtr Onlooker::pack(std::string_view digest) {
  const HeldPack* held = shelf_->find(digest);
  return held ? held->pack : nullptr;
}

Sight Onlooker::sight_of(const views::CaseRow& row) {
  if (const auto it = seen_.find(row.id); it != seen_.end()) return it->second;
  Sight found = Sight::none;
  const packs::PackPtr of = pack(row.pack);
  const packs::Service* service = of ? packs::find(of->services, row.service) : nullptr;
  if (service) {
    Value parent;
    desk::CaseFacts facts{
        .parties = &row.parties, .data = &row.data, .parent = &parent, .opened_by = row.opened_by};
    const std::string& own = context_.node.identity().party;
    found = desk::sight(*call_.key, *of, *service, own, facts);
    // Steps and the case above are looked up only where nothing else lets the reader in.
    if (found != Sight::full && !call_.key->roles_in(of->name).empty()) {
      if (!row.parent.empty() && desk::asks_parent(*service)) {
        const auto above = call_.views->case_at(row.parent);
        if (above && *above) parent = (*above)->data;
      }
      facts.acted = acted_in(*call_.views, row.id, call_.key->principal());
      found = desk::sight(*call_.key, *of, *service, own, facts);
    }
  }
  seen_.emplace(row.id, found);
  return found;
}

Sight Onlooker::sight_of(std::string_view case_id) {
  if (const auto it = seen_.find(case_id); it != seen_.end()) return it->second;
  const auto row = call_.views->case_at(case_id);
  if (!row || !*row) return Sight::none;
  return sight_of(**row);
}

Reader Onlooker::reader(Sight sight) const {
  return {.vault = &context_.node.vault(),
          .personal = sight == Sight::full,
          .internal = sight != Sight::none,
          .restricted = purpose_of(call_).empty() ? &shelf_->restricted : nullptr};
}

std::expected<void, Problem> Onlooker::account_for(const Reader& reader,
                                                   std::string_view resource) {
  if (reader.opened.empty()) return {};
  return api::account_for(context_, call_, resource, reader.opened);
}

std::expected<void, Problem> account_for(Context& context, const Call& call,
                                         std::string_view resource,
                                         const std::vector<std::string>& opened) {
  if (context.access.record(context.node.clock().now(), *call.key,
                            {.resource = resource, .purpose = purpose_of(call)}, opened)) {
    return {};
  }
  return std::unexpected{problem_of(Fault{.what = "access.log cannot be written"})};
}

std::string purpose_of(const Call& call) {
  constexpr std::size_t kPurposeMax = 300;
  auto purpose = http::percent_decode(call.request.header(kPurposeHeader));
  if (!purpose || !is_utf8(*purpose)) return {};
  return purpose->size() > kPurposeMax ? std::string{} : std::move(*purpose);
}

bool acted_in(views::Views& views, std::string_view case_id, std::string_view principal) {
  const auto steps = views.history(case_id);
  return steps && std::ranges::find(*steps, principal, &views::StepRow::principal) != steps->end();
}

void tell_assigned(Value& value, const views::CaseRow& row, const packs::Pack* pack,
                   const Principal& who) {
  if (!row.assigned || !pack || !(desk::is_office(who, *pack) || who.allows("audit"))) return;
  value.as_record()->insert_or_assign("assigned", Value::Record{{"to", row.assigned->to},
                                                                {"by", row.assigned->by},
                                                                {"on", row.assigned->on.text()},
                                                                {"note", row.assigned->note}});
}

std::vector<std::string> persons_of(Context& context, const Call& call) {
  const std::string me = call.key->principal();
  const auto people = context.entrance.roster().people();
  std::vector<std::string> persons = core::stands_in_for(*people, me, context.node.clock().today());
  persons.push_back(me);
  return persons;
}

std::expected<views::InboxAsk::Whose, Problem> read_whose(const Call& call) {
  using enum views::InboxAsk::Whose;
  const std::string whose = call.parameter("whose");
  if (whose.empty()) return all;
  if (whose == "mine") return mine;
  if (whose == "nobody") return nobodys;
  return std::unexpected{malformed("whose", texts::text("en", "finding.bad_whose"),
                                   texts::text("zh", "finding.bad_whose"))};
}

Value optional_position(const views::At& at) { return at ? Value{*at} : Value{}; }

Value case_value(const views::CaseRow& row, const packs::Pack* pack, Reader& reader,
                 const std::string& language) {
  const packs::Service* service = pack ? packs::find(pack->services, row.service) : nullptr;
  const packs::StateDef* state = service ? packs::find(service->states, row.state) : nullptr;
  Value::Record parties;
  for (const auto& [name, party] : row.parties) parties.emplace(name, party);
  Value::List reached;
  for (const core::Visit& visit : row.reached) {
    reached.push_back(Value::Record{{"state", visit.state}, {"on", visit.on.text()}});
  }
  Value::Record record{{"id", row.id},
                       {"pack", row.pack_name},
                       {"pack_digest", row.pack},
                       {"service", row.service},
                       {"state", row.state},
                       {"version", row.version},
                       {"parties", std::move(parties)},
                       {"opened", row.opened.text()},
                       {"since", row.since.text()},
                       {"reached", std::move(reached)},
                       {"disputed", row.disputed},
                       {"changed_at", row.position}};
  if (!row.parent.empty()) record["parent"] = row.parent;
  if (service) {
    record["title"] = in_language(service->title, language);
    Value data = reveal(reader, service->fields, row.data, row.id);
    Value::Record plays;
    for (const auto& [name, party] : row.parties)
      plays.emplace(name, word_of(*pack, name, language));
    record["titles"] = Value::Record{{"pack", in_language(pack->title, language)},
                                     {"parties", std::move(plays)},
                                     {"data", titles_of(service->fields, data, language)}};
    record["data"] = std::move(data);
  } else {
    record["data"] = mask(row.data);
  }
  if (state) {
    record["state_title"] = in_language(state->title, language);
    record["final"] = state->final;
    const auto owner = row.parties.find(state->owner);
    if (owner != row.parties.end()) record["owner"] = owner->second;
  }
  return record;
}

}  // namespace bashu::api
