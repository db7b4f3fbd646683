// What a pack says for pages, resolved: forms field by field, states in the order a case meets
// them, columns, papers. A page made from this needs to know no pack.

#include <array>
#include <set>

#include "api/clearing_forms.h"
#include "api/handlers.h"
#include "api/reading.h"
#include "packs/pages.h"
#include "packs/retention.h"
#include "packs/words.h"

namespace bashu::api {

namespace {

constexpr std::array<std::string_view, 16> kKinds{
    "text", "bool",   "int",   "money", "quantity", "date", "month",  "choice",
    "list", "record", "place", "token", "document", "ref",  "digest", "party"};
constexpr std::array<std::string_view, 5> kClasses{"public", "internal", "token", "personal",
                                                   "sensitive"};

struct Writer {
  const packs::Pack& pack;
  const std::string& language;

  [[nodiscard]] std::string in(const Title& title) const { return in_language(title, language); }
  [[nodiscard]] std::string word(std::string_view name) const {
    return packs::word(pack, name, language);
  }

  [[nodiscard]] Value fields(const std::vector<packs::Member>& members) const {
    Value::List list;
    for (const packs::Member& member : members) {
      Value one = type(*member.type);
      one.as_record()->emplace("name", member.name);
      list.push_back(std::move(one));
    }
    return list;
  }

  [[nodiscard]] Value type(const packs::Type& type) const {
    Value::Record out{{"kind", kKinds.at(static_cast<std::size_t>(type.kind))},
                      {"class", kClasses.at(static_cast<std::size_t>(type.cls))},
                      {"title", in(type.title)}};
    const auto text = [&](const char* name, const Title& title) {
      if (!title.empty()) out.emplace(name, in(title));
    };
    text("help", type.help);
    text("wrong", type.wrong);
    if (!type.example.is_null()) out.emplace("example", type.example);
    if (type.optional) out.emplace("optional", true);
    if (type.sided) out.emplace("sided", true);
    if (type.min) out.emplace("min", *type.min);
    if (type.max) out.emplace("max", *type.max);
    if (type.pattern) out.emplace("pattern", type.pattern->pattern());
    if (!type.unit.empty()) out.emplace("unit", type.unit);
    if (type.scale) out.emplace("scale", type.scale);
    if (!type.ref_to.empty()) out.emplace("ref", type.ref_to);
    if (!type.accepts.empty()) out.emplace("accepts", list_of(type.accepts));
    if (type.element) out.emplace("element", this->type(*type.element));
    if (!type.members.empty()) out.emplace("members", fields(type.members));
    if (!type.choices.empty()) {
      Value::List choices;
      for (const auto& [code, title] : type.choices) {
        choices.push_back(Value::Record{{"code", code}, {"title", in(title)}});
      }
      out.emplace("choices", std::move(choices));
    }
    return out;
  }

  [[nodiscard]] Value groups(const std::vector<packs::FieldGroup>& groups) const {
    Value::List list;
    for (const packs::FieldGroup& group : groups) {
      list.push_back(Value::Record{{"title", in(group.title)}, {"fields", list_of(group.fields)}});
    }
    return list;
  }

  [[nodiscard]] Value by(const std::vector<packs::By>& who) const {
    Value::List list;
    for (const packs::By& one : who) {
      if (one.party.empty()) continue;
      list.push_back(Value::Record{{"party", one.party},
                                   {"role", one.role},
                                   {"party_title", word(one.party)},
                                   {"title", word(one.role)}});
    }
    return list;
  }

  [[nodiscard]] Value event(const packs::Service& service, const std::string& name,
                            const packs::EventDef& event) const {
    return Value::Record{
        {"event", name},
        {"title", in(event.title)},
        {"by", by(event.by)},
        {"form", groups(packs::grouped(service.display.groups,
                                       without_computed(pack, service, event.form)))}};
  }

  // Where a service goes: `event` is empty where a state goes on by itself.
  void ways(Value::List& out, const std::string& name, const Title& title,
            const std::vector<packs::Branch>& branches, bool by_itself) const {
    std::set<std::string> seen;
    for (const packs::Branch& branch : branches) {
      if (!branch.to || !seen.insert(*branch.to).second) continue;
      out.push_back(Value::Record{
          {"event", name}, {"title", in(title)}, {"to", *branch.to}, {"by_itself", by_itself}});
    }
  }

