#pragma once

namespace bashu::cli {

// Reads the arguments, runs the command, gives the exit code.
int run(int argc, char** argv);

}  // namespace bashu::cli
