// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import picocli.CommandLine.Option;

/** Whether what an earlier command explored is believed. */
final class CacheOption {
    @Option(
            names = "--no-cache",
            description =
                    "Explore everything anew. Without it, what an earlier command explored with exactly the classes that"
                            + " this one has is taken from explored.txt beside the jar, and console and report say so.")
    private boolean anew;

    ExplorationCache open() {
        return ExplorationCache.open(!anew);
    }
}
