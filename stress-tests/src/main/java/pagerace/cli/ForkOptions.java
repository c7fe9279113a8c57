// SPDX-License-Identifier: Apache-2.0
package pagerace.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import pagerace.stress.TierProbe;
import pagerace.verdict.Tier;
import picocli.CommandLine.Option;

/** What the user asks of the forks of a stress run. */
final class ForkOptions {
    @Option(
            names = "--forks",
            paramLabel = "N",
            defaultValue = "1",
            description =
                    "Each tier that the plan demands of a point gets at least so many forks before the points share"
                            + " the rest of the budget by need. Default: ${DEFAULT-VALUE}.")
    private int atLeast = 1;

    @Option(
            names = "--jvm-args",
            paramLabel = "FLAGS",
            defaultValue = "",
            description =
                    "Flags for the VM of every fork, separated by blanks: --jvm-args=\"-XX:+UseZGC -Xmx1g\". They may"
                            + " not change which compilers run.")
    private String jvmArguments = "";

    /** How many forks each tier gets at least. */
    int atLeast() {
        return atLeast;
    }

    /** The flags for every fork. */
    List<String> jvmArguments() {
        return Stream.of(jvmArguments.strip().split("\\s+", -1))
                .filter(argument -> !argument.isEmpty())
                .toList();
    }

    /** What was asked for beyond the ordinary; empty if nothing was. */
    String inWords() {
        return (atLeast == 1 ? "" : ", at least " + atLeast + " forks in each tier")
                + (jvmArguments().isEmpty() ? "" : ", every fork with " + String.join(" ", jvmArguments()));
    }

    /**
     * Makes sure that it can be done.
     *
     * @throws BadInput if it cannot
     */
    void check() {
        if (atLeast < 1) {
            throw new BadInput("With " + atLeast + " forks nothing is measured; the fewest is 1.");
        }
        if (!jvmArguments().isEmpty()) {
            Map<Tier, String> complaints = TierProbe.complaints(jvmArguments());
            complaints.forEach((tier, why) -> {
                throw new BadInput("With --jvm-args=\"" + jvmArguments.strip() + "\" no fork is " + tier + ": " + why
                        + "; leave out the flag that does that.");
            });
        }
    }
}
