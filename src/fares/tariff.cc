#include "fares/tariff.h"

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "fares/editions.h"
#include "fares/nesting.h"
#include "fares/rate.h"
#include "fares/size.h"

namespace bashu::fares {

namespace {

constexpr std::int64_t kDayS = 86'400;
constexpr Money kFareMax = 100'000'000;  // a million yuan: no ride costs more

// One record being read: each member is asked for once, and what nobody asked for is wrong.
class Reader {
 public:
  Reader(const Value& value, std::string where, std::vector<Wrong>& wrong)
      : value_{value}, where_{std::move(where)}, wrong_{wrong} {
    if (!value.as_record()) say("", "must be a record");
  }
  ~Reader() {
    const Value::Record* record = value_.as_record();
    if (!record) return;
    for (const auto& [name, member] : *record) {
      if (!asked_.contains(name)) say(name, "is not known here");
    }
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  void say(const std::string& name, std::string what) const {
    wrong_.push_back({path(name), std::move(what)});
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return name.empty() ? where_ : where_ + (where_.empty() ? "" : ".") + name;
  }
  const Value* member(const std::string& name, bool required = false) {
    asked_.insert(name);
    const Value* found = value_.find(name);
    if (!found && required) say(name, "is missing");
    return found;
  }
  std::string text(const std::string& name, bool required = false) {
    const Value* found = member(name, required);
    if (!found) return {};
    const std::string* text = found->as_text();
    if (!text || text->empty()) say(name, "must be a text");
    return text ? *text : std::string{};
  }
  std::int64_t number(const std::string& name, std::int64_t otherwise, std::int64_t least,
                      std::int64_t most) {
    const Value* found = member(name);
    if (!found) return otherwise;
    const std::int64_t* number = found->as_int();
    if (!number || *number < least || *number > most) {
      say(name,
          "must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
      return otherwise;
    }
    return *number;
  }
  Money money(const std::string& name, Money otherwise = 0) {
    return number(name, otherwise, 0, kFareMax);
  }
  std::int64_t seconds(const std::string& name) { return number(name, 0, 0, 31 * 86'400); }
  bool flag(const std::string& name, bool otherwise) {
    const Value* found = member(name);
    if (!found) return otherwise;
    const bool* flag = found->as_bool();
    if (!flag) say(name, "must be true or false");
    return flag ? *flag : otherwise;
  }
  std::vector<std::string> texts(const std::string& name) {
    std::vector<std::string> out;
    const Value* found = member(name);
    if (!found) return out;
    const Value::List* list = found->as_list();
    if (!list) say(name, "must be a list of texts");
    for (const Value& one : list ? *list : Value::List{}) {
      if (const std::string* text = one.as_text()) {
        out.push_back(*text);
      } else {
        say(name, "must be a list of texts");
      }
    }
    return out;
  }
  template <typename Each>
  void list(const std::string& name, Each each) {
    const Value* found = member(name);
    if (!found) return;
    const Value::List* list = found->as_list();
    if (!list) return say(name, "must be a list");
    for (std::size_t i = 0; i < list->size(); ++i) {
      each((*list)[i], path(name) + "[" + std::to_string(i) + "]");
    }
  }
  template <typename T, std::size_t N>
  T one_of(const std::string& name, const std::array<std::pair<std::string_view, T>, N>& words) {
    const Value* found = member(name);
    if (!found) return words[0].second;
    const std::string* text = found->as_text();
    std::string names;
    for (const auto& [word, value] : words) {
      if (text && *text == word) return value;
      names += (names.empty() ? "" : ", ") + std::string{word};
    }
    say(name, "must be one of: " + names);
    return words[0].second;
  }
  std::optional<Date> date(const std::string& name, bool required) {
    const std::string text = this->text(name, required);
    if (text.empty()) return std::nullopt;
    const auto date = Date::parse(text);
    if (!date) say(name, "must be a date, 2026-03-31");
    return date;
  }
  [[nodiscard]] std::vector<Wrong>& wrong() const { return wrong_; }

 private:
  const Value& value_;
  std::string where_;
  std::vector<Wrong>& wrong_;
  std::set<std::string> asked_;
};

constexpr std::array<std::pair<std::string_view, Rounding>, 4> kRoundings{{
    {"half_up", Rounding::half_up},
    {"down", Rounding::down},
    {"half_even", Rounding::half_even},
    {"up", Rounding::up},
}};
constexpr std::array<std::pair<std::string_view, Bearer>, 3> kBearers{
    {{"operators", Bearer::operators}, {"place", Bearer::place}, {"issuer", Bearer::issuer}}};

// Who bears a rule: one of the words, by rules 2 also several: `{place: 2, issuer: 1}`.
void read_bearers(Reader& in, int rules, Bearer& bearer, ByBearer& borne_by) {
  const Value* value = rules >= 2 ? in.member("borne_by") : nullptr;
  if (!value || !value->as_record()) {
    bearer = in.one_of("borne_by", kBearers);
    return;
  }
  Reader several{*value, in.path("borne_by"), in.wrong()};
  std::int64_t sum = 0;
  for (const auto& [name, one] : kBearers) {
    std::int64_t& weight = borne_by.at(static_cast<std::size_t>(one));
    weight = several.number(std::string{name}, 0, 0, 1'000'000'000);
    sum += weight;
  }
  if (sum == 0) in.say("borne_by", "somebody bears it: give at least one a weight");
}

Scope read_scope(Reader& in) {
  return {.groups = in.texts("groups"),
          .media = in.texts("media"),
          .issuers = in.texts("issuers"),
          .classes = in.texts("classes")};
}

// `[[from, to, number], ...]`, good in both directions unless the other one is given too.
template <typename Number>
ByPair<Number> read_pairs(Reader& in, const std::string& name) {
  ByPair<Number> out, back;
  in.list(name, [&](const Value& value, const std::string& where) {
    const Value::List* row = value.as_list();
    const std::string* from = row && row->size() == 3 ? (*row)[0].as_text() : nullptr;
    const std::string* to = from ? (*row)[1].as_text() : nullptr;
    const std::int64_t* number = to ? (*row)[2].as_int() : nullptr;
    if (!number || *number < 0 || *number > kFareMax) {
      in.wrong().push_back({where, "must be [from, to, whole number]"});
    } else if (!out.emplace(Pair{*from, *to}, *number).second) {
      in.wrong().push_back({where, "stands there twice"});
    } else {
      back.emplace(Pair{*to, *from}, *number);
    }
  });
  out.merge(back);
  return out;
}

Bands read_bands(Reader& in) {
  Bands out;
  in.list("bands", [&](const Value& value, const std::string& where) {
    const Value::List* row = value.as_list();
    const std::int64_t* up_to = row && row->size() == 2 ? (*row)[0].as_int() : nullptr;
    const std::int64_t* fare = up_to ? (*row)[1].as_int() : nullptr;
    if (!fare || *up_to < 0 || *fare < 0 || *fare > kFareMax) {
      in.wrong().push_back({where, "must be [metres, fen]"});
    } else if (!out.bands.empty() &&
               (*up_to <= out.bands.back().up_to_m || *fare < out.bands.back().fare)) {
      in.wrong().push_back({where, "must rise from the band before"});
    } else {
      out.bands.push_back({.up_to_m = *up_to, .fare = *fare});
    }
  });
  out.each_m = in.number("each", 0, 0, 1'000'000);
  out.adds = in.money("adds");
  if (in.member("most")) out.most = in.money("most");
  return out;
}

// By rules 2 no ride that is tapped once at a gate is free because nobody said what it costs.
void read_single(Reader& in, Group& group) {
  if (in.member("single")) group.single = in.money("single");
  if (group.two_taps && !group.single && group.missing == 0 && !dearest(group)) {
    in.say("single", "is missing, since no ride here is the dearest: say it, or missing");
  }
}

std::map<std::string, std::string> read_zones(Reader& in, bool required) {
  std::map<std::string, std::string> out;
  const Value* of = in.member("zones", required);
  const Value::Record* record = of ? of->as_record() : nullptr;
  if (of && !record) in.say("zones", "must be a record: place to zone");
  for (const auto& [place, zone] : record ? *record : Value::Record{}) {
    if (const std::string* text = zone.as_text()) out[place] = *text;
  }
  return out;
}

// One of the ways to price a ride; how many were named. What `instead` does not say of places and
// distances its group says.
int read_prices(Reader& in, const Value& value, const Group* group, Prices& prices) {
  int ways = 0;
  if (value.find("flat")) {
    ++ways;
    prices = Flat{in.money("flat")};
  }
  if (value.find("bands")) {
    ++ways;
    prices = read_bands(in);
  }
  if (value.find("table")) {
    ++ways;
    prices = Table{read_pairs<Money>(in, "table")};
  }
  if (value.find("zone_fares")) {
    ++ways;
    const auto* zones = group ? std::get_if<Zones>(&group->prices) : nullptr;
    auto fares = read_pairs<Money>(in, "zone_fares");
    prices = Zones{.of = zones && !value.find("zones") ? zones->of : read_zones(in, true),
                   .fares = std::move(fares)};
  }
  if (ways != 1) in.say("", "needs one of flat, bands, table, zone_fares");
  return ways;
}

// Days are 1, Monday, to 7.
std::vector<int> read_days(Reader& in) {
  std::vector<int> out;
  in.list("days", [&](const Value& value, const std::string& where) {
    const std::int64_t* day = value.as_int();
    if (day && *day >= 1 && *day <= 7) {
      out.push_back(static_cast<int>(*day) - 1);
    } else {
      in.wrong().push_back({where, "must be a day of the week, from 1, Monday, to 7"});
    }
  });
  return out;
}

Instead read_instead(const Value& value, const std::string& where, const Group& group,
                     std::vector<Wrong>& wrong) {
  constexpr std::array<std::pair<std::string_view, bool>, 2> kAt{
      {{"first_tap", false}, {"last_tap", true}}};
  Reader in{value, where, wrong};
  Instead out{.scope = {.groups = {},
                        .media = in.texts("media"),
                        .issuers = in.texts("issuers"),
                        .classes = in.texts("classes")},
              .days = read_days(in),
              .from_s = in.number("from", 0, 0, kDayS - 1),
              .until_s = in.number("until", 0, 0, kDayS),
              .by_last_tap = in.one_of("at", kAt)};
  read_prices(in, value, &group, out.prices);
  return out;
}

Group read_group(const std::string& name, const Value& value, const std::string& where, int rules,
                 std::vector<Wrong>& wrong) {
  Reader in{value, where, wrong};
  Group group{.name = name, .party = in.text("party", true), .prices = Flat{}};
  const int ways = read_prices(in, value, nullptr, group.prices);
  if (value.find("bands")) group.metres = read_pairs<std::int64_t>(in, "metres");
  if (rules >= 2) {
    in.list("instead", [&](const Value& one, const std::string& at) {
      group.instead.push_back(read_instead(one, at, group, wrong));
    });
  }
  group.two_taps = in.flag("two_taps", ways == 1 && group.prices.index() != 0);
  group.limit_s = in.seconds("limit");
  group.overtime = in.money("overtime");
  group.same_place_s = in.seconds("same_place_within");
  group.same_place = in.money("same_place");
  group.missing = in.money("missing");
  if (rules >= 2 && ways == 1) read_single(in, group);
  in.list("operators", [&](const Value& one, const std::string& at) {
    Reader operators{one, at, wrong};
    group.operators.emplace_back(operators.text("name", true),
                                 operators.number("weight", 1, 1, 1'000'000'000));
  });
  if (group.operators.empty()) in.say("operators", "somebody runs it: name at least one");
  return group;
}

Transfer::Off read_off(Reader& in, int rules) {
  using Off = Transfer::Off;
  constexpr std::array<std::pair<std::string_view, Off>, 2> kOffs{
      {{"up_to", Off::up_to}, {"difference", Off::difference}}};
  constexpr std::array<std::pair<std::string_view, Off>, 3> kOffsOf2{
      {{"up_to", Off::up_to}, {"difference", Off::difference}, {"fixed", Off::fixed}}};
  return rules >= 2 ? in.one_of("takes_off", kOffsOf2) : in.one_of("takes_off", kOffs);
}

Transfer read_transfer(Reader& in, int rules) {
  constexpr std::array<std::pair<std::string_view, bool>, 2> kFrom{
      {{"first_tap", false}, {"last_out", true}}};
  Transfer out{.name = in.text("name", true),
               .from = in.texts("from"),
               .to = in.texts("to"),
               .scope = read_scope(in),
               .window_s = in.seconds("window"),
               .from_last_out = in.one_of("counts_from", kFrom),
               .inclusive = in.flag("inclusive", true),
               .same_line_gap_s = in.seconds("same_line_gap"),
               .another_vehicle = in.flag("another_vehicle", true),
               .off = read_off(in, rules),
               .amount = in.money("amount"),
               .most = static_cast<int>(in.number("most", 1, 1, 100))};
  read_bearers(in, rules, out.bearer, out.borne_by);
  if (rules < 2) return out;
  out.renews = in.flag("renews", false);
  out.through = in.flag("through", false);
  out.shared = in.flag("shared", false);
  if (out.through && (out.from.empty() || out.to.empty())) {
    in.say("through", "needs from and to: else there is nothing to go through");
  }
  return out;
}

Discount read_discount(Reader& in, int rules, std::vector<Wrong>& wrong) {
  Discount out{.name = in.text("name", true),
               .scope = read_scope(in),
               .off_ppm = in.number("ppm", 0, 0, clearing::kMillion),
               .rounding = in.one_of("rounding", kRoundings)};
  read_bearers(in, rules, out.bearer, out.borne_by);
  if (!in.member("above")) return out;
  out.above = in.money("above");
  if (rules < 2) return out;
  if (const Value* counts = in.member("counts", true)) {
    Reader scope{*counts, in.path("counts"), wrong};
    out.counts = read_scope(scope);
  }
  return out;
}

// `[[group, place, place here], ...]`
std::multimap<Pair, std::string> read_interchanges(Reader& in) {
  std::multimap<Pair, std::string> out;
  in.list("interchanges", [&](const Value& value, const std::string& where) {
    const Value::List* row = value.as_list();
    std::vector<std::string> texts;
    for (const Value& one : row ? *row : Value::List{}) {
      if (const std::string* text = one.as_text()) texts.push_back(*text);
    }
    if (!row || row->size() != 3 || texts.size() != 3) {
      in.wrong().push_back({where, "must be [group, place, place where one changes]"});
    } else {
      out.emplace(Pair{texts[0], texts[1]}, texts[2]);
    }
  });
  return out;
}

Completion read_completion(Reader& in) {
  using By = Completion::By;
  constexpr std::array<std::pair<std::string_view, By>, 4> kBy{{{"next_entry", By::next_entry},
                                                                {"last_exit", By::last_exit},
                                                                {"usual", By::usual},
                                                                {"fare", By::fare}}};
  Completion out{.name = in.text("name", true), .scope = read_scope(in)};
  if (!in.member("by", true)) return out;
  out.by = in.one_of("by", kBy);
  const auto needed = [&](const char* name, std::int64_t most) {
    return in.member(name, true) ? in.number(name, 1, 1, most) : 0;
  };
  switch (out.by) {
    case By::next_entry:
    case By::last_exit:
      out.within_s = needed("within", kDayS);
      out.interchanges = read_interchanges(in);
      break;
    case By::usual:
      out.days = needed("days", 366);
      out.at_least = needed("at_least", 1'000);
      break;
    case By::fare:
      if (in.member("fare", true)) out.fare = in.money("fare");
      break;
  }
  return out;
}

void read_completions(Reader& in, Tariff& tariff, std::vector<Wrong>& wrong) {
  const Value* value = in.member("completion");
  if (!value) return;
  Reader completion{*value, "completion", wrong};
  tariff.completions_most =
      completion.member("most", true) ? completion.number("most", 1, 1, 1'000) : 0;
  std::set<std::string> names;
  completion.list("rules", [&](const Value& rule, const std::string& where) {
    Reader one{rule, where, wrong};
    tariff.completions.push_back(read_completion(one));
    if (!names.insert(tariff.completions.back().name).second) one.say("name", "stands there twice");
  });
  if (tariff.completions.empty()) completion.say("rules", "name at least one");
}

void check_groups(const Tariff& tariff, std::vector<Wrong>& wrong) {
  const auto check = [&](const std::vector<std::string>& groups, const std::string& where) {
    for (const std::string& group : groups) {
      if (!tariff.groups.contains(group)) wrong.push_back({where, "there is no group " + group});
    }
  };
  for (const Discount& one : tariff.discounts) {
    check(one.scope.groups, "discounts." + one.name);
    check(one.counts.groups, "discounts." + one.name + ".counts");
  }
  for (const Cap& one : tariff.caps) check(one.scope.groups, "caps." + one.name);
  for (const Completion& one : tariff.completions) {
    check(one.scope.groups, "completion." + one.name);
    for (const auto& [place, here] : one.interchanges) {
      check({place.first}, "completion." + one.name);
    }
  }
  for (const Transfer& one : tariff.transfers) {
    check(one.from, "transfers." + one.name);
    check(one.to, "transfers." + one.name);
  }
}

void read_rules(Reader& in, Tariff& tariff, std::vector<Wrong>& wrong) {
  in.list("discounts", [&](const Value& value, const std::string& where) {
    Reader one{value, where, wrong};
    tariff.discounts.push_back(read_discount(one, tariff.rules, wrong));
  });
  in.list("transfers", [&](const Value& value, const std::string& where) {
    Reader one{value, where, wrong};
    tariff.transfers.push_back(read_transfer(one, tariff.rules));
  });
  in.list("caps", [&](const Value& value, const std::string& where) {
    constexpr std::array<std::pair<std::string_view, Cap::Period>, 3> kPeriods{
        {{"day", Cap::Period::day}, {"week", Cap::Period::week}, {"month", Cap::Period::month}}};
    Reader one{value, where, wrong};
    tariff.caps.push_back({.name = one.text("name", true),
                           .scope = read_scope(one),
                           .period = one.one_of("period", kPeriods),
                           .limit = one.money("limit"),
                           .counts_missing = one.flag("counts_missing", false),
                           .counts_completed = one.flag("counts_completed", true)});
    Cap& cap = tariff.caps.back();
    read_bearers(one, tariff.rules, cap.bearer, cap.borne_by);
    // Else a rider would pay more for having been completed.
    if (cap.counts_missing && !cap.counts_completed) {
      one.say("counts_completed", "must be true where counts_missing is");
    }
  });
}

// One edition, with no other.
Tariff read_one(const Value& value, std::vector<Wrong>& wrong) {
  Tariff tariff;
  {
    Reader in{value, "", wrong};
    tariff.name = in.text("tariff", true);
    tariff.rules = static_cast<int>(in.number("rules", 1, 1, 2));
    if (tariff.rules >= 2) static_cast<void>(in.member("editions"));
    tariff.version = in.number("version", 1, 1, std::numeric_limits<std::int32_t>::max());
    tariff.from = in.date("from", true).value_or(Date{});
    tariff.to = in.date("to", false);
    tariff.day_begins_s = in.number("day_begins", 0, 0, 86'399);
    tariff.fee_ppm = in.number("fee", 0, 0, clearing::kMillion);
    tariff.fee_rounding = in.one_of("fee_rounding", kRoundings);
    tariff.denied_after_s = in.seconds("denied_after");
    static_cast<void>(in.member("title"));
    const Value* groups = in.member("groups", true);
    const Value::Record* record = groups ? groups->as_record() : nullptr;
    if (groups && !record) in.say("groups", "must be a record");
    for (const auto& [name, group] : record ? *record : Value::Record{}) {
      tariff.groups.emplace(name, read_group(name, group, "groups." + name, tariff.rules, wrong));
    }
    read_rules(in, tariff, wrong);
    read_completions(in, tariff, wrong);
  }
  check_groups(tariff, wrong);
  if (tariff.to && *tariff.to < tariff.from) wrong.push_back({"to", "ends before it begins"});
  return tariff;
}

void read_editions(const Value& value, Tariff& tariff, std::vector<Wrong>& wrong) {
  const Value* editions = value.find("editions");
  if (!editions) return;
  const Value::List* list = editions->as_list();
  if (!list) return wrong.push_back({"editions", "must be a list"});
  if (auto large = too_large_whole(value)) return wrong.push_back(*std::move(large));
  for (std::size_t i = 0; i < list->size(); ++i) {
    const std::string where = "editions[" + std::to_string(i) + "]";
    const auto whole = merged(*value.as_record(), (*list)[i], where, wrong);
    if (!whole) continue;
    std::vector<Wrong> in_it;
    tariff.editions.push_back(read_one(*whole, in_it));
    for (Wrong& one : in_it) wrong.push_back({where + "." + one.where, std::move(one.what)});
  }
  if (wrong.empty()) follow_up(tariff, wrong);
}

// Also caps of two editions: in the week of the change both count.
void check_caps(const Tariff& tariff, std::vector<Wrong>& wrong) {
  std::vector<const Cap*> before;
  for (const Tariff* edition : editions_of(tariff)) {
    for (const Cap& cap : edition->caps) {
      const auto other =
          std::ranges::find_if(before, [&](const Cap* one) { return cross(*one, cap); });
      if (other != before.end()) {
        wrong.push_back({"caps." + cap.name, "crosses the cap " + (*other)->name +
                                                 ": one must count only rides of the other, and "
                                                 "not for longer, or none of them"});
      }
      before.push_back(&cap);
    }
  }
}

// Where operators share a chain nobody else bears anything of a ride, and no ride is in two chains:
// else one would be owed less than nothing.
void check_shared(const Tariff& edition, std::vector<Wrong>& wrong) {
  if (std::ranges::count_if(edition.transfers, &Transfer::shared) > 1) {
    wrong.push_back({"transfers", "only one may be shared"});
  }
  const auto check = [&](const auto& rules, const std::string& where) {
    for (const auto& one : rules) {
      if (one.bearer == Bearer::operators && one.borne_by == ByBearer{}) continue;
      wrong.push_back({where + one.name, "must be borne by operators, since a transfer is shared"});
    }
  };
  check(edition.discounts, "discounts.");
  check(edition.transfers, "transfers.");
  check(edition.caps, "caps.");
}

}  // namespace

std::expected<Tariff, std::vector<Wrong>> read_tariff(const Value& value) {
  std::vector<Wrong> wrong;
  Tariff tariff = read_one(value, wrong);
  if (wrong.empty() && tariff.rules >= 2) read_editions(value, tariff, wrong);
  if (wrong.empty() && tariff.rules >= 2) {
    check_caps(tariff, wrong);
    const auto editions = editions_of(tariff);
    const bool shares = std::ranges::any_of(editions, [](const Tariff* edition) {
      return std::ranges::any_of(edition->transfers, &Transfer::shared);
    });
    for (const Tariff* edition : editions) {
      if (shares) check_shared(*edition, wrong);
    }
  }
  if (!wrong.empty()) return std::unexpected{std::move(wrong)};
  return tariff;
}

}  // namespace bashu::fares
