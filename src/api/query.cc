#include "api/query.h"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>

#include "base/date.h"
#include "figures/known_at.h"
#include "network/clock.h"

namespace bashu::api {

namespace {

constexpr std::uint64_t kRowsMax = 1'000;
constexpr std::uint64_t kMinutesMax = 1'440;

using Is = Parameter::Is;

bool is_number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size() && number >= least &&
         number <= most;
}

std::optional<Problem> odd_value(Is is, const std::string& name, const std::string& value) {
  constexpr std::uint64_t kPositionMax = std::uint64_t{1} << 62U;
  switch (is) {
    case Is::number:
      if (is_number(value, 0, kPositionMax)) return std::nullopt;
      return malformed(name, "A whole number is expected.", "应为非负整数。");
    case Is::flag:
      if (value == "true" || value == "false") return std::nullopt;
      return malformed(name, "`true` or `false` is expected.", "应为 true 或 false。");
    case Is::date:
      if (Date::parse(value)) return std::nullopt;
      return malformed(name, "A date like 2026-03-31 is expected.", "应为日期，例如 2026-03-31。");
    case Is::rows:
      if (is_number(value, 1, kRowsMax)) return std::nullopt;
      return malformed(name, "1 to 1,000 is expected.", "应为 1 至 1,000。");
    case Is::period:
      if (figures::parse_period(value)) return std::nullopt;
      return malformed(name, "Two dates are expected: 2026-01-01..2026-03-31.",
                       "应为两个日期：2026-01-01..2026-03-31。");
    case Is::clock:
      if (network::time_of_day(value)) return std::nullopt;
      return malformed(name, "A time like 08:30 is expected.", "应为时刻，例如 08:30。");
    case Is::minutes:
      if (is_number(value, 1, kMinutesMax)) return std::nullopt;
      return malformed(name, "1 to 1,440 minutes are expected.", "应为 1 至 1,440 分钟。");
    case Is::key:
      return std::nullopt;
    case Is::month:
      if (Date::parse(value + "-01")) return std::nullopt;
      return malformed(name, "A month like 2026-03 is expected.", "应为月份，例如 2026-03。");
    default:
      if (!value.empty()) return std::nullopt;
      return malformed(name, "It is empty; leave it out.", "为空；不需要时请省略。");
  }
}

const Parameter* find(std::string_view name) {
  const auto& all = query_parameters();
  const auto it = std::ranges::find(all, name, &Parameter::name);
  return it == all.end() ? nullptr : &*it;
}

bool any_service(const Shelf& shelf, const auto& fits) {
  return std::ranges::any_of(shelf.list(), [&](const HeldPack* held) {
    return std::ranges::any_of(held->pack->services,
                               [&](const auto& named) { return fits(named.second); });
  });
}

// `pack/service` or `pack/register`.
bool is_within(const Shelf& shelf, std::string_view value) {
  const std::size_t slash = value.find('/');
  if (slash == std::string_view::npos) return false;
  const std::string_view pack = value.substr(0, slash), name = value.substr(slash + 1);
  return std::ranges::any_of(shelf.list(), [&](const HeldPack* held) {
    return held->pack->name == pack &&
           (packs::find(held->pack->services, name) || packs::find(held->pack->registers, name));
  });
}

bool is_named(const Shelf& shelf, Is is, const std::string& value) {
  switch (is) {
    case Is::pack:
      return shelf.find(value) != nullptr;
    case Is::party:
      return value == shelf.own || shelf.parties.contains(value);
    case Is::service:
      return std::ranges::any_of(shelf.list(), [&](const HeldPack* held) {
        return packs::find(held->pack->services, value) != nullptr;
      });
    case Is::state:
      return any_service(shelf, [&](const packs::Service& service) {
        return packs::find(service.states, value) != nullptr;
      });
    case Is::plays:
      return any_service(
          shelf, [&](const packs::Service& service) { return service.party(value) != nullptr; });
    case Is::within:
      return is_within(shelf, value);
    default:
      return true;
  }
}

}  // namespace

