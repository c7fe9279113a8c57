// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;

/**
 * How a whole forked VM executes code. Whole, because a harness delegates to model code: a tier chosen per actor would compile
 * the model anyway, and the count would stand under the wrong name.
 */
public enum Tier {
    /** The optimizing compiler: the only one that moves opaque accesses about, and the fastest, so the first to run. */
    C2("-XX:-TieredCompilation"),
    /** The optimizing compiler with its choices randomized. */
    C2_STRESS("-XX:-TieredCompilation -XX:+UnlockDiagnosticVMOptions"
            + " -XX:+StressLCM -XX:+StressGCM -XX:+StressIGVN -XX:+StressCCP"),
    /** The quick compiler. */
    C1("-XX:TieredStopAtLevel=1"),
    /** No compiler. */
    INTERPRETER("-Xint");

    private final String jvmArguments;

    Tier(String jvmArguments) {
        this.jvmArguments = jvmArguments;
    }

    /** What the forked VM is started with. */
    public List<String> jvmArguments() {
        return List.of(jvmArguments.split(" ", -1));
    }
}
