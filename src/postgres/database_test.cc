// SQL on a real server: what waits on its way there, and what becomes of it when something fails.
#include "postgres/database.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "testing/postgres.h"

namespace bashu::postgres {
namespace {

class DatabaseTest : public ::testing::Test {
 protected:
  void SetUp() override {
    schema_ = "database_test_" + std::to_string(::getpid());
    db_ = open();
    db_->exec("CREATE SCHEMA " + sql::quoted(schema_));
    db_->exec("CREATE TABLE t (id BIGINT PRIMARY KEY, text TEXT COLLATE \"C\")");
    ASSERT_TRUE(db_->check());
  }
  void TearDown() override {
    db_ = open();
    db_->exec("DROP SCHEMA IF EXISTS " + sql::quoted(schema_) + " CASCADE");
    EXPECT_TRUE(db_->check());
  }
  std::unique_ptr<Database> open() {
    auto db = Database::open(postgres_for_tests(), schema_);
    EXPECT_TRUE(db) << (db ? "" : db.error().what);
    return db ? std::move(*db) : nullptr;
  }
  void insert(std::int64_t id, std::string_view text) {
    db_->prepared("INSERT INTO t (id, text) VALUES (?, ?)").bind(0, id).bind(1, text).run();
  }
  std::string asked(const std::string& sql) {
    sql::Statement& query = db_->prepared(sql);
    std::string text = query.step() ? std::string{query.text(0)} : std::string{};
    query.reset();
    return text;
  }

  std::string schema_;
  std::unique_ptr<Database> db_;
};

TEST_F(DatabaseTest, TextsComeBackAsTheyWent) {
  const std::string_view texts[] = {"", "a\tb\\c\nd\re", "\\N", "巴蜀", R"({"a":"\u0000"})"};
  std::int64_t id = 0;
  for (const std::string_view text : texts) {
    insert(++id, text);
    db_->prepared("UPDATE t SET text = ? WHERE id = ?").bind(0, text).bind(1, id).run();
    insert(++id, text);
  }
  db_->prepared("INSERT INTO t (id, text) VALUES (?, ?)").bind(0, std::int64_t{-1}).run();
  const auto rows = db_->scan("SELECT id, text, text IS NULL FROM t ORDER BY id");
  db_->exec("BEGIN");
  ASSERT_TRUE(rows->step());
  EXPECT_TRUE(rows->is_null(1));
  EXPECT_EQ(rows->integer(2), 1);
  for (const std::string_view text : texts) {
    for (int twice = 0; twice < 2; ++twice) {
      ASSERT_TRUE(rows->step());
      EXPECT_EQ(rows->text(1), text);
      EXPECT_FALSE(rows->is_null(1));
    }
  }
  EXPECT_FALSE(rows->step());
  db_->exec("COMMIT");
  EXPECT_TRUE(db_->check());
}

// More than is sent at once, by more than one part of an answer, and in the order it was said.
TEST_F(DatabaseTest, ManyRowsAndChangesKeepTheirOrder) {
  constexpr std::int64_t kRows = 30'000;
  const std::string filler(400, 'x');
  db_->exec("BEGIN");
  for (std::int64_t id = 0; id < kRows; ++id) {
    insert(id, filler);
    if (id % 5'000 == 4'999)
      db_->prepared("UPDATE t SET text = 'newest' WHERE id <= ? AND id > ?")
          .bind(0, id)
          .bind(1, id - 10)
          .run();
  }
  const auto rows = db_->scan("SELECT id, text FROM t WHERE id >= ? ORDER BY id");
  rows->bind(0, std::int64_t{0});
  std::int64_t seen = 0, changed = 0;
  for (; rows->step(); ++seen) {
    ASSERT_EQ(rows->integer(0), seen);
    changed += rows->text(1) == "newest";
  }
  EXPECT_EQ(seen, kRows);
  EXPECT_EQ(changed, kRows / 5'000 * 10);
  db_->exec("COMMIT");
  ASSERT_TRUE(db_->check());
  EXPECT_EQ(asked("SELECT count(*) FROM t"), std::to_string(kRows));
}

// So many changes that they go in parts, by the thread that puts rows too.
TEST_F(DatabaseTest, ManyChangesKeepTheirOrderAmongRows) {
  constexpr std::int64_t kRows = 2'000, kRounds = 3;
  const std::string filler(400, 'x');
  const auto append = [&](std::int64_t id, std::string_view more) {
    db_->prepared("UPDATE t SET text = right(text, 3) || ? WHERE id = ?")
        .bind(0, more)
        .bind(1, id)
        .run();
  };
  db_->exec("BEGIN");
  for (std::int64_t round = 0; round < kRounds; ++round) {
    for (std::int64_t id = 0; id < kRows; ++id) insert(round * kRows + id, filler);
    for (std::int64_t id = 0; id < (round + 1) * kRows; ++id) append(id, std::to_string(round));
  }
  EXPECT_EQ(asked("SELECT string_agg(text || ' ' || n, ',' ORDER BY text) FROM (SELECT text, "
                  "count(*) AS n FROM t GROUP BY text) AS texts"),
            "x012 2000,xx12 2000,xxx2 2000");
  append(0, "lost");
  db_->prepared("UPDATE t SET id = ? WHERE id = ?").bind(0, std::int64_t{2}).bind(1, kRows).run();
  for (std::int64_t id = 0; id < kRows; ++id) append(id, "lost");
  db_->exec("COMMIT");
  const auto told = db_->check();
  ASSERT_FALSE(told);
  EXPECT_NE(told.error().what.find("duplicate key"), std::string::npos) << told.error().what;
  EXPECT_EQ(asked("SELECT count(*) FROM t"), "0");
  EXPECT_TRUE(db_->check());
}

TEST_F(DatabaseTest, WhatFailedIsToldAndNothingOfItsTransactionStays) {
  const std::string filler(1'000, 'x');
  db_->exec("BEGIN");
  for (std::int64_t id = 0; id < 5'000; ++id) insert(id % 4'999, filler);  // the last is there
  db_->exec("COMMIT");
  const auto told = db_->check();
  ASSERT_FALSE(told);
  EXPECT_NE(told.error().what.find("duplicate key"), std::string::npos) << told.error().what;
  EXPECT_EQ(told.error().what.find("xxx"), std::string::npos) << "no value of a row";
  EXPECT_EQ(asked("SELECT count(*) FROM t"), "0");
  insert(1, "again");
  db_->exec("BEGIN");
  db_->prepared("UPDATE t SET id = ? WHERE id = ?").bind(0, std::int64_t{2}).bind_null(1).run();
  db_->prepared("UPDATE nothing SET id = ?").bind(0, std::int64_t{2}).run();
  db_->exec("COMMIT");
  EXPECT_FALSE(db_->check());
  EXPECT_EQ(asked("SELECT text FROM t"), "again");
  EXPECT_TRUE(db_->check());
}

TEST_F(DatabaseTest, AConnectionThatWasCutIsAFault) {
  const auto other = open();
  db_->exec("BEGIN");
  insert(1, "lost");
  const std::string pid = asked("SELECT pg_backend_pid()");
  other->exec("SELECT pg_terminate_backend(" + pid + ")");
  db_->exec("COMMIT");
  EXPECT_FALSE(db_->check());
  db_ = open();
  EXPECT_EQ(asked("SELECT count(*) FROM t"), "0");
}

}  // namespace
}  // namespace bashu::postgres
