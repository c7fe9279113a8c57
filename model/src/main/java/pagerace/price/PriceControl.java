// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.price.Price.Ratio;

/**
 * What the control of a run of prices came to: the same store and load, without and with a full fence between them. A fence costs
 * time on every host, so a run in which it does not come out dearer has measured something else, and none of its prices counts.
 *
 * @param ratio the time with the fence over that without; null if it was not timed
 * @param voidBecause why the prices of the run do not count; null if they do. It follows from the ratio: what a file says here is
 *     not believed
 */
public record PriceControl(@Nullable Ratio ratio, @Nullable String voidBecause) {
    /** The subject that it is timed as. */
    public static final String SUBJECT = "Control";

    /** By so much, at least, the fence must come out dearer, with the lower end of its interval. */
    private static final double LEAST_RATIO = 1.05;

    /** Judges the ratio. What was not timed says nothing for any price. */
    public PriceControl {
        voidBecause = judge(ratio);
    }

    private static @Nullable String judge(@Nullable Ratio ratio) {
        if (ratio == null) {
            return "the control was not timed";
        }
        return ratio.low() > LEAST_RATIO ? null : inWords(ratio) + ", which must cost more on any host";
    }

    /** What came of a control that showed {@code ratio}; null if it was not timed. */
    public static PriceControl of(@Nullable Ratio ratio) {
        return new PriceControl(ratio, null);
    }

    /** What came of the controls of several runs whose prices are taken together: what came of the worst. */
    public static PriceControl worst(List<PriceControl> all) {
        return all.stream()
                .min(Comparator.comparing((PriceControl each) -> !each.makesVoid())
                        .thenComparing(each -> each.ratio == null ? 0 : each.ratio.low()))
                .orElseGet(() -> of(null));
    }

    /** The operation without the fence, which is the base, and the one with it. */
    public static Series series() {
        return new Series(List.of(priced("WITHOUT_FENCE", false), priced("WITH_FENCE", true)));
    }

    private static Priced priced(String variant, boolean fenced) {
        Function<Machine, Supplier<?>> setup = machine -> {
            Word word = machine.word("word", 0);
            return () -> {
                word.writeOnce(1);
                if (fenced) {
                    machine.smpMb();
                }
                return word.readOnce();
            };
        };
        return new Priced(SUBJECT, "", "store, load", variant, setup);
    }

    /** Whether no price of the run counts, for the reason that is given. */
    public boolean makesVoid() {
        return voidBecause != null;
    }

    /** {@code a fence more costs 9.80 [9.70, 10.10] times as much}, or why the prices are void. */
    public String inWords() {
        return ratio == null || makesVoid() ? "void: " + voidBecause : inWords(ratio);
    }

    private static String inWords(Ratio ratio) {
        return String.format(
                Locale.ROOT,
                "a fence more costs %.2f [%.2f, %.2f] times as much",
                ratio.median(),
                ratio.low(),
                ratio.high());
    }
}
