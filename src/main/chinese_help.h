// What the option parser says by itself, in Chinese: headings, labels, and why it cannot go on.
#pragma once

namespace CLI {
class App;
}

namespace bashu::cli {

// Before commands are added, which take this over.
void speak_chinese(CLI::App& app);

}  // namespace bashu::cli