const std::vector<Parameter>& query_parameters() {
  static const std::vector<Parameter> kParameters{
      {"after", Is::place, "`next` of the page before"},
      {"arrives", Is::clock, "there by this time; `departs` does not count then"},
      {"as_of", Is::date, "the date the answer is about (default: today)"},
      {"at", Is::number, "read as it was at this position"},
      {"at_least", Is::number, "wait until the views have reached this position"},
      {"by", Is::text,
       "sums by issuer, side, operator, class, day: side,class; of cosignatures: a party, or the "
       "key's name of a witness outside the circle"},
      {"case", Is::text, "id of the case"},
      {"changed_since", Is::number, "changed by an entry after this position"},
      {"class", Is::text, "class of rider that tariffs name (default: none)"},
      {"closed", Is::flag, "also closed ones"},
      {"contested", Is::flag, "only records that two claim to keep"},
      {"denied", Is::text, "digest of a deny list handed in as a document; none: without any"},
      {"departs", Is::clock, "setting out at this time or later (default: 08:00)"},
      {"destination", Is::text, "code of a place of the network"},
      {"digest", Is::flag, "with the digest of the rows that counted"},
      {"dry_run", Is::flag, "decide and tell, change nothing"},
      {"due_until", Is::date, "only what has to be done by then"},
      {"from", Is::number, "position of the first entry or row"},
      {"in", Is::within, "`pack/service` or `pack/register`"},
      {"in_force_from", Is::date, "first day in force (default: today)"},
      {"issuer", Is::text, "issuer of the medium that tariffs name (default: none)"},
      {"key", Is::key, "exactly this key"},
      {"kind", Is::text, "task or case; of flows: met, no_money, no_sheet or amount"},
      {"known_at", Is::moment, "a position, a date or a time: what was on record then"},
      {"limit", Is::rows, "rows"},
      {"lines", Is::text, "codes of lines and roads, with commas (default: all unfinished)"},
      {"medium", Is::text, "medium that one rides by, as tariffs name it (default: none)"},
      {"mine", Is::flag, "only cases this principal began"},
      {"month", Is::month, "2026-03: only postings of that month"},
      {"next", Is::text, "path of the page to come back to"},
      {"offset", Is::number, "bytes of the document that are here already"},
      {"origin", Is::text, "code of a place of the network"},
      {"on", Is::date, "the day of the payment"},
      {"pack", Is::pack, "name of the pack"},
      {"parent", Is::text, "sub-cases of this case"},
      {"party", Is::party, "a party of the circle: that takes part, or whose value is asked for"},
      {"period", Is::period, "2026-01-01..2026-03-31"},
      {"pinned", Is::text, "the agreement id printed in the treaty"},
      {"plays", Is::plays, "the party of the case that `party` plays"},
      {"prefix", Is::text, "keys that begin so"},
      {"proposal", Is::text, "digest of a tariff handed in as a document, to be proposed"},
      {"q", Is::text, "words, or parts of them; Chinese as it is written"},
      {"scenario", Is::text, "what may come otherwise (default: as planned)"},
      {"service", Is::service, "name of the service"},
      {"state", Is::state, "name of the state"},
      {"tariff", Is::text, "digest of a tariff handed in as a document"},
      {"text", Is::text, "contained in the id or a readable text"},
      {"then", Is::date, "the day to compare with (default: the same)"},
      {"until", Is::date, "the first day that is left out"},
      {"values", Is::flag, "with their values, today"},
      {"view", Is::flag, "a PDF is to be looked at, not saved"},
      {"whole", Is::flag, "with evidence, envelopes, receipts and proofs themselves"},
      {"within", Is::minutes, "minutes (default: 60; of what is reached: all)"},
      {"whose", Is::text, "`mine`: what the asker works at; `nobody`: what nobody works at"},
  };
  return kParameters;
}

std::optional<Problem> odd_query(const Route& route, const http::Request& request) {
  if (route.query == kAnyQuery || request.query().empty()) return std::nullopt;
  const auto parameters = request.parameters();
  if (!parameters) {
    return malformed({}, "The query is not encoded correctly.", "查询串编码有误。");
  }
  // Any read may say how far the reader has got, also one that needs no views.
  std::string known = " " + std::string{route.query} + " ";
  if (route.method == "GET") known += "at_least ";
  std::set<std::string_view> seen;
  for (const auto& [name, value] : *parameters) {
    if (name.empty() || known.find(" " + name + " ") == std::string::npos) {
      const std::string list = route.query.empty() ? "-" : std::string{route.query};
      return malformed(name, "Unknown here; known: " + list + ".",
                       "未知参数；可用：" + list + "。");
    }
    if (!seen.insert(name).second) return malformed(name, "It stands twice.", "重复出现。");
    const Parameter* parameter = find(name);
    if (auto odd = odd_value(parameter ? parameter->is : Is::text, name, value)) return odd;
  }
  return std::nullopt;
}

std::optional<Problem> odd_name(const Route& route, const http::Request& request,
                                Shelves& shelves) {
  if (route.query.empty() || route.query == kAnyQuery) return std::nullopt;
  const auto parameters = request.parameters();
  if (!parameters || parameters->empty()) return std::nullopt;
  const auto shelf = shelves.now();
  for (const auto& [name, value] : *parameters) {
    const Parameter* parameter = find(name);
    if (parameter && !is_named(*shelf, parameter->is, value)) {
      return malformed(name, "Nothing here is called `" + value + "`.",
                       "此处没有名为“" + value + "”的对象。");
    }
  }
  return std::nullopt;
}

}  // namespace bashu::api
