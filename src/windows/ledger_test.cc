#include "windows/ledger.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/json.h"
#include "clearing/sketch.h"
#include "fares/claims.h"
#include "fares/tap_rows.h"

namespace bashu::windows {
namespace {

using clearing::Entry;

Date day(const char* text) { return *Date::parse(text); }

fares::Tariff tariff() {
  return *fares::read_tariff(*parse_json(
      R"({"tariff":"t","version":1,"from":"2021-01-01","groups":{)"
      R"("cq":{"party":"chongqing","operators":[{"name":"crt","weight":1}],"flat":200,"two_taps":true,"missing":700},)"
      R"("sc":{"party":"sichuan","operators":[{"name":"metro","weight":1}],"flat":300,"two_taps":true,"missing":900}},)"
      R"("completion":{"most":2,"rules":[{"name":"next","by":"next_entry","within":1800},)"
      R"({"name":"usual","by":"usual","days":3,"at_least":1},)"
      R"({"name":"short","by":"fare","fare":650,"groups":["cq"]}]}})"));
}

std::string tap(const std::string& token, int number, const char* kind, const char* group,
                const char* issuer, const std::string& on = "2021-03-04") {
  const std::string minute = (number < 10 ? "0" : "") + std::to_string(number);
  return canonical_json(Value::Record{{"id", token + "-" + std::to_string(number)},
                                      {"token", token},
                                      {"at", on + " 08:" + minute + ":00"},
                                      {"device", "g1"},
                                      {"kind", kind},
                                      {"group", group},
                                      {"place", kind},
                                      {"issuer", issuer},
                                      {"medium", "card"}}) +
         "\n";
}

// `rides` rides on both sides, each of two taps.
std::vector<std::string> taps(int rides) {
  std::vector<std::string> out;
  for (int i = 0; i < rides; ++i) {
    const bool here = i % 3 == 0;
    const std::string token = "t" + std::to_string(i / 2);
    const int number = i % 2 * 10;
    out.push_back(tap(token, number, "in", here ? "cq" : "sc", here ? "sichuan" : "chongqing"));
    out.push_back(
        tap(token, number + 5, "out", here ? "cq" : "sc", here ? "sichuan" : "chongqing"));
  }
  return out;
}

Rows rows_of(const std::string& text) {
  auto rows = read_rows("taps", text);
  EXPECT_TRUE(rows);
  return rows ? *std::move(rows) : Rows{};
}

std::vector<Rows> batches(const std::vector<std::string>& rows,
                          const std::vector<std::size_t>& ends) {
  std::vector<Rows> out;
  std::size_t from = 0;
  for (const std::size_t end : ends) {
    std::string text;
    for (; from < end; ++from) text += rows[from];
    out.push_back(rows_of(text));
  }
  return out;
}

Ledger ledger(bool first, const std::vector<Rows>& batches) {
  Ledger out{
      {.first = "chongqing", .second = "sichuan", .own_is_first = first, .tariff = tariff()}};
  for (const Rows& rows : batches) out.take(rows);
  return out;
}

// The lines of what was drawn last, by id.
std::vector<Entry> lines_of(Ledger& ledger) {
  std::vector<Entry> out;
  const clearing::Kept kept = ledger.lines();
  for (std::size_t part = 0; part < 16; ++part) {
    kept.tree.each_in(part, 4, [&](const clearing::RunningTree::Held& held) {
      out.push_back(kept.line(held.of));
    });
  }
  std::ranges::sort(out, {}, &Entry::id);
  return out;
}

// The same book, all of it computed anew at every step.
class Anew {
 public:
  Anew(bool first, std::vector<Rows> batches) : first_{first}, batches_{std::move(batches)} {}

