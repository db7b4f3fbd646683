#include "views/sides.h"

#include <algorithm>
#include <charconv>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "base/json.h"

namespace bashu::views {

namespace {

constexpr std::size_t kRowsNamed = 500;    // of a figure, one by one
constexpr std::size_t kSplitsTold = 200;   // values of all break-downs
constexpr std::size_t kDaysNamed = 2'000;  // of accounts: short rows
constexpr std::size_t kDaysCompared = 5'000;
constexpr int kPageMax = 1'000;
constexpr std::size_t kDateSize = 11;  // @2021-08-31

template <typename T>
using Read = Views::Read<T>;

Value splits_value(const FigureAnswer& answer) {
  Value::Record splits;
  std::size_t count = 0;
  for (const Split& split : answer.splits) {
    Value::List pairs;
    for (const SplitValue& one : split.values) {
      pairs.push_back(Value::List{one.key, one.value ? Value{*one.value} : Value{}});
    }
    count += pairs.size();
    splits[split.name] = std::move(pairs);
  }
  return count > kSplitsTold ? Value{} : Value{std::move(splits)};
}

struct Mark {
  std::string text;  // the digest of a row; of an account's row the amount
  std::vector<std::uint64_t> positions;
};
using Marks = std::map<std::string, Mark, std::less<>>;

// The rows that counted; nullopt: more than `most`. An account's row that holds nothing is none.
Read<std::optional<Marks>> marks_of(Views& views, const FigureAsk& ask, bool of_accounts,
                                    std::size_t most) {
  Marks marks;
  Page page{.after = {}, .limit = kPageMax};
  do {
    auto listed = views.figure_rows(ask, page);
    if (!listed) return std::unexpected{listed.error()};
    for (FigureRow& row : listed->rows) {
      const std::int64_t* amount = of_accounts ? row.value.as_int() : nullptr;
      if (amount && *amount == 0) continue;
      std::string key = std::move(row.subject);
      if (!row.edition.empty()) key += "#" + row.edition;
      marks.emplace(std::move(key),
                    Mark{.text = amount ? std::to_string(*amount) : std::move(row.digest),
                         .positions = std::move(row.positions)});
    }
    if (marks.size() > most) return std::nullopt;
    page.after = listed->next;
  } while (!page.after.empty());
  return marks;
}

// As they are told: of accounts each day by itself, if that is not too many.
Read<std::optional<Marks>> marks_to_tell(Views& views, FigureAsk ask, bool of_accounts) {
  if (of_accounts) {
    ask.by_day = true;
    auto days = marks_of(views, ask, true, kDaysNamed);
    if (!days || *days) return days;
    ask.by_day = false;
  }
  return marks_of(views, ask, of_accounts, kRowsNamed);
}

std::optional<Date> day_of(std::string_view key) {
  if (key.size() < kDateSize || key[key.size() - kDateSize] != '@') return std::nullopt;
  return Date::parse(key.substr(key.size() - kDateSize + 1));
}

std::optional<std::int64_t> amount_of(const std::string& text) {
  std::int64_t amount = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return amount;
}

// Messages that carry what figures count; the others change no number.
bool carries(const MessageRow& message) {
  return message.kind.starts_with("case.") || message.kind == "register.shared";
}

// What the two sides have not both counted in, at the position that is read.
struct OnTheWay {
  std::int64_t to_them = 0, from_them = 0, held = 0;
  std::set<std::string, std::less<>> streams;
  bool registers = false;
};

class Comparison {
 public:
  Comparison(Views& views, const FigureAsk& ask, const FigureAnswer& ours)
      : views_{views}, ask_{ask}, ours_{ours} {}

  Read<FigureSide> side(const ToldRow& told);
  [[nodiscard]] const OnTheWay& on_the_way() const { return way_; }

 private:
  Read<OnTheWay> look(const ToldRow& told);
  Read<At> common_position(const ToldRow& told);
  Read<std::optional<std::uint64_t>> position_of(const ToldRow& told, bool sent, std::int64_t seq);

