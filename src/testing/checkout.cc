#include "testing/checkout.h"

namespace bashu {

std::string checkout(const std::string& path) { return BASHU_SOURCE_DIR "/" + path; }

}  // namespace bashu