  [[nodiscard]] Value ways(const packs::StateDef& state) const {
    Value::List out;
    for (const auto& [id, one] : state.events) {
      ways(out, id, one.title, one.branches, one.taken_by_system());
    }
    ways(out, "", {}, state.then, true);
    return out;
  }

  [[nodiscard]] Value states(const packs::Service& service) const {
    Value::List list;
    for (const std::string& name : packs::in_order(service)) {
      const packs::StateDef* state = packs::find(service.states, name);
      if (!state) continue;
      Value::List events;
      for (const auto& [id, one] : state->events) {
        if (!one.taken_by_system()) events.push_back(event(service, id, one));
      }
      list.push_back(Value::Record{{"state", name},
                                   {"title", in(state->title)},
                                   {"owner", state->owner},
                                   {"final", state->final},
                                   {"events", std::move(events)},
                                   {"ways", ways(*state)}});
    }
    return list;
  }

  // What a round does, in words, and at which action.
  void rounds(Value::List& out, const packs::Service& service, const std::string& title,
              const std::vector<packs::Branch>& branches) const {
    const packs::Reading reading{.pack = pack, .service = &service, .language = language};
    for (std::string& says : packs::rounds_in_words(branches, reading)) {
      out.push_back(Value::Record{{"title", title}, {"says", std::move(says)}});
    }
  }
  [[nodiscard]] Value rounds(const packs::Service& service) const {
    Value::List list;
    for (const std::string& name : packs::in_order(service)) {
      const packs::StateDef* state = packs::find(service.states, name);
      if (!state) continue;
      rounds(list, service, in(state->title), state->then);
      for (const auto& [id, one] : state->events) {
        rounds(list, service, in(one.title), one.branches);
      }
    }
    return list;
  }

  [[nodiscard]] Value clocks(const packs::Service& service) const {
    Value::List list;
    for (const auto& [name, clock] : service.clocks) {
      if (clock.kind == packs::ClockDef::Kind::until) continue;
      const bool working = clock.kind == packs::ClockDef::Kind::working_days;
      list.push_back(Value::Record{{"clock", name},
                                   {"title", word(name)},
                                   {"unit", working ? "working_days" : "days"},
                                   {"budget", clock.budget},
                                   {"runs_in", list_of(clock.runs_in)}});
    }
    return list;
  }

  [[nodiscard]] Value papers(const packs::Service& service) const {
    Value::List list;
    for (const packs::NeededPaper& paper : service.papers) {
      list.push_back(Value::Record{{"title", in(paper.title)}, {"field", paper.field}});
    }
    return list;
  }

  [[nodiscard]] Value prints(const packs::Service& service) const {
    Value::List list;
    for (const auto& [name, print] : service.prints) {
      list.push_back(Value::Record{{"print", name},
                                   {"title", in(print.title)},
                                   {"after", list_of(print.after)},
                                   {"void_in", list_of(print.void_in)},
                                   {"number", print.number},
                                   {"until", print.until},
                                   {"text", in(print.text)},
                                   {"groups", groups(print.groups)}});
    }
    return list;
  }

  [[nodiscard]] Value service(const std::string& name, const packs::Service& service) const {
    Value::List parties;
    for (const packs::PartyDef& party : service.parties) {
      Value::List roles;
      for (const auto& [role, all] : party.roles) {
        roles.push_back(Value::Record{{"role", role}, {"title", word(role)}, {"all", all}});
      }
      parties.push_back(Value::Record{
          {"party", party.name}, {"title", word(party.name)}, {"roles", std::move(roles)}});
    }
    std::vector<std::string> all;
    for (const packs::Member& field : service.fields) all.push_back(field.name);
    Value start = event(service, "$start", service.start.event);
    start.as_record()->emplace("owner", service.start.owner);
    Value::List begins;
    ways(begins, "$start", service.start.event.title, service.start.event.branches, false);
    start.as_record()->emplace("ways", std::move(begins));
    return Value::Record{{"service", name},
                         {"title", in(service.title)},
                         {"about", in(service.display.about)},
                         {"parent", service.parent},
                         {"parties", std::move(parties)},
                         {"applicants", by(packs::applicants(service))},
                         {"fields", fields(service.fields)},
                         {"groups", groups(packs::grouped(service.display.groups, all))},
                         {"list", list_of(service.display.list)},
                         {"start", std::move(start)},
                         {"states", states(service)},
                         {"clocks", clocks(service)},
                         {"papers", papers(service)},
                         {"prints", prints(service)},
                         {"rounds", rounds(service)}};
  }

