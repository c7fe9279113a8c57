// SPDX-License-Identifier: Apache-2.0
package pagerace.verdict;

import java.util.List;
import pagerace.race.Canary;
import pagerace.race.Catalogue;
import pagerace.race.Point;

/**
 * How a whole VM executes code. Whole, because a harness delegates to model code: a tier chosen per actor would compile
 * the model anyway, and the count would stand under the wrong name.
 */
public enum Tier {
    /** The optimizing compiler: the only one that moves opaque accesses about, and the fastest, so the first to run. */
    C2("C2", "-XX:-TieredCompilation", Canary.Sign.STORE_BUFFERING),
    /** The optimizing compiler with its choices randomized. */
    C2_STRESS(
            "C2 with random scheduling",
            "-XX:-TieredCompilation -XX:+UnlockDiagnosticVMOptions"
                    + " -XX:+StressLCM -XX:+StressGCM -XX:+StressIGVN -XX:+StressCCP",
            Canary.Sign.STORE_BUFFERING),
    /** The quick compiler. */
    C1("C1", "-XX:TieredStopAtLevel=1", Canary.Sign.LOST_UPDATE),
    /** No compiler. */
    INTERPRETER("the interpreter", "-Xint", Canary.Sign.LOST_UPDATE);

    private final String inWords;
    private final String jvmArguments;
    private final Canary.Sign canary;

    Tier(String inWords, String jvmArguments, Canary.Sign canary) {
        this.inWords = inWords;
        this.jvmArguments = jvmArguments;
        this.canary = canary;
    }

    /** As people read it, behind {@code in}. Programs read the name. */
    @Override
    public String toString() {
        return inWords;
    }

    /** What the VM is started with. */
    public List<String> jvmArguments() {
        return List.of(jvmArguments.split(" ", -1));
    }

    /** What every run shows in this tier before what it did not show there is believed. */
    public Point canary() {
        return Catalogue.CANARY.points().stream()
                .filter(point -> point.variant() == canary)
                .findFirst()
                .orElseThrow();
    }
}