  std::vector<Entry> draw(Date until, std::size_t count) const {
    return clearing::due(standing_, claims(count), until);
  }
  clearing::Statement statement(const std::vector<Entry>& lines, Date until) const {
    return clearing::statement_of(standing_, lines, {"chongqing", "sichuan"}, until);
  }
  std::vector<Entry> agreed(const Said& said) const {
    std::vector<Entry> out = draw(said.until, said.batches);
    out = clearing::agreed(out, first_ ? said.differences : clearing::turned(said.differences));
    for (const clearing::Difference& one : said.differences) {
      const std::string name = clearing::name_of(one);
      const bool first_stands = said.second_accepts.contains(name);
      if (first_stands && one.here) out.push_back(*one.here);
      if (!first_stands && said.first_accepts.contains(name) && one.there) {
        out.push_back(*one.there);
      }
    }
    std::ranges::sort(out, {}, &Entry::id);
    return out;
  }
  void close(const Said& said) {
    const std::vector<Entry> lines = agreed(said);
    const std::vector<Entry> before = by_batches(said.batches);
    clearing::close(standing_, statement(lines, said.until), lines);
    for (const clearing::Difference& one : said.differences) {
      const std::string name = clearing::name_of(one);
      const bool ours = (first_ ? said.second_accepts : said.first_accepts).contains(name);
      const bool we = (first_ ? said.first_accepts : said.second_accepts).contains(name);
      if (!we || (first_ && ours)) continue;
      for (const auto& line : {one.here, one.there}) {
        if (!line) continue;
        const auto held = standing_.claims.find(line->id);
        Claim counts;
        if (held != standing_.claims.end() && held->second.state != clearing::kWithdrawn) {
          counts = held->second;
          counts->correction = 0;
        }
        const auto now = std::ranges::find(before, line->id, &Entry::id);
        accepted_[line->id] = {now == before.end() ? Claim{} : Claim{*now}, counts};
      }
    }
  }

 private:
  using Claim = std::optional<Entry>;
  std::vector<Entry> by_batches(std::size_t count) const {
    std::map<std::string, std::vector<fares::Tap>> tokens;
    fares::Denied denied;
    for (std::size_t i = 0; i < count; ++i) {
      for (const fares::Tap& tap : batches_[i].taps) tokens[tap.token].push_back(tap);
      for (const fares::Denial& one : batches_[i].denied) fares::deny(denied, one);
    }
    std::vector<Entry> out;
    for (const auto& [token, taps] : tokens) {
      std::ranges::move(fares::claims(tariff(), taps, denied), std::back_inserter(out));
    }
    return out;
  }
  std::vector<Entry> claims(std::size_t count) const {
    std::map<std::string, Claim> by_id;
    for (const auto& [id, one] : accepted_) by_id[id] = std::nullopt;
    for (const Entry& claim : by_batches(count)) by_id[claim.id] = claim;
    std::vector<Entry> out;
    for (auto& [id, claim] : by_id) {
      const auto held = accepted_.find(id);
      if (held != accepted_.end() && held->second.first == claim) claim = held->second.second;
      if (claim) out.push_back(*claim);
    }
    return out;
  }

