// Data that comes with the program: circles/divisions.tsv, as it was when it was built.
#pragma once

#include "base/divisions.h"

namespace bashu {

[[nodiscard]] const Divisions& shipped_divisions();

}  // namespace bashu
