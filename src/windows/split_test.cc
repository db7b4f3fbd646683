// A statement by who earned it: each ride by the edition of its day, what does not divide by
// largest remainder.

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "base/json.h"
#include "windows/ledger.h"

namespace bashu::windows {
namespace {

Date day(const char* text) { return *Date::parse(text); }

// Three operators of one metro; from the fifth of March on it costs more, and another part of it is
// one's.
fares::Tariff tariff() {
  const auto read = fares::read_tariff(*parse_json(
      R"({"tariff":"t","rules":2,"version":3,"from":"2021-01-01","fee":60000,"groups":{)"
      R"("m":{"party":"sichuan","flat":200,"operators":[{"name":"a"},{"name":"b"},{"name":"c","weight":2}]}},)"
      R"("editions":[{"version":5,"from":"2021-03-05","groups":{)"
      R"("m":{"party":"sichuan","flat":305,"operators":[{"name":"a"},{"name":"b"},{"name":"c","weight":4}]}}}]})"));
  EXPECT_TRUE(read) << (read ? "" : read.error().front().where + read.error().front().what);
  return read ? *read : fares::Tariff{};
}

fares::Tap ride(const char* token, const char* on) {
  fares::Tap out;
  out.id = out.token = token;
  out.at_s = std::int64_t{day(on).days()} * 86'400 + 28'800;
  out.device = "gate";
  out.kind = fares::Tap::Kind::single;
  out.group = "m";
  out.place = "p";
  out.issuer = "chongqing";
  return out;
}

// By operator and version: lines and net.
using Parts = std::map<std::pair<std::string, std::int64_t>, std::pair<std::int64_t, std::int64_t>>;
Parts parts_of(const Split& split) {
  Parts out;
  for (const Part& one : split.parts) {
    EXPECT_EQ(one.debtor + " " + one.creditor, "chongqing sichuan");
    out[{one.of, one.version}] = {one.lines, one.amounts.net};
  }
  return out;
}

TEST(Split, EachOperatorGetsItsPartByTheEditionOfTheDay) {
  Ledger ledger{
      {.first = "chongqing", .second = "sichuan", .own_is_first = true, .tariff = tariff()}};
  Rows rows;
  rows.taps = {ride("early", "2020-12-31"), ride("last", "2021-03-04"), ride("first", "2021-03-05"),
               ride("later", "2021-04-01")};
  ledger.take(rows);
  static_cast<void>(ledger.draw(day("2021-05-01"), 1));
  // 200 by 1:1:2; of 305 by 1:1:4 it is 50.83, 50.83 and 203.33: the fen that are left go to the
  // largest remainders. The fee of a ride, 12 and 18 fen, is each one's by what it is owed. Before
  // the first edition nothing is in force: nothing is owed.
  const Parts split = parts_of(ledger.split());
  EXPECT_EQ(split.at({"a", 3}).second, 47);
  EXPECT_EQ(split.at({"b", 3}).second, 47);
  EXPECT_EQ(split.at({"c", 3}).second, 94);
  EXPECT_EQ(split.at({"a", 5}), (std::pair<std::int64_t, std::int64_t>{2, 96}));
  EXPECT_EQ(split.at({"b", 5}), (std::pair<std::int64_t, std::int64_t>{2, 96}));
  EXPECT_EQ(split.at({"c", 5}), (std::pair<std::int64_t, std::int64_t>{2, 382}));
  EXPECT_EQ(split.size(), 6U);
}

}  // namespace
}  // namespace bashu::windows