  bool first_;
  std::vector<Rows> batches_;
  clearing::Standing standing_;
  std::map<std::string, std::pair<Claim, Claim>> accepted_;
};

RC_GTEST_PROP(Ledger, AnyOrderAndAnyBatchesStateTheSame, ()) {
  std::vector<std::string> rows = taps(*rc::gen::inRange(1, 40));
  const auto n = rows.size();
  Ledger whole = ledger(true, batches(rows, {n}));
  const clearing::Statement statement = whole.draw(day("2021-03-05"), 1);
  RC_ASSERT(statement.end > 0U);
  const auto seed = *rc::gen::arbitrary<std::uint32_t>();
  std::ranges::stable_sort(
      rows, {}, [&](const std::string& row) { return sha256(row + std::to_string(seed)); });
  std::vector<std::size_t> ends = *rc::gen::container<std::vector<std::size_t>>(
      *rc::gen::inRange<std::size_t>(0, 5), rc::gen::inRange<std::size_t>(0, n + 1));
  ends.push_back(n);
  std::ranges::sort(ends);
  Ledger again = ledger(true, batches(rows, ends));
  RC_ASSERT(again.draw(day("2021-03-05"), ends.size()) == statement);
  RC_ASSERT(lines_of(again) == lines_of(whole));
}

// What one window does between two sides, as their nodes do it.
struct Round {
  Said first, second;
  std::vector<clearing::Difference> differences;
};
std::optional<Round> compared(Ledger& first, Ledger& second, std::size_t count_first,
                              std::size_t count_second, Date until = day("2021-03-05")) {
  const clearing::Statement a = first.draw(until, count_first),
                            b = second.draw(until, count_second);
  const auto answer = clearing::lines_for(second.lines(), clearing::sketch_of(first.lines().tree));
  if (!answer) return std::nullopt;
  const auto found = clearing::differences_in(first.lines(), *answer, b.root);
  if (!found) return std::nullopt;
  Said said{.until = until,
            .batches = count_first,
            .other_root = b.root,
            .differences = *found,
            .first_accepts = {},
            .second_accepts = {}};
  Said theirs = said;
  theirs.batches = count_second;
  theirs.other_root = a.root;
  return Round{.first = said, .second = theirs, .differences = *found};
}

// Answers of chance; `least` 1: of everything.
void answer(Round& round, int least) {
  for (const clearing::Difference& one : round.differences) {
    const int who = *rc::gen::inRange(least, 3);
    for (Said* said : {&round.first, &round.second}) {
      if (who == 1) said->first_accepts.insert(clearing::name_of(one));
      if (who == 2) said->second_accepts.insert(clearing::name_of(one));
    }
  }
}

// A side of a book in whatever way, twice: kept, and computed anew at each step.
struct Twice {
  Twice(bool first, const std::vector<std::string>& rows)
      : is_first{first}, all{some(rows)}, kept{ledger(first, all)}, anew{first, all} {}

  // Of the rows most, some of them twice, in any order and any batches; one token may be denied.
  static std::vector<Rows> some(const std::vector<std::string>& rows) {
    std::vector<Rows> out(*rc::gen::inRange<std::size_t>(1, 6));
    for (const std::string& row : rows) {
      for (int times = std::min(*rc::gen::inRange(0, 8), 2); times > 0; --times) {
        Rows& batch = out[*rc::gen::inRange<std::size_t>(0, out.size())];
        batch.taps.push_back(rows_of(row).taps.front());
      }
    }
    if (*rc::gen::inRange(0, 2) == 0) {
      out.back().denied.emplace_back("t1", *fares::moment("2021-03-05 00:00:00"));
    }
    return out;
  }
  [[nodiscard]] std::size_t any_count() const {
    return *rc::gen::inRange<std::size_t>(0, all.size() + 1);
  }
  // Whatever is drawn is what comes out anew.
  void draw(Date until, std::size_t count) {
    const std::vector<Entry> lines = anew.draw(until, count);
    RC_ASSERT(kept.draw(until, count) == anew.statement(lines, until));
    RC_ASSERT(lines_of(kept) == lines);
  }
  void close(const Said& said) {
    const auto agreed = kept.agreed(said);
    RC_ASSERT(agreed.has_value());
    RC_ASSERT(*agreed == anew.statement(anew.agreed(said), said.until));
    RC_ASSERT(kept.close(said).has_value());
    anew.close(said);
    closed.push_back(said);
  }

