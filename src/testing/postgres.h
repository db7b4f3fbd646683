// A real PostgreSQL server for tests.
#pragma once

#include <string>

namespace bashu {

// The URL of the one that the run of tests has started (BASHU_TEST_POSTGRES names the file that
// holds it), or of one that is started for this process and ends with it. Empty: none would start;
// the test fails then.
[[nodiscard]] const std::string& postgres_for_tests();

}  // namespace bashu
