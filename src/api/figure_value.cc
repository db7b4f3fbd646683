#include "api/figure_value.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <map>
#include <set>
#include <tuple>
#include <utility>

#include "base/json.h"
#include "views/figures.h"

namespace bashu::api {

namespace {

template <typename T>
using Faulty = std::expected<T, Fault>;

template <typename T>
Value optional_value(const std::optional<T>& number) {
  return number ? Value{*number} : Value{};
}

const char* says_name(packs::Figure::Says says) {
  switch (says) {
    case packs::Figure::Says::exact:
      return "exact";
    case packs::Figure::Says::more_than:
      return "more_than";
    case packs::Figure::Says::nearly:
      return "nearly";
  }
  return "exact";
}

const char* compare_name(PublishedRow::Compare compare) {
  switch (compare) {
    case PublishedRow::Compare::equal:
      return "exact";
    case PublishedRow::Compare::more_than:
      return "more_than";
    case PublishedRow::Compare::nearly:
      return "nearly";
  }
  return "exact";
}

PublishedRow::Compare compare_of(packs::Figure::Says says) {
  using enum PublishedRow::Compare;
  if (says == packs::Figure::Says::more_than) return more_than;
  return says == packs::Figure::Says::nearly ? nearly : equal;
}

Value agree_value(views::Agree agree) {
  if (agree == views::Agree::unknown) return "unknown";
  return agree == views::Agree::yes;
}

Value period_value(const std::optional<std::pair<Date, Date>>& period) {
  if (!period) return {};
  return Value::List{period->first.text(), period->second.text()};
}

struct Large {
  std::int64_t size;  // in whole units
  const char* en;
  const char* zh;  // null: not a step of that language
};
constexpr std::array kLarge{Large{1'000'000'000'000, " trillion", "万亿"},
                            Large{1'000'000'000, " billion", nullptr},
                            Large{100'000'000, nullptr, "亿"},
                            Large{1'000'000, " million", nullptr}, Large{10'000, nullptr, "万"}};

struct UnitWord {
  std::string_view unit;
  const char* en;
  const char* zh;
  bool large;  // written in millions, 亿
};
constexpr std::array kUnits{UnitWord{"CNY", " yuan", "元", true},
                            UnitWord{"t", " t", "吨", true},
                            UnitWord{"%", "%", "%", false},
                            UnitWord{"km", " km", "公里", false},
                            UnitWord{"km2", " km²", "平方公里", false},
                            UnitWord{"minute", " minutes", "分钟", false},
                            UnitWord{"day", " days", "天", false},
                            UnitWord{"year", " years", "年", false},
                            UnitWord{"card", " cards", "张", false},
                            UnitWord{"1", "", "", false},
                            UnitWord{"", "", "", false}};

// Units that only count, as Chinese does: English leaves them out.
UnitWord word_of(const std::string& unit) {
  for (const UnitWord& one : kUnits) {
    if (one.unit == unit) return one;
  }
  return {.unit = unit, .en = nullptr, .zh = nullptr, .large = false};
}

std::int64_t power(int scale) {
  std::int64_t ten = 1;
  for (int i = 0; i < scale && i < 18; ++i) ten *= 10;
  return ten;
}

std::string unit_for_people(const std::string& unit, bool zh) {
  const UnitWord word = word_of(unit);
  if (word.en) return zh ? word.zh : word.en;
  if (zh) return unit;
  return !unit.empty() && static_cast<unsigned char>(unit[0]) < 0x80 ? " " + unit : "";
}

}  // namespace

std::string number_for_people(std::int64_t value, const std::string& unit, int scale,
                              const std::string& language) {
  const bool zh = language == "zh";
  const UnitWord word = word_of(unit);
  const std::string words = unit_for_people(unit, zh);
  constexpr std::int64_t kLowest = std::numeric_limits<std::int64_t>::min();
  const std::int64_t magnitude = value < 0 ? -std::max(value, kLowest + 1) : value;
  if (word.large && magnitude > 0) {
    for (const Large& large : kLarge) {
      const char* name = zh ? large.zh : large.en;
      std::int64_t size = 0;
      if (!name || (unit == "t" && !zh)) continue;
      if (__builtin_mul_overflow(large.size, power(scale), &size) || magnitude < size) continue;
      // Four decimals at most, rounded half up, and said so.
      const std::int64_t step = size / 10'000;
      const std::int64_t scaled = magnitude / step + (magnitude % step * 2 >= step ? 1 : 0);
      const bool exact = magnitude % step == 0;
      return std::string{exact ? ""
                         : zh  ? "约"
                               : "about "} +
             (value < 0 ? "-" : "") + views::number_text(scaled, 4) + name + words;
    }
  }
  return views::number_text(value, scale) + words;
}

std::string exact_for_people(std::int64_t value, const std::string& unit, int scale,
                             const std::string& language) {
  return views::number_text(value, scale) + unit_for_people(unit, language == "zh");
}

std::string said_for_people(PublishedRow::Compare compare, std::int64_t value,
                            const std::string& unit, int scale, const std::string& language) {
  const std::string number = number_for_people(value, unit, scale, language);
  const bool zh = language == "zh";
  switch (compare) {
    case PublishedRow::Compare::more_than:
      return (zh ? "超过" : "more than ") + number;
    case PublishedRow::Compare::nearly:
      return (zh ? "近" : "nearly ") + number;
    case PublishedRow::Compare::equal:
      break;
  }
  return number;
}

std::optional<std::int64_t> split_value(const views::FigureAnswer& answer, std::string_view split,
                                        std::string_view key) {
  for (const views::Split& one : answer.splits) {
    if (one.name != split) continue;
    for (const views::SplitValue& value : one.values) {
      const std::string* text = value.key.as_text();
      if (text ? *text == key : canonical_json(value.key) == key) return value.value;
    }
  }
  return std::nullopt;
}

std::optional<KnownAt> parse_known_at(std::string_view text, int offset_minutes) {
  constexpr std::int64_t kDayMs = 86'400'000;
  constexpr std::int64_t kMinuteMs = 60'000;
  const auto number = [](std::string_view digits) -> std::optional<std::uint64_t> {
    std::uint64_t found = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), found);
    if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
    return found;
  };
  if (const auto position = number(text)) return KnownAt{.position = position, .time_ms = 0};
  constexpr std::size_t kDate = 10;  // 2021-09-25
  const auto day = Date::parse(text.substr(0, kDate));
  if (!day) return std::nullopt;
  const std::int64_t begin = std::int64_t{day->days()} * kDayMs;
  if (text.size() == kDate) {
    return KnownAt{.position = {}, .time_ms = begin + kDayMs - offset_minutes * kMinuteMs - 1};
  }
  // T10:00 or T10:00:30, then nothing, Z or +08:00
  text.remove_prefix(kDate);
  if (text.size() < 6 || (text[0] != 'T' && text[0] != ' ') || text[3] != ':') return std::nullopt;
  const auto hours = number(text.substr(1, 2));
  const auto minutes = number(text.substr(4, 2));
  text.remove_prefix(6);
  std::optional<std::uint64_t> seconds = 0;
  if (text.size() >= 3 && text[0] == ':') {
    seconds = number(text.substr(1, 2));
    text.remove_prefix(3);
  }
  if (!hours || !minutes || !seconds || *hours > 23 || *minutes > 59 || *seconds > 59) {
    return std::nullopt;
  }
  std::int64_t offset = offset_minutes;
  if (text == "Z") {
    offset = 0;
  } else if (text.size() == 6 && (text[0] == '+' || text[0] == '-') && text[3] == ':') {
    const auto h = number(text.substr(1, 2));
    const auto m = number(text.substr(4, 2));
    if (!h || !m || *h > 23 || *m > 59) return std::nullopt;
    offset = static_cast<std::int64_t>(*h * 60 + *m) * (text[0] == '-' ? -1 : 1);
  } else if (!text.empty()) {
    return std::nullopt;
  }
  const auto time = static_cast<std::int64_t>((*hours * 60 + *minutes) * 60 + *seconds) * 1'000;
  return KnownAt{.position = {}, .time_ms = begin + time - offset * kMinuteMs + 999};
}

namespace {

Value published_value(const PublishedRow& row, const std::string& unit, int scale,
                      const std::string& language) {
  Value::Record record{{"row", row.id}, {"title", in_language(row.title, language)}};
  if (row.value) {
    record["value"] = *row.value;
    record["says"] = compare_name(row.compare);
    record["printed"] =
        said_for_people(row.compare, *row.value, unit.empty() ? row.unit : unit, scale, language);
    record["as_of"] = row.as_of.text();
  }
  if (row.period) record["period"] = period_value(row.period);
  if (!row.split.empty()) record["split"] = Value::Record{{row.split, row.key}};
  if (!row.note.empty()) record["note"] = in_language(row.note, language);
  return record;
}

Value editions_value(const views::FigureAnswer& answer) {
  Value::List editions;
  for (const views::EditionRow& edition : answer.editions) {
    editions.push_back(Value::Record{{"register", edition.reg},
                                     {"name", edition.name},
                                     {"number", edition.number},
                                     {"keeper", edition.keeper},
                                     {"on", edition.on.text()},
                                     {"digest", edition.digest}});
  }
  return editions;
}

Value splits_of(const views::FigureAnswer& answer) {
  Value::List splits;
  for (const views::Split& split : answer.splits) {
    Value::List values;
    for (const views::SplitValue& one : split.values) {
      values.push_back(Value::Record{{"key", one.key}, {"value", optional_value(one.value)}});
    }
    splits.push_back(Value::Record{{"name", split.name}, {"values", std::move(values)}});
  }
  return splits;
}

// Those a peer told, in the same shape.
Value splits_of(const Value& told) {
  Value::List splits;
  const Value::Record* record = told.as_record();
  for (const auto& [name, pairs] : record ? *record : Value::Record{}) {
    Value::List values;
    for (const Value& pair : pairs.as_list() ? *pairs.as_list() : Value::List{}) {
      const auto* both = pair.as_list();
      if (!both || both->size() != 2) continue;
      values.push_back(Value::Record{{"key", (*both)[0]}, {"value", (*both)[1]}});
    }
    splits.push_back(Value::Record{{"name", name}, {"values", std::move(values)}});
  }
  return splits;
}

Value side_value(const views::FigureSide& side, const std::string& unit, int scale,
                 const std::string& language) {
  Value::Record record{{"party", side.party},
                       {"told", side.told},
                       {"value", optional_value(side.value)},
                       {"agree", agree_value(side.agree)}};
  if (side.value) record["printed"] = number_for_people(*side.value, unit, scale, language);
  if (side.told) {
    record["rows"] = side.rows;
    record["definition"] = side.definition;
    record["position"] = side.position;
  }
  if (side.told_on) {
    record["told_on"] = side.told_on->text();
    record["their_position"] = side.at;
    record["on_the_way"] = Value::Record{{"to_them", side.to_them}, {"from_them", side.from_them}};
    if (side.compared_at) record["compared_at"] = *side.compared_at;
  }
  if (!side.why.empty()) record["why"] = side.why;
  return record;
}

Value sides_value(const views::FigureSides& sides, const views::FigureAnswer& answer,
                  const std::string& language) {
  Value::List list;
  for (const views::FigureSide& side : sides.sides) {
    list.push_back(side_value(side, answer.unit, answer.scale, language));
  }
  return list;
}

// What there is to say of an answer without the other sides.
Value::Record answer_record(const views::FigureAnswer& answer, const std::string& language) {
  Value::Record record{{"figure", answer.id},
                       {"title", in_language(answer.title, language)},
                       {"side", answer.side},
                       {"as_of", answer.as_of.text()},
                       {"known_at", answer.known_at},
                       {"value", optional_value(answer.value)},
                       {"unit", answer.unit},
                       {"scale", answer.scale},
                       {"says", says_name(answer.says)},
                       {"bound", optional_value(answer.bound)},
                       {"target", optional_value(answer.target)},
                       {"sides", answer.add_sides ? "add" : "same"},
                       {"definition", answer.definition},
                       {"pack", answer.pack},
                       {"splits", splits_of(answer)},
                       {"editions", editions_value(answer)},
                       {"rows", answer.rows},
                       {"failed", answer.failed}};
  const auto number = answer.bound ? answer.bound : answer.value;
  if (number) {
    record["printed"] =
        said_for_people(answer.bound ? compare_of(answer.says) : PublishedRow::Compare::equal,
                        *number, answer.unit, answer.scale, language);
  } else {
    record["printed"] = "";
  }
  if (!answer.rows_digest.empty()) record["rows_digest"] = answer.rows_digest;
  if (!answer.error.empty()) record["error"] = answer.error;
  return record;
}

void add_published(Value::Record& record, const views::FigureAnswer& answer,
                   const Published& published, const std::string& language) {
  Value::List rows;
  for (const PublishedRow& row : published.rows) {
    if (row.figure == answer.id)
      rows.push_back(published_value(row, answer.unit, answer.scale, language));
  }
  if (rows.empty()) return;
  record["published"] = rows.front();
  if (rows.size() > 1) record["published_rows"] = std::move(rows);
}

// What each side has of the same thing; absent: nothing.
void add_both(Value::Record& record, std::optional<std::int64_t> ours,
              std::optional<std::int64_t> theirs, const views::FigureAnswer& answer,
              const std::string& language) {
  const auto add = [&](const std::string& name, std::optional<std::int64_t> value) {
    if (!value) return;
    record[name] = *value;
    record[name + "_printed"] = exact_for_people(*value, answer.unit, answer.scale, language);
  };
  add("ours", ours);
  add("theirs", theirs);
}

}  // namespace

Faulty<std::optional<Value>> figure_value(views::Views& views, const FigureWish& wish,
                                          const Published& published) {
  const auto answer = views.figure(wish.ask);
  if (!answer) return std::unexpected{answer.error()};
  if (!*answer) return std::nullopt;
  const auto members = views.members(wish.ask.known_at);
  if (!members) return std::unexpected{members.error()};
  const auto sides = views::figure_sides(views, wish.ask, **answer, *members);
  if (!sides) return std::unexpected{sides.error()};
  Value::Record record = answer_record(**answer, wish.language);
  if (wish.ask.period) record["period"] = period_value(wish.ask.period);
  record["by_side"] = sides_value(*sides, **answer, wish.language);
  record["agree"] = agree_value(sides->agree);
  if ((*answer)->add_sides) record["total"] = optional_value(sides->total);
  add_published(record, **answer, published, wish.language);
  if (!wish.party.empty() && wish.party != (*answer)->side) {
    const auto side = std::ranges::find(sides->sides, wish.party, &views::FigureSide::party);
    if (side == sides->sides.end()) return std::nullopt;
    record["side"] = side->party;
    record["value"] = optional_value(side->value);
    record["printed"] = side->value ? number_for_people(*side->value, (*answer)->unit,
                                                        (*answer)->scale, wish.language)
                                    : std::string{};
    record["splits"] = splits_of(side->splits);
    record["definition"] = side->definition;
    record["rows"] = side->rows;
    record["failed"] = side->failed;
    for (const char* ours : {"bound", "editions", "rows_digest", "error"}) record.erase(ours);
  }
  return Value{std::move(record)};
}

Faulty<Value> figures_value(views::Views& views, FigureWish wish, const Published& published) {
  Value::List list;
  for (std::string& id : views.figure_ids()) {
    wish.ask.id = std::move(id);
    auto one = figure_value(views, wish, published);
    if (!one) return std::unexpected{one.error()};
    if (*one) list.push_back(std::move(**one));
  }
  return Value{Value::Record{{"as_of", wish.ask.as_of.text()}, {"figures", std::move(list)}}};
}

Faulty<Value> discrepancies_value(views::Views& views, std::optional<Date> as_of,
                                  views::At known_at, const std::string& language) {
  const auto found = views::discrepancies(views, as_of, known_at);
  if (!found) return std::unexpected{found.error()};
  Value::List list;
  for (const views::Discrepancy& one : *found) {
    Value::List rows;
    for (const views::RowDifference& row : one.rows) {
      Value::List positions;
      for (const std::uint64_t position : row.positions) positions.emplace_back(position);
      using enum views::RowDifference::What;
      Value::Record named{{"key", row.key},
                          {"what", row.what == only_here    ? "only_here"
                                   : row.what == only_there ? "only_there"
                                                            : "differs"},
                          {"on_the_way", row.on_the_way},
                          {"positions", std::move(positions)}};
      if (row.on) named["on"] = row.on->text();
      add_both(named, row.ours, row.theirs, one.ours, language);
      rows.push_back(Value{std::move(named)});
    }
    Value::List splits;
    for (const views::SplitDifference& split : one.splits) {
      Value::Record named{{"split", split.split}, {"key", split.key}};
      add_both(named, split.ours, split.theirs, one.ours, language);
      splits.push_back(Value{std::move(named)});
    }
    Value::Record record{
        {"figure", one.ask.id},
        {"title", in_language(one.ours.title, language)},
        {"as_of", one.ask.as_of.text()},
        {"unit", one.ours.unit},
        {"scale", one.ours.scale},
        {"definition", one.ours.definition},
        {"agree", agree_value(one.theirs.agree)},
        {"ours", Value::Record{{"party", one.ours.side},
                               {"value", optional_value(one.ours.value)},
                               {"position", one.ours.known_at}}},
        {"theirs", side_value(one.theirs, one.ours.unit, one.ours.scale, language)},
        {"splits", std::move(splits)},
        {"records", std::move(rows)}};
    const auto print = [&](const char* side, std::optional<std::int64_t> value) {
      if (!value) return;
      record[side].as_record()->insert_or_assign(
          "printed", exact_for_people(*value, one.ours.unit, one.ours.scale, language));
    };
    print("ours", one.ours.value);
    print("theirs", one.theirs.value);
    if (one.ask.period) record["period"] = period_value(one.ask.period);
    if (!one.rows_why.empty()) record["records_why"] = one.rows_why;
    list.push_back(Value{std::move(record)});
  }
  const bool none = list.empty();
  Value::Record answer{{"discrepancies", std::move(list)}};
  if (none) {  // because all agree, or because nobody has said anything
    const auto told = views.told({}, as_of, known_at);
    if (!told) return std::unexpected{told.error()};
    answer["told"] = told->size();
  }
  return Value{std::move(answer)};
}

namespace {

// The day that lies to `row` as `asked` to `whole`; whole years stay whole years.
Date moved(Date row, Date whole, Date asked) {
  if (asked == whole) return row;
  if (asked.month() == whole.month() && asked.day() == whole.day()) {
    const int year = row.year() + asked.year() - whole.year();
    if (const auto same = Date::from_civil(year, row.month(), row.day())) return *same;
    if (const auto before = Date::from_civil(year, row.month(), row.day() - 1)) return *before;
  }
  return row.plus_days(asked.days() - whole.days());
}

struct Computed {
  std::optional<views::FigureAnswer> answer;
  views::FigureSides sides;
};

// One row of the overview: its number, the published one, whether they fit, and why not.
Value overview_row(const PublishedRow& row, Date as_of,
                   const std::optional<std::pair<Date, Date>>& period, const Computed* computed,
                   const std::string& language) {
  const bool zh = language == "zh";
  Value::Record record{{"row", row.id}, {"title", in_language(row.title, language)}};
  if (!row.note.empty()) record["note"] = in_language(row.note, language);
  Value::List why;
  const auto because = [&](const std::string& token, const std::string& words) {
    why.push_back(Value::Record{{"code", token}, {"text", words}});
  };
  if (!row.split.empty()) record["split"] = Value::Record{{row.split, row.key}};
  if (row.figure.empty()) {
    record["differs"] = Value{};
    because("not_computed", zh ? "不计算" : "not computed");
    record["why"] = std::move(why);
    return record;
  }
  record["figure"] = row.figure;
  record["as_of"] = as_of.text();
  if (period) record["period"] = period_value(period);
  const std::optional<views::FigureAnswer> none;
  const auto& answer = computed ? computed->answer : none;
  const std::string unit = answer && !answer->unit.empty() ? answer->unit : row.unit;
  const int scale = answer ? answer->scale : 0;
  std::optional<std::int64_t> value;
  if (!answer) {
    because("no_figure",
            zh ? "没有生效的业务包给出该指标" : "no pack in force here gives this figure");
  } else if (!answer->error.empty()) {
    because("failed", answer->error);
  } else if (!row.split.empty()) {
    value = split_value(*answer, row.split, row.key);
    if (!value && answer->value) value = 0;  // nothing counts under that key
  } else {
    value = answer->value;
  }
  bool partial = false;
  if (answer && answer->add_sides && value) {
    // Each side counts its own; the number is the sum, once every side has told.
    if (computed->sides.total && row.split.empty()) {
      value = computed->sides.total;
    } else {
      partial = true;
      because("own_side", zh ? "仅本方数，其他方尚未通报，暂不能与公布数比较"
                             : "our own side only: another has not told its own yet, so this is "
                               "not the number published");
    }
  }
  record["value"] = optional_value(value);
  record["unit"] = unit;
  record["scale"] = scale;
  // The number itself, also where the figure is published as `more than`.
  record["printed"] = value ? number_for_people(*value, unit, scale, language) : "";
  Value::Record published{
      {"as_of", row.as_of.text()},
      {"value", optional_value(row.value)},
      {"says", compare_name(row.compare)},
      {"printed", said_for_people(row.compare, *row.value, unit, scale, language)}};
  record["published"] = std::move(published);
  if (answer) {
    record["agree"] = agree_value(computed->sides.agree);
    record["by_side"] = sides_value(computed->sides, *answer, language);
  }
  if (as_of != row.as_of) {
    record["differs"] = Value{};
    because("other_date", (zh ? "公布数的日期是" : "published of ") + row.as_of.text());
  } else if (partial) {
    record["differs"] = Value{};
  } else {
    const bool same = value && fits(row.compare, *row.value, *value);
    record["differs"] = !same;
    if (!same && !row.note.empty()) because("ambiguous", in_language(row.note, language));
  }
  if (answer && computed->sides.agree == views::Agree::no) {
    because("sides", zh ? "各方数值不一致，见差异清单" : "the sides differ: see the discrepancies");
  }
  record["why"] = std::move(why);
  return record;
}

}  // namespace

Faulty<Value> overview_value(views::Views& views, const OverviewWish& wish,
                             const Published& published) {
  const Date asked = wish.as_of.value_or(published.as_of);
  const auto members = views.members(wish.known_at);
  if (!members) return std::unexpected{members.error()};
  using Key = std::tuple<std::string, Date, std::optional<std::pair<Date, Date>>>;
  std::map<Key, Computed> computed;
  Value::List sections;
  std::int64_t numbers = 0, same = 0, differing = 0;
  for (const PublishedRow& row : published.rows) {
    const Date as_of = moved(row.as_of, published.as_of, asked);
    std::optional<std::pair<Date, Date>> period;
    if (row.period) {
      period = std::pair{moved(row.period->first, published.as_of, asked),
                         moved(row.period->second, published.as_of, asked)};
    }
    const Computed* found = nullptr;
    if (!row.figure.empty()) {
      const auto [it, fresh] = computed.try_emplace(Key{row.figure, as_of, period});
      if (fresh) {
        const views::FigureAsk ask{.id = row.figure,
                                   .as_of = as_of,
                                   .known_at = wish.known_at,
                                   .period = period,
                                   .digest = false};
        auto answer = views.figure(ask);
        if (!answer) return std::unexpected{answer.error()};
        it->second.answer = std::move(*answer);
        if (it->second.answer) {
          auto sides = views::figure_sides(views, ask, *it->second.answer, *members);
          if (!sides) return std::unexpected{sides.error()};
          it->second.sides = std::move(*sides);
        }
      }
      found = &it->second;
    }
    Value line = overview_row(row, as_of, period, found, wish.language);
    const Value* differs = line.find("differs");
    const Value* value = line.find("value");
    numbers += value && !value->is_null() ? 1 : 0;
    if (differs && differs->as_bool()) ++(*differs->as_bool() ? differing : same);
    if (sections.empty() || sections.back().text_at("section") != row.section) {
      sections.push_back(Value::Record{{"section", row.section},
                                       {"title", in_language(row.section_title, wish.language)},
                                       {"rows", Value::List{}}});
    }
    sections.back().as_record()->find("rows")->second.as_list()->push_back(std::move(line));
  }
  const std::uint64_t entries = views.entries();
  const std::uint64_t newest = entries ? entries - 1 : 0;
  return Value{Value::Record{{"as_of", asked.text()},
                             {"side", views.party()},
                             {"position", std::min(wish.known_at.value_or(newest), newest)},
                             {"numbers", numbers},
                             {"as_published", same},
                             {"differing", differing},
                             {"sections", std::move(sections)}}};
}

std::vector<views::FigureAsk> asks_to_tell(const views::Views& views, const Published& published,
                                           std::optional<Date> as_of) {
  std::vector<views::FigureAsk> asks;
  std::set<std::tuple<std::string, Date, std::optional<std::pair<Date, Date>>>> seen;
  const auto add = [&](const std::string& id, Date day,
                       const std::optional<std::pair<Date, Date>>& period) {
    if (!seen.emplace(id, day, period).second) return;
    asks.push_back({.id = id, .as_of = day, .known_at = {}, .period = period, .digest = true});
  };
  for (const PublishedRow& row : published.rows) {
    if (row.figure.empty()) continue;
    if (!as_of) {
      add(row.figure, row.as_of, row.period);
      continue;
    }
    auto period = row.period;
    if (period) {
      period = std::pair{moved(period->first, published.as_of, *as_of),
                         moved(period->second, published.as_of, *as_of)};
    }
    add(row.figure, moved(row.as_of, published.as_of, *as_of), period);
  }
  if (!as_of) return asks;
  for (const std::string& id : views.figure_ids()) add(id, *as_of, std::nullopt);
  return asks;
}

}  // namespace bashu::api
