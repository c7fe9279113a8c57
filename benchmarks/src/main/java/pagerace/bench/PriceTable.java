// SPDX-License-Identifier: Apache-2.0
package pagerace.bench;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import pagerace.price.Price;
import pagerace.price.Price.Ratio;

/** Prices as a table for the terminal: one row per operation. */
final class PriceTable {
    private PriceTable() {}

    static String of(List<Price> prices) {
        StringBuilder text = new StringBuilder();
        String series = "";
        for (Price price : prices) {
            String here = price.base() + ": " + price.operation();
            if (!here.equals(series)) {
                series = here;
                text.append(String.format(
                        Locale.ROOT,
                        "%n%s, compared with %s%n  %-64s %9s  %-20s %6s %8s  %s%n",
                        price.operation(),
                        price.base(),
                        "variant",
                        "ns",
                        "ratio",
                        "floor",
                        "machine",
                        "reads, writes, atomics, fences"));
            }
            text.append(String.format(
                            Locale.ROOT,
                            "  %-64s %9s  %-20s %6s %8s  %s",
                            price.point().substring(price.point().indexOf('/') + 1),
                            price.accesses() == null ? "-" : String.format(Locale.ROOT, "%.1f", price.nanos()),
                            ratio(price),
                            median(price.floor()),
                            median(price.machine()),
                            accesses(price)))
                    .append('\n');
        }
        return text.append('\n').toString();
    }

    private static String median(@Nullable Ratio ratio) {
        return ratio == null ? "" : String.format(Locale.ROOT, "%.2f", ratio.median());
    }

    private static String ratio(Price price) {
        @Nullable Ratio ratio = price.ratio();
        if (price.accesses() == null) {
            return "deadlocks with itself";
        }
        if (ratio == null) {
            return "-";
        }
        if (price.claim() == Price.Claim.SAME) {
            return price.point().equals(price.base()) ? "base" : "= does the same";
        }
        return (price.claim() == Price.Claim.DIFFERENT ? "" : "~") + ratio.inWords();
    }

    private static String accesses(Price price) {
        var accesses = price.accesses();
        return accesses == null
                ? ""
                : accesses.reads() + ", " + accesses.writes() + ", " + accesses.atomics() + ", " + accesses.fences();
    }
}
