// SPDX-License-Identifier: Apache-2.0
package pagerace.report.html;

import static pagerace.report.html.Markup.tag;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.DoubleStream;
import pagerace.price.Price;
import pagerace.price.Price.Claim;
import pagerace.price.Price.Ratio;
import pagerace.report.Table;

/**
 * Prices of one operation as a picture: for each the 95 % interval around its median, in multiples of its base, on a
 * logarithmic scale with a line at one. What was not timed has words in place of an interval.
 */
final class PriceChart {
    private static final int ROW = 20;
    private static final int AXIS = 24;
    private static final int PLOT = 420;
    private static final int WORDS = 160;
    private static final double LEAST = 0.1;
    private static final double MOST = 20;
    private static final List<Double> TICKS = List.of(0.1, 0.2, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 20.0);

    private final List<Price> prices;
    private final int plot;
    private final double low;
    private final double high;

    private PriceChart(List<Price> prices) {
        this.prices = prices;
        this.plot = 24
                + prices.stream()
                        .map(PriceChart::name)
                        .mapToInt(Svg::width)
                        .max()
                        .orElse(0);
        this.low = Math.max(LEAST, ends(Ratio::low).min().orElse(1) / 1.1);
        this.high = Math.min(MOST, ends(Ratio::high).max().orElse(1) * 1.1);
    }

    /** The ends of all intervals, and of one that is always shown. */
    private DoubleStream ends(ToDoubleFunction<Ratio> end) {
        return DoubleStream.concat(
                DoubleStream.of(end.applyAsDouble(new Ratio(1, 0.8, 1.25, 0))),
                prices.stream().map(Price::ratio).filter(Objects::nonNull).mapToDouble(end));
    }

    /**
     * The picture.
     *
     * @param title what it shows
     * @param prices prices of one operation in one race, or of one workload
     */
    static Markup of(String title, List<Price> prices) {
        return Fragments.scrolling(title, new PriceChart(prices).draw(title));
    }

    /** What the point is called within its race or workload. */
    private static String name(Price price) {
        return price.point().substring(price.point().indexOf('/') + 1);
    }

    private Markup draw(String title) {
        Map<String, List<Price>> byBase =
                prices.stream().collect(Collectors.groupingBy(Price::base, LinkedHashMap::new, Collectors.toList()));
        int width = plot + PLOT + WORDS;
        int height = AXIS + ROW * prices.size() + 6 * byBase.size();
        List<Markup> rows = new ArrayList<>();
        int y = AXIS;
        for (List<Price> group : byBase.values()) {
            for (Price price : group) {
                rows.add(row(price, y + ROW / 2));
                y += ROW;
            }
            rows.add(Svg.path("rule", "M0 " + (y + 3) + "H" + width));
            y += 6;
        }
        return Svg.picture("prices", title, described(), width, height).add(axis(height), rows);
    }

    private String described() {
        return prices.stream().map(price -> name(price) + ": " + inWords(price)).collect(Collectors.joining("; "));
    }

    private Markup axis(int height) {
        Markup axis = tag("g");
        for (double tick : TICKS) {
            if (tick >= low && tick <= high) {
                String style = tick == 1 ? "one" : "tick";
                axis.add(
                        Svg.path(style, "M" + x(tick) + " " + AXIS + "V" + height),
                        Svg.text(style, x(tick), 15, "middle", tick == Math.rint(tick) ? "" + (int) tick : "" + tick));
            }
        }
        return axis;
    }

    private Markup row(Price price, int y) {
        Ratio ratio = price.ratio();
        Markup row = tag("g", tag("title", details(price)), Svg.text("name", plot - 12, y + 4, "end", name(price)));
        row.with("class", "claim-" + Fragments.style(price.claim()));
        if (ratio != null && price.claim() != Claim.SAME) {
            row.add(
                    Svg.path("range", "M" + x(ratio.low()) + " " + y + "H" + x(ratio.high())),
                    end(ratio.low(), y),
                    end(ratio.high(), y));
        }
        if (ratio != null) {
            row.add(Svg.dot("median", x(ratio.median()), y, 4));
        }
        return row.add(Svg.text("words", plot + PLOT + 10, y + 4, "start", inWords(price)));
    }

    /** A stroke at the end of an interval; an arrow where it goes on beyond the picture. */
    private Markup end(double value, int y) {
        int x = x(value);
        int back = x + (value < low ? 5 : value > high ? -5 : 0);
        return Svg.path("range", "M" + back + " " + (y - 4) + "L" + x + " " + y + "L" + back + " " + (y + 4));
    }

    private static String inWords(Price price) {
        String interval = Fragments.interval(price);
        boolean isBase = price.claim() == Claim.SAME && price.point().equals(price.base());
        String words =
                isBase ? "1, the base" : price.claim() == Claim.SAME ? "= the same accesses" : Table.price(price);
        return interval.isEmpty() ? words : words + " " + interval;
    }

    private static String details(Price price) {
        if (price.accesses() == null) {
            return price.point() + ": waits for itself for ever";
        }
        return String.format(
                Locale.ROOT,
                "%s: %.1f ns; %d reads, %d writes, %d atomics, %d full fences; base: %s",
                price.point(),
                price.nanos(),
                price.accesses().reads(),
                price.accesses().writes(),
                price.accesses().atomics(),
                price.accesses().fences(),
                price.base());
    }

    private int x(double ratio) {
        double within = Math.min(high, Math.max(low, ratio));
        return plot + (int) Math.round(PLOT * Math.log(within / low) / Math.log(high / low));
    }
}
