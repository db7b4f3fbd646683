#include "figures/compare.h"

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <utility>

#include "figures/answer.h"
#include "views/views.h"

namespace bashu::figures {

namespace {

using views::MessageFilter;
using views::MessageRow;
using views::ToldRow;

constexpr std::size_t kSplitsTold = 200;  // values of all break-downs
constexpr int kPageMax = 1'000;

std::optional<std::vector<Split>> told_splits(const Value& told) {
  const Value::Record* record = told.as_record();
  if (!record) return std::nullopt;
  std::vector<Split> splits;
  for (const auto& [name, pairs] : *record) {
    Split split{.name = name, .values = {}};
    for (const Value& pair : pairs.as_list() ? *pairs.as_list() : Value::List{}) {
      const auto* both = pair.as_list();
      if (!both || both->size() != 2) continue;
      const std::int64_t* number = (*both)[1].as_int();
      split.values.push_back(
          {.key = (*both)[0], .value = number ? std::optional{*number} : std::nullopt});
    }
    splits.push_back(std::move(split));
  }
  return splits;
}

// Messages that carry what figures count; the others change no number.
bool carries(const MessageRow& message) {
  return message.kind.starts_with("case.") || message.kind == "register.shared";
}

void look(views::Session& session, const ToldRow& told, bool sent, OnTheWay& way) {
  MessageFilter filter;
  filter.sent = sent;
  filter.peer = told.from;
  filter.above = sent ? told.taken : told.sent;
  filter.page.limit = kPageMax;
  do {
    const auto page = views::messages(session, filter);
    for (const MessageRow& message : page.rows) {
      if (!carries(message)) continue;
      ++(sent ? way.to_them : way.from_them);
      if (message.kind == "register.shared") way.registers = true;
      if (!message.stream.empty()) way.streams.insert(message.stream);
    }
    filter.page.after = page.next;
  } while (!filter.page.after.empty());
}

OnTheWay look(views::Session& session, const ToldRow& told) {
  OnTheWay way;
  for (const bool sent : {true, false}) look(session, told, sent, way);
  MessageFilter held;
  held.sent = false;
  held.peer = told.from;
  held.open = true;
  held.page.limit = kPageMax;
  for (const MessageRow& message : views::messages(session, held).rows) {
    way.held += carries(message) ? 1 : 0;
  }
  return way;
}

// Of the entry that sent or took message `seq`; nullopt: none did by then.
std::optional<std::uint64_t> position_of(views::Session& session, const ToldRow& told, bool sent,
                                         std::int64_t seq) {
  if (seq <= 0) return 0;
  MessageFilter filter;
  filter.sent = sent;
  filter.peer = told.from;
  filter.above = seq - 1;
  filter.page.limit = 1;
  const auto page = views::messages(session, filter);
  if (page.rows.empty() || page.rows[0].seq != seq) return std::nullopt;
  return page.rows[0].position;
}

// The latest position of ours at which we had sent and taken just what they had; nullopt: messages
// crossed, and there is none.
views::At common_position(views::Session& session, const ToldRow& told, std::uint64_t known_at) {
  std::uint64_t first = 0;
  std::uint64_t end = known_at + 1;
  for (const bool sent : {true, false}) {
    const std::int64_t seq = sent ? told.taken : told.sent;
    const auto reached = position_of(session, told, sent, seq);
    if (!reached) return std::nullopt;
    first = std::max(first, *reached);
    if (const auto passed = position_of(session, told, sent, seq + 1)) end = std::min(end, *passed);
  }
  return first < end ? views::At{end - 1} : views::At{};
}

std::int64_t sent_to(views::Session& session, const core::PartyId& peer) {
  for (const views::ChannelRow& channel : views::channels(session)) {
    if (channel.peer == peer) return channel.sent;
  }
  return 0;
}

bool same(const std::vector<Split>& a, const std::vector<Split>& b) {
  return std::ranges::equal(a, b, [](const Split& x, const Split& y) {
    return x.name == y.name &&
           std::ranges::equal(x.values, y.values, [](const SplitValue& v, const SplitValue& w) {
             return v.key == w.key && v.value == w.value;
           });
  });
}

// none: what they told is what `ours` says.
Why difference(const Side& told, const Answer& ours) {
  if (told.value != ours.value) return Why::value;
  const auto splits = splits_to_tell(ours);
  if (told.splits && splits && !same(*told.splits, *splits)) return Why::splits;
  return Why::none;
}

// Whether a party that counts its own has told what adds up with ours.
void add_side(const Answer& ours, Side& side, std::optional<std::int64_t>& total) {
  const bool adds = side.told && side.value && side.definition == ours.definition;
  std::int64_t sum = 0;
  if (adds && total && !__builtin_add_overflow(*total, *side.value, &sum)) {
    total = sum;
  } else {
    total.reset();
  }
  if (!adds) return;
  // There is nothing to agree on but the definition.
  side.agree = Agree::yes;
  side.why = Why::none;
}

// Of a `value` that adds up: its expression over the totals of the figures it reads.
std::optional<std::int64_t> total_of_parts(views::Session& session, const Ask& ask,
                                           const Answer& ours) {
  Ask whole = ask;
  Ask part = ask;
  part.digest = false;
  for (const std::string& name : ours.added) {
    part.id = ours.id.substr(0, ours.id.find('/') + 1) + name;
    const auto answered = answer(session, part);
    if (!answered) return std::nullopt;
    const Sides sides = compare(session, part, *answered);
    if (!sides.total) return std::nullopt;
    whole.given[name] = *sides.total;
  }
  const auto answered = answer(session, whole);
  return answered ? answered->value : std::nullopt;
}

Side own_side(const Answer& ours) {
  Side side;
  side.party = ours.side;
  side.own = true;
  side.told = true;
  side.value = ours.value;
  side.splits = splits_to_tell(ours);
  side.rows = ours.rows;
  side.failed = ours.failed;
  side.definition = ours.definition;
  side.position = ours.known_at;
  side.agree = Agree::yes;
  return side;
}

// What they told is of the rows that both of us hold, and so is what it is compared with.
Side compare_part(views::Session& session, Ask ask, const ToldRow& told) {
  ask.with = told.from;
  const auto part = answer(session, ask);
  Side side = compare_with(session, ask, *part, told).side;
  side.ours = part->value;
  return side;
}

}  // namespace

std::string_view why_name(Why why) {
  constexpr std::array<std::string_view, 10> kNames{
      "",           "not_told", "definition", "failed", "implausible",
      "on_the_way", "held",     "value",      "splits", "records"};
  return kNames[static_cast<std::size_t>(why)];
}

std::optional<std::vector<Split>> splits_to_tell(const Answer& answer) {
  std::size_t count = 0;
  for (const Split& split : answer.splits) count += split.values.size();
  if (count > kSplitsTold) return std::nullopt;
  std::vector<Split> splits = answer.splits;
  std::ranges::sort(splits, {}, &Split::name);
  return splits;
}

std::vector<ToldRow> newest_told(views::Session& session, std::string_view id,
                                 std::optional<Date> as_of) {
  std::set<std::tuple<std::string, Date, std::optional<Period>, core::PartyId>> seen;
  std::vector<ToldRow> newest;
  for (ToldRow& row : views::told(session, id, as_of)) {
    if (seen.emplace(row.figure, row.as_of, row.period, row.from).second) {
      newest.push_back(std::move(row));
    }
  }
  return newest;
}

Compared compare_with(views::Session& session, const Ask& ask, const Answer& ours,
                      const ToldRow& told) {
  Compared compared;
  Side& side = compared.side;
  side.party = told.from;
  side.told = true;
  side.value = told.value;
  side.splits = told_splits(told.splits);
  side.rows = told.rows;
  side.failed = told.failed;
  side.definition = told.definition;
  side.position = told.position;
  side.at = told.known_at;
  side.told_on = told.on;
  const auto because = [&](Agree agree, Why why) {
    side.agree = agree;
    side.why = why;
    return compared;
  };
  if (told.definition != ours.definition) return because(Agree::unknown, Why::definition);
  if (told.failed > 0 || !ours.error.empty()) return because(Agree::unknown, Why::failed);
  // They cannot have taken what was never sent.
  if (told.taken > sent_to(session, told.from)) return because(Agree::unknown, Why::implausible);
  compared.way = look(session, told);
  side.to_them = compared.way.to_them;
  side.from_them = compared.way.from_them;
  const Why differs = difference(side, ours);
  if (differs == Why::none) return because(Agree::yes, Why::none);
  if (side.to_them + side.from_them == 0) {
    side.compared_at = ours.known_at;
    return because(Agree::no, compared.way.held > 0 ? Why::held : differs);
  }
  side.compared_at = common_position(session, told, ours.known_at);
  if (!side.compared_at) return because(Agree::unknown, Why::on_the_way);
  views::Session then = session.at(*side.compared_at);
  Ask plain = ask;
  plain.digest = false;
  const auto ours_then = answer(then, plain);
  if (!ours_then || ours_then->definition != told.definition || !ours_then->error.empty()) {
    return because(Agree::unknown, Why::on_the_way);
  }
  const Why differed = difference(side, *ours_then);
  if (differed == Why::none) return because(Agree::unknown, Why::on_the_way);
  return because(Agree::no, differed);
}

Sides compare(views::Session& session, const Ask& ask, const Answer& ours) {
  Sides all;
  all.sides.push_back(own_side(ours));
  const std::vector<ToldRow> told = newest_told(session, ask.id, ask.as_of);
  std::optional<std::int64_t> total = ours.value;
  for (const core::PartyId& party : views::members(session)) {
    if (party == ours.side) continue;
    const auto it = std::ranges::find_if(
        told, [&](const ToldRow& row) { return row.from == party && row.period == ask.period; });
    Side side;
    if (it == told.end()) {
      side.party = party;
      side.why = Why::not_told;
    } else if (ours.by_pairs) {
      side = compare_part(session, ask, *it);
    } else {
      side = compare_with(session, ask, ours, *it).side;
    }
    if (ours.add_sides) add_side(ours, side, total);
    if (side.agree == Agree::no) {
      all.agree = Agree::no;
    } else if (side.agree == Agree::unknown && all.agree == Agree::yes) {
      all.agree = Agree::unknown;
    }
    all.sides.push_back(std::move(side));
  }
  if (ours.add_sides) all.total = total;
  if (!ours.added.empty()) all.total = total_of_parts(session, ask, ours);
  return all;
}

}  // namespace bashu::figures