  bool is_first;
  std::vector<Rows> all;
  Ledger kept;
  Anew anew;
  std::vector<Said> closed;
};

RC_GTEST_PROP(Ledger, WhatIsKeptIsWhatComesOutAnew, ()) {
  std::vector<std::string> rows;
  const auto a_day = [] { return day("2021-03-03").plus_days(*rc::gen::inRange(0, 5)); };
  for (int i = *rc::gen::inRange(1, 25); i > 0; --i) {
    const bool here = *rc::gen::arbitrary<bool>();
    rows.push_back(tap("t" + std::to_string(*rc::gen::inRange(0, 3)), *rc::gen::inRange(0, 12),
                       *rc::gen::arbitrary<bool>() ? "in" : "out", here ? "cq" : "sc",
                       here ? "sichuan" : "chongqing", a_day().text()));
  }
  Twice first{true, rows}, second{false, rows};
  Date until = day("2021-03-04");
  for (int windows = *rc::gen::inRange(1, 4); windows > 0; --windows) {
    for (Twice* side : {&first, &second}) {
      for (int asked = *rc::gen::inRange(0, 3); asked > 0; --asked) {
        side->draw(a_day(), side->any_count());
      }
    }
    until = std::max(until, a_day());
    auto round = compared(first.kept, second.kept, first.any_count(), second.any_count(), until);
    RC_ASSERT(round.has_value());
    answer(*round, 0);
    first.close(round->first);
    second.close(round->second);
    RC_ASSERT(first.kept.closed_until() == until);
    // A node that starts again comes to the same.
    for (Twice* side : {&first, &second}) {
      Ledger again = ledger(side->is_first, side->all);
      for (const Said& said : side->closed) RC_ASSERT(again.close(said).has_value());
      const Date then = a_day();
      RC_ASSERT(again.draw(then, side->all.size()) == side->kept.draw(then, side->all.size()));
      RC_ASSERT(lines_of(again) == lines_of(side->kept));
    }
  }
}

RC_GTEST_PROP(Ledger, WhateverIsAnsweredBothCloseTheSameAndNothingAcceptedComesBack, ()) {
  const std::vector<std::string> rows = taps(30);
  std::array<std::vector<std::string>, 2> known;
  for (const std::string& row : rows) {
    for (auto& side : known) {
      if (*rc::gen::inRange(0, 12) > 0) side.push_back(row);
    }
  }
  Ledger first = ledger(true, batches(known[0], {known[0].size()}));
  Ledger second = ledger(false, batches(known[1], {known[1].size()}));
  auto round = compared(first, second, 1, 1);
  RC_ASSERT(round.has_value());
  const bool all = *rc::gen::arbitrary<bool>();
  answer(*round, all ? 1 : 0);
  const auto agreed = first.agreed(round->first), theirs = second.agreed(round->second);
  RC_ASSERT(agreed.has_value());
  RC_ASSERT(theirs.has_value());
  RC_ASSERT(*agreed == *theirs);
  RC_ASSERT(first.close(round->first).has_value());
  RC_ASSERT(second.close(round->second).has_value());
  // Nothing new arrived: what was accepted is done with; only what was carried over is due again.
  const auto again = compared(first, second, 1, 1);
  RC_ASSERT(again.has_value());
  if (all) {
    RC_ASSERT(lines_of(first).empty());
    RC_ASSERT(lines_of(second).empty());
  }
  for (const clearing::Difference& one : again->differences) {
    RC_ASSERT(!round->first.first_accepts.contains(clearing::name_of(one)));
    RC_ASSERT(!round->first.second_accepts.contains(clearing::name_of(one)));
  }
}

// Claims of many tokens are made by several threads, a part of the tokens each.
TEST(Ledger, ManyTokensAtOnceStateWhatTheyStateAlone) {
  constexpr int kRides = 10'001;  // of half as many tokens; the last part is not full
  const std::vector<std::string> rows = taps(kRides);
  const std::vector<Rows> two = batches(rows, {rows.size() / 2, rows.size()});
  Ledger kept = ledger(true, two);
  const Anew anew{true, two};
  EXPECT_EQ(anew.draw(day("2021-03-06"), 2).size(), kRides);
  for (const std::size_t count : {2U, 1U, 2U}) {  // the second batch taken back, and again
    const std::vector<Entry> due = anew.draw(day("2021-03-06"), count);
    EXPECT_EQ(kept.draw(day("2021-03-06"), count), anew.statement(due, day("2021-03-06")));
    EXPECT_EQ(lines_of(kept), due) << count;
  }
}

TEST(Ledger, WhatWasAcceptedCountsUntilNewEvidenceComes) {
  const std::vector<std::string> ride{tap("t", 1, "in", "cq", "sichuan"),
                                      tap("t", 6, "out", "cq", "sichuan")};
  // As the first side knows it: no exit, at first.
  Ledger first = ledger(true, batches(ride, {1, 2}));
  Ledger second = ledger(false, batches(ride, {2}));
  auto round = compared(first, second, 1, 1);
  ASSERT_TRUE(round);
  ASSERT_EQ(round->differences.size(), 1U);
  round->first.first_accepts.insert(clearing::name_of(round->differences[0]));
  const auto agreed = first.agreed(round->first);
  ASSERT_TRUE(agreed);
  EXPECT_EQ(agreed->sums.begin()->second.net, 200);
  ASSERT_TRUE(first.close(round->first));
  for (const std::size_t count : {1U, 2U}) {  // the exit says what was accepted
    const clearing::Statement next = first.draw(day("2021-03-06"), count);
    EXPECT_EQ(next.first, next.end) << count;
  }
}

TEST(Ledger, AClaimWhoseDayMovesOnIsTakenBackAndDueAgain) {
  // Two contents of one number: the earlier one counts, as soon as it is there.
  const std::vector<std::string> rows{tap("t", 1, "in", "cq", "sichuan", "2021-03-06"),
                                      tap("t", 1, "in", "cq", "sichuan", "2021-03-04")};
  Ledger kept = ledger(true, batches(rows, {1, 2}));
  Anew anew{true, batches(rows, {1, 2})};
  const auto lines = [&](const char* until, std::size_t count) {
    const std::vector<Entry> due = anew.draw(day(until), count);
    EXPECT_EQ(kept.draw(day(until), count), anew.statement(due, day(until)));
    EXPECT_EQ(lines_of(kept), due);
    return due.size();
  };
  const auto close = [&](const char* until, std::size_t count) {
    const Said said{.until = day(until),
                    .batches = count,
                    .other_root = kept.draw(day(until), count).root,
                    .differences = {},
                    .first_accepts = {},
                    .second_accepts = {}};
    EXPECT_TRUE(kept.close(said));
    anew.close(said);
  };
  EXPECT_EQ(lines("2021-03-05", 2), 1U);
  close("2021-03-05", 2);
  EXPECT_EQ(lines("2021-03-05", 1), 1U) << "taken back";
  close("2021-03-05", 1);
  EXPECT_EQ(lines("2021-03-07", 1), 1U) << "due again";
  EXPECT_EQ(lines("2021-03-05", 1), 0U);
}

TEST(Ledger, AListThatHidesALineIsSeen) {
  const std::vector<std::string> rows = taps(20);
  Ledger first = ledger(true, batches(rows, {40}));
  Ledger second = ledger(false, batches(rows, {36}));
  const Hash own = first.draw(day("2021-03-05"), 1).root,
             root = second.draw(day("2021-03-05"), 1).root;
  const auto answer = clearing::lines_for(second.lines(), clearing::sketch_of(first.lines().tree));
  ASSERT_TRUE(answer);
  const auto found = clearing::differences_in(first.lines(), *answer, root);
  ASSERT_TRUE(found);
  // The last line of what was answered, left out.
  const std::string less = answer->substr(0, answer->rfind('\n', answer->size() - 2) + 1);
  EXPECT_FALSE(clearing::differences_in(first.lines(), less, root));
  EXPECT_FALSE(clearing::differences_in(first.lines(), *answer, own));
}

TEST(Ledger, NothingIsAgreedByAListThatLeadsElsewhere) {
  const std::vector<std::string> rows = taps(20);
  for (const bool is_first : {true, false}) {
    Ledger first = ledger(true, batches(rows, {40})), second = ledger(false, batches(rows, {34}));
    const auto round = compared(first, second, 1, 1);
    ASSERT_TRUE(round);
    ASSERT_GT(round->differences.size(), 1U);
    Ledger& side = is_first ? first : second;
    const Said truth = is_first ? round->first : round->second;
    EXPECT_TRUE(side.agreed(truth));
    Said less = truth, twice = truth, none = truth, other = truth;
    less.differences.pop_back();
    twice.differences.push_back(twice.differences.front());
    none.differences.clear();
    other.other_root = side.draw(truth.until, 1).root;
    for (const Said& lie : {less, twice, none, other}) {
      EXPECT_FALSE(side.leads_to(lie));
      EXPECT_FALSE(side.agreed(lie));
      EXPECT_FALSE(side.close(lie));
    }
    EXPECT_FALSE(side.closed_until());
  }
}

std::string sheet(const char* transfer, const char* reference, int amount, int version = 1) {
  return canonical_json(Value::Record{{"transfer", transfer},
                                      {"payer", "sichuan"},
                                      {"payee", "chongqing"},
                                      {"reference", reference},
                                      {"amount", amount},
                                      {"day", "2021-03-04"},
                                      {"version", version}}) +
         "\n";
}

// What chongqing's bank has booked, from sichuan's account.
std::string booked(const char* booking, const char* reference, const char* yuan) {
  return std::string{
             "<Document><BkToCstmrStmt><Stmt><Acct><Id><Othr><Id>65</Id></Othr></Id></Acct>"
             "<Ntry><Amt Ccy=\"CNY\">"} +
         yuan +
         "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2021-03-05</Dt>"
         "</BookgDt><AcctSvcrRef>" +
         booking + "</AcctSvcrRef><NtryDtls><TxDtls><Refs><EndToEndId>" + reference +
         "</EndToEndId></Refs><RltdPties><DbtrAcct><Id><Othr><Id>51</Id></Othr></Id></DbtrAcct>"
         "</RltdPties></TxDtls></NtryDtls></Ntry></Stmt></BkToCstmrStmt></Document>";
}

// What the payer took for granted and no sheet says is closed; a sheet that says it later, or a
// transfer that names another reference, changes what is due and never what was closed.
TEST(Ledger, FlowsMeetInAClosedWindowOnly) {
  const auto of = [](bool first) {
    return Ledger{{.first = "chongqing",
                   .second = "sichuan",
                   .own_is_first = first,
                   .tariff = std::nullopt,
                   .transfers = Ledger::Accounts{.first = "65", .second = "51"}}};
  };
  Ledger payee = of(true), payer = of(false);
  for (Ledger* side : {&payee, &payer}) {
    side->take(*read_rows("sheets", sheet("T1", "W-1", 500) + sheet("T2", "W-2", 300)));
  }
  payee.take(*read_rows("receipts", booked("b1", "W-1", "5.00")));
  payee.take(*read_rows("receipts", booked("b2", "W-9", "0.70")));
  const Date until = day("2021-03-10");
  const auto here = payee.draw(until, 3), there = payer.draw(until, 1);
  EXPECT_EQ(here.end, 2U);   // W-1, W-9
  EXPECT_EQ(there.end, 2U);  // W-1, W-2
  const std::string lines =
      *clearing::lines_for(payer.lines(), clearing::sketch_of(payee.lines().tree));
  const auto differences = *clearing::differences_in(payee.lines(), lines, there.root);
  ASSERT_EQ(differences.size(), 2U);
  EXPECT_EQ(payee.met("T1").agreed, 0);
  EXPECT_EQ(payee.met("T1").known.booked, payee.met("T1").known.said);
  Said said{.until = until,
            .batches = 3,
            .other_root = there.root,
            .differences = differences,
            .first_accepts = {},
            .second_accepts = {"sichuan/W-9"}};
  ASSERT_TRUE(payee.close(said));
  said.batches = 1;
  said.other_root = here.root;
  ASSERT_TRUE(payer.close(said));
  EXPECT_EQ(payee.met("T1").agreed, 500);
  EXPECT_EQ(payee.met("T2").agreed, 0);
  EXPECT_FALSE(payee.met("T3").sheet);

  // T2 names the reference under which its money came: both state the same.
  for (Ledger* side : {&payee, &payer}) {
    side->take(*read_rows("sheets", sheet("T2", "W-9", 70, 2)));
  }
  EXPECT_EQ(payee.met("T2").agreed, 70);
  EXPECT_EQ(payee.met("T2").known.said, 70);
  EXPECT_EQ(payee.draw(until, 4).root, payer.draw(until, 2).root);
}

std::string bill(const std::string& id, std::size_t lines, std::int64_t price, int version = 1) {
  Value::List list(lines, Value{Value::Record{{"list", "C"}, {"price", price}}});
  return canonical_json(
             Value::Record{{"bill", id},
                           {"insured", "sichuan"},
                           {"treated", "chongqing"},
                           {"institution", "h"},
                           {"day", "2021-03-04"},
                           {"version", version},
                           {"lines", std::move(list)},
                           {"policy", Value::Record{{"deductible", 0}, {"rate", 800}, {"cap", 0}}},
                           {"used", Value::Record{{"deductible", 0}, {"pool", 0}}}}) +
         "\n";
}

// They were taken before there were bounds: a node that has them goes on, and states nothing until
// they are put right.
TEST(Ledger, BillsThatNoSumHoldsAreAFaultOfTheWindow) {
  constexpr std::int64_t kLargest = 9'007'199'254'740'991;
  Ledger side{
      {.first = "chongqing", .second = "sichuan", .own_is_first = true, .tariff = std::nullopt}};
  for (const char* id : {"H1", "H2", "H3"}) {
    side.take(*read_rows("bills", bill(id, 1'023, kLargest)));
  }
  const Date until = day("2021-03-05");
  const Hash stated = side.draw(until, 3).root;
  EXPECT_FALSE(side.fits());
  Said said{.until = until,
            .batches = 3,
            .other_root = stated,
            .differences = {},
            .first_accepts = {},
            .second_accepts = {}};
  EXPECT_FALSE(side.agreed(said));
  EXPECT_FALSE(side.close(said));

  for (const char* id : {"H1", "H2", "H3"}) side.take(*read_rows("bills", bill(id, 1, 500, 2)));
  const auto drawn = side.draw(until, 6);
  EXPECT_TRUE(side.fits());
  EXPECT_EQ(drawn.sums.at({"sichuan", "chongqing"}).gross, 1'500);
  said.batches = 6;
  said.other_root = drawn.root;
  EXPECT_TRUE(side.close(said));
}

TEST(Rows, ABillBeyondTheBoundsIsReadButNotTaken) {
  const std::string rows = bill("H1", 1, 5) + bill("H2", 1, 1'000'000'001);
  EXPECT_EQ(read_rows("bills", rows)->count(), 2U);
  const auto taken = read_rows("bills", rows, Reading::to_take);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().line, 2U);
  EXPECT_EQ(taken.error().text, "medical.price_beyond");
  EXPECT_EQ(taken.error().what, "lines[0].price");
}

TEST(Rows, AStatementOfTheBankIsReadWhollyOrNotAtAll) {
  EXPECT_EQ(read_rows("receipts", booked("b1", "W-1", "5.00"))->count(), 1U);
  const auto rows = read_rows("receipts", booked("b1", "W-1", "5.001"));
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().text, "windows.no_camt053");
  EXPECT_EQ(rows.error().what, "line 1: Amt");
}

TEST(Rows, OfABookingWithoutAReferenceNobodyKnowsWhetherItIsThereAlready) {
  std::string bare = booked("", "W-1", "5.00");
  EXPECT_EQ(read_rows("receipts", bare)->count(), 1U);
  const auto rows = read_rows("receipts", bare, Reading::to_take);
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().text, "windows.no_bank_reference");
  EXPECT_EQ(rows.error().what, "2021-03-05 5.00");
  EXPECT_EQ(read_rows("receipts", booked("b1", "W-1", "5.00"), Reading::to_take)->count(), 1U);
  bare.replace(bare.find("CRDT"), 4, "DBIT");  // no receipt: its name counts for nothing
  EXPECT_TRUE(read_rows("receipts", bare, Reading::to_take));
}

TEST(Rows, AWrongRowTakesNothing) {
  const auto rows = read_rows("taps", tap("t", 1, "in", "cq", "sichuan") + "{\"id\":\"x\"}\n");
  ASSERT_FALSE(rows);
  EXPECT_EQ(rows.error().line, 2U);
  EXPECT_EQ(rows.error().text, "fares.bad_moment");
}

}  // namespace
}  // namespace bashu::windows