  [[nodiscard]] Value reg(const std::string& name, const packs::Register& reg) const {
    std::vector<std::string> all;
    for (const packs::Member& field : reg.record->members) all.push_back(field.name);
    return Value::Record{{"register", name},
                         {"title", in(reg.title)},
                         {"about", in(reg.display.about)},
                         {"public", reg.open},
                         {"editions", reg.editions},
                         {"key", list_of(reg.key)},
                         {"fields", fields(reg.record->members)},
                         {"groups", groups(packs::grouped(reg.display.groups, all))},
                         {"list", list_of(reg.display.list)}};
  }

  [[nodiscard]] Value feed(const std::string& name, const packs::Feed& feed) const {
    Value::List roles;
    for (const std::string& role : feed.by) {
      roles.push_back(Value::Record{{"role", role}, {"title", word(role)}});
    }
    return Value::Record{{"feed", name},
                         {"title", in(feed.title)},
                         {"by", std::move(roles)},
                         {"key", list_of(feed.key)},
                         {"fields", fields(feed.line->members)}};
  }

  // What a figure counts: `of` names a service, a register or `book.kind`; empty of a `value`.
  [[nodiscard]] Value figure(const std::string& name, const packs::Figure& figure) const {
    using enum packs::Figure::Source;
    const char* source = figure.source == service   ? "service"
                         : figure.source == reg     ? "register"
                         : figure.source == account ? "account"
                                                    : "value";
    return Value::Record{{"figure", name},
                         {"title", in(figure.title)},
                         {"about", in(figure.about)},
                         {"source", source},
                         {"of", figure.of}};
  }

  [[nodiscard]] Value book(const std::string& name, const packs::Book& book) const {
    Value::List kinds;
    for (const auto& [kind, account] : book.accounts) {
      kinds.push_back(
          Value::Record{{"kind", kind}, {"title", word(kind)}, {"key", list_of(account.key)}});
    }
    return Value::Record{{"book", name},
                         {"title", in(book.title)},
                         {"unit", book.type->unit},
                         {"scale", book.type->scale},
                         {"kinds", std::move(kinds)}};
  }
};

}  // namespace

Result show_pages(Context& context, const Call& call) {
  const auto held = see_pack(context, call.part("pack"));
  if (!held) return std::unexpected{held.error()};
  const packs::Pack& pack = *held->pack;
  const Writer write{.pack = pack, .language = call.language};
  Value::List services, registers, books, feeds, figures;
  for (const auto& [name, service] : pack.services)
    services.push_back(write.service(name, service));
  for (const auto& [name, reg] : pack.registers) registers.push_back(write.reg(name, reg));
  for (const auto& [name, book] : pack.books) books.push_back(write.book(name, book));
  for (const auto& [name, feed] : pack.feeds) feeds.push_back(write.feed(name, feed));
  for (const auto& [name, figure] : pack.figures) figures.push_back(write.figure(name, figure));
  Value::List retention;
  for (std::string& line : packs::retention_in_words(pack, call.language))
    retention.emplace_back(std::move(line));
  return json_response(Value::Record{{"pack", pack.name},
                                     {"version", pack.version},
                                     {"digest", pack.digest},
                                     {"title", in_language(pack.title, call.language)},
                                     {"services", std::move(services)},
                                     {"registers", std::move(registers)},
                                     {"books", std::move(books)},
                                     {"feeds", std::move(feeds)},
                                     {"figures", std::move(figures)},
                                     {"retention", std::move(retention)}});
}

}  // namespace bashu::api
