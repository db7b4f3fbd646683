#include "site/links.h"

#include <gtest/gtest.h>

#include <set>

namespace bashu::site {
namespace {

const Target kFigure{.language = "en",
                     .path = {"figures", "transport", "fastest"},
                     .query = {{"as_of", "2021-09-25"}}};

TEST(Links, OnANodeAPageHasAPathAndAQuery) {
  Links links{{.language = "en"}, false};
  EXPECT_EQ(links.to(kFigure.path, kFigure.query),
            "/en/figures/transport/fastest/?as_of=2021-09-25");
  EXPECT_EQ(links.to({"registers", "a", "b", "records", "x y/1"}),
            "/en/registers/a/b/records/x%20y%2F1/");
}

TEST(Links, InAFolderPagesLinkToFilesRelatively) {
  Links links{kFigure, true};
  EXPECT_EQ(file_of(kFigure), "en/figures/transport/fastest/2021-09-25/index.html");
  EXPECT_EQ(links.to({"figures"}), "../../../../../en/figures/index.html");
  EXPECT_EQ(links.asset("site.css"), "../../../../../site.css");
  EXPECT_EQ(links.here_in("zh"),
            "../../../../../zh/figures/transport/fastest/2021-09-25/index.html");
}

TEST(Links, FilesOfDifferentPagesNeverMeet) {
  std::set<std::string> names;
  for (const char* key : {"a b", "a~20b", "a/b", "A", "..", "川"}) {
    names.insert(file_of({.language = "en", .path = {"registers", key}, .query = {}}));
  }
  EXPECT_EQ(names.size(), 6U);
  for (const std::string& name : names) EXPECT_EQ(name.find("/../"), std::string::npos);
}

TEST(Links, WhatAPageLinksToIsNoted) {
  Links links{{.language = "en"}, true};
  static_cast<void>(links.to(kFigure.path, kFigure.query));
  ASSERT_EQ(links.found().size(), 1U);
  EXPECT_EQ(links.found()[0], kFigure);
}

}  // namespace
}  // namespace bashu::site
