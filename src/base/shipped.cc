#include "base/shipped.h"

#include <string_view>
#include <utility>

#include "base/assert.h"
#include "base/shipped_text.h"

namespace bashu {

const Divisions& shipped_divisions() {
  static const Divisions kDivisions = [] {
    auto read = Divisions::read(kDivisionsText);
    BASHU_ASSERT(read);  // divisions_test reads the same file
    return std::move(*read);
  }();
  return kDivisions;
}

}  // namespace bashu
