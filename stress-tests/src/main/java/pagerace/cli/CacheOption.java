// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import picocli.CommandLine.Option;

/** Whether what an earlier command explored is believed. */
final class CacheOption {
    @Option(
            names = "--no-cache",
            description =
                    "Explore everything anew. Without this option a command reads from explored.txt, beside the jar, what an"
                            + " earlier one explored with exactly the same classes; console and report say so.")
    private boolean anew;

    ExplorationCache open() {
        return ExplorationCache.open(!anew);
    }
}
