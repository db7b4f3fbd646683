#include "transfers/flows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace bashu::transfers {
namespace {

constexpr std::size_t kAll = 100;
const Between kPayer{"sichuan", "chongqing", "51", "65"},
    kPayee{"chongqing", "sichuan", "65", "51"};

Date day(const char* text) { return *Date::parse(text); }

Sheet sheet(const std::string& transfer, const std::string& reference, Money amount,
            std::int64_t version = 1, const char* on = "2026-03-02") {
  return {.transfer = transfer,
          .payer = "sichuan",
          .payee = "chongqing",
          .reference = reference,
          .amount = amount,
          .day = day(on),
          .version = version};
}

Receipt receipt(const std::string& booking, const std::string& reference, Money amount,
                const char* on = "2026-03-03", const std::string& from = "51") {
  return {.booking = booking,
          .account = "65",
          .counterparty = from,
          .reference = reference,
          .day = day(on),
          .amount = amount};
}

TEST(Flows, WhereInformationAndMoneyAreTheSameBothSidesClaimTheSame) {
  Flows payer{kPayer}, payee{kPayee};
  EXPECT_EQ(payer.add(0, {sheet("T1", "W-1", 500)}, {}), std::set<std::string>{"sichuan/W-1"});
  payee.add(0, {sheet("T1", "W-1", 500)}, {});
  EXPECT_FALSE(payee.claim("sichuan/W-1", kAll));  // information without money
  payee.add(1, {}, {receipt("b1", "W-1", 500)});
  const auto said = payer.claim("sichuan/W-1", kAll), booked = payee.claim("sichuan/W-1", kAll);
  ASSERT_TRUE(said && booked);
  EXPECT_EQ(*said, *booked);
  EXPECT_EQ(said->debtor, "sichuan");
  EXPECT_EQ(said->creditor, "chongqing");
  EXPECT_EQ(said->day, day("2026-03-02"));
  EXPECT_EQ(said->amounts.net, 500);
  EXPECT_FALSE(payee.claim("sichuan/W-1", 1)) << "the second batch does not count yet";
}

TEST(Flows, WhatDiffersIsClaimedByEachAsItKnowsIt) {
  Flows payer{kPayer}, payee{kPayee};
  payer.add(0, {sheet("T1", "W-1", 500)}, {});
  payee.add(0, {sheet("T1", "W-1", 500)}, {receipt("b1", "W-1", 499), receipt("b2", "W-9", 70)});
  EXPECT_EQ(payer.claim("sichuan/W-1", kAll)->amounts.net, 500);
  EXPECT_EQ(payee.claim("sichuan/W-1", kAll)->amounts.net, 499);
  const auto without = payee.claim("sichuan/W-9", kAll);  // money without information
  ASSERT_TRUE(without);
  EXPECT_EQ(without->day, day("2026-03-03"));
  EXPECT_FALSE(payer.claim("sichuan/W-9", kAll));
}

TEST(Flows, OneReferenceOfManyTransfersAndOnePaidInParts) {
  Flows payer{kPayer}, payee{kPayee};
  const std::vector sheets{sheet("T1", "W-1", 300), sheet("T2", "W-1", 200, 1, "2026-03-04"),
                           sheet("T3", "W-2", 90)};
  payer.add(0, sheets, {});
  payee.add(0, sheets,
            {receipt("b1", "W-1", 500), receipt("b2", "W-2", 40), receipt("b3", "W-2", 50)});
  for (const char* id : {"sichuan/W-1", "sichuan/W-2"}) {
    EXPECT_EQ(payer.claim(id, kAll), payee.claim(id, kAll)) << id;
    EXPECT_TRUE(payer.claim(id, kAll)) << id;
  }
}

TEST(Flows, ALaterSheetTakesThePlaceOfAnEarlierOneUnderWhateverReference) {
  const std::vector sheets{sheet("T1", "W-1", 500, 3), sheet("T1", "W-2", 480, 5)};
  for (const bool turned : {false, true}) {
    Flows flows{kPayer};
    flows.add(0, {sheets[turned ? 1 : 0]}, {});
    EXPECT_EQ(flows.add(1, {sheets[turned ? 0 : 1]}, {}),
              (std::set<std::string>{"sichuan/W-1", "sichuan/W-2"}));
    EXPECT_FALSE(flows.claim("sichuan/W-1", kAll));
    EXPECT_EQ(flows.claim("sichuan/W-2", kAll)->amounts.net, 480);
    EXPECT_EQ(flows.sheet("T1", kAll)->version, 5);
  }
}

TEST(Flows, ABookingCountsOnceHoweverManyStatementsHaveIt) {
  Flows flows{kPayee};
  flows.add(0, {}, {receipt("b1", "W-1", 500)});
  flows.add(1, {}, {receipt("b1", "W-1", 500), receipt("b2", "W-1", 1)});
  EXPECT_EQ(flows.claim("sichuan/W-1", kAll)->amounts.net, 501);
}

TEST(Flows, WhatWentBackHasNotCome) {
  Flows flows{kPayee};
  flows.add(0, {sheet("T1", "W-1", 500)}, {receipt("b1", "W-1", 500)});
  flows.add(1, {}, {receipt("b2", "W-1", -500)});
  EXPECT_TRUE(flows.claim("sichuan/W-1", 1));
  EXPECT_FALSE(flows.claim("sichuan/W-1", kAll));
}

TEST(Flows, MoneyOfOthersIsNoneOfThisBook) {
  Flows flows{kPayee};
  Receipt elsewhere = receipt("b1", "W-1", 500);
  elsewhere.account = "66";
  flows.add(0, {sheet("T1", "W-1", 500)}, {elsewhere});
  EXPECT_FALSE(flows.claim("sichuan/W-1", kAll));
  flows.add(1, {}, {receipt("b2", "X-7", 500, "2026-03-03", "99")});
  EXPECT_FALSE(flows.claim("sichuan/X-7", kAll));
  // From an account that is not told it is of this book if a sheet names its reference.
  flows.add(2, {}, {receipt("b3", "W-1", 500, "2026-03-03", "")});
  EXPECT_TRUE(flows.claim("sichuan/W-1", kAll));
  Sheet third = sheet("T2", "W-5", 100);
  third.payer = "yunnan";
  EXPECT_TRUE(flows.add(3, {third}, {}).empty());
}

TEST(Flows, EachSideNumbersItsPaymentsAndNoReferenceLooksLikeACorrection) {
  Sheet back = sheet("T2", "W-1", 40);
  std::swap(back.payer, back.payee);
  Flows flows{kPayer};
  flows.add(0, {sheet("T1", "W-1", 500), back}, {});
  EXPECT_EQ(flows.claim("sichuan/W-1", kAll)->amounts.net, 500);
  EXPECT_FALSE(flows.claim("chongqing/W-1", kAll));  // that is for our bank to say
  EXPECT_EQ(claim_id("sichuan", "W~1").find('~'), std::string::npos);
}

TEST(Flows, BookingsBecomeReceiptsInTheirParts) {
  const bank::Booking in{.reference = "b1",
                         .account = "65",
                         .day = day("2026-03-03"),
                         .amount = 500,
                         .details = {{.order = "W-1", .amount = 300, .counterparty = "51"},
                                     {.order = "W-2", .amount = 200, .counterparty = "51"}}};
  bank::Booking one = in, out = in, back = in, bare = in, none = in, structured = in;
  structured.details = {{.order = {}, .amount = {}, .counterparty = "51", .reference = "W-8"}};
  one.details = {{.order = "W-3", .amount = {}, .counterparty = "51"}};
  out.amount = -500;   // we paid
  back.amount = -500;  // it went back
  back.reverses = true;
  back.details = one.details;
  bare.details.clear();
  none.details = {{.order = "", .amount = 500, .counterparty = "51"}};
  const auto amounts = [](const bank::Booking& booking) {
    std::vector<std::pair<std::string, Money>> all;
    for (const Receipt& part : receipts_of({booking}))
      all.emplace_back(part.reference, part.amount);
    return all;
  };
  using All = std::vector<std::pair<std::string, Money>>;
  EXPECT_EQ(amounts(in), (All{{"W-1", 300}, {"W-2", 200}}));
  EXPECT_EQ(amounts(one), (All{{"W-3", 500}}));
  EXPECT_EQ(amounts(out), All{});
  EXPECT_EQ(amounts(back), (All{{"W-3", -500}}));
  EXPECT_EQ(amounts(bare), (All{{"b1", 500}}));
  EXPECT_EQ(amounts(structured), (All{{"W-8", 500}}));
  EXPECT_EQ(amounts(none), (All{{"b1", 500}}));
}

TEST(Flows, EveryReferenceOfWhichAnythingIsKnownIsTold) {
  Flows flows{kPayee};
  flows.add(0, {sheet("T1", "W-1", 500), sheet("T2", "W-2", 80)},
            {receipt("b1", "W-1", 499), receipt("b2", "W-9", 70), receipt("b3", "W-4", 9)});
  flows.add(1, {}, {receipt("b4", "W-4", -9)});  // went back: as if it had never come
  std::vector<std::string> told;
  for (const Flows::Reference& one : flows.references(kAll)) {
    told.push_back(one.id + " " + std::to_string(one.known.said.value_or(-1)) + " " +
                   std::to_string(one.known.booked) + " " + std::to_string(one.receipts.size()));
  }
  EXPECT_EQ(told, (std::vector<std::string>{"sichuan/W-1 500 499 1", "sichuan/W-2 80 0 0",
                                            "sichuan/W-9 -1 70 1"}));
}

TEST(Sheets, AreReadAsTheyAreWrittenAndAWrongMemberIsNamed) {
  const Sheet one = sheet("T1", "W-1", 500);
  const auto read = sheet_of(to_value(one));
  ASSERT_TRUE(read);
  EXPECT_EQ(to_value(*read), to_value(one));
  for (const auto& [member, wrong] :
       std::vector<std::pair<std::string, Value>>{{"transfer", ""},
                                                  {"payer", ""},
                                                  {"reference", ""},
                                                  {"day", "2026-02-30"},
                                                  {"amount", 0},
                                                  {"amount", 10'000'000'000'001},
                                                  {"version", -1}}) {
    Value value = to_value(one);
    value.as_record()->insert_or_assign(member, wrong);
    ASSERT_FALSE(sheet_of(value)) << member;
    EXPECT_EQ(sheet_of(value).error(), member);
  }
}

}  // namespace
}  // namespace bashu::transfers