  Views& views_;
  const FigureAsk& ask_;
  const FigureAnswer& ours_;
  OnTheWay way_;
};

Read<OnTheWay> Comparison::look(const ToldRow& told) {
  OnTheWay way;
  for (const bool sent : {true, false}) {
    MessageFilter filter;
    filter.sent = sent;
    filter.peer = told.from;
    filter.above = sent ? told.taken : told.sent;
    filter.page.limit = kPageMax;
    do {
      auto page = views_.messages(filter, ours_.known_at);
      if (!page) return std::unexpected{page.error()};
      for (const MessageRow& message : page->rows) {
        if (!carries(message)) continue;
        ++(sent ? way.to_them : way.from_them);
        if (message.kind == "register.shared") way.registers = true;
        if (!message.stream.empty()) way.streams.insert(message.stream);
      }
      filter.page.after = page->next;
    } while (!filter.page.after.empty());
  }
  MessageFilter held;
  held.sent = false;
  held.peer = told.from;
  held.open = true;
  held.page.limit = kPageMax;
  auto page = views_.messages(held, ours_.known_at);
  if (!page) return std::unexpected{page.error()};
  for (const MessageRow& message : page->rows) way.held += carries(message) ? 1 : 0;
  return way;
}

// Of the entry that sent or took message `seq`; nullopt: none did by then.
Read<std::optional<std::uint64_t>> Comparison::position_of(const ToldRow& told, bool sent,
                                                           std::int64_t seq) {
  if (seq <= 0) return std::optional<std::uint64_t>{0};
  MessageFilter filter;
  filter.sent = sent;
  filter.peer = told.from;
  filter.above = seq - 1;
  filter.page.limit = 1;
  auto page = views_.messages(filter, ours_.known_at);
  if (!page) return std::unexpected{page.error()};
  if (page->rows.empty() || page->rows[0].seq != seq) return std::nullopt;
  return page->rows[0].position;
}

// The latest position of ours at which we had sent and taken just what they had; nullopt: messages
// crossed, and there is none.
Read<At> Comparison::common_position(const ToldRow& told) {
  std::uint64_t first = 0;
  std::uint64_t end = ours_.known_at + 1;
  for (const bool sent : {true, false}) {
    const std::int64_t seq = sent ? told.taken : told.sent;
    const auto reached = position_of(told, sent, seq);
    if (!reached) return std::unexpected{reached.error()};
    if (!*reached) return At{};
    first = std::max(first, **reached);
    const auto passed = position_of(told, sent, seq + 1);
    if (!passed) return std::unexpected{passed.error()};
    if (*passed) end = std::min(end, **passed);
  }
  return first < end ? At{end - 1} : At{};
}

Read<FigureSide> Comparison::side(const ToldRow& told) {
  FigureSide side{.party = told.from,
                  .own = false,
                  .told = true,
                  .value = told.value,
                  .splits = told.splits,
                  .rows = told.rows,
                  .failed = told.failed,
                  .definition = told.definition,
                  .position = told.position,
                  .at = told.known_at,
                  .told_on = told.on,
                  .agree = Agree::unknown,
                  .why = {},
                  .to_them = 0,
                  .from_them = 0,
                  .compared_at = {}};
  const auto because = [&](Agree agree, const char* why) {
    side.agree = agree;
    side.why = why;
    return side;
  };
  if (told.definition != ours_.definition) return because(Agree::unknown, "definition");
  if (told.failed > 0 || !ours_.error.empty()) return because(Agree::unknown, "failed");
  const auto differs = [&](const FigureAnswer& ours) -> const char* {
    if (told.value != ours.value) return "value";
    const Value splits = splits_value(ours);
    if (!told.splits.is_null() && !splits.is_null() && !(told.splits == splits)) return "splits";
    return nullptr;
  };
  const auto newest = views_.channels(ours_.known_at);
  if (!newest) return std::unexpected{newest.error()};
  std::int64_t sent = 0;
  for (const ChannelRow& channel : *newest) {
    if (channel.peer == told.from) sent = channel.sent;
  }
  // They cannot have taken what was never sent.
  if (told.taken > sent) return because(Agree::unknown, "implausible");
  auto way = look(told);
  if (!way) return std::unexpected{way.error()};
  way_ = std::move(*way);
  side.to_them = way_.to_them;
  side.from_them = way_.from_them;
  const char* difference = differs(ours_);
  if (!difference) return because(Agree::yes, "");
  if (way_.to_them + way_.from_them == 0) {
    side.compared_at = ours_.known_at;
    return because(Agree::no, way_.held > 0 ? "held" : difference);
  }
  const auto common = common_position(told);
  if (!common) return std::unexpected{common.error()};
  if (!*common) return because(Agree::unknown, "on_the_way");
  side.compared_at = *common;
  FigureAsk then = ask_;
  then.known_at = *common;
  then.digest = false;
  const auto ours = views_.figure(then);
  if (!ours) return std::unexpected{ours.error()};
  if (!*ours || (*ours)->definition != told.definition || !(*ours)->error.empty())
    return because(Agree::unknown, "on_the_way");
  difference = differs(**ours);
  if (!difference) return because(Agree::unknown, "on_the_way");
  return because(Agree::no, difference);
}

using ToldKey = std::tuple<std::string, Date, std::optional<std::pair<Date, Date>>, core::PartyId>;

// The newest of each figure, date, period and party.
std::vector<ToldRow> newest_of(std::vector<ToldRow> all) {
  std::set<ToldKey> seen;
  std::vector<ToldRow> newest;
  for (ToldRow& row : all) {
    if (seen.emplace(row.figure, row.as_of, row.period, row.from).second)
      newest.push_back(std::move(row));
  }
  return newest;
}

// Keys that only one side has, or whose rows differ.
Read<bool> name_rows(Views& views, const ToldRow& told, const OnTheWay& way, Discrepancy& found) {
  const Value::Record* theirs = told.row_digests.as_record();
  if (!theirs) {
    found.rows_why = told.rows > static_cast<std::int64_t>(kRowsNamed) ? "too_many" : "not_told";
    return false;
  }
  // A difference is explained where both had the same messages; what is on the way, as it is now.
  const bool may_move = found.theirs.why == "on_the_way";
  FigureAsk ask = found.ask;
  if (!may_move && found.theirs.compared_at) ask.known_at = found.theirs.compared_at;
  const bool of_accounts = found.ours.of_accounts;
  ask.by_day = of_accounts && std::ranges::all_of(*theirs, [](const auto& row) {
                 return day_of(row.first).has_value();
               });
  auto marks = marks_of(views, ask, of_accounts, ask.by_day ? kDaysCompared : kRowsNamed);
  if (!marks) return std::unexpected{marks.error()};
  if (!*marks) {
    found.rows_why = "too_many";
    return false;
  }
  const auto add = [&](RowDifference row, const std::string* here, const std::string* there) {
    if (of_accounts) {
      if (here) row.ours = amount_of(*here);
      if (there) row.theirs = amount_of(*there);
      if (ask.by_day) row.on = day_of(row.key);
      if (row.on) row.key.resize(row.key.size() - kDateSize);
    }
    found.rows.push_back(std::move(row));
  };
  const auto moving = [&](const std::string& key) {
    return may_move && (way.registers || way.streams.contains(key));
  };
  using enum RowDifference::What;
  for (auto& [key, mark] : **marks) {
    const auto it = theirs->find(key);
    const std::string* digest = it == theirs->end() ? nullptr : it->second.as_text();
    if (digest && *digest == mark.text) continue;
    add({.what = it == theirs->end() ? only_here : differs,
         .key = key,
         .on = {},
         .ours = {},
         .theirs = {},
         .on_the_way = moving(key),
         .positions = std::move(mark.positions)},
        &mark.text, digest);
  }
  for (const auto& [key, digest] : *theirs) {
    if ((*marks)->contains(key)) continue;
    auto positions = views.positions(key, found.ask.known_at);  // it may be a case known here
    if (!positions) return std::unexpected{positions.error()};
    add({.what = only_there,
         .key = key,
         .on = {},
         .ours = {},
         .theirs = {},
         .on_the_way = moving(key),
         .positions = std::move(*positions)},
        nullptr, digest.as_text());
  }
  return true;
}

// Where the break-downs differ; as the two were compared.
Read<bool> name_splits(Views& views, const ToldRow& told, Discrepancy& found) {
  const Value::Record* theirs = told.splits.as_record();
  if (!theirs || !found.theirs.compared_at) return false;
  FigureAsk ask = found.ask;
  ask.known_at = found.theirs.compared_at;
  const auto ours = views.figure(ask);
  if (!ours) return std::unexpected{ours.error()};
  if (!*ours) return false;
  for (const Split& split : (*ours)->splits) {
    const auto it = theirs->find(split.name);
    if (it == theirs->end() || !it->second.as_list()) continue;
    struct Both {
      Value key;
      std::optional<std::int64_t> ours, theirs;
    };
    std::map<std::string, Both> both;  // by the canonical JSON of the key
    for (const SplitValue& one : split.values) {
      Both& here = both[canonical_json(one.key)];
      here.key = one.key;
      here.ours = one.value;
    }
    for (const Value& pair : *it->second.as_list()) {
      const auto* parts = pair.as_list();
      if (!parts || parts->size() != 2) continue;
      Both& there = both[canonical_json((*parts)[0])];
      there.key = (*parts)[0];
      if (const std::int64_t* number = (*parts)[1].as_int()) there.theirs = *number;
    }
    for (auto& [text, one] : both) {
      if (one.ours.value_or(0) == one.theirs.value_or(0)) continue;
      found.splits.push_back(
          {.split = split.name, .key = std::move(one.key), .ours = one.ours, .theirs = one.theirs});
    }
  }
  return true;
}

}  // namespace

const char* agree_name(Agree agree) {
  return agree == Agree::yes ? "true" : agree == Agree::no ? "false" : "unknown";
}

namespace {

// Of a `value` that adds up: its expression over the totals of the figures it reads.
Read<std::optional<std::int64_t>> total_of_parts(Views& views, const FigureAsk& ask,
                                                 const FigureAnswer& ours,
                                                 const std::vector<core::PartyId>& parties) {
  FigureAsk whole = ask;
  whole.known_at = ours.known_at;
  FigureAsk part = whole;
  part.digest = false;
  for (const std::string& name : ours.added) {
    part.id = ours.id.substr(0, ours.id.find('/') + 1) + name;
    const auto answer = views.figure(part);
    if (!answer) return std::unexpected{answer.error()};
    if (!*answer) return std::nullopt;
    const auto sides = figure_sides(views, part, **answer, parties);
    if (!sides) return std::unexpected{sides.error()};
    if (!sides->total) return std::nullopt;
    whole.given[name] = *sides->total;
  }
  const auto answer = views.figure(whole);
  if (!answer) return std::unexpected{answer.error()};
  return *answer ? (*answer)->value : std::nullopt;
}

}  // namespace

Read<FigureSides> figure_sides(Views& views, const FigureAsk& ask, const FigureAnswer& ours,
                               const std::vector<core::PartyId>& parties) {
  FigureSides all;
  all.sides.push_back({.party = ours.side,
                       .own = true,
                       .told = true,
                       .value = ours.value,
                       .splits = splits_value(ours),
                       .rows = ours.rows,
                       .failed = ours.failed,
                       .definition = ours.definition,
                       .position = ours.known_at,
                       .at = 0,
                       .told_on = {},
                       .agree = Agree::yes,
                       .why = {},
                       .to_them = 0,
                       .from_them = 0,
                       .compared_at = {}});
  auto rows = views.told(ask.id, ask.as_of, ours.known_at);
  if (!rows) return std::unexpected{rows.error()};
  const std::vector<ToldRow> told = newest_of(std::move(*rows));
  std::optional<std::int64_t> total = ours.value;
  for (const core::PartyId& party : parties) {
    if (party == ours.side) continue;
    const auto it = std::ranges::find_if(
        told, [&](const ToldRow& row) { return row.from == party && row.period == ask.period; });
    FigureSide side;
    if (it == told.end()) {
      side.party = party;
      side.why = "not_told";
    } else {
      Comparison comparison{views, ask, ours};
      auto compared = comparison.side(*it);
      if (!compared) return std::unexpected{compared.error()};
      side = std::move(*compared);
    }
    if (ours.add_sides) {
      // Each counts its own: there is nothing to agree on but the definition.
      const bool adds = side.told && side.value && side.definition == ours.definition;
      std::int64_t sum = 0;
      if (adds && total && !__builtin_add_overflow(*total, *side.value, &sum)) {
        total = sum;
      } else {
        total.reset();
      }
      if (adds) {
        side.agree = Agree::yes;
        side.why.clear();
      }
    }
    if (side.agree == Agree::no) {
      all.agree = Agree::no;
    } else if (side.agree == Agree::unknown && all.agree == Agree::yes) {
      all.agree = Agree::unknown;
    }
    all.sides.push_back(std::move(side));
  }
  if (ours.add_sides) all.total = total;
  if (!ours.added.empty()) {
    const auto over = total_of_parts(views, ask, ours, parties);
    if (!over) return std::unexpected{over.error()};
    all.total = *over;
  }
  return all;
}

Read<std::vector<Discrepancy>> discrepancies(Views& views, std::optional<Date> as_of, At known_at) {
  std::vector<Discrepancy> list;
  auto rows = views.told({}, as_of, known_at);
  if (!rows) return std::unexpected{rows.error()};
  for (const ToldRow& told : newest_of(std::move(*rows))) {
    Discrepancy found;
    found.ask = {
        .id = told.figure, .as_of = told.as_of, .known_at = known_at, .period = told.period};
    auto ours = views.figure(found.ask);
    if (!ours) return std::unexpected{ours.error()};
    if (!*ours) continue;  // the pack is known here, but has no such figure: nothing to compare
    found.ours = std::move(**ours);
    if (found.ours.add_sides && told.definition == found.ours.definition) continue;
    Comparison comparison{views, found.ask, found.ours};
    auto side = comparison.side(told);
    if (!side) return std::unexpected{side.error()};
    found.theirs = std::move(*side);
    const bool same = found.theirs.agree == Agree::yes;
    // The same number may count other rows; seen only when nothing is on the way.
    const OnTheWay& way = comparison.on_the_way();
    if (same && (way.to_them + way.from_them > 0 || !told.row_digests.as_record())) continue;
    if (found.theirs.why != "definition" && found.theirs.why != "implausible") {
      auto named = name_rows(views, told, way, found);
      if (!named) return std::unexpected{named.error()};
      // Every row that differs has a message on the way, or one has not.
      if (*named && found.theirs.agree == Agree::unknown && !found.theirs.compared_at &&
          std::ranges::any_of(found.rows,
                              [](const RowDifference& row) { return !row.on_the_way; })) {
        found.theirs.agree = Agree::no;
        found.theirs.why = "value";
      }
    }
    if (!same) {
      if (auto named = name_splits(views, told, found); !named)
        return std::unexpected{named.error()};
    }
    if (same && found.rows.empty()) continue;
    if (same) {
      found.theirs.agree = Agree::no;
      found.theirs.why = "records";
    }
    list.push_back(std::move(found));
  }
  std::ranges::stable_sort(list, [](const Discrepancy& a, const Discrepancy& b) {
    return std::tie(a.ask.id, a.ask.as_of, a.theirs.party) <
           std::tie(b.ask.id, b.ask.as_of, b.theirs.party);
  });
  return list;
}

Read<Value> figures_to_tell(Views& views, const std::vector<FigureAsk>& asks) {
  const std::uint64_t position = std::max<std::uint64_t>(views.entries(), 1) - 1;
  Value::List items;
  for (FigureAsk ask : asks) {
    ask.known_at = position;
    ask.digest = true;
    const auto answer = views.figure(ask);
    if (!answer) return std::unexpected{answer.error()};
    if (!*answer) continue;
    const FigureAnswer& ours = **answer;
    Value::Record item{{"pack", ours.pack},
                       {"figure", ask.id.substr(ask.id.find('/') + 1)},
                       {"definition", ours.definition},
                       {"as_of", ask.as_of.text()},
                       {"value", ours.value ? Value{*ours.value} : Value{}},
                       {"rows", ours.rows},
                       {"failed", ours.failed}};
    if (ask.period) {
      item["period"] = Value::List{ask.period->first.text(), ask.period->second.text()};
    }
    if (Value splits = splits_value(ours); !splits.is_null() && !splits.as_record()->empty())
      item["splits"] = std::move(splits);
    if (!ours.rows_digest.empty()) item["rows_digest"] = ours.rows_digest;
    if (ours.rows <= static_cast<std::int64_t>(kRowsNamed) && !ours.rows_digest.empty()) {
      const auto marks = marks_to_tell(views, ask, ours.of_accounts);
      if (!marks) return std::unexpected{marks.error()};
      if (*marks) {
        Value::Record named;
        for (const auto& [key, mark] : **marks) named[key] = mark.text;
        item["row_digests"] = std::move(named);
      }
    }
    items.push_back(Value{std::move(item)});
  }
  const auto channels = views.channels(position);
  if (!channels) return std::unexpected{channels.error()};
  Value::Record reached;
  for (const ChannelRow& channel : *channels) {
    reached[channel.peer] = Value::Record{{"sent", channel.sent}, {"taken", channel.taken}};
  }
  return Value{Value::Record{
      {"position", position}, {"channels", std::move(reached)}, {"items", std::move(items)}}};
}

}  // namespace bashu::views
