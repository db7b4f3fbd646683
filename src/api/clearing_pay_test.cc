// Which bookings of a bank pay a case, which are used up, and which wait in the queue.

#include "api/clearing_pay.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace bashu::api {
namespace {

const Date kDay = *Date::parse("2026-03-02");

BankPayment payment(const std::string& id, Money amount, const std::string& payee = "sichuan") {
  return {.order = {.id = id, .payer = "chongqing", .payee = payee, .amount = amount, .about = {}},
          .accounts = {{"chongqing", {.name = "c", .id = "65", .bank = "102653000017"}},
                       {payee, {.name = "s", .id = "51", .bank = "102651000018"}}}};
}
PaidCase waiting(const std::string& id, Money amount, const std::string& payee = "sichuan") {
  PaidCase out;
  out.row.id = core::CaseId{"case " + id};
  out.own = payment(id, amount, payee);
  out.waits = true;
  return out;
}
PaidCase paid(const std::string& id, Money amount, const PaymentBooked& booked) {
  PaidCase out = waiting(id, amount);
  out.waits = false;
  out.booked = booked.bookings;
  return out;
}
// Of the own account: what went out, naming these orders.
bank::Booking booking(const std::string& name, Money out, const std::vector<std::string>& orders) {
  bank::Booking one{.reference = name, .account = "65", .day = kDay, .amount = -out, .details = {}};
  for (const std::string& order : orders) {
    one.details.push_back({.order = order, .amount = {}, .counterparty = "51"});
  }
  return one;
}
std::string said(const std::expected<PaymentBooked, Problem>& booked) {
  if (!booked) return "not booked";
  std::string out;
  for (const OrderBooking& one : booked->bookings) {
    out += one.of.bank + " " + std::to_string(one.of.amount) + ", ";
  }
  return out + "rounding " + std::to_string(booked->rounding);
}
std::string queue(const std::vector<PaidCase>& all,
                  const std::vector<std::vector<bank::Booking>>& statements) {
  std::string out;
  for (const bank::Booking& one : unmatched_of(all, "65", statements)) {
    out += one.reference + " " + std::to_string(one.amount) + "\n";
  }
  return out;
}

TEST(BookedOf, OneBookingPaysSeveralCasesEachOnce) {
  const std::vector<bank::Booking> bank{booking("b-1", 800, {"w1", "w2"})};
  std::vector<PaidCase> all{waiting("w1", 500), waiting("w2", 300)};
  const auto first = booked_of(*all[0].own, all[0].row.id, all, bank, 0);
  ASSERT_EQ(said(first), "b-1 500, rounding 0");
  all[0] = paid("w1", 500, *first);
  EXPECT_EQ(queue(all, {bank}), "b-1 -300\n");
  const auto second = booked_of(*all[1].own, all[1].row.id, all, bank, 0);
  ASSERT_EQ(said(second), "b-1 300, rounding 0");
  all[1] = paid("w2", 300, *second);
  EXPECT_EQ(queue(all, {bank, bank}), "");
  // Nothing is left of it for a third.
  all.push_back(waiting("w3", 300));
  EXPECT_EQ(said(booked_of(*all[2].own, all[2].row.id, all, bank, 0)), "not booked");
}

TEST(BookedOf, SeveralBookingsPayOneCase) {
  const std::vector<bank::Booking> bank{booking("b-1", 200, {"w1"}), booking("b-2", 300, {"w1"})};
  const std::vector<PaidCase> all{waiting("w1", 500)};
  EXPECT_EQ(said(booked_of(*all[0].own, all[0].row.id, all, bank, 0)),
            "b-1 200, b-2 300, rounding 0");
  EXPECT_EQ(said(booked_of(*all[0].own, all[0].row.id, all, {bank[0]}, 0)), "not booked");
}

TEST(BookedOf, WhatDiffersWithinTheToleranceIsRounding) {
  const std::vector<PaidCase> all{waiting("w1", 500)};
  const auto& [row, own, waits, booked] = all[0];
  EXPECT_EQ(said(booked_of(*own, row.id, all, {booking("b-1", 499, {"w1"})}, 1)),
            "b-1 499, rounding -1");
  EXPECT_EQ(said(booked_of(*own, row.id, all, {booking("b-1", 501, {"w1"})}, 1)),
            "b-1 501, rounding 1");
  EXPECT_EQ(said(booked_of(*own, row.id, all, {booking("b-1", 498, {"w1"})}, 1)), "not booked");
  EXPECT_EQ(said(booked_of(*own, row.id, all, {booking("b-1", 499, {"w1"})}, 0)), "not booked");
}

// Of several it is said once, of the last.
TEST(BookedOf, WhatABookingOfSeveralDiffersByIsRoundingOfTheLast) {
  const std::vector<bank::Booking> bank{booking("b-1", 799, {"w1", "w2"})};
  std::vector<PaidCase> all{waiting("w1", 500), waiting("w2", 300)};
  const auto first = booked_of(*all[0].own, all[0].row.id, all, bank, 1);
  ASSERT_EQ(said(first), "b-1 500, rounding 0");
  all[0] = paid("w1", 500, *first);
  EXPECT_EQ(said(booked_of(*all[1].own, all[1].row.id, all, bank, 1)), "b-1 299, rounding -1");
}

TEST(BookedOf, OtherAccountsAndPayeesDoNotCount) {
  std::vector<bank::Booking> bank{booking("b-1", 500, {"w1"})};
  const std::vector<PaidCase> all{waiting("w1", 500), waiting("w2", 300, "guizhou")};
  const auto of_first = [&] { return said(booked_of(*all[0].own, all[0].row.id, all, bank, 0)); };
  EXPECT_EQ(of_first(), "b-1 500, rounding 0");
  bank[0].account = "66";
  EXPECT_EQ(of_first(), "not booked");
  bank[0] = booking("b-1", 800, {"w1", "w2"});
  EXPECT_EQ(of_first(), "not booked") << "of two payees";
}

TEST(BookedOf, OneBookingInTwoStatementsOfAFileIsOne) {
  const bank::Booking half = booking("b-1", 250, {"w1"});
  const std::vector<PaidCase> all{waiting("w1", 500)};
  const auto of = [&](const std::vector<bank::Booking>& bank) {
    return said(booked_of(*all[0].own, all[0].row.id, all, bank, 0));
  };
  EXPECT_EQ(of({half, half}), "not booked");
  EXPECT_EQ(of({half, booking("b-2", 250, {"w1"})}), "b-1 250, b-2 250, rounding 0");
  bank::Booking nameless = half, again = half;
  nameless.by_place = again.by_place = true;
  again.reference = "b-2";
  EXPECT_EQ(of({nameless, again}), "not booked");
}

TEST(BookedOf, MoneyToAnotherAccountIsToldAndPaysNothing) {
  bank::Booking wrong = booking("b-1", 500, {"w1"});
  wrong.details[0].counterparty = "52";
  const std::vector<PaidCase> all{waiting("w1", 500)};
  const auto booked = booked_of(*all[0].own, all[0].row.id, all, {wrong}, 0);
  ASSERT_EQ(said(booked), "not booked");
  ASSERT_EQ(booked.error().errors.size(), 1U);
  const std::string why = in_language(booked.error().errors[0].why, "en");
  EXPECT_NE(why.find("another account"), std::string::npos) << why;
}

TEST(UnmatchedOf, AreBookingsThatNoCaseHas) {
  const std::vector<bank::Booking> bank{booking("b-1", 500, {"w1"}), booking("b-2", 7, {"nobody"})};
  std::vector<PaidCase> all{waiting("w1", 500)};
  const auto booked = booked_of(*all[0].own, all[0].row.id, all, bank, 0);
  ASSERT_EQ(said(booked), "b-1 500, rounding 0");
  all[0] = paid("w1", 500, *booked);
  EXPECT_EQ(queue(all, {bank}), "b-2 -7\n");
}

}  // namespace
}  // namespace bashu::api
