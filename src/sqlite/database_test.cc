#include "sqlite/database.h"

#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <string>

namespace bashu::sqlite {
namespace {

std::int64_t count(Database& db, const std::string& table) {
  Statement& query = db.prepared("SELECT count(*) FROM " + table);
  const std::int64_t rows = query.step() ? query.integer(0) : -1;
  query.reset();
  return rows;
}

TEST(Database, AFaultStopsWhatFollowsUntilItIsAskedFor) {
  auto db = Database::open(":memory:", Access::create);
  ASSERT_TRUE(db);
  (*db)->exec("CREATE TABLE t(id INTEGER PRIMARY KEY)");
  const auto insert = [&](std::int64_t id) {
    (*db)->prepared("INSERT INTO t VALUES(?)").bind(0, id).run();
  };
  insert(1);
  insert(1);  // fails
  insert(2);  // does nothing
  EXPECT_EQ(count(**db, "t"), -1);
  const auto failed = (*db)->check();
  ASSERT_FALSE(failed);
  EXPECT_NE(failed.error().what.find("UNIQUE"), std::string::npos) << failed.error().what;
  EXPECT_TRUE((*db)->check());
  // A statement first asked for while the fault stood works now.
  EXPECT_EQ(count(**db, "t"), 1);
  insert(2);
  EXPECT_TRUE((*db)->check());
  EXPECT_EQ(count(**db, "t"), 2);
}

TEST(Database, EmptyTextsAndBytesAreNotNull) {
  auto db = Database::open(":memory:", Access::create);
  ASSERT_TRUE(db);
  (*db)->exec("CREATE TABLE t(a, b, c, d)");
  (*db)
      ->prepared("INSERT INTO t VALUES(?, ?, ?, ?)")
      .bind(0, std::string_view{})
      .bind_kept(1, std::string_view{})
      .bind_bytes(2, std::string_view{})
      .kept_or_null(3, std::string_view{})
      .run();
  Statement& query = (*db)->prepared("SELECT * FROM t");
  ASSERT_TRUE(query.step());
  for (const int column : {0, 1, 2}) EXPECT_FALSE(query.is_null(column)) << column;
  EXPECT_TRUE(query.is_null(3));
  EXPECT_TRUE((*db)->check());
}

TEST(Database, WhatIsOpenedToReadIsNotChanged) {
  const std::string file = ::testing::TempDir() + "read-" + std::to_string(::getpid()) + ".db";
  {
    auto db = Database::open(file, Access::create);
    ASSERT_TRUE(db);
    (*db)->exec("CREATE TABLE t(a)");
    ASSERT_TRUE((*db)->check());
  }
  auto db = Database::open(file, Access::read);
  ASSERT_TRUE(db);
  (*db)->exec("INSERT INTO t VALUES(1)");
  EXPECT_FALSE((*db)->check());
  EXPECT_FALSE(Database::open(file + "-none", Access::read));
  std::filesystem::remove(file);
}

}  // namespace
}  // namespace bashu::sqlite
