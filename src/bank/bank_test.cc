#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "bank/match.h"
#include "bank/pain001.h"
#include "bank/repeated.h"
#include "bank/xml.h"
#include "testing/checkout.h"

namespace bashu::bank {
namespace {

const std::map<std::string, Account> kAccounts{
    {"a", {.name = "甲 <A> & Co", .id = "acc-a", .bank = "102651000001"}},
    {"b", {.name = "B", .id = "acc-b", .bank = "SYNTCNBT"}},
    {"c", {.name = "C", .id = "acc-c", .bank = "SYNTCNBTXXX"}}};

std::string file(const std::string& path) {
  std::ifstream in{checkout(path), std::ios::binary};
  return {std::istreambuf_iterator<char>{in}, {}};
}

Order order(const std::string& id, Money amount, const std::string& payee = "b") {
  return {.id = id, .payer = "a", .payee = payee, .amount = amount, .about = "statement 1"};
}

Booking booking(const std::string& reference, Money amount, std::vector<Detail> details,
                const std::string& account = "acc-a") {
  return {.reference = reference,
          .account = account,
          .day = *Date::parse("2021-03-08"),
          .amount = amount,
          .details = std::move(details)};
}
Detail names(const std::string& id) { return {.order = id, .amount = {}, .counterparty = {}}; }
Detail with(const std::string& account) {
  return {.order = {}, .amount = {}, .counterparty = account};
}

std::string told(const Matched& matched) {
  std::string out;
  for (const Match& one : matched.matches) {
    out += shape_name(one.shape);
    for (const std::string& id : one.orders) out += " " + id;
    out += " by";
    for (const std::string& reference : one.bookings) out += " " + reference;
    out += " " + std::to_string(one.difference) + "\n";
  }
  for (const Order& one : matched.unpaid) out += "unpaid " + one.id + "\n";
  for (const Booking& one : matched.unmatched) out += "unmatched " + one.reference + "\n";
  return out;
}

TEST(Amounts, AreWrittenAndReadExactly) {
  EXPECT_EQ(decimal(5), "0.05");
  EXPECT_EQ(decimal(12'345), "123.45");
  for (const char* text : {"1", "1.", "1.0", "1.00", "1.000"}) EXPECT_EQ(fen(text), 100) << text;
  for (const char* text : {"", ".", "-1", "+1", "1.001", "1,00", "1e3", "999999999999999", " 1"}) {
    EXPECT_FALSE(fen(text)) << text;
  }
}

TEST(Pain001, IsValidAndTheSameHoweverOftenItIsMade) {
  const std::string text =
      pain001({order("o1", 12'345), order("o2", 5, "c")}, kAccounts, *Date::parse("2021-03-08"));
  EXPECT_EQ(against_schema(text, checkout("formats/iso20022/pain.001.001.09.xsd")), std::nullopt);
  EXPECT_EQ(text, pain001({order("o1", 12'345), order("o2", 5, "c")}, kAccounts,
                          *Date::parse("2021-03-08")));
  EXPECT_NE(text.find("<CtrlSum>123.50</CtrlSum>"), std::string::npos);
  EXPECT_NE(text.find("甲 &lt;A&gt; &amp; Co"), std::string::npos);
  EXPECT_NE(text.find("<Cd>CNAPS</Cd>"), std::string::npos);
  std::string broken = text;
  broken.replace(broken.find("<PmtMtd>TRF"), 11, "<PmtMtd>XXX");
  EXPECT_TRUE(against_schema(broken, checkout("formats/iso20022/pain.001.001.09.xsd")));
}

TEST(Pain001, AReferenceOfThePayeesIsCarriedInItsStructure) {
  Order one = order("o1", 12'345);
  one.reference = "W-1";
  one.about = "sichuan/pension-transfer/1";
  const std::string text = pain001({one}, kAccounts, *Date::parse("2021-03-08"));
  EXPECT_EQ(against_schema(text, checkout("formats/iso20022/pain.001.001.09.xsd")), std::nullopt);
  for (const char* part :
       {"<InstrId>o1</InstrId>", "<EndToEndId>W-1</EndToEndId>", "<Ref>W-1</Ref>",
        "<AddtlRmtInf>sichuan/pension-transfer/1</AddtlRmtInf>"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << text;
  }
  EXPECT_EQ(text.find("Ustrd"), std::string::npos);
}

TEST(Matching, ByTheReferenceThatAnOrderCarries) {
  Order one = order("o1", 500);
  one.reference = "W-1";
  EXPECT_EQ(told(match({one}, {booking("b1", -500, {names("W-1")})}, kAccounts, 0)),
            "1:1 o1 by b1 0\n");
  EXPECT_EQ(told(match({one}, {booking("b1", -500, {names("o1")})}, kAccounts, 0)),
            "unpaid o1\nunmatched b1\n");
}

TEST(Camt053, AStructuredReferenceIsKeptBesideTheOrder) {
  std::string text = file("tests/corpus/camt053/statement.xml");
  const std::string end = "</EndToEndId>";
  const auto refs = text.find("</Refs>", text.find(end));
  ASSERT_NE(refs, std::string::npos);
  text.insert(refs + 7, "<RmtInf><Strd><CdtrRefInf><Ref>W-7</Ref></CdtrRefInf></Strd></RmtInf>");
  const auto read = read_camt053(text);
  ASSERT_TRUE(read) << read.error();
  const auto has = [](const Booking& one) {
    return std::ranges::any_of(one.details,
                               [](const Detail& detail) { return detail.reference == "W-7"; });
  };
  EXPECT_EQ(std::ranges::count_if(*read, has), 1);
}

TEST(OrderIds, NameAPaymentByAllThatItIsFor) {
  EXPECT_EQ(order_id("a", "b", 1, {"s"}), order_id("a", "b", 1, {"s"}));
  EXPECT_NE(order_id("a", "b", 1, {"s"}), order_id("a", "b", 1, {"t"}));
  EXPECT_EQ(order_id("a", "b", 1, {"s"}).size(), 32U);
}

TEST(Camt053, GivesWhatWasBooked) {
  const std::string text = file("tests/corpus/camt053/statement.xml");
  EXPECT_EQ(against_schema(text, checkout("formats/iso20022/camt.053.001.08.xsd")), std::nullopt);
  const auto read = read_camt053(text);
  ASSERT_TRUE(read) << read.error();
  ASSERT_EQ(read->size(), 2U);  // the pending one is no payment
  EXPECT_EQ((*read)[0].amount, -12'345);
  EXPECT_EQ((*read)[0].details[0].order, "o1");
  EXPECT_EQ((*read)[1].reference, "acc-a/2021-03-08/2");
  EXPECT_EQ((*read)[1].details[0].counterparty, "acc-b");
  EXPECT_TRUE((*read)[1].details[0].order.empty());
}

TEST(Camt053, SaysWhatIsWrongAndWhere) {
  std::string text = file("tests/corpus/camt053/statement.xml");
  text.replace(text.find("123.45"), 6, "123.456");
  EXPECT_EQ(read_camt053(text).error(), "line 9: Amt");
  text = file("tests/corpus/camt053/statement.xml");
  text.replace(text.find("Ccy=\"CNY\"", text.find("<Ntry>")), 9, "Ccy=\"USD\"");
  EXPECT_EQ(read_camt053(text).error(), "line 9: Amt: currency USD");
  EXPECT_EQ(read_camt053("{}").error(), "line 1: not XML, or with a document type");
  EXPECT_EQ(read_camt053(file("tests/corpus/camt053/entity.xml")).error(),
            "line 1: not XML, or with a document type");
  EXPECT_EQ(read_camt053("<a/>").error(), "line 1: Document/BkToCstmrStmt");
}

TEST(Matching, ByTheOrdersName) {
  const std::vector<Order> orders{order("o1", 100), order("o2", 200), order("o3", 300),
                                  order("o4", 40),  order("o5", 50),  order("o6", 60)};
  EXPECT_EQ(told(match(orders,
                       {booking("one", -101, {names("o1")}), booking("half", -150, {names("o2")}),
                        booking("rest", -50, {names("o2")}), booking("out", -300, {names("o3")}),
                        booking("back", 300, {names("o3")}),
                        booking("both", -90, {names("o4"), names("o5")}),
                        booking("short", -50, {names("o6")})},
                       kAccounts, 1)),
            "n:1 o4 o5 by both 0\n"
            "1:1 o1 by one -1\n"
            "1:n o2 by half rest 0\n"
            "unpaid o3\nunpaid o6\n"
            "unmatched out\nunmatched back\nunmatched short\n");
}

// However wide the tolerance.
TEST(Matching, WhatCameBackIsNotPaid) {
  const auto of = [](std::vector<Booking> bookings) {
    return told(match({order("o1", 80)}, bookings, kAccounts, 100));
  };
  EXPECT_EQ(of({booking("out", -80, {names("o1")}), booking("back", 80, {names("o1")})}),
            "unpaid o1\nunmatched out\nunmatched back\n");
  EXPECT_EQ(of({booking("out", -80, {names("o1")}), booking("less", 79, {names("o1")})}),
            "unpaid o1\nunmatched out\nunmatched less\n");
  EXPECT_EQ(of({booking("in", 10, {names("o1")})}), "unpaid o1\nunmatched in\n");
  EXPECT_EQ(of({booking("out", -80, {names("o1")}), booking("back", 80, {names("o1")}),
                booking("again", -79, {names("o1")})}),
            "1:n o1 by out back again 1\n");
  EXPECT_EQ(told(match({order("o1", 40), order("o2", 40)},
                       {booking("in", 10, {names("o1"), names("o2")})}, kAccounts, 100)),
            "unpaid o1\nunpaid o2\nunmatched in\n");
}

TEST(Matching, ByAmountWhereNothingIsNamedAndOnlyOneWayFits) {
  EXPECT_EQ(told(match({order("o1", 100), order("o2", 200), order("o3", 300)},
                       {booking("r", -100, {with("acc-b")}), booking("s", -500, {with("acc-b")})},
                       kAccounts, 0)),
            "1:1 o1 by r 0\nn:1 o2 o3 by s 0\n");
  EXPECT_EQ(told(match({order("o1", 100)},
                       {booking("r", -60, {with("acc-b")}), booking("s", -40, {with("acc-b")})},
                       kAccounts, 0)),
            "1:n o1 by r s 0\n");
  // Two orders of one amount: a person has to say which.
  EXPECT_EQ(told(match({order("o1", 100), order("o2", 100)}, {booking("r", -100, {with("acc-b")})},
                       kAccounts, 0)),
            "unpaid o1\nunpaid o2\nunmatched r\n");
  // Money of another party, or in the wrong direction.
  EXPECT_EQ(told(match({order("o1", 100)},
                       {booking("r", -100, {with("acc-c")}), booking("s", 100, {with("acc-b")})},
                       kAccounts, 0)),
            "unpaid o1\nunmatched r\nunmatched s\n");
}

TEST(Matching, BothSidesSeeTheSamePayment) {
  EXPECT_EQ(
      told(match({order("o1", 100)}, {booking("in", 100, {names("o1")}, "acc-b")}, kAccounts, 0)),
      "1:1 o1 by in 0\n");
  EXPECT_EQ(
      told(match({order("o1", 100)},
                 {booking("out", -100, {names("o1")}), booking("in", 100, {names("o1")}, "acc-b")},
                 kAccounts, 0)),
      "1:1 o1 by out 0\n1:1 o1 by in 0\n");
}

Detail names(const std::string& id, const std::string& account) {
  return {.order = id, .amount = {}, .counterparty = account};
}

// Whatever the payment is called: who got it is not the payee.
TEST(Matching, MoneyToAnotherAccountPaysNobodyThoughItCarriesTheOrdersName) {
  const std::vector<Order> orders{order("o1", 100), order("o2", 50)};
  const auto told_of = [&](const std::vector<Booking>& bookings) {
    return told(match(orders, bookings, kAccounts, 0));
  };
  const Booking wrong = booking("r", -100, {names("o1", "acc-c")});
  EXPECT_EQ(told_of({wrong}), "unpaid o1\nunpaid o2\nunmatched r\n");
  EXPECT_EQ(elsewhere(wrong, orders, kAccounts), "o1");
  const Booking right = booking("r", -100, {names("o1", "acc-b")});
  EXPECT_EQ(told_of({right}), "1:1 o1 by r 0\nunpaid o2\n");
  EXPECT_EQ(elsewhere(right, orders, kAccounts), "");
  EXPECT_EQ(told_of({booking("r", -150, {names("o1", "acc-b"), names("o2", "acc-c")})}),
            "unpaid o1\nunpaid o2\nunmatched r\n");
  EXPECT_EQ(told_of({booking("r", 100, {names("o1", "acc-c")}, "acc-b")}),
            "unpaid o1\nunpaid o2\nunmatched r\n");
  // What comes back is the order's, whichever account the bank names.
  EXPECT_EQ(told_of({right, booking("back", 100, {names("o1", "acc-a")})}),
            "unpaid o1\nunpaid o2\nunmatched r\nunmatched back\n");
}

TEST(Repeated, ABookingInTwoStatementsIsOne) {
  const Booking one = booking("r", -50, {names("o1")});
  EXPECT_EQ(distinct({one, one}).once.size(), 1U);
  EXPECT_TRUE(distinct({one, one}).repeated.empty());
  for (const auto& [what, change] :
       std::initializer_list<std::pair<const char*, void (*)(Booking&)>>{
           {"reference", [](Booking& b) { b.reference = "s"; }},
           {"account", [](Booking& b) { b.account = "acc-b"; }},
           {"day", [](Booking& b) { b.day = *Date::parse("2021-03-09"); }},
           {"amount", [](Booking& b) { b.amount = -51; }},
           {"details", [](Booking& b) { b.details[0].order = "o2"; }}}) {
    Booking other = one;
    change(other);
    EXPECT_EQ(distinct({one, other}).once.size(), 2U) << what;
  }
}

TEST(Repeated, WithoutAReferenceARepeatWaitsForAPerson) {
  Booking one = booking("acc-a/2021-03-08/1", -50, {names("o1")}), again = one;
  one.by_place = again.by_place = true;
  again.reference = "acc-a/2021-03-08/2";
  const Distinct both = distinct({one, again});
  ASSERT_EQ(both.once.size(), 1U);
  ASSERT_EQ(both.repeated.size(), 1U);
  EXPECT_EQ(both.repeated[0].reference, "acc-a/2021-03-08/2");
}

RC_GTEST_PROP(Matching, NothingIsPaidTwiceAndNothingIsLost, ()) {
  std::vector<Order> orders;
  std::vector<Booking> bookings;
  const int n = *rc::gen::inRange(0, 8), m = *rc::gen::inRange(0, 10);
  for (int i = 0; i < n; ++i)
    orders.push_back(order("o" + std::to_string(i), *rc::gen::inRange(1, 20)));
  for (int i = 0; i < m; ++i) {
    std::vector<Detail> details;
    const int k = *rc::gen::inRange(0, 3);
    for (int d = 0; d < k; ++d) {
      details.push_back(*rc::gen::arbitrary<bool>()
                            ? names("o" + std::to_string(*rc::gen::inRange(0, 8)))
                            : with("acc-b"));
    }
    bookings.push_back(booking("r" + std::to_string(i), *rc::gen::inRange(-20, 20), details));
  }
  const Matched matched = match(orders, bookings, kAccounts, 0);
  std::vector<std::string> ids, references;
  Money paid = 0, booked = 0;
  for (const Match& one : matched.matches) {
    for (const std::string& id : one.orders) {
      ids.push_back(id);
      paid += std::ranges::find(orders, id, &Order::id)->amount;
    }
    for (const std::string& reference : one.bookings) {
      references.push_back(reference);
      booked -= std::ranges::find(bookings, reference, &Booking::reference)->amount;
    }
  }
  RC_ASSERT(paid == booked);
  for (const Order& one : matched.unpaid) ids.push_back(one.id);
  for (const Booking& one : matched.unmatched) references.push_back(one.reference);
  std::ranges::sort(ids);
  std::ranges::sort(references);
  RC_ASSERT(std::ranges::adjacent_find(ids) == ids.end() && ids.size() == orders.size());
  RC_ASSERT(std::ranges::adjacent_find(references) == references.end() &&
            references.size() == bookings.size());
}

}  // namespace
}  // namespace bashu::bank
