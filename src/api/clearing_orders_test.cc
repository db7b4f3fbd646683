// What of signed sheets is to be ordered from the bank, and what is left to a person.

#include "api/clearing_orders.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

namespace bashu::api {
namespace {

using Ordered = std::map<std::string, OrderedRow>;

ClearingBook book_of(bool own_is_first) {
  ClearingBook book;
  book.row.parties = {{"first", "chongqing"}, {"second", "sichuan"}};
  book.own_is_first = own_is_first;
  return book;
}

// Of Sichuan to Chongqing: transfers with what each sheet says.
Flow flow(const std::vector<std::pair<std::string, Money>>& transfers, const Ordered& ordered,
          bool waits = true) {
  Flow out{.payer = "sichuan", .payee = "chongqing", .reference = "W-1"};
  for (const auto& [id, amount] : transfers) {
    SentTransfer& sent = out.transfers.emplace_back();
    sent.row.id = core::CaseId{id};
    sent.sheet.amount = amount;
    sent.waits = waits;
    out.said = out.said.value_or(0) + amount;
    if (ordered.contains(id)) out.ordered += ordered.at(id).amount;
  }
  return out;
}

std::string due(const Flow& one, const Ordered& ordered, bool own_is_first = false) {
  std::string out;
  for (const DuePayment& payment :
       payments_due(book_of(own_is_first), {.rows = {one}, .ordered = ordered, .orders = {}})) {
    out += payment.transfer + " " + std::to_string(payment.amount) + " after " +
           std::to_string(payment.before) + "\n";
  }
  return out;
}

TEST(PaymentsDue, AreWhatSheetsSayAndNobodyHasOrdered) {
  EXPECT_EQ(due(flow({{"T1", 500}, {"T2", 300}}, {}), {}), "T1 500 after 0\nT2 300 after 0\n");
  const Ordered one{{"T1", {.reference = "W-1", .amount = 500}}};
  EXPECT_EQ(due(flow({{"T1", 500}, {"T2", 300}}, one), one), "T2 300 after 0\n");
  EXPECT_EQ(due(flow({{"T1", 500}}, one), one), "");
}

TEST(PaymentsDue, AreTheOwnSidesOnly) { EXPECT_EQ(due(flow({{"T1", 500}}, {}), {}, true), ""); }

TEST(PaymentsDue, AreNoneOfASheetThatIsBeingCorrected) {
  EXPECT_EQ(due(flow({{"T1", 500}}, {}, false), {}), "");
}

TEST(PaymentsDue, OfACorrectedSheetAreTheDifferenceAndNeverLessThanNothing) {
  const Ordered one{{"T1", {.reference = "W-1", .amount = 500}}};
  EXPECT_EQ(due(flow({{"T1", 520}}, one), one), "T1 20 after 500\n");
  EXPECT_EQ(due(flow({{"T1", 480}}, one), one), "");
}

TEST(PaymentsDue, OfASheetWhoseReferenceChangedAfterItWasOrderedAreForAPerson) {
  const Ordered other{{"T1", {.reference = "W-0", .amount = 500}}};
  EXPECT_EQ(due(flow({{"T1", 520}}, other), other), "");
  // What the bank refused was taken back: the reference may change.
  const Ordered none{{"T1", {.reference = "W-0", .amount = 0}}};
  EXPECT_EQ(due(flow({{"T1", 520}}, none), none), "T1 520 after 0\n");
}

TEST(PaymentsDue, OfMoneyThatCameWithoutAnOrderAreForAPerson) {
  Flow one = flow({{"T1", 520}}, {});
  one.agreed = 500;
  EXPECT_EQ(due(one, {}), "");
}

}  // namespace
}  // namespace bashu::api
