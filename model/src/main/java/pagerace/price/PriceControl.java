// SPDX-License-Identifier: Apache-2.0
package pagerace.price;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import pagerace.machine.Machine;
import pagerace.machine.Word;
import pagerace.price.Price.Ratio;

/**
 * Whether the prices of one subject count. Among its operations, in the same rounds of the same JVMs, runs a control: one store
 * and load, without and with a full fence between them. A fence costs time on every host, so a run in which it does not come out
 * dearer has measured something else. So has one in which an operation takes no time, or a base differs from itself.
 *
 * @param subject the race or workload
 * @param jvms in how many JVMs it was timed
 * @param ratio the time with the fence over that without; null if it was not timed
 * @param leastNanos the time of the subject's quickest operation; one that does not end alone has none
 * @param again of all bases, compiled once more, the one that came out furthest from itself; null if none was
 * @param voidBecause why the prices do not count; null if they do. It follows from the rest: what a file says here is not believed
 */
public record PriceControl(
        String subject,
        int jvms,
        @Nullable Ratio ratio,
        double leastNanos,
        @Nullable Ratio again,
        @Nullable String voidBecause) {
    /** By so much, at least, the fence must come out dearer. */
    private static final double LEAST_RATIO = 1.05;

    /** By this factor, at most, a base may differ from itself: what another way to compile and to place the code may make. */
    private static final double LARGEST_CHANCE = 2;

    /** Judges the rest. */
    public PriceControl {
        voidBecause = judge(jvms, ratio, leastNanos, again);
    }

    /**
     * Of a ratio of JVMs the whole interval must lie beyond the limit. Of one of rounds only the median must: on a busy host a
     * third of the rounds may be noise. What is upside down is so in each round, and noise widens the intervals of the prices too.
     */
    private static @Nullable String judge(int jvms, @Nullable Ratio ratio, double leastNanos, @Nullable Ratio again) {
        if (ratio == null) {
            return "the control was not timed";
        }
        if ((ratio.n() == jvms ? ratio.low() : ratio.median()) <= LEAST_RATIO) {
            return inWords(ratio) + ", which must cost more on any host";
        }
        if (leastNanos <= 0) {
            return String.format(Locale.ROOT, "an operation took %.2f ns", leastNanos);
        }
        return again == null || distance(again) <= LARGEST_CHANCE
                ? null
                : "a base took " + again.inWords() + " times as long when it was compiled once more";
    }

    /** How far the median lies from one, as a factor. */
    private static double distance(Ratio ratio) {
        return ratio.median() <= 0 ? Double.POSITIVE_INFINITY : Math.max(ratio.median(), 1 / ratio.median());
    }

    /** Judges the {@code prices} of {@code subject}, and what its control showed beside them in so many JVMs. */
    public static PriceControl of(String subject, int jvms, Ratio ratio, List<Price> prices) {
        return new PriceControl(
                subject,
                jvms,
                ratio,
                prices.stream()
                        .filter(price -> price.accesses() != null)
                        .mapToDouble(Price::nanos)
                        .min()
                        .orElse(Double.MAX_VALUE),
                prices.stream()
                        .map(Price::again)
                        .filter(Objects::nonNull)
                        .max(Comparator.comparing(PriceControl::distance))
                        .orElse(null),
                null);
    }

    /** The worse of two of the same subject, whose prices are taken together. */
    public static PriceControl worst(PriceControl one, PriceControl other) {
        return Stream.of(one, other)
                .min(Comparator.comparing((PriceControl each) -> !each.makesVoid())
                        .thenComparing(each -> each.ratio == null ? 0 : each.ratio.low()))
                .orElseThrow();
    }

    /** The operation without the fence, and the one with it. */
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
        return new Priced("Control", "", "store, load", variant, setup);
    }

    /** Whether no price of the subject counts. */
    public boolean makesVoid() {
        return voidBecause != null;
    }

    private static String inWords(Ratio ratio) {
        return "a fence more costs " + ratio.inWords() + " times as much";
    }

    /**
     * {@code a fence more costs 9.80 [9.70, 10.10] times as much}, where it costs least; then which subjects are void, and why.
     * Empty if there are no subjects.
     */
    public static String inWords(List<PriceControl> all) {
        return Stream.concat(
                        all.stream()
                                .filter(each -> !each.makesVoid())
                                .reduce(PriceControl::worst)
                                .flatMap(worst -> Optional.ofNullable(worst.ratio))
                                .map(PriceControl::inWords)
                                .stream(),
                        all.stream()
                                .filter(PriceControl::makesVoid)
                                .map(each -> "void: " + each.subject + ", since " + each.voidBecause))
                .collect(Collectors.joining("; "));
    }
}
